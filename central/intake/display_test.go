package intake_test

import (
	"slices"
	"testing"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/intake/intaketest"
	"doorstep/central/store"
)

// TestDisplay takes proof of display in, twice: it is stored once, opens no case and waits for nobody. What is no such
// proof is set aside.
func TestDisplay(t *testing.T) {
	w := intaketest.Open(t, nil)
	term := w.Terminal()
	at := w.Now.Truncate(time.Hour)
	line := civic.DisplayedHour{
		Screen: "lobby", Notice: "n1", Rev: 3, Digest: "d", Hour: at, First: at, Last: at.Add(time.Minute), Showings: 2, Pages: 6, Millis: 60_000,
	}
	good := term.Show(nil, line)
	sent := term.Sent(
		good,
		term.Show(func(d *civic.Display) { d.ID[0]++ }, line),
		term.Show(func(d *civic.Display) { d.Point = "elsewhere"; d.Lines[0].Pages = 0 }, line),
		term.Show(func(d *civic.Display) { d.Lines = make([]civic.DisplayedHour, civic.MaxDisplayedHours+1) }),
	)
	for range 2 {
		if _, err := w.Intake.Take(t.Context(), term.Session, sent, w.Now); err != nil {
			t.Fatal(err)
		}
		w.OpenAll()
	}
	want := []civic.Outcome{civic.OutcomeDisplay, civic.OutcomeUnreadable, civic.OutcomeUnreadable, civic.OutcomeUnreadable}
	if got := term.Outcomes(); !slices.Equal(got, want) {
		t.Errorf("outcomes %v, want %v", got, want)
	}
	if list := cases(t, w); len(list) != 0 {
		t.Errorf("%d cases", len(list))
	}
	got, err := w.Store.Displays(t.Context(), "n1")
	if err != nil {
		t.Fatal(err)
	}
	proved := []store.Displayed{{
		Rev: 3, Digest: "d", Terminal: term.Number, Point: intaketest.Place.Point, Screen: "lobby",
		First: at.UTC(), Last: at.Add(time.Minute).UTC(), Showings: 2, Pages: 6, Time: time.Minute,
	}}
	if !slices.Equal(got, proved) {
		t.Errorf("%+v\nwant %+v", got, proved)
	}
}
