package ime

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
)

// StrokesFile is the name under which Open looks for the strokes of characters: a line a character, "永 45534",
// gathered by the asset build from a published table.
const StrokesFile = "strokes.txt"

// anyStroke is the key for a stroke one is not sure of.
const anyStroke = '6'

// drawn is a character with the classes of its strokes in the order they are written.
type drawn struct {
	text    string
	strokes string
	weight  int32
}

func (lex *lexicon) strokeLine(line string) error {
	text, strokes, ok := strings.Cut(line, " ")
	if !ok || utf8.RuneCountInString(text) != 1 || strings.Trim(strokes, "12345") != "" || strokes == "" {
		return errors.New("not a character and its strokes")
	}
	lex.strokes = append(lex.strokes, drawn{text: text, strokes: strokes})
	return nil
}

// rankStrokes puts the characters whose strokes are known in order of use.
func (e *Engine) rankStrokes(lex *lexicon) {
	weights := make(map[string]int32, len(lex.strokes))
	for i := range e.index {
		if en := &e.index[i]; en.syllables() == 1 {
			weights[en.text] = max(weights[en.text], en.weight)
		}
	}
	e.strokes = lex.strokes
	for i := range e.strokes {
		e.strokes[i].weight = weights[e.strokes[i].text]
	}
	slices.SortFunc(e.strokes, func(a, b drawn) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), strings.Compare(a.text, b.text))
	})
}

// drawn answers a query in strokes: common characters written with just these strokes first, then those that begin
// so, the more useful before the rarer.
func (e *Engine) drawn(keys string, limit int) []Candidate {
	known := keys[:len(keys)-len(strings.TrimLeft(keys, "123456"))]
	if known == "" {
		return nil
	}
	var whole, begun []Candidate
	for i := range e.strokes {
		d := &e.strokes[i]
		if !begins(d.strokes, known) {
			continue
		}
		c := Candidate{Text: d.text, Rest: keys[len(known):]}
		if len(d.strokes) == len(known) && d.weight >= levelOne {
			whole = append(whole, c)
		} else if len(begun) < limit {
			begun = append(begun, c)
		}
	}
	out := append(whole, begun...)
	return out[:min(limit, len(out))]
}

// begins reports whether strokes begin with the keys, where anyStroke stands for each of them.
func begins(strokes, keys string) bool {
	if len(strokes) < len(keys) {
		return false
	}
	for i := range len(keys) {
		if keys[i] != anyStroke && keys[i] != strokes[i] {
			return false
		}
	}
	return true
}
