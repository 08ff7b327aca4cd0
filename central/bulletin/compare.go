package bulletin

import (
	"slices"
	"strings"
	"unicode"
)

// maxCompared bounds the characters of each text that are compared one by one; longer ones are compared line by line.
const maxCompared = 1500

// compare returns how a text became another, character by character: Chinese has no spaces to tell words by. Words of
// Latin letters and numbers stay whole, and what both have between two changes is only kept apart where it is long
// enough to be read.
func compare(older, newer string) []Part {
	a, b := tokens(older), tokens(newer)
	if len(a) > maxCompared || len(b) > maxCompared {
		a, b = slices.Collect(strings.Lines(older)), slices.Collect(strings.Lines(newer))
	}
	lead := 0
	for lead < len(a) && lead < len(b) && a[lead] == b[lead] {
		lead++
	}
	tail := 0
	for tail < len(a)-lead && tail < len(b)-lead && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var p parts
	p.add(Both, a[:lead]...)
	p.middle(a[lead:len(a)-tail], b[lead:len(b)-tail])
	p.add(Both, a[len(a)-tail:]...)
	return p.joined()
}

// tokens cuts a text into characters, and words of Latin letters and digits.
func tokens(s string) []string {
	var out []string
	word := -1 // where the word under way begins
	for i, r := range s {
		part := r < 0x250 && (unicode.IsLetter(r) || unicode.IsDigit(r))
		if part && word < 0 {
			word = i
		}
		if !part {
			if word >= 0 {
				out = append(out, s[word:i])
				word = -1
			}
			out = append(out, string(r))
		}
	}
	if word >= 0 {
		out = append(out, s[word:])
	}
	return out
}

// parts collects runs.
type parts []Part

func (p *parts) add(side Side, texts ...string) {
	for _, text := range texts {
		if n := len(*p); n > 0 && (*p)[n-1].Side == side {
			(*p)[n-1].Text += text
			continue
		}
		*p = append(*p, Part{text, side})
	}
}

// middle adds what lies between what both texts begin and end with, by the longest common subsequence.
func (p *parts) middle(a, b []string) {
	// left[i][j] is how much a[i:] and b[j:] have in common.
	left := make([][]uint16, len(a)+1)
	for i := range left {
		left[i] = make([]uint16, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				left[i][j] = left[i+1][j+1] + 1
			} else {
				left[i][j] = max(left[i+1][j], left[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			p.add(Both, a[i])
			i, j = i+1, j+1
		case i < len(a) && (j == len(b) || left[i+1][j] >= left[i][j+1]):
			p.add(Removed, a[i])
			i++
		default:
			p.add(Added, b[j])
			j++
		}
	}
}

// shortest is the fewest characters that both texts have between two changes and that are shown as kept.
const shortest = 2

// joined takes islands of a single character into the changes around them, and puts what went before what came.
func (p parts) joined() []Part {
	var out parts
	for i := 0; i < len(p); {
		if p[i].Side == Both {
			out.add(Both, p[i].Text)
			i++
			continue
		}
		var removed, added string
		for ; i < len(p); i++ {
			island := p[i].Side == Both && i+1 < len(p) && len([]rune(p[i].Text)) < shortest && p[i].Text != "\n"
			if p[i].Side == Both && !island {
				break
			}
			if p[i].Side != Added {
				removed += p[i].Text
			}
			if p[i].Side != Removed {
				added += p[i].Text
			}
		}
		if removed != "" {
			out.add(Removed, removed)
		}
		if added != "" {
			out.add(Added, added)
		}
	}
	return out
}
