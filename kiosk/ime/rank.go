package ime

import (
	"cmp"
	"slices"
	"strings"
)

// How candidates are ordered: first by how many keys they use up, then by usefulness less what had to be guessed.
const (
	perKey      = 30000      // more than any difference in usefulness
	perBegun    = 6000       // a syllable of which only the beginning was typed
	perMissing  = 2500       // a syllable not typed at all
	unreadable  = 3 * perKey // the keys left over can be no pinyin
	wholeWord   = 2500       // a word of several syllables, every one spelled out (西安 beside 先)
	listTop     = 22000      // first word of the list a hint prefers
	listStep    = 20
	listMin     = 9000
	minGuess    = levelOne // what a guess must be worth, so that one letter does not bring every character
	maxForesee  = 300      // a run of longer words is offered only when it is this small
	maxForeseen = 20
)

// A match is an entry that some keys stand for.
type match struct {
	entry int
	score int
	to    int
}

// spelled answers a query in pinyin, on letters or on nine keys.
func (e *Engine) spelled(sp *spelling, q Query, limit int) []Candidate {
	p := cut(q.Keys, sp)
	first := p.skip(0)
	if first == len(p.keys) {
		return number(q.Keys)
	}
	g := gathering{engine: e, passage: p, taste: tasteOf(q)}
	w := walker{engine: e, passage: p, left: maxLandings, land: g.take}
	w.from(e.start(first))
	slices.SortFunc(g.matches, func(a, b match) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.entry, b.entry), cmp.Compare(b.to, a.to))
	})
	out := make([]Candidate, 0, min(limit, len(g.matches)+1))
	seen := make(map[string]bool, cap(out))
	if !g.complete && g.taste.composes {
		if text, to := e.compose(p, first, g.taste); text != "" {
			out, seen[text] = append(out, Candidate{Text: text, Rest: q.Keys[to:]}), true
		}
	}
	for _, m := range g.matches {
		if len(out) >= limit {
			break
		}
		if text := e.index[m.entry].text; !seen[text] {
			seen[text] = true
			out = append(out, Candidate{Text: text, Rest: q.Keys[m.to:]})
		}
	}
	return out
}

// number offers digits as they are, so that 385hao in an address goes on after its number.
func number(keys string) []Candidate {
	rest := strings.TrimLeft(keys, "0123456789")
	if rest == keys {
		return nil
	}
	return []Candidate{{Text: keys[:len(keys)-len(rest)], Rest: rest}}
}

// A gathering collects and scores what a walk finds.
type gathering struct {
	engine   *Engine
	passage  *passage
	taste    taste
	matches  []match
	complete bool // some word of several syllables is spelled out by all the keys
}

func (g *gathering) take(l landing) {
	atEnd := l.to == len(g.passage.keys)
	if l.begun > 0 && !atEnd && l.depth > 1 {
		return
	}
	base := perKey*l.to - perBegun*l.begun
	if !g.passage.readable(l.to) {
		base -= unreadable
	}
	whole := atEnd && l.begun == 0 && l.depth > 1
	if whole {
		base += wholeWord
	}
	end := g.engine.finished(l.reach)
	for i := l.lo; i < end; i++ {
		en := &g.engine.index[i]
		worth, ok := g.taste.worth(en)
		if !ok || l.begun > 0 && worth < minGuess {
			continue
		}
		g.matches = append(g.matches, match{entry: i, score: base + worth, to: l.to})
		g.complete = g.complete || whole
	}
	if atEnd && l.depth > 1 && l.hi-end <= maxForesee {
		g.foresee(end, l, base)
	}
}

// foresee offers longer words that begin with what was typed.
func (g *gathering) foresee(from int, l landing, base int) {
	offered := 0
	for i := from; i < l.hi && offered < maxForeseen; i++ {
		en := &g.engine.index[i]
		if worth, ok := g.taste.worth(en); ok {
			score := base + worth - perBegun - perMissing*(en.syllables()-l.depth)
			g.matches = append(g.matches, match{entry: i, score: score, to: l.to})
			offered++
		}
	}
}

// A taste is what a hint prefers.
type taste struct {
	first    list // the list whose words come first
	second   list // the list whose words come next
	composes bool // whether words may be put together into a sentence
	names    bool // whether ordinary words are left out: nobody's name is to be corrected
}

func tasteOf(q Query) taste {
	switch {
	case q.Hint == Name && q.Before == "":
		return taste{first: surnames, second: given, names: true}
	case q.Hint == Name:
		return taste{first: given, second: surnames, names: true}
	case q.Hint == Address:
		return taste{first: places, second: noList, composes: true}
	}
	return taste{first: noList, second: noList, composes: true}
}

// worth returns how useful a word is to this taste, and whether it is offered at all.
func (t taste) worth(en *entry) (int, bool) {
	worth := int(en.weight)
	if t.names {
		named := en.rank[surnames] > 0 || en.rank[given] > 0
		if !named && en.syllables() > 1 {
			return 0, false
		}
		worth /= 2
	}
	if t.first != noList && en.rank[t.first] > 0 {
		worth = max(worth, max(listTop-listStep*int(en.rank[t.first]), listMin))
	} else if t.second != noList && en.rank[t.second] > 0 {
		worth = max(worth, max(listMin-listStep/2*int(en.rank[t.second]), levelName))
	}
	return worth, true
}
