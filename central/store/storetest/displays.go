package storetest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// shownFor is a line of proof: a notice that stood in one hour after noon.
func shownFor(notice string, rev uint32, hour int) civic.DisplayedHour {
	at := noon.Truncate(time.Hour).Add(time.Duration(hour) * time.Hour)
	return civic.DisplayedHour{
		Screen: "lobby", Notice: notice, Rev: rev, Digest: "d1", Hour: at, First: at.Add(time.Minute), Last: at.Add(50 * time.Minute),
		Showings: 4, Pages: 12, Millis: 240_000, Unsure: hour == 1,
	}
}

// displays proves by entries of two terminals, each brought twice and at once, and reads what a publisher asks for.
func displays(t *testing.T, s *site) {
	first, second := NewMachine(t, 1), NewMachine(t, 2)
	for i, m := range []*Machine{first, second} {
		for e := range 2 {
			it := m.Next(t, civic.EntryDisplay, 0)
			s.hold(m, it)
			p := store.Proof{
				Ref: refOf(it), Terminal: uint32(i + 1), Point: "P1", At: noon, Lost: e,
				Lines: []civic.DisplayedHour{shownFor("n1", 1, e), shownFor("n1", 2, e), shownFor("公示二", 1, e)},
			}
			var wg sync.WaitGroup
			for range 3 {
				wg.Go(func() {
					if err := s.Displayed(t.Context(), p); err != nil {
						t.Errorf("displayed: %v", err)
					}
				})
			}
			wg.Wait()
		}
	}
	list, err := s.Displays(t.Context(), "n1")
	must(t, err)
	one := store.Displayed{
		Rev: 2, Digest: "d1", Terminal: 1, Point: "P1", Screen: "lobby", First: shownFor("", 0, 0).First, Last: shownFor("", 0, 1).Last,
		Showings: 8, Pages: 24, Time: 8 * time.Minute, Unsure: true,
	}
	want := []store.Displayed{one, one, one, one}
	want[1].Terminal, want[3].Terminal, want[2].Rev, want[3].Rev = 2, 2, 1, 1
	if !slices.Equal(list, want) {
		t.Fatalf("displays are %+v\nwant %+v", list, want)
	}
	out, err := s.Outcomes(t.Context(), first.Key.ID, 1, 0, 10)
	must(t, err)
	equal(t, "outcome", out[0].Outcome, civic.OutcomeDisplay)
	asides, err := s.Asides(t.Context(), 10)
	must(t, err)
	equal(t, "aside", len(asides), 0)
	none, err := s.Displays(t.Context(), "n3")
	must(t, err)
	equal(t, "displays of another", len(none), 0)
	it := first.Next(t, civic.EntryDisplay, 0)
	wants(t, s.Displayed(t.Context(), store.Proof{Ref: refOf(it), At: noon}), civic.NotFound)
}
