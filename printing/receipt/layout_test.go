package receipt_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"doorstep/printing/receipt"
)

var update = flag.Bool("update", false, "write the golden layouts anew")

// TestLayout compares what stands where with the layouts in testdata.
func TestLayout(t *testing.T) {
	p := newPress(t)
	for _, name := range []string{"plain", "english", "second", "training", "unsure", "many"} {
		for _, paper := range papers {
			l, err := p.Layout(samples()[name], paper)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", name+"-"+paper.String()+".txt")
			if *update {
				if err := os.WriteFile(path, []byte(l.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if l.String() != string(want) {
				t.Errorf("%s differs; look at it with -samples, then write it with -update", path)
			}
		}
	}
}

// TestNothingLeavesThePaper checks the edges of every sample: all inside the margins, nothing below the foot, and
// on a roll no colour but black and white.
func TestNothingLeavesThePaper(t *testing.T) {
	p := newPress(t)
	for name, r := range samples() {
		for _, paper := range papers {
			l, err := p.Layout(r, paper)
			if err != nil {
				t.Fatal(err)
			}
			left, right := edges(l)
			for n, page := range l.Pages {
				for _, b := range page.Boxes {
					if b.X < left || b.X+b.W > right || b.Y < 0 || b.Y+b.H > page.Height || b.W <= 0 || b.H <= 0 {
						t.Errorf("%s on %v, page %d: box %v leaves %d to %d", name, paper, n+1, b, left, right)
					}
				}
				for _, x := range page.Texts {
					end := x.X + p.Measure(x.Words, x.Size, x.Bold)
					if x.X < left || end > right || x.Y < x.Size || x.Y > page.Height-20 {
						t.Errorf("%s on %v, page %d: %q stands at %d to %d, %d", name, paper, n+1, x.Words, x.X, end, x.Y)
					}
				}
			}
		}
	}
}

// edges returns the margins: the long rule under the name of the authority has the width of the text.
func edges(l *receipt.Layout) (left, right int) {
	for _, b := range l.Pages[0].Boxes {
		if b.W > right-left {
			left, right = b.X, b.X+b.W
		}
	}
	return left, right
}
