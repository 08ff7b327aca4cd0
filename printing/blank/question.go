package blank

import (
	"doorstep/printing/receipt"
	"doorstep/sync/form"
)

// printedItems is how many of a repeat a paper has room for; more are written on a second paper.
const printedItems = 3

// numberCells is how many characters an identity number and a unified social credit code have.
const numberCells = 18

// question sets one question: what is asked at the left, room for the answer at the right.
func (c *composer) question(f form.Field) {
	switch f.Control {
	case form.Agree:
		c.tick(f.Label)
	case form.Repeat:
		c.repeat(f)
	default:
		c.row(f)
	}
}

// repeat sets several of the same, each under its number.
func (c *composer) repeat(f form.Field) {
	for i := range min(printedItems, f.MaxItems) {
		b := block{height: receipt.Leading(body) + receipt.MM(2), keep: true}
		b.text(0, receipt.MM(2), body, true, receipt.Black, c.say("blank.item", f.Label, i+1))
		c.add(b)
		for _, sub := range f.Blank {
			c.row(sub)
		}
	}
	if f.MaxItems > printedItems {
		c.words(c.say("blank.more"), small, receipt.Quiet, receipt.MM(1))
	}
}

// row sets the question in its column, with its small print, and the answer beside it. It is one block: a question and
// its lines are not torn apart.
func (c *composer) row(f form.Field) {
	pad := receipt.MM(2)
	b := block{}
	y := pad
	label := f.Label
	if f.Depends {
		label = c.say("blank.depends", label)
	} else if !f.Required {
		label = c.say("blank.optional", label)
	}
	for _, l := range c.set.Lines(label, body, false, asked) {
		b.text(0, y, body, false, receipt.Black, l)
		y += receipt.Leading(body)
	}
	for _, l := range c.set.Lines(f.Help, small, false, asked) {
		b.text(0, y, small, false, receipt.Quiet, l)
		y += receipt.Leading(small)
	}
	b.height = max(y, pad+c.room(&b, f, pad)) + pad
	b.box(0, b.height-2, measure, 2, receipt.Rule)
	c.add(b)
}

// room leaves room for the answer and returns its height.
func (c *composer) room(b *block, f form.Field, y int) int {
	switch f.Control {
	case form.Choice, form.MultiChoice:
		return c.options(b, f.Options, y)
	case form.YesNo:
		return c.options(b, []form.Option{{Label: c.say("field.yes")}, {Label: c.say("field.no")}}, y)
	case form.DocumentControl:
		h := 0
		if len(f.Options) > 1 {
			h = c.options(b, f.Options, y) + receipt.MM(2)
		}
		return h + cells(b, y+h, numberCells)
	case form.IDNumber:
		return cells(b, y, numberCells)
	case form.DateControl:
		return c.date(b, y)
	case form.LongText:
		return lines(b, y, min(8, max(3, f.MaxLen/120)))
	case form.Number:
		return c.number(b, f.Unit, y)
	case form.Address:
		return lines(b, y, 2)
	}
	return lines(b, y, 1)
}

// options sets boxes to tick side by side, as many to a line as fit.
func (c *composer) options(b *block, options []form.Option, y int) int {
	x, row := answers, 0
	for _, o := range options {
		set := c.set.Lines(o.Label, body, false, measure-answers-2*square)
		wide := 2 * square
		for _, l := range set {
			wide = max(wide, 2*square+c.set.Measure(l, body, false))
		}
		if x > answers && x+wide > measure {
			x, row = answers, row+receipt.Leading(body)
		}
		b.frame(x, y+row+(receipt.Leading(body)-square)/2, square, square)
		for i, l := range set {
			if i > 0 {
				row += receipt.Leading(body)
			}
			b.text(x+square+square/2, y+row, body, false, receipt.Black, l)
		}
		x += wide + receipt.MM(4)
	}
	return row + receipt.Leading(body)
}

// lines leaves n empty lines.
func lines(b *block, y, n int) int {
	for i := range n {
		b.box(answers, y+(i+1)*line-2, measure-answers, 2, receipt.Quiet)
	}
	return n * line
}

// cells leaves a row of cells, one for each character of a number.
func cells(b *block, y, n int) int {
	w := (measure - answers) / n
	for i := range n {
		b.frame(answers+i*w, y, w+2, line)
	}
	return line
}

// date leaves room for year, month and day.
func (c *composer) date(b *block, y int) int {
	x := answers
	for i, word := range []string{c.say("field.year"), c.say("field.month"), c.say("field.day")} {
		room := receipt.MM(14)
		if i == 0 {
			room = receipt.MM(24)
		}
		b.box(x, y+line-2, room, 2, receipt.Quiet)
		x += room + receipt.MM(1)
		b.text(x, y+line-receipt.Leading(body), body, false, receipt.Black, word)
		x += c.set.Measure(word, body, false) + receipt.MM(3)
	}
	return line
}

// number leaves a line before its unit.
func (c *composer) number(b *block, unit string, y int) int {
	room := receipt.MM(50)
	b.box(answers, y+line-2, room, 2, receipt.Quiet)
	b.text(answers+room+receipt.MM(2), y+line-receipt.Leading(body), body, false, receipt.Black, unit)
	return line
}
