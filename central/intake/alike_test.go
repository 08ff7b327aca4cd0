package intake_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/casework"
	"doorstep/central/intake/intaketest"
)

// TestTwins: two terminals without a line take in the same matter of one resident. Both become cases, both clocks run
// from their own day of filing, both receipts are answered, and the clerk of either is told of the other.
func TestTwins(t *testing.T) {
	w := intaketest.Open(t, nil)
	one, two := w.Terminal(), w.Terminal()
	first := one.Apply(nil)
	w.Now = w.Now.Add(24 * time.Hour)
	second, other := two.Apply(nil), two.Apply(func(a *civic.Application) {
		a.Answers = json.RawMessage(strings.Replace(string(a.Answers), a.Applicant.Document.Number, "110105194912310038", 1))
		a.Applicant.Document.Number = "110105194912310038"
	})
	w.Now = w.Now.Add(24 * time.Hour)
	two.File(second, other)
	one.File(first) // what was filed first arrives last
	alike := func(m *intaketest.Made) []civic.TrackingCode {
		t.Helper()
		list, err := w.Casework.Alike(t.Context(), m.App.Code, intaketest.Clerk(), 10)
		if err != nil {
			t.Fatal(err)
		}
		var codes []civic.TrackingCode
		for _, c := range list {
			codes = append(codes, c.Code)
		}
		return codes
	}
	for _, pair := range [][2]*intaketest.Made{{first, second}, {second, first}} {
		if got := alike(pair[0]); len(got) != 1 || got[0] != pair[1].App.Code {
			t.Errorf("like %s are %v, want %s", pair[0].App.Code, got, pair[1].App.Code)
		}
	}
	if got := alike(other); len(got) != 0 {
		t.Errorf("another resident's is like %v", got)
	}
	for m, due := range map[*intaketest.Made]string{first: "2026-10-10", second: "2026-10-12"} {
		c, err := w.Store.Case(t.Context(), m.App.Code)
		if err != nil || c.Status != civic.Filed || c.Due.String() != due {
			t.Errorf("case is %s, due %s, %v; want %s", c.Status, c.Due, err, due)
		}
		tracked, err := w.Casework.Track(t.Context(), m.QR.Token())
		if err != nil || tracked.Where != casework.InCase {
			t.Errorf("receipt is answered %+v, %v", tracked, err)
		}
	}
	stranger := intaketest.Clerk()
	stranger.Department = "health"
	if _, err := w.Casework.Alike(t.Context(), first.App.Code, stranger, 10); !isCode(err, civic.Forbidden) {
		t.Errorf("a clerk of another department: %v", err)
	}
	two.File(two.Withdraw(second, nil))
	if got := alike(first); len(got) != 0 {
		t.Errorf("after the other was withdrawn: %v", got)
	}
}
