package receipt

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// em is the number of units in which all glyphs are held, whatever their font uses.
const em = 1000

// A Face is one weight of type: a font and, behind it, the fonts that are asked for characters it lacks. It is read
// once, does not change and is shared by all documents.
type Face struct {
	base   *sfnt.Font
	behind []*sfnt.Font
	swell  int // how far the glyphs of the fonts behind are made bolder, in em units
}

// The fonts of rare characters come in one weight, lighter than the base. Their strokes are made heavier on each
// side by this much, so that a rare character in a name does not look fainter than its neighbours.
const swellRegular, swellBold = 8, 24

// ParseFace reads a TrueType font of which nothing is behind. The face keeps ttf and never writes to it.
func ParseFace(ttf []byte) (*Face, error) {
	base, err := sfnt.Parse(ttf)
	if err != nil {
		return nil, fmt.Errorf("parse font: %w", err)
	}
	return &Face{base: base}, nil
}

// openFonts opens the font files that exist, in order. They are read as glyphs are asked for: together they are
// larger than the memory a terminal should spend on them.
func openFonts(paths []string) (fonts []*sfnt.Font, files []io.Closer, err error) {
	for _, path := range paths {
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fonts, files, fmt.Errorf("open font: %w", err)
		}
		files = append(files, f)
		font, err := sfnt.ParseReaderAt(f)
		if err != nil {
			return fonts, files, fmt.Errorf("parse font %s: %w", path, err)
		}
		fonts = append(fonts, font)
	}
	return fonts, files, nil
}

// glyph is the form of one character.
type glyph struct {
	shape   outline
	advance int
	missing bool // no font has it: shape is a box with its code point
}

// A ruler measures the text of one document and remembers the glyphs that it met. One goroutine uses it.
type ruler struct {
	face *Face
	buf  sfnt.Buffer
	seen map[rune]glyph
}

func newRuler(f *Face) *ruler { return &ruler{face: f, seen: make(map[rune]glyph, 256)} }

// width returns the advance of r in units of the em.
func (u *ruler) width(r rune) int { return u.glyph(r).advance }

// glyph returns the form of r, from the first font that has one.
func (u *ruler) glyph(r rune) glyph {
	g, ok := u.seen[r]
	if !ok {
		if g, ok = u.load(r); !ok {
			g = u.describe(r)
		}
		u.seen[r] = g
	}
	return g
}

// load asks the fonts for r. A private character means something else in every font, so none is asked.
func (u *ruler) load(r rune) (glyph, bool) {
	if unicode.Is(unicode.Co, r) {
		return glyph{}, false
	}
	if g, ok := u.loadFrom(u.face.base, r); ok {
		return g, true
	}
	for _, f := range u.face.behind {
		if g, ok := u.loadFrom(f, r); ok {
			g.shape = g.shape.swollen(u.face.swell)
			return g, true
		}
	}
	if unicode.IsSpace(r) {
		return glyph{advance: em / 4}, true
	}
	return glyph{}, false
}

// loadFrom reads r from one font. A font that maps a visible character to an empty glyph does not have it.
func (u *ruler) loadFrom(f *sfnt.Font, r rune) (glyph, bool) {
	id, err := f.GlyphIndex(&u.buf, r)
	if err != nil || id == 0 {
		return glyph{}, false
	}
	adv, err := f.GlyphAdvance(&u.buf, id, fixed.I(em), font.HintingNone)
	if err != nil {
		return glyph{}, false
	}
	segs, err := f.LoadGlyph(&u.buf, id, fixed.I(em), nil)
	if err != nil || len(segs) == 0 && !unicode.IsSpace(r) {
		return glyph{}, false
	}
	return glyph{shape: trace(segs), advance: adv.Round()}, true
}

// describe draws a character that no font has: a box with its code point, so that a person can look it up and the
// paper shows that something stands there.
func (u *ruler) describe(r rune) glyph {
	const (
		side, line, floor = 900, 36, -70 // of the box
		half              = (side - 2*line) / 2
		capital, height   = 733, 330 // of a digit, as the font draws it and in the box
	)
	digits := fmt.Sprintf("%04X", r)
	columns := (len(digits) + 1) / 2
	cell := (side - 2*line) / columns
	left := (em - side) / 2
	g := glyph{advance: em, missing: true, shape: outline{
		rectangle(left, floor, left+side, floor+side, true),
		rectangle(left+line, floor+line, left+side-line, floor+side-line, false),
	}}
	for i, d := range digits {
		digit, _ := u.loadFrom(u.face.base, d)
		scale := min(height*1000/capital, cell*900/max(digit.advance, 1)) // in thousandths
		x := left + line + i%columns*cell + (cell-digit.advance*scale/1000)/2
		y := floor + line + (1-i/columns)*half + (half-capital*scale/1000)/2
		g.shape = append(g.shape, digit.shape.placed(x, y, scale)...)
	}
	return g
}
