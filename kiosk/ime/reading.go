package ime

import (
	"slices"
	"strings"

	"github.com/mozillazg/go-pinyin"
)

// missing holds readings that the dictionary lacks. A function rather than a variable, so that nobody can change it.
func missing(r rune) string {
	switch r {
	case '𠮷': // borne as a name
		return "jí"
	case '嗯': // the dictionary has it without a vowel only
		return "ēn"
	}
	return ""
}

// Readings returns every reading of r without its tone, in the letters a resident types: v stands for ü. The usual
// reading comes first. A search by pinyin should take the readings as a set, for no table of single characters
// knows that 行 is hang in 银行 and xing in 行政. A character without a known reading has none.
func Readings(r rune) []string {
	var out []string
	for toned := range strings.SplitSeq(tonedReadings(r), ",") {
		if plain := toneless(toned); plain != "" && !slices.Contains(out, plain) {
			out = append(out, plain)
		}
	}
	return out
}

// Initials returns the first letters of the readings of r, each once.
func Initials(r rune) []byte {
	var out []byte
	for _, reading := range Readings(r) {
		if !slices.Contains(out, reading[0]) {
			out = append(out, reading[0])
		}
	}
	return out
}

func tonedReadings(r rune) string {
	return strings.Trim(pinyin.PinyinDict[int(r)]+","+missing(r), ",")
}

// toneless drops the tone mark of one reading and writes ü as v.
func toneless(reading string) string {
	out := make([]byte, 0, 8)
	for _, r := range reading {
		if c := letter(r); c != 0 {
			out = append(out, c)
		}
	}
	return string(out)
}

// letter returns the key for a letter of pinyin, or 0 for a tone mark that stands alone.
func letter(r rune) byte {
	switch {
	case r >= 'a' && r <= 'z':
		return byte(r)
	case strings.ContainsRune("āáǎà", r):
		return 'a'
	case strings.ContainsRune("ēéěèêếềḗ", r):
		return 'e'
	case strings.ContainsRune("īíǐì", r):
		return 'i'
	case strings.ContainsRune("ōóǒò", r):
		return 'o'
	case strings.ContainsRune("ūúǔù", r):
		return 'u'
	case strings.ContainsRune("üǖǘǚǜ", r):
		return 'v'
	case strings.ContainsRune("ńňǹ", r):
		return 'n'
	case r == 'ḿ':
		return 'm'
	}
	return 0
}
