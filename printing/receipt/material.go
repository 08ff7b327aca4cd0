package receipt

import (
	"strconv"
	"strings"

	"doorstep/sync/civic"
)

// received lists the papers taken in.
func (c *composer) received() {
	c.list("receipt.received", "receipt.received_none", Jade, c.r.Received, func(m *civic.ReceiptMaterial) string {
		return c.together(
			c.count("receipt.material.seen", m.Original), c.count("receipt.material.copied", m.Copies),
			c.count("receipt.material.pages", m.Pages), m.Note)
	})
}

// owed lists the papers that must follow, each with an empty box to tick off at home.
func (c *composer) owed() {
	c.list("receipt.owed", "receipt.owed_none", Amber, c.r.Owed, func(m *civic.ReceiptMaterial) string {
		by := ""
		if !m.By.IsZero() {
			by = c.say("receipt.material.by", c.date(m.By))
		}
		return c.together(
			by, c.count("receipt.material.original", m.Original), c.count("receipt.material.copies", m.Copies), m.Note)
	})
}

// count returns the sentence for n papers, or nothing for none.
func (c *composer) count(key string, n int) string {
	if n == 0 {
		return ""
	}
	return c.say(key, n)
}

// together joins what is said of one paper.
func (c *composer) together(parts ...string) string {
	var said []string
	for _, p := range parts {
		if p != "" {
			said = append(said, p)
		}
	}
	return strings.Join(said, c.say("receipt.material.and"))
}

// list sets a heading with the number of papers and one row for each.
func (c *composer) list(heading, none string, ink Ink, papers []civic.ReceiptMaterial, detail func(*civic.ReceiptMaterial) string) {
	first := len(c.blocks)
	c.row(rowStyle{gap: c.head * 6 / 5, keep: true}, cell{text: c.say(heading, len(papers)), size: c.head, bold: true, ink: ink, measure: c.measure})
	if len(papers) == 0 {
		c.blocks = c.blocks[:first]
		c.row(rowStyle{gap: c.head}, cell{text: c.say(none), size: c.body, ink: Quiet, measure: c.measure})
		return
	}
	if !c.column {
		c.rule(6, 3, ink)
		c.blocks[len(c.blocks)-1].keep = true
	}
	for i := range papers {
		c.paper(i+1, heading == "receipt.owed", &papers[i], detail(&papers[i]))
	}
}

// paper sets one row: number or box to tick, name, and what is said of it at the right or below.
func (c *composer) paper(n int, box bool, m *civic.ReceiptMaterial, detail string) {
	first := len(c.blocks)
	indent := c.body * 2
	number := cell{text: strconv.Itoa(n), size: c.small, ink: Quiet, measure: indent}
	if box {
		number.text = ""
	}
	name := cell{x: indent, text: m.Name, size: c.body, measure: c.measure - indent}
	switch {
	case detail == "":
		c.row(rowStyle{gap: 10, ruled: !c.column}, number, name)
	case c.column:
		c.row(rowStyle{gap: 8, keep: true}, number, name)
		c.row(rowStyle{}, cell{x: indent, text: detail, size: c.small, ink: Quiet, measure: c.measure - indent})
	default:
		const space = 36
		width := (c.measure - indent) * 9 / 20
		name.measure -= width + space
		c.row(rowStyle{gap: 10, ruled: true}, number, name,
			cell{x: c.measure - width, text: detail, size: c.small, ink: Quiet, measure: width})
	}
	if box && len(c.blocks) > first {
		b, side := &c.blocks[first], c.body*3/4
		b.boxes = append(b.boxes, frame(0, base(c.body)-side+c.body/20, side, side, 3, Black)...)
	}
}
