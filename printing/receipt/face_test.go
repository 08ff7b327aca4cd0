package receipt

import (
	"reflect"
	"testing"

	"golang.org/x/image/font/sfnt"
)

func newTypeset(t testing.TB) *typeset {
	t.Helper()
	p, err := New(Options{
		Regular: BaseFont(t, "400Regular"), Bold: BaseFont(t, "700Bold"),
		T: func(string, string, ...any) string { return "" },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p.typeset()
}

// TestSubset reads the small font back with another reader: every character has the outline and the width that the
// large font gives it.
func TestSubset(t *testing.T) {
	set := newTypeset(t)
	codes := coding{}
	codes.code("收件回执 AVjg 0123，。（）𬭎𠮷龑䶮\ue000 ")
	if err := codes.settle(); err != nil {
		t.Fatal(err)
	}
	small, err := ParseFace(set.regular.subset(codes))
	if err != nil {
		t.Fatal(err)
	}
	back := newRuler(small)
	for _, r := range codes.runes() {
		want := set.regular.glyph(r)
		got, _ := back.loadFrom(small.base, codes[r])
		if got.advance != want.advance {
			t.Errorf("%c: advance %d, want %d", r, got.advance, want.advance)
		}
		// What was scaled or thickened is rounded when it is stored: there the number of contours must do.
		if len(got.shape) != len(want.shape) {
			t.Errorf("%c: %d contours, want %d", r, len(got.shape), len(want.shape))
		}
		if !set.regular.face.has(r) {
			continue
		}
		if r != ' ' && (len(got.shape) == 0 || !reflect.DeepEqual(got.shape.stored(), want.shape.stored())) {
			t.Errorf("%c: another outline", r)
		}
	}
}

// has reports whether the base font itself has r.
func (f *Face) has(r rune) bool {
	id, err := f.base.GlyphIndex(nil, r)
	return err == nil && id != 0
}

func TestCodingIsOneToOne(t *testing.T) {
	codes := coding{}
	codes.code("一\ue000\ue001\uf8ff𠮷𬭎\U000e0000\U0010fffda")
	if err := codes.settle(); err != nil {
		t.Fatal(err)
	}
	taken := map[rune]rune{}
	for r, c := range codes {
		if c <= 0 || c >= 0xFFFF || c >= 0xD800 && c < privateFirst {
			t.Errorf("%U has the code %U", r, c)
		}
		if other, ok := taken[c]; ok {
			t.Errorf("%U and %U have the code %U", r, other, c)
		}
		taken[c] = r
	}
	if codes['一'] != '一' {
		t.Error("a common character does not keep its code")
	}
	for r := rune(0x20000); r < 0x20000+7000; r++ {
		codes.code(string(r))
	}
	if codes.settle() == nil {
		t.Error("more rare characters than private codes are not refused")
	}
}

// TestFallback asks for characters that the base font lacks.
func TestFallback(t *testing.T) {
	set := newTypeset(t)
	if len(set.regular.face.behind) == 0 {
		t.Skip("SKIP: no fallback fonts (apt-get install fonts-babelstone-han fonts-hanazono)")
	}
	for _, r := range "𠮷𠀀𪚥𫠣" {
		if _, ok := set.regular.loadFrom(set.regular.face.base, r); ok {
			t.Errorf("%c is in the base font and tests nothing", r)
		}
		g := set.regular.glyph(r)
		if g.missing || len(g.shape) == 0 || g.advance != em {
			t.Errorf("%c: missing %t, %d contours, advance %d", r, g.missing, len(g.shape), g.advance)
		}
	}
	for _, r := range "\ue000\U0010fffd\u0645" {
		if g := set.regular.glyph(r); !g.missing || len(g.shape) < 2+4 {
			t.Errorf("%U: missing %t, %d contours, want a described box", r, g.missing, len(g.shape))
		}
	}
}

func TestNewRefuses(t *testing.T) {
	say := func(string, string, ...any) string { return "" }
	good := BaseFont(t, "400Regular")
	for name, o := range map[string]Options{
		"no sentences":    {Regular: good, Bold: good},
		"no font":         {Bold: good, T: say},
		"broken font":     {Regular: good, Bold: good[:2000], T: say},
		"broken fallback": {Regular: good, Bold: good, T: say, Fallback: []string{"face_test.go"}},
	} {
		if p, err := New(o); err == nil {
			t.Errorf("%s: no error", name)
			_ = p.Close()
		}
	}
	p, err := New(Options{Regular: good, Bold: good, T: say, Fallback: []string{"no-such-font.ttf"}})
	if err != nil {
		t.Fatalf("a font that is not installed: %v", err)
	}
	_ = p.Close()
}

// TestSwollen thickens a frame: its outer side moves out and its inner side in.
func TestSwollen(t *testing.T) {
	o := outline{rectangle(100, 100, 900, 900, true), rectangle(200, 200, 800, 800, false)}.swollen(10).stored()
	x0, y0, x1, y1 := o[:1].bounds()
	if got := [4]int{x0, y0, x1, y1}; got != [4]int{90, 90, 910, 910} {
		t.Errorf("outer side %v", got)
	}
	x0, y0, x1, y1 = o[1:].bounds()
	if got := [4]int{x0, y0, x1, y1}; got != [4]int{210, 210, 790, 790} {
		t.Errorf("inner side %v", got)
	}
}

// TestCubic checks the quadratic pieces of a cubic curve against the curve itself.
func TestCubic(t *testing.T) {
	p0, p1, p2, p3 := point{0, 0, true}, point{0, 64000, false}, point{64000, 64000, false}, point{64000, 0, true}
	c := contour{p0}.cubic(p1, p2, p3)
	if len(c) != 9 || c[8] != p3 {
		t.Fatalf("%d points, the last %v", len(c), c[len(c)-1])
	}
	for i := 1; i < len(c); i += 2 {
		s := float64(i) / 8 // the middle of a piece
		f := func(a, b, c, d int) float64 {
			u := 1 - s
			return u*u*u*float64(a) + 3*u*u*s*float64(b) + 3*u*s*s*float64(c) + s*s*s*float64(d)
		}
		x := float64(c[i-1].x+2*c[i].x+c[i+1].x) / 4
		y := float64(c[i-1].y+2*c[i].y+c[i+1].y) / 4
		if dx, dy := x-f(p0.x, p1.x, p2.x, p3.x), y-f(p0.y, p1.y, p2.y, p3.y); dx*dx+dy*dy > 64*64 {
			t.Errorf("piece %d is off by %.0f, %.0f", i/2, dx, dy)
		}
	}
}

func TestEmptyGlyph(t *testing.T) {
	if o := trace(sfnt.Segments{}); o.glyf() != nil {
		t.Error("an empty outline is not an empty glyph")
	}
}
