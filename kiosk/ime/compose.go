package ime

import "strings"

// wordCost is what every further word of a sentence costs: about the weight of all words together, so that the
// sum of weights less costs is the logarithm of how likely the words are to stand beside each other.
const wordCost = 25800

// A sentence is the likeliest way to read the keys up to a position.
type sentence struct {
	score int
	words int
	text  string
	from  int
	known bool
}

// compose reads the keys as several words one after another, as far as they are spelled out, and returns the
// likeliest text and the position where it ends. It returns "" where one word does as well.
func (e *Engine) compose(p *passage, first int, t taste) (string, int) {
	best := make([]sentence, len(p.keys)+1)
	best[first] = sentence{known: true}
	for at := first; at < len(p.keys); at++ {
		if best[at].known {
			e.composeFrom(p, at, best, t)
		}
	}
	end := len(p.keys)
	for end > first && !best[end].known {
		end--
	}
	if best[end].words < 2 {
		return "", 0
	}
	var parts []string
	for at := end; at > first; at = best[at].from {
		parts = append(parts, best[at].text)
	}
	var text strings.Builder
	for i := len(parts) - 1; i >= 0; i-- {
		text.WriteString(parts[i])
	}
	return text.String(), end
}

// composeFrom lets every word that starts at a position try to better the sentences that end where it ends.
func (e *Engine) composeFrom(p *passage, at int, best []sentence, t taste) {
	w := walker{engine: e, passage: p, strict: true, left: maxLandings}
	w.land = func(l landing) {
		top, worth := -1, 0
		for i := l.lo; i < e.finished(l.reach); i++ {
			if v, ok := t.worth(&e.index[i]); ok && (top < 0 || v > worth) {
				top, worth = i, v
			}
		}
		if top < 0 {
			return
		}
		s := sentence{
			score: best[at].score + worth - wordCost, words: best[at].words + 1,
			text: e.index[top].text, from: at, known: true,
		}
		if old := best[l.to]; !old.known || s.score > old.score {
			best[l.to] = s
		}
	}
	w.from(e.start(at))
}
