// Package receipt prints 收件回执（非受理决定书）, the paper that a resident takes home.
//
// A [Press] sets a civic.Receipt in type: [Press.Layout] lays it out in dots for a paper, with the same order of
// things on every paper, and [Press.PDF] draws the layout. Both are pure: the same receipt on the same paper gives
// the same bytes, so that a reprint can be proven to be identical, and no name reaches the metadata of the file.
//
// Every character prints. What the base font lacks comes from the fonts behind it and stays text that can be
// searched and copied; what no font has prints as a box with its code point and is reported in Rendered.Missing, so
// that staff can be told. The package breaks its own lines, because the PDF library loses characters when it does.
//
// The receipt's names and numbers arrive masked and dates arrive computed: nothing is decided here but the form.
package receipt

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"doorstep/sync/civic"
)

// Options are what a Press is made of.
type Options struct {
	// Regular and Bold are TrueType fonts that hold the common Chinese characters. They are kept, not copied.
	Regular, Bold []byte

	// Fallback are paths of fonts that are asked, in order, for characters that Regular and Bold lack. A file
	// that does not exist is passed over. Default: FallbackFonts.
	Fallback []string

	// T returns the sentence of a locale key with its blanks filled in.
	T func(lang, key string, args ...any) string
}

// FallbackFonts returns where Debian installs the fonts of rare characters. BabelStone Han comes first because it
// has the forms of mainland China.
func FallbackFonts() []string {
	return []string{
		"/usr/share/fonts/truetype/babelstone/BabelStoneHan.ttf",
		"/usr/share/fonts/truetype/hanazono/HanaMinA.ttf",
		"/usr/share/fonts/truetype/hanazono/HanaMinB.ttf",
	}
}

// Press sets receipts. It does not change after New and may be used by many goroutines.
type Press struct {
	regular, bold *Face
	t             func(lang, key string, args ...any) string
	files         []io.Closer
}

// New reads the fonts. Close the press to let go of the files behind it.
func New(o Options) (*Press, error) {
	if o.T == nil {
		return nil, errors.New("receipt press: no sentences")
	}
	if o.Fallback == nil {
		o.Fallback = FallbackFonts()
	}
	behind, files, err := openFonts(o.Fallback)
	p := &Press{t: o.T, files: files}
	if err == nil {
		p.regular, err = ParseFace(o.Regular)
	}
	if err == nil {
		p.bold, err = ParseFace(o.Bold)
	}
	if err != nil {
		return nil, fmt.Errorf("receipt press: %w", errors.Join(err, p.Close()))
	}
	p.regular.behind, p.regular.swell = behind, swellRegular
	p.bold.behind, p.bold.swell = behind, swellBold
	return p, nil
}

// Close closes the font files.
func (p *Press) Close() error {
	var errs []error
	for _, f := range p.files {
		errs = append(errs, f.Close())
	}
	p.files = nil
	return errors.Join(errs...)
}

// Rendered is a receipt ready for a printer.
type Rendered struct {
	PDF     []byte
	Pages   int
	Missing []rune // characters that no font has, printed as a described box
}

// typeset is the type of one document in its two weights.
type typeset struct{ regular, bold *ruler }

func (p *Press) typeset() *typeset { return &typeset{newRuler(p.regular), newRuler(p.bold)} }

// ruler returns the ruler of a weight.
func (t *typeset) ruler(bold bool) *ruler {
	if bold {
		return t.bold
	}
	return t.regular
}

// Layout sets r on paper.
func (p *Press) Layout(r *civic.Receipt, paper Paper) (*Layout, error) {
	return p.layout(r, paper, p.typeset())
}

// PDF sets r on paper and draws it.
func (p *Press) PDF(r *civic.Receipt, paper Paper) (Rendered, error) {
	t := p.typeset()
	l, err := p.layout(r, paper, t)
	if err != nil {
		return Rendered{}, err
	}
	pdf, err := drawPDF(l, t, r.Filed.In(civic.China))
	if err != nil {
		return Rendered{}, err
	}
	return Rendered{PDF: pdf, Pages: len(l.Pages), Missing: t.missing()}, nil
}

// missing returns the characters met that no font has, sorted.
func (t *typeset) missing() []rune {
	var rs []rune
	for _, u := range []*ruler{t.regular, t.bold} {
		for r, g := range u.seen {
			if g.missing {
				rs = append(rs, r)
			}
		}
	}
	slices.Sort(rs)
	return slices.Compact(rs)
}
