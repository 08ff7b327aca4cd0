package receipt

import (
	"fmt"
	"strings"
)

// A Layout is a receipt set on paper, in dots from the top left corner of each page. It is what every printer draws:
// [Press.PDF] now, a raster for thermal printers from the same values.
type Layout struct {
	Paper Paper
	Lang  string
	Title string
	Pages []Page
}

// Page is one sheet. Boxes lie under codes, and both under the text.
type Page struct {
	Width, Height int
	Boxes         []Box
	Codes         []Code
	Texts         []Text
}

// Box is a filled rectangle.
type Box struct {
	X, Y, W, H int
	Ink        Ink
}

// Text is one line in one size. X is where it begins and Y is its base line.
type Text struct {
	X, Y, Size int
	Bold       bool
	Ink        Ink
	Words      string
}

// Code is a QR code. X, Y is the corner of its first module; the quiet zone around it is kept free by the layout.
type Code struct {
	X, Y   int
	Module int // dots per module
	Rows   [][]bool
}

// Ink is a colour by its use. On a thermal roll only black and white occur.
type Ink uint8

// The inks (LOOK.md, Tokens).
const (
	Black    Ink = iota // text
	Quiet               // labels and small print
	Rule                // thin lines
	Ground              // the panel under the code
	White               // on black, and under the QR code
	Indigo              // what is to be done
	Jade                // received
	Amber               // still owed
	Cinnabar            // training
)

// String names the ink.
func (k Ink) String() string {
	return [...]string{"black", "quiet", "rule", "ground", "white", "indigo", "jade", "amber", "cinnabar"}[k]
}

// String writes the layout as text, one line for each thing on it. Tests compare it.
func (l *Layout) String() string {
	var b strings.Builder
	for i, p := range l.Pages {
		fmt.Fprintf(&b, "page %d of %v, %d x %d\n", i+1, l.Paper, p.Width, p.Height)
		for _, x := range p.Boxes {
			fmt.Fprintf(&b, "box  %4d %4d  %d x %d %v\n", x.X, x.Y, x.W, x.H, x.Ink)
		}
		for _, c := range p.Codes {
			fmt.Fprintf(&b, "code %4d %4d  %d modules of %d\n", c.X, c.Y, len(c.Rows), c.Module)
		}
		for _, t := range p.Texts {
			weight := ""
			if t.Bold {
				weight = " bold"
			}
			fmt.Fprintf(&b, "text %4d %4d  %d%s %v %s\n", t.X, t.Y, t.Size, weight, t.Ink, t.Words)
		}
	}
	return b.String()
}

// A block is a piece of a page that is not cut: a line, a row, the panel with the code. Its parts are placed from
// its own top left corner.
type block struct {
	height int
	gap    int  // free space above, which falls away at the top of a page
	keep   bool // stays on one page with the block after it
	boxes  []Box
	codes  []Code
	texts  []Text
}

// place adds the block to a page at x, y.
func (b *block) place(p *Page, x, y int) {
	for _, v := range b.boxes {
		v.X, v.Y = v.X+x, v.Y+y
		p.Boxes = append(p.Boxes, v)
	}
	for _, v := range b.codes {
		v.X, v.Y = v.X+x, v.Y+y
		p.Codes = append(p.Codes, v)
	}
	for _, v := range b.texts {
		v.X, v.Y = v.X+x, v.Y+y
		p.Texts = append(p.Texts, v)
	}
}

// paginate sets blocks one below the other on as many pages as they need. head is set at the top of each page
// after the first.
func paginate(s sheet, blocks []block, head func() []block) []Page {
	limit := s.height - s.bottom
	if s.height == 0 {
		limit = longest
	}
	pages := []Page{{Width: s.width, Height: s.height}}
	y := s.top
	for i := 0; i < len(blocks); {
		n := i + 1
		for blocks[n-1].keep && n < len(blocks) {
			n++
		}
		if y > s.top && y+span(blocks[i:n]) > limit {
			closePage(s, &pages[len(pages)-1], y)
			pages = append(pages, Page{Width: s.width, Height: s.height})
			y = s.top
			for _, b := range head() {
				y += b.gap
				b.place(&pages[len(pages)-1], s.left, y)
				y += b.height
			}
			blocks[i].gap = 0
		}
		for ; i < n; i++ {
			y += blocks[i].gap
			blocks[i].place(&pages[len(pages)-1], s.left, y)
			y += blocks[i].height
		}
	}
	closePage(s, &pages[len(pages)-1], y)
	return pages
}

// closePage cuts a roll below what stands on it.
func closePage(s sheet, p *Page, y int) {
	if s.height == 0 {
		p.Height = y + s.bottom
	}
}

func span(blocks []block) int {
	h := 0
	for _, b := range blocks {
		h += b.gap + b.height
	}
	return h
}
