package receipt

import "time"

// Type is the press's type for one document that is no receipt: package blank sets its forms with it. One goroutine
// uses it.
type Type struct{ set *typeset }

// Type returns fresh type.
func (p *Press) Type() *Type { return &Type{p.typeset()} }

// Measure returns the width of words in dots.
func (t *Type) Measure(words string, size int, bold bool) int {
	return t.set.measure(words, size, bold)
}

// Lines cleans words and breaks them into lines of at most measure dots, as receipts break them.
func (t *Type) Lines(words string, size int, bold bool, measure int) []string {
	return t.set.lines(words, size, bold, measure)
}

// PDF draws a layout whose words were all measured or broken by t. made is the date that the file bears.
func (t *Type) PDF(l *Layout, made time.Time) (Rendered, error) {
	pdf, err := drawPDF(l, t.set, made)
	if err != nil {
		return Rendered{}, err
	}
	return Rendered{PDF: pdf, Pages: len(l.Pages), Missing: t.set.missing()}, nil
}

// MM returns whole millimetres in dots, the unit of a layout.
func MM(n int) int { return mm(n) }

// Leading returns the distance of two lines of type of a size, and BaseLine how far below the top of a line its base
// line is.
func Leading(size int) int { return leading(size) }

// BaseLine is described at Leading.
func BaseLine(size int) int { return base(size) }

// Frame returns the four sides of a box.
func Frame(x, y, w, h, weight int, ink Ink) []Box { return frame(x, y, w, h, weight, ink) }
