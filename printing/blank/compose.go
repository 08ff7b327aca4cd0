package blank

import (
	"doorstep/printing/receipt"
)

// The sizes of type in dots, 203 to the inch.
const (
	small, body, head, title = 24, 30, 36, 56
)

// The geometry of the sheet. Questions stand in a column at the left, answers beside them.
var (
	left, top, bottom = receipt.MM(20), receipt.MM(16), receipt.MM(18)
	measure           = receipt.MM(210) - 2*left
	asked             = receipt.MM(48) // width of the column of questions
	answers           = asked + receipt.MM(3)
	width, height     = receipt.MM(210), receipt.MM(297)
	square            = receipt.MM(4) // a box to tick
	line              = receipt.MM(9) // an empty line for handwriting
)

// block is a piece that is not cut. Its parts are placed from its own top left corner.
type block struct {
	height int
	keep   bool // stays on one page with the block after it
	boxes  []receipt.Box
	texts  []receipt.Text
}

func (b *block) box(x, y, w, h int, ink receipt.Ink) {
	b.boxes = append(b.boxes, receipt.Box{X: x, Y: y, W: w, H: h, Ink: ink})
}

// frame draws the four sides of a box to write into or to tick.
func (b *block) frame(x, y, w, h int) {
	b.boxes = append(b.boxes, receipt.Frame(x, y, w, h, 2, receipt.Quiet)...)
}

// text sets one line of type whose top is at y.
func (b *block) text(x, y, size int, bold bool, ink receipt.Ink, words string) {
	b.texts = append(b.texts, receipt.Text{X: x, Y: y + receipt.BaseLine(size), Size: size, Bold: bold, Ink: ink, Words: words})
}

// A composer collects the blocks of one paper.
type composer struct {
	set    *receipt.Type
	sheet  Sheet
	blocks []block
}

func (c *composer) add(b block) { c.blocks = append(c.blocks, b) }

func (c *composer) gap(h int) { c.add(block{height: h, keep: true}) }

// words sets a text over the whole measure, gap below what stands before.
func (c *composer) words(words string, size int, ink receipt.Ink, gap int) {
	for i, l := range c.set.Lines(words, size, false, measure) {
		b := block{height: receipt.Leading(size)}
		y := 0
		if i == 0 {
			b.height, y = b.height+gap, gap
		}
		b.text(0, y, size, false, ink, l)
		c.add(b)
	}
}

func (c *composer) centred(words string, size, gap int) {
	for i, l := range c.set.Lines(words, size, true, measure) {
		b := block{height: receipt.Leading(size), keep: true}
		y := 0
		if i == 0 {
			b.height, y = b.height+gap, gap
		}
		b.text(max(0, (measure-c.set.Measure(l, size, true))/2), y, size, true, receipt.Black, l)
		c.add(b)
	}
}

// section opens a part of the paper: a title on a rule, and why it is asked.
func (c *composer) section(name, why string) {
	gap := receipt.MM(5)
	for i, l := range c.set.Lines(name, head, true, measure) {
		b := block{height: receipt.Leading(head), keep: true}
		y := 0
		if i == 0 {
			b.height, y = b.height+gap, gap
		}
		b.text(0, y, head, true, receipt.Black, l)
		c.add(b)
	}
	for _, l := range c.set.Lines(why, small, false, measure) {
		b := block{height: receipt.Leading(small), keep: true}
		b.text(0, 0, small, false, receipt.Quiet, l)
		c.add(b)
	}
	b := block{height: receipt.MM(2), keep: true}
	b.box(0, receipt.MM(1), measure, 4, receipt.Black)
	c.add(b)
}

// tick sets a statement or a thing behind a box to tick.
func (c *composer) tick(words string) {
	lines := c.set.Lines(words, body, false, measure-2*square)
	b := block{height: len(lines)*receipt.Leading(body) + receipt.MM(2)}
	b.frame(0, receipt.MM(1)+(receipt.Leading(body)-square)/2, square, square)
	for i, l := range lines {
		b.text(2*square, receipt.MM(1)+i*receipt.Leading(body), body, false, receipt.Black, l)
	}
	c.add(b)
}

// answer leaves two empty lines side by side, each behind its word: signature and date.
func (c *composer) answer(first, second string) {
	b := block{height: 2 * line}
	half := measure / 2
	for i, words := range []string{first, second} {
		x := i * half
		b.text(x, line, body, false, receipt.Black, words)
		from := x + c.set.Measure(words, body, false) + receipt.MM(2)
		b.box(from, 2*line-receipt.MM(1), x+half-receipt.MM(4)-from, 2, receipt.Black)
	}
	c.add(b)
}

// paginate sets the blocks on as many sheets as they need, each with a foot that says which of how many it is.
func (c *composer) paginate() []receipt.Page {
	pages := []receipt.Page{{Width: width, Height: height}}
	y := top
	for i := 0; i < len(c.blocks); {
		n, span := i+1, c.blocks[i].height
		for c.blocks[n-1].keep && n < len(c.blocks) {
			span += c.blocks[n].height
			n++
		}
		if y > top && y+span > height-bottom {
			pages = append(pages, receipt.Page{Width: width, Height: height})
			y = top
		}
		for ; i < n; i++ {
			place(&pages[len(pages)-1], &c.blocks[i], y)
			y += c.blocks[i].height
		}
	}
	for i := range pages {
		foot := c.say("blank.foot", c.sheet.Guide.ID, c.name(), i+1, len(pages))
		b := block{}
		b.text(max(0, (measure-c.set.Measure(foot, small, false))/2), 0, small, false, receipt.Quiet, foot)
		place(&pages[i], &b, height-bottom+receipt.MM(6))
	}
	return pages
}

func place(p *receipt.Page, b *block, y int) {
	for _, v := range b.boxes {
		v.X, v.Y = v.X+left, v.Y+y
		p.Boxes = append(p.Boxes, v)
	}
	for _, v := range b.texts {
		v.X, v.Y = v.X+left, v.Y+y
		p.Texts = append(p.Texts, v)
	}
}
