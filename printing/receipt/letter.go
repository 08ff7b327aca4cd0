package receipt

import (
	"fmt"
	"strings"
	"time"
)

// Letter is what a department writes to a resident: a decision, or what it asks for. Everything is said already; the
// press sets it as documents of government are set: the authority over a line, the title, the number, the person,
// the text with its first lines set in, and the authority and the day at the right below.
type Letter struct {
	Lang      string
	Authority string
	Title     string
	Number    string // of the document; empty for a draft
	Draft     string // printed in a frame where the letter is not issued yet
	To        string
	Parts     []Part
	Day       string // of issue, in words
	Seal      string // where the authority's seal goes
	Foot      []string
	Made      time.Time // goes into the file, so that the same letter gives the same bytes
	Page      func(page, of int) string
}

// Part is one paragraph of a letter, or one numbered item of a list.
type Part struct {
	Text  string
	Item  int  // its number in a list; 0 for a paragraph
	Plain bool // without the first line set in
}

// Sizes of a letter, in dots: 16 points of text on A4 and 22 of title.
const (
	letterText  = 45
	letterTitle = 68
)

// Letter sets a letter on A4 and draws it.
func (p *Press) Letter(l *Letter) (Rendered, error) {
	t := p.typeset()
	set, err := layoutLetter(l, t)
	if err != nil {
		return Rendered{}, err
	}
	pdf, err := drawPDF(set, t, l.Made)
	if err != nil {
		return Rendered{}, err
	}
	return Rendered{PDF: pdf, Pages: len(set.Pages), Missing: t.missing()}, nil
}

// LetterLayout sets a letter on paper without drawing it.
func (p *Press) LetterLayout(l *Letter) (*Layout, error) { return layoutLetter(l, p.typeset()) }

func layoutLetter(l *Letter, t *typeset) (*Layout, error) {
	s, err := A4.sheet()
	if err != nil {
		return nil, err
	}
	s.left, s.measure = mm(28), mm(210)-2*mm(28)
	c := &composer{sheet: s, set: t}
	c.letterHead(l)
	c.paragraph(l.To, letterText, false, Black, 40)
	for _, part := range l.Parts {
		c.part(part)
	}
	c.signature(l)
	out := &Layout{Paper: A4, Lang: l.Lang, Title: l.Title}
	out.Pages = paginate(s, c.blocks, func() []block { return nil })
	c.letterFeet(l, out.Pages)
	return out, nil
}

// letterHead names the authority, what the letter is, and its number.
func (c *composer) letterHead(l *Letter) {
	if l.Draft != "" {
		b := block{height: c.small + 40}
		c.tag(&b, l.Draft)
		c.blocks = append(c.blocks, b)
	}
	size := c.fitting(l.Authority, letterTitle-8, c.measure)
	if size < letterText {
		size = letterText // a name this long takes two lines rather than small type
	}
	c.centred(l.Authority, size, true, Cinnabar, 24)
	c.rule(22, 5, Cinnabar)
	c.centred(l.Title, letterTitle, true, Black, 56)
	if l.Number != "" {
		c.centred(l.Number, c.head, false, Black, 10)
	}
}

// part sets one paragraph with its first line set in by two characters, or one item of a list.
func (c *composer) part(part Part) {
	const indent = 2 * letterText
	for i, text := range strings.Split(strings.TrimSpace(part.Text), "\n") {
		switch {
		case part.Item > 0 && i == 0:
			c.row(rowStyle{gap: 8}, cell{x: indent, text: fmt.Sprintf("%d.", part.Item), size: letterText, measure: indent},
				cell{x: indent + letterText*3/2, text: text, size: letterText, measure: c.measure - indent - letterText*3/2})
		case part.Plain:
			c.paragraph(text, letterText, false, Black, 8)
		default:
			c.indented(text, indent)
		}
	}
}

// indented sets a paragraph whose first line begins further right.
func (c *composer) indented(text string, indent int) {
	const em2 = "　　"
	lines := wrap(em2+strings.TrimSpace(clean(text)), c.set.ruler(false).width, c.measure*em/letterText)
	for i, line := range lines {
		b := block{height: leading(letterText), keep: i+1 < len(lines) && len(lines) <= wholeRow}
		x := 0
		if i == 0 {
			b.gap, x = 8, indent
		}
		b.texts = []Text{{X: x, Y: base(letterText), Size: letterText, Words: strings.TrimRight(strings.TrimPrefix(line, em2), " ")}}
		c.blocks = append(c.blocks, b)
	}
}

// signature sets the authority, the day and the place of the seal at the right, on one page with each other.
func (c *composer) signature(l *Letter) {
	lines := []string{l.Authority, l.Day}
	if l.Seal != "" {
		lines = append(lines, l.Seal)
	}
	for i, line := range lines {
		b := block{height: leading(letterText), keep: true}
		if i == 0 {
			b.gap = 120
		}
		size, ink := letterText, Black
		if i == 2 {
			size, ink = c.small, Quiet
		}
		for _, part := range c.set.lines(line, size, false, c.measure) {
			b.texts = []Text{{X: c.measure - c.set.measure(part, size, false), Y: base(letterText), Size: size, Ink: ink, Words: part}}
			c.blocks = append(c.blocks, b)
			b.gap = 0
		}
	}
	for i, line := range l.Foot {
		gap := 6
		if i == 0 {
			c.rule(70, 2, Rule)
			gap = 18
		}
		c.paragraph(line, c.small, false, Quiet, gap)
	}
}

// letterFeet sets the page number in the middle below every page, and the number of the document before it.
func (c *composer) letterFeet(l *Letter, pages []Page) {
	for i := range pages {
		words := l.Page(i+1, len(pages))
		if l.Number != "" {
			words = l.Number + "　" + words
		}
		x := c.left + (c.measure-c.set.measure(words, c.small, false))/2
		pages[i].Texts = append(pages[i].Texts, Text{X: x, Y: c.height - c.bottom + 40 + base(c.small), Size: c.small, Ink: Quiet, Words: words})
	}
}
