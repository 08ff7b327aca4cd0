package blank_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"doorstep/assets"
	"doorstep/assets/locale"
	"doorstep/printing/blank"
	"doorstep/printing/receipt"
	"doorstep/sync/catalogue"
	"doorstep/sync/form"
)

var made = time.Date(2026, 11, 23, 2, 42, 0, 0, time.UTC)

func press(t *testing.T) *receipt.Press {
	t.Helper()
	files, err := assets.Open()
	if err != nil {
		t.Fatal(err)
	}
	regular, err := files.Font(400)
	if err != nil {
		t.Fatal(err)
	}
	bold, err := files.Font(700)
	if err != nil {
		t.Fatal(err)
	}
	p, err := receipt.New(receipt.Options{Regular: regular, Bold: bold, T: locale.T})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

// sheets returns a paper in both languages for each form of the catalogue: 14 forms, each with the first of its guides.
func sheets(t *testing.T) []blank.Sheet {
	t.Helper()
	services, err := catalogue.Parse(assets.Catalogue())
	if err != nil {
		t.Fatal(err)
	}
	var out []blank.Sheet
	seen := map[string]bool{}
	for _, s := range services {
		if seen[s.Guide.Form] {
			continue
		}
		seen[s.Guide.Form] = true
		f, err := form.Parse(s.FormBody)
		if err != nil {
			t.Fatal(err)
		}
		for _, lang := range []string{"zh", "en"} {
			out = append(out, blank.Sheet{Guide: s.Guide, Form: f, Lang: lang, Made: made, T: locale.T})
		}
	}
	return out
}

// TestEveryFormFitsItsPaper sets every form of the catalogue and looks for what stands outside the margins, for
// questions that are not there, and for words that are no words.
func TestEveryFormFitsItsPaper(t *testing.T) {
	p := press(t)
	for _, s := range sheets(t) {
		set := p.Type()
		l := blank.Layout(set, s)
		var said strings.Builder
		margin := receipt.MM(20)
		for i, page := range l.Pages {
			for _, x := range page.Texts {
				said.WriteString(x.Words)
				if x.X < margin || x.X+set.Measure(x.Words, x.Size, x.Bold) > page.Width-margin || x.Y > page.Height-receipt.MM(8) {
					t.Errorf("%s %s page %d: %q stands outside", s.Guide.Form, s.Lang, i+1, x.Words)
				}
			}
			for _, x := range page.Boxes {
				if x.X < margin || x.X+x.W > page.Width-margin+4 || x.Y+x.H > page.Height-receipt.MM(16) {
					t.Errorf("%s %s page %d: a box at %d, %d stands outside", s.Guide.Form, s.Lang, i+1, x.X, x.Y)
				}
			}
		}
		words := squeeze(said.String())
		if strings.Contains(words, "‹") {
			t.Errorf("%s %s says a key", s.Guide.Form, s.Lang)
		}
		for _, page := range s.Form.Paper(s.Lang) {
			for _, f := range page.Fields {
				if !strings.Contains(words, squeeze(f.Label)) {
					t.Errorf("%s %s does not ask %q", s.Guide.Form, s.Lang, f.Label)
				}
			}
		}
		if len(l.Pages) > 14 {
			t.Errorf("%s %s takes %d pages", s.Guide.Form, s.Lang, len(l.Pages))
		}
		t.Logf("%s %s: %d pages", s.Guide.Form, s.Lang, len(l.Pages))
	}
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

// TestPDFIsTheSame draws a form twice.
func TestPDFIsTheSame(t *testing.T) {
	p := press(t)
	s := sheets(t)[0]
	first, err := blank.PDF(p, s)
	if err != nil {
		t.Fatal(err)
	}
	second, err := blank.PDF(p, s)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.PDF, second.PDF) {
		t.Error("the same form gives other bytes")
	}
	if len(first.Missing) > 0 || first.Pages < 2 {
		t.Errorf("%d pages, missing %q", first.Pages, string(first.Missing))
	}
	t.Logf("%d bytes, %d pages", len(first.PDF), first.Pages)
}
