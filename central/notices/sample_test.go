package notices_test

import (
	"strings"
	"testing"

	"doorstep/assets"
	"doorstep/central/notices"
	"doorstep/sync/civic"
)

// TestSamples puts a notice of every kind through the three hands: what they say may be published, on any day whose
// holidays are known.
func TestSamples(t *testing.T) {
	for _, day := range []string{"2026-11-25", "2026-02-10", "2026-09-28", "2026-12-20"} {
		t.Run(day, func(t *testing.T) {
			d, err := civic.ParseDate(day)
			must(t, err)
			o := newOffice(t)
			o.now = d.Time().Add(10 * hour)
			list, err := notices.Samples(assets.Notices(), d)
			must(t, err)
			n, err := o.Put(t.Context(), list, o.feng, o.xu, o.luo)
			must(t, err)
			if n != 24 {
				t.Fatalf("%d of 24 were put", n)
			}
			if again, err := o.Put(t.Context(), list, o.feng, o.xu, o.luo); again != 0 || err != nil {
				t.Errorf("put %d again: %v", again, err)
			}
			tables, scheduled, ending, placed := 0, 0, 0, 0
			for _, s := range list {
				text := s.Text
				if strings.ContainsAny(text.Notice.Title+text.Notice.Body, "{}") {
					t.Errorf("%s: a day is not filled in", text.Notice.Category)
				}
				if strings.Contains(text.Notice.Body, "|") {
					tables++
				}
				if !text.From.IsZero() {
					scheduled++
				}
				if !text.Until.IsZero() {
					ending++
				}
				if text.Scope != (civic.Scope{}) {
					placed++
				}
				if n := len([]rune(text.Notice.Body)); n < 120 {
					t.Errorf("%s has %d characters only", text.Notice.Category, n)
				}
			}
			if tables < 12 || scheduled < 1 || ending < 10 || placed < 10 {
				t.Errorf("%d with tables, %d scheduled, %d that end, %d of a place", tables, scheduled, ending, placed)
			}
		})
	}
}
