package receipt

import (
	"strings"
	"unicode"
)

// Characters that may not begin or end a line in Chinese setting (避头尾).
const (
	noStart = "，。、；：？！）》】」』〉〕〗｝］”’·…—～％‰℃々ー" + ",.;:?!)]}%/°"
	noEnd   = "（《【「『〈〔〖｛［“‘￥＄№" + "([{$¥"
	// joiners hold a word, a masked number or an address together.
	joiners = "'’_-–.:@#&%+=*~/\\"
)

// wrap breaks s into lines no wider than limit. width and limit are in the same unit. Joined again the lines are
// s: a break takes no character away, spaces stay at the end of the line before and hang over the margin. Where
// the rules leave no place to break, a line breaks at the margin rather than past it.
func wrap(s string, width func(rune) int, limit int) []string {
	var lines []string
	for rest := []rune(s); len(rest) > 0; {
		n := lineEnd(rest, width, limit)
		lines = append(lines, string(rest[:n]))
		rest = rest[n:]
	}
	return lines
}

// lineEnd returns how many of the runes stand on the first line, at least one.
func lineEnd(rs []rune, width func(rune) int, limit int) int {
	total, hanging, last := 0, 0, 0
	for i, r := range rs {
		if i > 0 && mayBreak(rs[i-1], r) && !counted(rs[:i], r) {
			last = i
		}
		if r == ' ' {
			hanging += width(r)
			continue
		}
		total += hanging + width(r)
		hanging = 0
		if total <= limit || i == 0 {
			continue
		}
		if last > 0 {
			return last
		}
		return forced(rs[:i+1])
	}
	return len(rs)
}

// forced returns where to break before the last of rs when no rule allows a break: as far right as keeps
// punctuation with its neighbour, else at the very end.
func forced(rs []rune) int {
	for i := len(rs) - 1; i > 0; i-- {
		if !strings.ContainsRune(noStart, rs[i]) && !strings.ContainsRune(noEnd, rs[i-1]) && !unicode.Is(unicode.M, rs[i]) {
			return i
		}
	}
	return len(rs) - 1
}

// counted reports whether a line that ends in before would part a number from what it counts, as 20 from 个工作日.
func counted(before []rune, next rune) bool {
	n := len(before)
	return n > 1 && before[n-1] == ' ' && unicode.IsDigit(before[n-2]) && unicode.Is(unicode.Han, next)
}

// mayBreak reports whether a line may end with a and the next begin with b.
func mayBreak(a, b rune) bool {
	const noBreakSpace = 0xA0
	switch {
	case b == ' ' || a == noBreakSpace || b == noBreakSpace:
		return false
	case strings.ContainsRune(noStart, b) || unicode.Is(unicode.M, b):
		return false
	case a == ' ':
		return true
	case strings.ContainsRune(noEnd, a):
		return false
	case (a == ',' || a == '.' || a == ':') && unicode.IsDigit(b):
		return false
	}
	return !inWord(a) || !inWord(b)
}

// inWord reports whether r belongs to a run that is kept together: letters and digits of the scripts that write
// words, all of which stand below the radicals.
func inWord(r rune) bool {
	const radicals = 0x2E80
	return r < radicals && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(joiners, r))
}
