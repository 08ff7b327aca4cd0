package receipt

import "doorstep/sync/civic"

// layout sets r on paper, in the order of LOOK.md: whose paper it is, what it is and is not, the code, the facts,
// what happens next, the papers, and at the foot how to ask and how to verify.
func (p *Press) layout(r *civic.Receipt, paper Paper, t *typeset) (*Layout, error) {
	s, err := paper.sheet()
	if err != nil {
		return nil, err
	}
	c := &composer{sheet: s, set: t, phrases: newPhrases(r, p.t)}
	c.masthead()
	c.heading()
	if err := c.panel(); err != nil {
		return nil, err
	}
	c.facts()
	c.outlook()
	c.received()
	c.owed()
	c.foot()
	l := &Layout{Paper: paper, Lang: c.lang, Title: c.say("receipt.title")}
	l.Pages = paginate(s, c.blocks, c.runningHead)
	if !s.column {
		c.pageFeet(l.Pages)
	}
	return l, nil
}

// masthead names the authority and the point, and marks a later copy.
func (c *composer) masthead() {
	if c.column {
		c.centred(c.r.Authority, c.head, true, Black, 0)
		c.centred(c.r.Point, c.small, false, Quiet, 2)
		c.rule(12, 3, Black)
		return
	}
	room := c.measure
	first := len(c.blocks)
	if c.r.Copy > 1 {
		room -= c.set.measure(c.copyMark(), c.small, true) + 2*tagPad + 40
	}
	c.row(rowStyle{}, cell{text: c.r.Authority, size: c.strong, bold: true, measure: room})
	if c.r.Copy > 1 && len(c.blocks) > first {
		c.tag(&c.blocks[first], c.copyMark())
	}
	c.row(rowStyle{gap: 2}, cell{text: c.r.Point, size: c.small, ink: Quiet, measure: c.measure})
	c.rule(22, 5, Indigo)
}

const tagPad = 18

// tag frames words at the right end of a block.
func (c *composer) tag(b *block, words string) {
	w, h := c.set.measure(words, c.small, true)+2*tagPad, c.small+26
	x := c.measure - w
	b.boxes = append(b.boxes, frame(x, 0, w, h, 3, Indigo)...)
	b.texts = append(b.texts, Text{X: x + tagPad, Y: 13 + c.small*88/100, Size: c.small, Bold: true, Ink: Indigo, Words: words})
}

// heading says what the paper is and is not, for which service.
func (c *composer) heading() {
	title, not := c.say("receipt.title"), c.say("receipt.not_acceptance")
	if c.column {
		c.centred(title, c.title, true, Black, 10)
		c.centred(not, c.head, false, Black, 0)
		c.banner()
		c.centred(c.r.Service, c.strong, true, Black, 14)
		c.centred(c.r.ServiceID, c.small, false, Quiet, 0)
		return
	}
	b := block{height: leading(c.title), gap: 24}
	y := base(c.title)
	b.texts = []Text{{Y: y, Size: c.title, Bold: true, Words: title}}
	w := c.set.measure(title, c.title, true)
	if w+c.set.measure(not, c.strong, false)+28 <= c.measure {
		b.texts = append(b.texts, Text{X: w + 28, Y: y, Size: c.strong, Ink: Quiet, Words: not})
		c.blocks = append(c.blocks, b)
	} else {
		c.blocks = append(c.blocks, b)
		c.paragraph(not, c.strong, false, Quiet, 0)
	}
	c.banner()
	c.row(rowStyle{gap: 10}, cell{text: c.r.Service, size: c.strong + 8, bold: true, measure: c.measure})
	c.row(rowStyle{}, cell{text: c.say("receipt.service_id", c.r.ServiceID), size: c.small, ink: Quiet, measure: c.measure})
}

