package ime

import (
	"slices"
	"strings"
)

// A syllable is the place of a toneless syllable in the sorted list of all of them.
type syllable = uint16

// A span is a run of syllables that follow one another, both ends included.
type span struct{ first, last syllable }

// A spelling tells which syllables some keys stand for.
type spelling struct {
	alphabet string            // its keys, and the separator
	whole    map[string][]span // keys that spell a syllable out
	begun    map[string][]span // keys that a syllable begins with, or is
	first    map[string]bool   // keys that may stand for a whole syllable in the middle of a word: its first consonant
}

// longestSyllable is the number of keys of the longest syllable (zhuang, chuang, shuang).
const longestSyllable = 6

func newSpelling(alphabet string) spelling {
	return spelling{alphabet: alphabet, whole: map[string][]span{}, begun: map[string][]span{}, first: map[string]bool{}}
}

// spellings returns how the sorted syllables are spelled on letters and on nine keys.
func spellings(syllables []string) (letters, digits spelling) {
	letters, digits = newSpelling("abcdefghijklmnopqrstuvwxyz'"), newSpelling("23456789'")
	for i, s := range syllables {
		for _, keys := range variants(s) {
			letters.teach(keys, syllable(i), vowelless(s))
			digits.teach(toDigits(keys), syllable(i), vowelless(s))
		}
		letters.first[initial(s)], letters.first[s[:1]] = true, true
	}
	return letters, digits
}

// teach adds one way to spell a syllable. Syllables must come in their order. A syllable without a vowel (嗯 as ng)
// never counts as spelled out: whoever types n has most likely only begun.
func (sp *spelling) teach(keys string, s syllable, vowelless bool) {
	if !vowelless {
		sp.whole[keys] = extend(sp.whole[keys], s)
	}
	for n := 1; n <= len(keys); n++ {
		sp.begun[keys[:n]] = extend(sp.begun[keys[:n]], s)
	}
}

func extend(spans []span, s syllable) []span {
	if n := len(spans); n > 0 {
		last := &spans[n-1]
		if s <= last.last {
			return spans
		}
		if s == last.last+1 {
			last.last = s
			return spans
		}
	}
	return append(spans, span{s, s})
}

// variants returns the ways residents write a syllable: ü as v, as the u of the textbooks after j q x y, as the yu
// of passports, and ue for üe.
func variants(s string) []string {
	out := []string{s}
	switch {
	case s == "lv" || s == "nv" || s == "lve" || s == "nve":
		out = append(out, s[:1]+"yu"+s[2:])
		if len(s) == 3 {
			out = append(out, s[:1]+"ue")
		}
	case len(s) > 1 && strings.Contains("jqxy", s[:1]) && s[1] == 'u':
		out = append(out, s[:1]+"v"+s[2:])
	}
	return out
}

// initial returns the consonant a syllable begins with; of a syllable that begins with a vowel, its first letter.
func initial(s string) string {
	if len(s) > 2 && s[1] == 'h' {
		return s[:2]
	}
	return s[:1]
}

func vowelless(keys string) bool {
	return slices.Contains([]string{"m", "n", "ng", "hm", "hng"}, keys)
}

// toDigits writes letters as the digits of a telephone.
func toDigits(keys string) string {
	const of = "22233344455566677778889999"
	out := []byte(keys)
	for i, c := range out {
		out[i] = of[c-'a']
	}
	return string(out)
}
