package desk

import (
	"slices"
	"sort"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"doorstep/sync/civic"
)

// maxFound bounds what a search returns.
const maxFound = 10

// index finds guides by what residents type. Han text is indexed by single characters and pairs, the rest by
// words; pinyin is matched against the readings of every character of the names. It never changes once made.
type index struct {
	docs     int
	titles   []string           // of the guides, folded
	here     []bool             // the service can be filed at a terminal
	known    map[string][]int32 // guides by name and by words people use, folded
	postings map[string][]posting
	names    []spelled
}

// posting says that a token occurs in a guide, in a field of this weight.
type posting struct {
	doc    int32
	weight float32
}

// spelled is a name with the readings of its characters, and where it names a guide.
type spelled struct {
	of       []posting
	first    []uint32 // by character: bit n is set where a reading begins with the letter n
	any      uint32   // all of first
	readings [][]string
}

// The weight of a token by where it stands.
const (
	inName  = 8
	inWords = 5
	inField = 3
	inRest  = 1
)

// newIndex indexes guides by their place in the list.
func newIndex(guides []shelved, readings func(rune) []string) *index {
	x := &index{docs: len(guides), known: map[string][]int32{}, postings: map[string][]posting{}}
	names := map[string][]posting{}
	for i := range guides {
		g := &guides[i].guide
		doc := int32(i)
		x.titles, x.here = append(x.titles, fold(g.Name)), append(x.here, g.FiledHere())
		seen := map[string]float32{}
		x.add(seen, g.Name, inName)
		x.add(seen, g.NameEN, inWords)
		x.add(seen, g.ID+" "+g.ItemCode, inName)
		for _, w := range g.Words {
			x.add(seen, w, inWords)
		}
		x.add(seen, g.Field+" "+g.Authority+" "+strings.Join(g.Packages, " "), inField)
		x.add(seen, strings.Join(g.Joint, " ")+" "+strings.Join(g.Conditions, " ")+" "+materialNames(g.Materials), inRest)
		for token, w := range seen {
			x.postings[token] = append(x.postings[token], posting{doc, w})
		}
		names[g.Name] = append(names[g.Name], posting{doc, inName})
		for _, w := range append([]string{g.Name, g.NameEN}, g.Words...) {
			x.known[fold(w)] = append(x.known[fold(w)], doc)
		}
		for _, w := range g.Words {
			names[w] = append(names[w], posting{doc, inWords})
		}
	}
	if readings != nil {
		for name, of := range names {
			x.names = append(x.names, spell(name, of, readings))
		}
	}
	return x
}

func materialNames(materials []civic.Material) string {
	var b strings.Builder
	for _, m := range materials {
		b.WriteString(m.Name + " ")
	}
	return b.String()
}

// add notes the tokens of a text, each with the greatest weight it has in the guide.
func (x *index) add(seen map[string]float32, text string, weight float32) {
	for _, token := range tokens(text, true) {
		seen[token] = max(seen[token], weight)
	}
}

// spell notes the readings of a name.
func spell(name string, of []posting, readings func(rune) []string) spelled {
	s := spelled{of: of}
	for _, r := range name {
		list, first := readings(r), uint32(0)
		for _, reading := range list {
			if reading != "" && reading[0] >= 'a' && reading[0] <= 'z' {
				first |= 1 << (reading[0] - 'a')
			}
		}
		s.readings, s.first, s.any = append(s.readings, list), append(s.first, first), s.any|first
	}
	return s
}

// search returns the places of at most n guides, the best first.
func (x *index) search(query string, n int) []int {
	query = fold(query)
	scores := make([]float32, x.docs)
	if !x.score(scores, tokens(query, false), 1) {
		// No pair is known: words left out between the characters, as in 居证. Then every character must be there.
		all := tokens(query, true)
		x.score(scores, all, max(1, (len(all)+1)/2))
	}
	x.pinyin(query, scores)
	x.prefer(query, scores)
	return best(scores, n)
}

// prefer puts what people call by just the words that were typed first, then names that begin with them, and of
// equal ones that which can be filed here.
func (x *index) prefer(query string, scores []float32) {
	for _, doc := range x.known[strings.TrimSpace(query)] {
		scores[doc] *= 2.5
	}
	for doc, score := range scores {
		if score == 0 {
			continue
		}
		if strings.HasPrefix(x.titles[doc], query) {
			scores[doc] *= 1.5
		}
		if x.here[doc] {
			scores[doc] += 0.01
		}
	}
}

