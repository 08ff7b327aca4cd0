package console_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"doorstep/central/store"
)

// TestOneLookAtAPDF unfolds a PDF in the case and counts what the audit was told: opening the case is one look,
// unfolding the paper one more, folding and unfolding it again none.
func TestOneLookAtAPDF(t *testing.T) {
	h := open(t)
	pdf := []byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
		"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
	f := h.terminal.TakeIn(t, pdf, "application/pdf")
	h.terminal.Deliver(t, f, true)
	d := h.desk(t)
	d.enter("chen")
	looks := func() (n int) {
		for _, e := range h.Audit(t) {
			if e.Action == store.ActRead {
				n++
			}
		}
		return n
	}
	d.visit("/cases/" + f.Code.String())
	if n := looks(); n != 1 {
		t.Errorf("opening the case left %d looks", n)
	}
	click := chromedp.Click(chromedp.CSS("details.look summary"))
	d.do(click, chromedp.WaitVisible(chromedp.CSS("details.look[open] iframe")))
	for range 5000 { // until the browser has fetched it; asking the browser takes the time in between
		if looks() >= 2 {
			break
		}
		ask[float64](d, `performance.now()`)
	}
	d.do(click, click)
	if n := looks(); n != 2 {
		t.Errorf("unfolding a paper left %d looks, want 1", n-1)
	}
}
