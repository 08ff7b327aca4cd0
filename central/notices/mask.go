package notices

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"doorstep/sync/civic"
)

// Kind is what must not be published unmasked.
type Kind string

// The kinds of it.
const (
	IDNumber Kind = "id"    // a resident's identity number
	Phone    Kind = "phone" // a mobile telephone; lines of offices are no one's
	Card     Kind = "card"  // a bank card
)

// Finding is a place in a text where something should be masked.
type Finding struct {
	Kind Kind
	Line int    // from 1
	Text string // with its middle masked, to be found by
}

// What numbers look like as people type them: in one run, or in the groups that are usual for them.
var (
	idShape    = regexp.MustCompile(`\d{6}[ -]?\d{8}[ -]?\d{3}[\dXx]`)
	phoneShape = regexp.MustCompile(`1[3-9]\d[ -]?\d{4}[ -]?\d{4}`)
	cardShape  = regexp.MustCompile(`\d{4}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?`)
)

// Unmasked finds identity numbers, mobile telephones and bank cards in a text. An identity number counts by its
// province and day of birth, a card by its issuer and check digit, so that the number of a document or a sum is not
// taken for one. Numbers of 15 digits, which no card has had since 2013, are not looked for.
func Unmasked(text string, today civic.Date) []Finding {
	var out []Finding
	line := 0
	for s := range strings.Lines(text) {
		line++
		s = narrow(s)
		taken := make([]bool, len(s))
		for _, k := range []struct {
			kind  Kind
			shape *regexp.Regexp
			is    func(digits string) bool
		}{
			{IDNumber, idShape, func(d string) bool { return isPerson(d, today) }},
			{Card, cardShape, isCard},
			{Phone, phoneShape, func(string) bool { return true }},
		} {
			for _, at := range spans(k.shape, s, taken, k.is) {
				for i := at[0]; i < at[1]; i++ {
					taken[i] = true
				}
				out = append(out, Finding{k.kind, line, veil(s[at[0]:at[1]])})
			}
		}
	}
	return out
}

// spans finds where a shape stands by itself, is what it looks like, and is not part of what was found before.
func spans(shape *regexp.Regexp, s string, taken []bool, is func(string) bool) [][]int {
	var out [][]int
	for from := 0; from < len(s); {
		at := shape.FindStringIndex(s[from:])
		if at == nil {
			break
		}
		a, z := from+at[0], from+at[1]
		if !inNumber(s, a, z) && !taken[a] && is(bare(s[a:z])) {
			out = append(out, []int{a, z})
			from = z
			continue
		}
		from = a + 1
	}
	return out
}

// inNumber reports whether a match is a part of a longer number or name.
func inNumber(s string, a, z int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:a])
	after, _ := utf8.DecodeRuneInString(s[z:])
	word := func(r rune) bool { return r < utf8.RuneSelf && (unicode.IsDigit(r) || unicode.IsLetter(r)) }
	return word(before) || word(after)
}

// isPerson: a province, and a day of birth that somebody can have. The check character is not asked: a number with a
// slip of the pen in it tells as much about its holder.
func isPerson(d string, today civic.Date) bool {
	birth := civic.IDNumber(d).Birth()
	return "11" <= d[:2] && d[:2] <= "83" && birth.Year >= 1900 && !today.Before(birth)
}

// isCard: an issuer's prefix as cards in China have it, and the check digit of ISO/IEC 7812.
func isCard(d string) bool {
	known := strings.HasPrefix(d, "62") || strings.HasPrefix(d, "60") || strings.HasPrefix(d, "955") ||
		len(d) == 16 && (d[0] == '4' || d[0] == '5' && '1' <= d[1] && d[1] <= '5')
	if !known || len(d) > 19 {
		return false
	}
	sum := 0
	for i := range len(d) {
		n := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

// narrow turns full-width digits and signs into plain ones.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '\u3000', r == '\u00a0':
			return ' '
		case strings.ContainsRune("‐‑–—－", r):
			return '-'
		}
		return r
	}, s)
}

func bare(s string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(s))
}

// veil keeps the first three and the last two characters, so that the place is found and the number is not told again.
func veil(s string) string {
	d := bare(s)
	return d[:3] + strings.Repeat("*", len(d)-5) + d[len(d)-2:]
}
