package ime

import (
	"cmp"
	"errors"
	"slices"
	"sort"
	"strings"
)

// An entry is a word in the index. Its key has two bytes for each syllable, so that sorting by key brings together
// the words that begin with the same sound.
type entry struct {
	key    string
	text   string
	weight int32
	rank   [listCount]int16
}

// syllables returns the length of the word in syllables.
func (e *entry) syllables() int { return len(e.key) / 2 }

// at returns the syllable at place i of the word.
func (e *entry) at(i int) syllable { return syllable(e.key[2*i])<<8 | syllable(e.key[2*i+1]) }

// errReading tells of a word list that spells a word with something that is no syllable.
var errReading = errors.New("a word has no reading")

// learn builds the index.
func (e *Engine) learn(lex *lexicon) error {
	syllables := inventory(lex.words)
	keys := make(map[string]string, len(syllables))
	for i, s := range syllables {
		keys[s] = string([]byte{byte(i >> 8), byte(i)})
	}
	e.letters, e.digits = spellings(syllables)
	e.index = make([]entry, 0, len(lex.words))
	for _, w := range lex.words {
		key, ok := keys[w.spell]
		if !ok {
			var err error
			if key, err = joined(keys, w.spell); err != nil {
				return err
			}
		}
		e.index = append(e.index, entry{key: key, text: w.text, weight: w.weight, rank: w.rank})
	}
	slices.SortFunc(e.index, func(a, b entry) int {
		if c := strings.Compare(a.key, b.key); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(b.weight, a.weight), strings.Compare(a.text, b.text))
	})
	e.rankStrokes(lex)
	return nil
}

// joined returns the key of a word of several syllables.
func joined(keys map[string]string, spell string) (string, error) {
	var key []byte
	for part := range strings.SplitSeq(spell, "'") {
		one, ok := keys[part]
		if !ok {
			return "", errReading
		}
		key = append(key, one...)
	}
	return string(key), nil
}

// inventory returns the syllables that single characters are read by, sorted.
func inventory(words []word) []string {
	seen := make(map[string]bool, 512)
	for _, w := range words {
		if w.spell != "" && !strings.Contains(w.spell, "'") {
			seen[w.spell] = true
		}
	}
	out := make([]string, 0, len(seen))
	for s := range seen {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

// A reach is a run of entries that all begin with the same depth syllables.
type reach struct{ lo, hi, depth int }

// finished returns the end of the words in r that have no further syllable; they come first.
func (e *Engine) finished(r reach) int {
	return r.lo + sort.Search(r.hi-r.lo, func(i int) bool { return e.index[r.lo+i].syllables() > r.depth })
}

// next calls use for each run of words in r that go on with a syllable of s, until use returns false.
func (e *Engine) next(r reach, s span, use func(reach) bool) bool {
	after := e.finished(r)
	lo := after + sort.Search(r.hi-after, func(i int) bool { return e.index[after+i].at(r.depth) >= s.first })
	for lo < r.hi {
		now := e.index[lo].at(r.depth)
		if now > s.last {
			return true
		}
		hi := lo + sort.Search(r.hi-lo, func(i int) bool { return e.index[lo+i].at(r.depth) > now })
		if !use(reach{lo, hi, r.depth + 1}) {
			return false
		}
		lo = hi
	}
	return true
}
