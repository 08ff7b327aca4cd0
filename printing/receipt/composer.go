package receipt

import "strings"

// A composer collects the blocks of one receipt.
type composer struct {
	sheet
	phrases
	set    *typeset
	blocks []block
}

// base returns how far below the top of a line of type its base line is.
func base(size int) int { return (leading(size)-size)/2 + size*88/100 }

// measure returns the width of s in dots, rounded up.
func (t *typeset) measure(s string, size int, bold bool) int {
	u, w := t.ruler(bold), 0
	for _, r := range s {
		w += u.width(r)
	}
	return (w*size + em - 1) / em
}

// lines cleans words and breaks them into lines of at most measure dots.
func (t *typeset) lines(words string, size int, bold bool, measure int) []string {
	lines := wrap(strings.TrimSpace(clean(words)), t.ruler(bold).width, measure*em/size)
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return lines
}

// fitting returns the largest size up to size in which words fit on one line.
func (c *composer) fitting(words string, size, measure int) int {
	for size > 1 && c.set.measure(words, size, true) > measure {
		size--
	}
	return size
}

// cell is a piece of text in a row: where it begins, how wide it may be.
type cell struct {
	x, measure int
	text       string
	size       int
	bold       bool
	ink        Ink
}

// rowStyle says how a row stands among the others.
type rowStyle struct {
	gap   int
	keep  bool // on one page with the next row
	ruled bool // a thin line below
}

// wholeRow is up to how many lines a row stays on one page; a longer one may be cut between lines.
const wholeRow = 8

// row sets cells side by side on common base lines. Each line of the row is a block, so that a text of any length
// finds its place.
func (c *composer) row(style rowStyle, cells ...cell) {
	var columns [][]string
	n, size := 0, 0
	for _, x := range cells {
		lines := c.set.lines(x.text, x.size, x.bold, x.measure)
		columns = append(columns, lines)
		n, size = max(n, len(lines)), max(size, x.size)
	}
	for i := range n {
		b := block{height: leading(size), keep: i+1 < n && n <= wholeRow || i+1 == n && style.keep}
		if i == 0 {
			b.gap = style.gap
		}
		for k, x := range cells {
			if i < len(columns[k]) {
				b.texts = append(b.texts, Text{X: x.x, Y: base(size), Size: x.size, Bold: x.bold, Ink: x.ink, Words: columns[k][i]})
			}
		}
		if i+1 == n && style.ruled {
			b.height += c.body * 2 / 5
			b.boxes = append(b.boxes, Box{Y: b.height - 2, W: c.measure, H: 2, Ink: Rule})
		}
		c.blocks = append(c.blocks, b)
	}
}

// paragraph sets words over the whole measure.
func (c *composer) paragraph(words string, size int, bold bool, ink Ink, gap int) {
	c.row(rowStyle{gap: gap}, cell{text: words, size: size, bold: bold, ink: ink, measure: c.measure})
}

// centred sets words in the middle of the measure.
func (c *composer) centred(words string, size int, bold bool, ink Ink, gap int) {
	first := len(c.blocks)
	c.paragraph(words, size, bold, ink, gap)
	for i := first; i < len(c.blocks); i++ {
		t := &c.blocks[i].texts[0]
		t.X = max(0, (c.measure-c.set.measure(t.Words, size, bold))/2)
	}
}

// rule draws a line across the measure.
func (c *composer) rule(gap, weight int, ink Ink) {
	c.blocks = append(c.blocks, block{height: weight, gap: gap, boxes: []Box{{W: c.measure, H: weight, Ink: ink}}})
}

// frame returns the four sides of a box.
func frame(x, y, w, h, weight int, ink Ink) []Box {
	return []Box{
		{x, y, w, weight, ink},
		{x, y + h - weight, w, weight, ink},
		{x, y, weight, h, ink},
		{x + w - weight, y, weight, h, ink},
	}
}

// merge takes over the parts of another block, moved by x, y.
func (b *block) merge(o *block, x, y int) {
	p := Page{Boxes: b.boxes, Codes: b.codes, Texts: b.texts}
	o.place(&p, x, y)
	b.boxes, b.codes, b.texts = p.Boxes, p.Codes, p.Texts
}
