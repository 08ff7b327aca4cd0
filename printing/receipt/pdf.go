package receipt

import (
	"bytes"
	"fmt"
	"time"

	"github.com/go-pdf/fpdf"
)

// palette gives the inks their colours (LOOK.md, Tokens).
func palette(k Ink) (r, g, b int) {
	switch k {
	case Quiet:
		return 0x4A, 0x55, 0x65
	case Rule:
		return 0xD9, 0xD5, 0xCC
	case Ground:
		return 0xF8, 0xF6, 0xF1
	case White:
		return 0xFF, 0xFF, 0xFF
	case Indigo:
		return 0x17, 0x50, 0x8C
	case Jade:
		return 0x1B, 0x6E, 0x55
	case Amber:
		return 0x8A, 0x5A, 0x00
	case Cinnabar:
		return 0xA8, 0x23, 0x1C
	}
	return 0x1B, 0x24, 0x30
}

const (
	pointsPerInch = 72
	family        = "receipt"
)

// points turns dots into the unit of PDF.
func points(dots int) float64 { return float64(dots) * pointsPerInch / dotsPerInch }

// drawPDF draws a layout. Its bytes depend on the layout, the faces and the date only. fpdf panics where it could
// return errors, and a panic must not take the terminal with it.
func drawPDF(l *Layout, t *typeset, made time.Time) (pdf []byte, err error) {
	defer func() {
		if v := recover(); v != nil {
			pdf, err = nil, fmt.Errorf("draw PDF: %v", v)
		}
	}()
	codes := make(coding, 256)
	regular, bold := make(coding, 256), make(coding, 128)
	for _, p := range l.Pages {
		for _, x := range p.Texts {
			codes.code(x.Words)
			if x.Bold {
				bold.code(x.Words)
			} else {
				regular.code(x.Words)
			}
		}
	}
	if err := codes.settle(); err != nil {
		return nil, err
	}
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: pageSize(l, 0)})
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	doc.SetCatalogSort(true)
	doc.SetCreationDate(made)
	doc.SetModificationDate(made)
	doc.SetProducer("Doorstep", false)
	doc.SetTitle(l.Title, true)
	doc.SetLang(l.Lang)
	doc.AddUTF8FontFromBytes(family, "", t.regular.subset(regular.as(codes)))
	doc.AddUTF8FontFromBytes(family, "B", t.bold.subset(bold.as(codes)))
	for i := range l.Pages {
		doc.AddPageFormat("P", pageSize(l, i))
		drawShapes(doc, l, i)
		drawTexts(doc, l, i, codes)
	}
	var out bytes.Buffer
	if err := doc.Output(&out); err != nil {
		return nil, fmt.Errorf("draw PDF: %w", err)
	}
	return rewrite(out.Bytes(), codes)
}

// as returns the runes of c with the codes that all has for them.
func (c coding) as(all coding) coding {
	for r := range c {
		c[r] = all[r]
	}
	return c
}

// pageSize returns the size of a page: that of the sheet where the paper is cut to one, else whole dots.
func pageSize(l *Layout, page int) fpdf.SizeType {
	s, _ := l.Paper.sheet()
	size := fpdf.SizeType{Wd: float64(s.widthMM) * pointsPerInch / 25.4, Ht: points(l.Pages[page].Height)}
	if s.heightMM > 0 {
		size.Ht = float64(s.heightMM) * pointsPerInch / 25.4
	}
	return size
}

// drawShapes draws boxes and codes. They are written as whole dots under one transformation, because the places of
// fpdf are rounded to hundredths of a point and a code must have no grey edge.
func drawShapes(doc *fpdf.Fpdf, l *Layout, page int) {
	p := &l.Pages[page]
	var b []byte
	b = fmt.Appendf(b, "q %.8f 0 0 -%.8f 0 %.2f cm", points(1), points(1), pageSize(l, page).Ht)
	for _, x := range p.Boxes {
		b = appendInk(b, l.Paper, x.Ink)
		b = fmt.Appendf(b, "\n%d %d %d %d re f", x.X, x.Y, x.W, x.H)
	}
	for _, c := range p.Codes {
		b = append(b, "\n0 0 0 rg"...)
		// Each run is filled by itself: a rectangle alone is set on the dots by renderers that soften edges.
		c.Runs(func(x, y, w, h int) { b = fmt.Appendf(b, "\n%d %d %d %d re f", x, y, w, h) })
	}
	b = append(b, "\nQ"...)
	doc.RawWriteStr(string(b))
}

// drawTexts draws the lines of type, in dots from the top of the page as well. They begin a hair beside the dot,
// because a place that comes out just short of one would be drawn by the dot before.
func drawTexts(doc *fpdf.Fpdf, l *Layout, page int, codes coding) {
	const hair = 0.005 // points
	height := pageSize(l, page).Ht
	doc.RawWriteStr(fmt.Sprintf("q %.8f 0 0 %.8f %.3f %.3f cm", points(1), points(1), hair, height-hair))
	for _, t := range l.Pages[page].Texts {
		style := ""
		if t.Bold {
			style = "B"
		}
		doc.SetFont(family, style, float64(t.Size))
		doc.SetTextColor(inkOn(l.Paper, t.Ink))
		// fpdf measures from the top of the page and writes from its bottom, which is here the top.
		doc.Text(float64(t.X), height+float64(t.Y), codes.encode(t.Words))
	}
	doc.RawWriteStr("Q")
}

// appendInk sets the colour of what is filled next.
func appendInk(b []byte, paper Paper, k Ink) []byte {
	red, green, blue := inkOn(paper, k)
	return fmt.Appendf(b, "\n%.3f %.3f %.3f rg", float64(red)/255, float64(green)/255, float64(blue)/255)
}

// inkOn returns the colour of an ink on a paper: thermal heads have one black.
func inkOn(paper Paper, k Ink) (r, g, b int) {
	switch {
	case paper == A4 || k == White:
		return palette(k)
	default:
		return 0, 0, 0
	}
}
