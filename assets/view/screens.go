package view

import "doorstep/sync/civic"

// Screens cuts a notice into what a lobby screen shows at a time: about perLine Han characters on a line and perScreen
// lines, the title one and a half times as large and the line of facts below it on the first. It is the editor's
// preview; the screen itself measures.
func Screens(title string, parts []Part, perLine, perScreen int) [][]Part {
	c := cutter{line: perLine, lines: perScreen}
	c.left = max(1, perScreen-(3*c.height(title, perLine*2/3)+1)/2-1)
	for _, p := range parts {
		if p.Kind == civic.BlockRow {
			c.table(p)
		} else {
			c.text(p)
		}
	}
	c.turn()
	return c.out
}

// cutter fills one screen after the other.
type cutter struct {
	line, lines int
	left        int // lines free on the present screen
	now         []Part
	out         [][]Part
}

// height is how many lines a text takes.
func (c *cutter) height(s string, width int) int {
	return max(1, (len([]rune(s))+max(1, width)-1)/max(1, width))
}

// turn begins the next screen, unless the present one is empty.
func (c *cutter) turn() {
	if len(c.now) > 0 {
		c.out, c.now = append(c.out, c.now), nil
	}
	c.left = c.lines
}

func (c *cutter) text(p Part) {
	for text := []rune(p.Text); len(text) > 0; {
		if c.left < 1 || p.Kind == civic.BlockHeading && c.left < 2 {
			c.turn() // a heading never stands alone at the foot
		}
		n := min(len(text), c.left*c.line)
		c.now = append(c.now, Part{Kind: p.Kind, Text: string(text[:n])})
		c.left -= c.height(string(text[:n]), c.line)
		text = text[n:]
	}
}

// table keeps rows whole and says the head again on every screen. A heading that would be left behind goes with it.
func (c *cutter) table(p Part) {
	widths := columns(p, c.line)
	cost := func(row []string) int {
		n := 1
		for i, cell := range row {
			n = max(n, c.height(cell, widths[min(i, len(widths)-1)]))
		}
		return n
	}
	head := cost(p.Head)
	begin := func() {
		c.now = append(c.now, Part{Kind: civic.BlockRow, Head: p.Head})
		c.left -= head
	}
	for i, row := range p.Rows {
		need := cost(row)
		switch {
		case i == 0 && head+need <= c.left:
			begin()
		case i == 0 || need > c.left:
			heading := c.takeHeading()
			c.turn()
			if heading != nil {
				c.text(*heading)
			}
			begin()
		}
		last := &c.now[len(c.now)-1]
		last.Rows = append(last.Rows, row)
		c.left -= need
	}
	if len(p.Rows) == 0 {
		begin()
	}
}

// takeHeading takes a heading that ends the present screen off it.
func (c *cutter) takeHeading() *Part {
	if len(c.now) == 0 || c.now[len(c.now)-1].Kind != civic.BlockHeading {
		return nil
	}
	last := c.now[len(c.now)-1]
	c.now = c.now[:len(c.now)-1]
	return &last
}

// columns parts a line among the columns of a table as their longest cells need it.
func columns(p Part, line int) []int {
	longest := make([]int, max(1, len(p.Head)))
	total := 0
	for i := range longest {
		longest[i] = 1
		for _, row := range append([][]string{p.Head}, p.Rows...) {
			if i < len(row) {
				longest[i] = max(longest[i], len([]rune(row[i])))
			}
		}
		total += longest[i]
	}
	for i, n := range longest {
		longest[i] = max(2, line*n/total)
	}
	return longest
}