// banner marks a paper from training, which proves nothing.
func (c *composer) banner() {
	if !c.r.Training {
		return
	}
	words, size := c.say("receipt.training"), c.strong
	b := block{height: size * 2, gap: 16}
	b.boxes = []Box{{W: c.measure, H: b.height, Ink: Cinnabar}}
	x := max(0, (c.measure-c.set.measure(words, size, true))/2)
	b.texts = []Text{{X: x, Y: size/2 + size*88/100, Size: size, Bold: true, Ink: White, Words: words}}
	c.blocks = append(c.blocks, b)
}

// panel sets the tracking code beside its QR code, or below it where the paper is narrow.
func (c *composer) panel() error {
	if c.column {
		return c.codeColumn()
	}
	const pad = 32
	q, err := makeCode(c.r.QR, c.measure/2)
	if err != nil {
		return err
	}
	left := composer{sheet: c.sheet, set: c.set, phrases: c.phrases}
	left.measure = c.measure - q.side() - 3*pad
	size := c.fitting(c.r.Code.String(), c.code, left.measure)
	left.paragraph(c.say("receipt.code"), c.small, false, Quiet, 0)
	left.paragraph(c.r.Code.String(), size, true, Black, 0)
	left.paragraph(c.say("receipt.scan"), c.small, false, Black, 14)
	if c.r.Host != "" {
		left.paragraph(c.say("receipt.visit", c.r.Host), c.small, false, Quiet, 2)
	}
	text := span(left.blocks)
	b := block{height: max(q.side(), text) + 2*pad, gap: 26}
	b.boxes = append(b.boxes, Box{W: c.measure, H: b.height, Ink: Ground})
	y := (b.height - text) / 2
	for _, lb := range left.blocks {
		y += lb.gap
		b.merge(&lb, pad, y)
		y += lb.height
	}
	x, y := c.measure-pad-q.side(), (b.height-q.side())/2
	b.boxes = append(b.boxes, Box{X: x, Y: y, W: q.side(), H: q.side(), Ink: White})
	q.X, q.Y = x+quietZone*q.Module, y+quietZone*q.Module
	b.codes = append(b.codes, q)
	c.blocks = append(c.blocks, b)
	return nil
}

func (c *composer) codeColumn() error {
	q, err := makeCode(c.r.QR, c.measure)
	if err != nil {
		return err
	}
	b := block{height: q.side(), keep: true}
	q.X, q.Y = (c.measure-q.side())/2+quietZone*q.Module, quietZone*q.Module
	b.codes = []Code{q}
	c.blocks = append(c.blocks, b)
	c.centred(c.r.Code.String(), c.fitting(c.r.Code.String(), c.code, c.measure), true, Black, 0)
	c.centred(c.say("receipt.scan"), c.small, false, Black, 2)
	if c.r.Host != "" {
		c.centred(c.say("receipt.visit", c.r.Host), c.small, false, Quiet, 0)
	}
	c.rule(14, 3, Black)
	return nil
}

// facts says who, when, by whom, and where the application is now.
func (c *composer) facts() {
	facts := []fact{{"receipt.applicant", c.r.Applicant, c.r.Document}}
	if c.r.Proxy != "" {
		facts = append(facts, fact{"receipt.proxy", c.r.Proxy, ""})
	}
	where, more := c.custody()
	facts = append(facts, fact{"receipt.filed", c.filed(), ""}, fact{"receipt.taken", "", c.takenBy()}, fact{"receipt.where", where, more})
	width := c.labelWidth(facts)
	for i, f := range facts {
		gap := c.body * 2 / 5
		if i == 0 {
			gap = c.body
		}
		c.fact(f, gap, width)
	}
}

// fact is a labelled line: what matters of it, and what is said beside that.
type fact struct{ label, value, more string }

// labelWidth returns the width of the column that holds the labels of facts.
func (c *composer) labelWidth(facts []fact) int {
	width := 0
	for _, f := range facts {
		width = max(width, c.set.measure(c.say(f.label), c.small, false))
	}
	return min(width+c.body, c.measure*2/5)
}

