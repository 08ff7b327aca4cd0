package ime

import "strings"

// A step is one way to read the keys from some position as a syllable.
type step struct {
	to    int
	spans []span
	whole bool // the keys spell the syllable out; otherwise they only begin it
}

// A passage is the keys of one query cut into the steps that can be read from each position.
type passage struct {
	keys  string
	steps [][]step
	whole []bool // from here to their end the keys spell syllables out
	begun []bool // so, but for the last syllable, of which they have only the beginning
}

// cut reads the keys against a spelling. Keys that are neither the spelling's own nor the separator end the passage.
func cut(keys string, sp *spelling) *passage {
	p := &passage{keys: own(keys, sp)}
	n := len(p.keys)
	p.steps, p.whole, p.begun = make([][]step, n+1), make([]bool, n+1), make([]bool, n+1)
	p.whole[n] = true
	for from := n - 1; from >= 0; from-- {
		p.steps[from] = p.stepsFrom(from, sp)
		for _, s := range p.steps[from] {
			p.whole[from] = p.whole[from] || s.whole && p.whole[s.to]
			p.begun[from] = p.begun[from] || s.whole && p.begun[s.to] || !s.whole && s.to == n
		}
	}
	return p
}

// readable reports whether the keys from a position on can be read. Where all the keys spell syllables out, a
// reading that leaves a mere beginning is not the one meant.
func (p *passage) readable(from int) bool {
	return p.whole[from] || p.begun[from] && !p.whole[p.skip(0)]
}

// own returns the leading keys that the spelling knows, in lower case and bounded.
func own(keys string, sp *spelling) string {
	keys = strings.ToLower(keys[:min(len(keys), maxKeys)])
	if end := strings.IndexFunc(keys, func(r rune) bool { return !strings.ContainsRune(sp.alphabet, r) }); end >= 0 {
		keys = keys[:end]
	}
	return keys
}

// stepsFrom returns the steps from one position. A first letter alone may stand for its syllable anywhere; any other
// beginning only where the keys, or the part before a separator, end.
func (p *passage) stepsFrom(from int, sp *spelling) []step {
	var out []step
	for to := from + 1; to <= min(len(p.keys), from+longestSyllable); to++ {
		part := p.keys[from:to]
		if part[len(part)-1] == '\'' {
			break
		}
		after := p.skip(to)
		whole := sp.whole[part]
		if whole != nil {
			out = append(out, step{to: after, spans: whole, whole: true})
		}
		if begun := sp.begun[part]; begun != nil && (whole == nil || to == from+1) &&
			(sp.first[part] || to == len(p.keys) || p.keys[to] == '\'') {
			out = append(out, step{to: after, spans: begun})
		}
	}
	return out
}

// skip passes over separators.
func (p *passage) skip(at int) int {
	for at < len(p.keys) && p.keys[at] == '\'' {
		at++
	}
	return at
}

// A landing is a run of words that the keys up to position to stand for.
type landing struct {
	reach
	to    int
	begun int // how many of its syllables were only begun
}

// maxLandings bounds the work of one query, whatever the keys.
const maxLandings = 6000

// A walker follows the steps of a passage through the index.
type walker struct {
	engine  *Engine
	passage *passage
	strict  bool // follow only syllables that are spelled out
	left    int
	land    func(landing)
}

// from walks on from a landing, and reports whether there is work left to be done.
func (w *walker) from(l landing) bool {
	for _, s := range w.passage.steps[l.to] {
		if w.strict && !s.whole {
			continue
		}
		begun := l.begun
		if !s.whole {
			begun++
		}
		for _, sp := range s.spans {
			goOn := w.engine.next(l.reach, sp, func(r reach) bool {
				if w.left--; w.left < 0 {
					return false
				}
				here := landing{reach: r, to: s.to, begun: begun}
				w.land(here)
				return w.from(here)
			})
			if !goOn {
				return false
			}
		}
	}
	return true
}

// start returns the landing before any key has been read at a position.
func (e *Engine) start(at int) landing { return landing{reach: reach{0, len(e.index), 0}, to: at} }
