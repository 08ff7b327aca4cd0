package receipt

import (
	"bytes"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// Poppler runs one of the poppler programs or zbarimg and returns what it wrote; a complaint fails the test.
func Poppler(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("SKIP: no %s (apt-get install poppler-utils zbar-tools)", name)
	}
	var out, errs bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v: %s", name, err, errs.Bytes())
	}
	if strings.HasPrefix(name, "pdf") && errs.Len() > 0 {
		t.Fatalf("%s complains: %s", name, errs.Bytes())
	}
	return out.Bytes()
}

// Pictures renders the pages of a PDF at the resolution of a thermal head.
func Pictures(t testing.TB, pdf []byte) []*image.Gray {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "a.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	Poppler(t, "pdftoppm", "-r", fmt.Sprint(dotsPerInch), "-gray", path, filepath.Join(dir, "p"))
	names, _ := filepath.Glob(filepath.Join(dir, "p*.pgm"))
	var pictures []*image.Gray
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		var w, h, top int
		if _, err := fmt.Sscanf(string(b[:min(40, len(b))]), "P5\n%d %d\n%d", &w, &h, &top); err != nil || top != 255 {
			t.Fatalf("picture %s: %v", n, err)
		}
		pictures = append(pictures, &image.Gray{Pix: b[len(b)-w*h:], Stride: w, Rect: image.Rect(0, 0, w, h)})
	}
	return pictures
}

// The grid on which the test sets characters, in dots.
const cellSide, cellSize, perRow, perPage = 40, 32, 40, 40 * 56

// grid sets each character of rs in a cell of its own.
func grid(rs []rune, bold bool) *Layout {
	l := &Layout{Paper: A4, Title: "8105"}
	for i, r := range rs {
		if i%perPage == 0 {
			l.Pages = append(l.Pages, Page{Width: mm(210), Height: mm(297)})
		}
		c := cell0(i)
		p := &l.Pages[len(l.Pages)-1]
		p.Texts = append(p.Texts, Text{X: c.X, Y: c.Y + cellSize, Size: cellSize, Bold: bold, Words: string(r)})
	}
	return l
}

func cell0(i int) image.Point {
	i %= perPage
	return image.Pt(20+i%perRow*cellSide, 20+i/perRow*cellSide)
}

// ink returns how dark each dot of a cell is, black being 255 though text is printed in dark grey.
func ink(p *image.Gray, at image.Point) []int {
	black, _, _ := palette(Black)
	black = 255 - black - 7 // the grey that poppler makes of the ink
	b := make([]int, 0, cellSide*cellSide)
	for y := range cellSide {
		for x := range cellSide {
			b = append(b, (255-int(p.GrayAt(at.X+x-2, at.Y+y-2).Y))*255/black)
		}
	}
	return b
}

// apart returns how much two cells differ, as a share of their ink.
func apart(a, b []int) float64 {
	diff, sum := 0, 1
	for i := range a {
		diff += max(a[i]-b[i], b[i]-a[i])
		sum += a[i] + b[i]
	}
	return float64(diff) / float64(sum)
}

func total(a []int) int {
	sum := 0
	for _, v := range a {
		sum += v
	}
	return sum
}

// TestTongyong prints all 8,105 characters of 通用规范汉字表 in both weights and looks at the paper: each is drawn,
// looks as another program draws it from the full font, does not look like the character after it, is not the box
// that stands for a missing one, and can be copied from the file as text.
func TestTongyong(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIP: long")
	}
	list, err := os.ReadFile("testdata/tongyong-8105.txt")
	if err != nil {
		t.Fatal(err)
	}
	rs := []rune(strings.Join(strings.Fields(string(list)), ""))
	high := 0
	for _, r := range rs {
		if r > 0xFFFF {
			high++
		}
	}
	if len(rs) != 8105 || high != 196 {
		t.Fatalf("%d characters, %d above U+FFFF", len(rs), high)
	}
	for _, bold := range []bool{false, true} {
		t.Run(fmt.Sprintf("bold %t", bold), func(t *testing.T) { lookAt(t, rs, bold) })
	}
}

func lookAt(t *testing.T, rs []rune, bold bool) {
	set := newTypeset(t)
	pdf := draw(t, grid(rs, bold), set)
	if m := set.missing(); len(m) > 0 {
		t.Fatalf("missing %q", m)
	}
	pages := Pictures(t, pdf)
	drawn := func(i int) []int { return ink(pages[i/perPage], cell0(i)) }

	boxes := newTypeset(t)
	for _, r := range rs {
		boxes.ruler(bold).seen[r] = boxes.ruler(bold).describe(r)
	}
	boxPages := Pictures(t, draw(t, grid(rs, bold), boxes))

	weight := "400Regular"
	if bold {
		weight = "700Bold"
	}
	other := otherProgram(t, BaseFont(t, weight))
	worst := 0.0
	for i, r := range rs {
		got, want := drawn(i), other(r)
		if total(got) < 255*20 {
			t.Errorf("%c %U: nothing drawn", r, r)
			continue
		}
		d := apart(got, want)
		worst = max(worst, d)
		if d > 0.03 {
			t.Errorf("%c %U: differs from the font by %.2f", r, r, d)
		}
		if e := apart(got, other(rs[(i+1)%len(rs)])); e < 0.05 {
			t.Errorf("%c %U: as like its neighbour (%.2f) as itself (%.2f)", r, r, e, d)
		}
		if e := apart(got, ink(boxPages[i/perPage], cell0(i))); e < 0.3 {
			t.Errorf("%c %U: looks like the box for a missing character (%.2f)", r, r, e)
		}
	}
	t.Logf("%d characters, the worst differs from the font by %.3f", len(rs), worst)

	path := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(strings.Fields(string(Poppler(t, "pdftotext", "-raw", path, "-"))), ""); got != string(rs) {
		t.Errorf("the text of the file is not the list: %d runes", len([]rune(got)))
	}
}

func draw(t *testing.T, l *Layout, set *typeset) []byte {
	t.Helper()
	pdf, err := drawPDF(l, set, time.Unix(0, 0).UTC())
	if err != nil {
		t.Fatal(err)
	}
	return pdf
}

// otherProgram returns a function that draws one character in a cell with the rasterizer of x/image.
func otherProgram(t *testing.T, ttf []byte) func(rune) []int {
	t.Helper()
	f, err := opentype.Parse(ttf)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: cellSize, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		t.Fatal(err)
	}
	return func(r rune) []int {
		p := image.NewGray(image.Rect(0, 0, cellSide, cellSide))
		d := font.Drawer{Dst: p, Src: image.White, Face: face, Dot: fixed.P(2, cellSize+2)}
		d.DrawString(string(r))
		b := make([]int, len(p.Pix))
		for i, v := range p.Pix {
			b[i] = int(v)
		}
		return b
	}
}