// score adds up what the tokens find, for guides in which at least so many of them occur, and reports whether there
// is one. A guide with most of what was typed comes before one with a single part of it in a better place.
func (x *index) score(scores []float32, list []string, least int) (any bool) {
	found := make([]uint16, len(scores))
	for _, token := range list {
		for _, p := range x.postings[token] {
			scores[p.doc] += p.weight
			found[p.doc]++
		}
	}
	for doc, hits := range found {
		if int(hits) < least {
			scores[doc] = 0
			continue
		}
		scores[doc] *= float32(hits) / float32(len(list))
		any = true
	}
	return any
}

// best returns the places of the n greatest scores above nothing; of equal ones the first.
func best(scores []float32, n int) []int {
	var top []int
	for doc, score := range scores {
		if score == 0 || len(top) == n && score <= scores[top[n-1]] {
			continue
		}
		at := sort.Search(len(top), func(i int) bool { return scores[top[i]] < score })
		if len(top) == n {
			top = top[:n-1]
		}
		top = slices.Insert(top, at, doc)
	}
	return top
}

// maxPinyin bounds the letters matched as pinyin: longer input is no reading of a name.
const maxPinyin = 40

// pinyin scores the names that letters can be read as: initials, full readings, or any mixture.
func (x *index) pinyin(query string, scores []float32) {
	letters := strings.ReplaceAll(strings.ReplaceAll(query, " ", ""), "'", "")
	if len(letters) < 2 || len(letters) > maxPinyin || strings.ContainsFunc(letters, func(r rune) bool { return r < 'a' || r > 'z' }) {
		return
	}
	for i := range x.names {
		from, ok := x.names[i].find(letters)
		if !ok {
			continue
		}
		for _, p := range x.names[i].of {
			w := p.weight
			if from == 0 {
				w *= 2 // the beginning of a name is what people type
			}
			scores[p.doc] = max(scores[p.doc], w)
		}
	}
}

// find returns the first character from which letters can be read.
func (s *spelled) find(letters string) (from int, ok bool) {
	first := uint32(1) << (letters[0] - 'a')
	if s.any&first == 0 {
		return 0, false
	}
	for from, mask := range s.first {
		if mask&first != 0 && reads(letters, s.readings[from:]) {
			return from, true
		}
	}
	return 0, false
}

// reads reports whether letters can be read along the characters: each takes one of its readings whole, or only
// its first letter (for zh, ch and sh also those two); the last may be a beginning still being typed.
func reads(letters string, characters [][]string) bool {
	if letters == "" {
		return true
	}
	if len(characters) == 0 {
		return false
	}
	for _, reading := range characters[0] {
		if reading == "" || reading[0] != letters[0] {
			continue
		}
		if strings.HasPrefix(reading, letters) || reads(letters[1:], characters[1:]) {
			return true
		}
		if len(reading) > 1 && strings.HasPrefix(letters, reading) && reads(letters[len(reading):], characters[1:]) {
			return true
		}
		if len(letters) > 2 && letters[1] == 'h' && strings.HasPrefix(reading, letters[:2]) && reads(letters[2:], characters[1:]) {
			return true
		}
	}
	return false
}

// tokens cuts a text: runs of Han into pairs, and single characters where all is set or the run is one character;
// other letters and digits into words, with all their beginnings of three letters and more where all is set, so
// that a word still being typed is found.
func tokens(text string, all bool) []string {
	var out []string
	var han, word []rune
	flush := func() {
		for i, r := range han {
			if all || len(han) == 1 {
				out = append(out, string(r))
			}
			if i > 0 {
				out = append(out, string(han[i-1:i+1]))
			}
		}
		if len(word) > 0 {
			out = append(out, string(word))
		}
		for n := 3; all && n < min(len(word), 12); n++ {
			out = append(out, string(word[:n]))
		}
		han, word = han[:0], word[:0]
	}
	for _, r := range fold(text) {
		switch {
		case unicode.Is(unicode.Han, r):
			if len(word) > 0 {
				flush()
			}
			han = append(han, r)
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-' && len(word) > 0:
			if len(han) > 0 {
				flush()
			}
			word = append(word, r)
		default:
			flush()
		}
		if len(out) > maxTokens {
			break
		}
	}
	flush()
	return out
}

// maxTokens bounds the work for one text: a pasted page is no search.
const maxTokens = 4096

// fold makes letters and digits alike however they were typed.
func fold(s string) string { return strings.ToLower(width.Fold.String(s)) }
