package linktest_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/identity"
	"doorstep/sync/linktest"
	"doorstep/sync/wire"
)

// run runs a terminal until it is in step.
func run(w *linktest.World, term *linktest.Terminal, generation uint32) {
	w.TB.Helper()
	stop := w.Run(w.Uplink(term))
	defer stop()
	w.Until(time.Hour, func() string { return w.Report(term) }, func() bool { return w.InStep(term, generation) })
}

// TestCentralRestored puts central back to a backup that holds the first entries and none of the later papers: what the
// terminal keeps is filed again, each once, papers and statuses too.
func TestCentralRestored(t *testing.T) {
	for _, backedUp := range []int{0, 4, 10} {
		synctest.Test(t, func(t *testing.T) {
			w := linktest.NewWorld(t, hub.Limits{})
			defer w.Close()
			w.Line.Seed, w.Line.Fate = uint64(backedUp), linktest.Randomly(uint64(backedUp), 20, linktest.Lose, linktest.Cut, linktest.Repeat)
			term := w.Terminal("p1")
			code := civic.NewTrackingCode(7, 1)
			for range 10 {
				term.TakeIn(500)
				w.Central.Tell("p1", code)
			}
			run(w, term, 1)
			place, err := w.Central.Terminal(t.Context(), term.Key.ID)
			if err != nil {
				t.Fatal(err)
			}
			before := w.Hub
			w.Central.PutBack(place, backedUp)
			w.Central.Untell("p1", 8) // of ten
			w.Central.Tell("p1", code)
			w.Hub = w.NewHub(hub.Limits{})
			term.TakeIn(500)
			run(w, term, 1)
			if cases, conflicts := w.Central.Cases(); cases != 11 || conflicts != 0 {
				t.Errorf("backed up %d: cases %d, conflicts %d, want 11, 0", backedUp, cases, conflicts)
			}
			papers, _ := term.Papers()
			for _, p := range papers {
				if len(w.Central.Paper(p.Digest)) != 500 {
					t.Errorf("backed up %d: a paper is not at central again", backedUp)
				}
			}
			w.Until(time.Minute, func() string { return w.Report(term) }, func() bool { return term.Status(code) == 3 })
			if term.Recalls() != 1 {
				t.Errorf("backed up %d: central was found put back %d times", backedUp, term.Recalls())
			}
			if err := before.Close(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestCentralReplaced puts an empty central with the same keys in the place of another: the terminal is not known and
// said to be a stranger, and once a person has enrolled it, everything it keeps is filed, once.
func TestCentralReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		term := w.Terminal("p1")
		for range 6 {
			term.TakeIn(100)
		}
		run(w, term, 1)
		before := w.Hub
		w.Central.Empty()
		w.Hub = w.NewHub(hub.Limits{})
		u := w.Uplink(term)
		stop := w.Run(u)
		w.Until(time.Minute, func() string { return string(u.State().Reason) }, func() bool { return u.State().Reason == wire.CodeUnknownKey })
		stop()
		if w.Central.Signs(term.Key.ID, hub.SignStranger) == 0 {
			t.Error("central's operator is not told of a terminal it does not know")
		}
		secret := identity.Secret{1, 2, 3, 4, 5, 6, 7, 8}
		w.Central.Invite(hub.Enrolment{ID: "e1", Secret: secret[:]})
		conn, err := w.Line.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got, err := w.Uplink(term).Enrol(t.Context(), conn, secret)
		if err != nil {
			t.Fatal(err)
		}
		if got.Generation != 2 {
			t.Errorf("generation %d, want one later than what the terminal had", got.Generation)
		}
		term.TakeIn()
		run(w, term, 2)
		if cases, conflicts := w.Central.Cases(); cases != 7 || conflicts != 0 {
			t.Errorf("cases %d, conflicts %d, want 7, 0", cases, conflicts)
		}
		if err := before.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestSigns is what central's operator is told of: an image that ends before the custody, a copy that takes the session
// by turns, a generation that central does not know.
func TestSigns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		term := w.Terminal("p1")
		term.TakeIn()
		run(w, term, 1)
		image := term.Copy()
		term.TakeIn()
		run(w, term, 1)
		one, other := w.Uplink(image), w.Uplink(term)
		for _, u := range []interface{ Run(context.Context) error }{one, other, one, other} {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			if err := u.Run(ctx); err != nil {
				t.Error(err)
			}
			cancel()
		}
		for s, want := range map[hub.Sign]bool{hub.SignImage: true, hub.SignClone: true, hub.SignAhead: false, hub.SignStranger: false} {
			if got := w.Central.Signs(term.Key.ID, s) > 0; got != want {
				t.Errorf("%s: %t, want %t", s, got, want)
			}
		}
		if err := term.Enrolled(t.Context(), wire.Welcome{Number: 8, Generation: 3}); err != nil {
			t.Fatal(err)
		}
		u := w.Uplink(term)
		stop := w.Run(u)
		w.Until(time.Minute, func() string { return string(u.State().Reason) }, func() bool { return u.State().Reason == wire.CodeForked })
		stop()
		if w.Central.Signs(term.Key.ID, hub.SignAhead) == 0 {
			t.Error("a later generation than central knows is no sign")
		}
	})
}

// TestMissing tells central what is lost over a line that loses the answer: it is told again, and then no more.
func TestMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		w.Line.Fate = linktest.Once(linktest.Lose, wire.TypeNoted)
		term := w.Terminal("p1")
		term.Lose(wire.Missing{Store: linktest.NewID(), Entries: []wire.MissingEntry{{ID: linktest.NewID(), Kind: civic.EntryApplication}}})
		term.TakeIn()
		stop := w.Run(w.Uplink(term))
		w.Until(time.Hour, func() string { return w.Report(term) }, func() bool {
			m, err := term.Missing(t.Context())
			return err == nil && m == nil
		})
		stop()
		run(w, term, 1)
		if n := len(w.Central.Lost()); n != 2 {
			t.Errorf("told %d times, want 2", n)
		}
	})
}