// fact sets the value beside the label, and the rest beside the value where it fits or else below.
func (c *composer) fact(f fact, gap, width int) {
	style := rowStyle{gap: gap, ruled: !c.column}
	label := cell{text: c.say(f.label), size: c.small, ink: Quiet, measure: width - 8}
	value := cell{x: width, text: f.value, size: c.body, bold: true, measure: c.measure - width}
	more := cell{x: width, text: f.more, size: c.small, ink: Quiet, measure: c.measure - width}
	if f.value == "" {
		more.size, more.ink = c.body, Black
		c.row(style, label, more)
		return
	}
	if f.more == "" {
		c.row(style, label, value)
		return
	}
	beside := c.set.measure(clean(f.value), c.body, true) + c.body
	if beside+c.set.measure(clean(f.more), c.small, false) <= more.measure {
		more.x, more.measure = more.x+beside, more.measure-beside
		c.row(style, label, value, more)
		return
	}
	c.row(rowStyle{gap: gap, keep: true}, label, value)
	c.row(rowStyle{ruled: style.ruled}, more)
}

// outlook says what happens next and by when.
func (c *composer) outlook() {
	const bar, space = 8, 28
	x, gap := bar+space, c.body
	if c.column {
		c.rule(14, 3, Black)
		x, gap = 0, 10
	}
	first := len(c.blocks)
	reply, decision := c.promise()
	c.row(rowStyle{gap: gap, keep: true}, cell{x: x, text: reply, size: c.strong, bold: true, measure: c.measure - x})
	c.row(rowStyle{}, cell{x: x, text: decision, size: c.strong, bold: true, measure: c.measure - x})
	if c.column {
		return
	}
	for i := first; i < len(c.blocks); i++ {
		b := &c.blocks[i]
		b.boxes = append(b.boxes, Box{W: bar, H: b.height, Ink: Indigo})
	}
}

// foot says what the paper is good for, how to ask and how to verify.
func (c *composer) foot() {
	notes := []fact{
		{"receipt.meaning_label", "", c.say("receipt.meaning")},
		{"receipt.ask_label", "", c.r.Contact},
		{"receipt.keep_label", "", c.say("receipt.keep")},
		{"receipt.verify_label", "", c.say("receipt.verify")},
	}
	gap, width := c.head, c.labelWidth(notes)
	if c.column {
		c.rule(16, 3, Black)
		gap = 10
	}
	for i, f := range notes {
		if f.more == "" {
			continue
		}
		c.row(rowStyle{gap: gap, keep: i+1 < len(notes)},
			cell{text: c.say(f.label), size: c.small, bold: true, ink: Quiet, measure: width - 8},
			cell{x: width, text: f.more, size: c.small, ink: Quiet, measure: c.measure - width})
		gap = 6
	}
	if c.column {
		c.banner()
		c.rule(16, 3, Black)
		c.centred(c.copyMark(), c.body, true, Black, 8)
	}
}

// runningHead tells on a later page which receipt it belongs to.
func (c *composer) runningHead() []block {
	h := composer{sheet: c.sheet, set: c.set, phrases: c.phrases}
	h.paragraph(c.say("receipt.continued", c.r.Code.String()), c.small, true, Black, 0)
	if h.banner(); !c.r.Training {
		h.rule(14, 3, Indigo)
	}
	return append(h.blocks, block{height: 20})
}

// pageFeet sets the last line of every page: number of the receipt, page and copy.
func (c *composer) pageFeet(pages []Page) {
	y := c.height - c.bottom + 36
	for i := range pages {
		p := &pages[i]
		left := c.say("receipt.foot", c.r.Code.String())
		right := c.copyMark() + "　" + c.say("receipt.page", i+1, len(pages))
		if c.r.Training {
			right = c.say("receipt.training") + "　" + right
		}
		p.Boxes = append(p.Boxes, Box{X: c.left, Y: y, W: c.measure, H: 2, Ink: Rule})
		line := y + 16 + base(c.small)
		p.Texts = append(p.Texts,
			Text{X: c.left, Y: line, Size: c.small, Ink: Quiet, Words: left},
			Text{X: c.left + c.measure - c.set.measure(right, c.small, false), Y: line, Size: c.small, Ink: Quiet, Words: right})
	}
}
