package uplink_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/linktest"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

func guide(id string, rev uint32) civic.Edition {
	return civic.Edition{Kind: civic.EditionGuide, ID: id, Rev: rev, Body: make([]byte, 500)}
}

// TestFollow is the feed: what is published in a terminal's scope, withdrawn and revised, and nothing else.
func TestFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		term := w.Terminal("p1")
		for i := range 100 {
			w.Central.Publish(guide(fmt.Sprintf("g%d", i), 1))
		}
		stop := w.Run(w.Uplink(term))
		inStep := func() bool { return w.InStep(term, 1) }
		report := func() string { return w.Report(term) }
		w.Until(time.Minute, report, inStep)

		elsewhere := guide("elsewhere", 1)
		elsewhere.Scope.Point = "p2"
		here := guide("here", 1)
		here.Scope.Area = "4401"
		gone := guide("g5", 2)
		gone.Body, gone.Tombstone = nil, true
		for _, e := range []civic.Edition{elsewhere, here, guide("g7", 2), gone} {
			w.Central.Publish(e)
			w.Hub.Wake(e.Scope)
		}
		w.Hub.Wake(civic.Scope{})
		w.Until(time.Minute, report, inStep)
		shelf := term.Shelf()
		if shelf["guide/elsewhere"] != 0 || shelf["guide/here"] != 1 || shelf["guide/g7"] != 2 || shelf["guide/g5"] != 0 || len(shelf) != 101 { // and the keys
			t.Errorf("shelf of %d: %v", len(shelf), shelf)
		}
		stop()
	})
}

// TestForgedEdition is promise P5, with P7 and P9 beside it: an edition that central did not sign is not stored, central
// is told, and the editions behind it and the applications go on.
func TestForgedEdition(t *testing.T) {
	stranger, err := seal.GenerateSigner()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		forge func(*linktest.Central)
	}{
		{"signed by a stranger", func(c *linktest.Central) { c.PublishAs(stranger, guide("forged", 1)) }},
		{"changed after it was signed", func(c *linktest.Central) {
			c.Publish(guide("forged", 1))
			c.Tamper("forged")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := linktest.NewWorld(t, hub.Limits{})
				defer w.Close()
				w.Central.Publish(guide("before", 1))
				c.forge(w.Central)
				w.Central.Publish(guide("after", 1))
				var told atomic.Int32
				w.Line.Become(func(p linktest.Passing) linktest.Fate {
					if e, ok := p.Frame.(*wire.Error); ok && p.Up && e.Code == civic.Untrusted && e.About == wire.TypeEdition {
						told.Add(1)
					}
					return linktest.Deliver
				})
				term := w.Terminal("p1")
				u := w.Uplink(term)
				stop := w.Run(u)
				term.TakeIn(20_000)
				w.Until(time.Minute, func() string { return w.Report(term) }, func() bool { return w.InStep(term, 1) })
				if shelf := term.Shelf(); shelf["guide/before"] != 1 || shelf["guide/after"] != 1 || shelf["guide/forged"] != 0 {
					t.Errorf("shelf %v", shelf)
				}
				if s := u.State(); !s.Up || s.Reason != civic.Untrusted || told.Load() != 1 {
					t.Errorf("state %+v, told %d times", s, told.Load())
				}
				stop()
			})
		})
	}
}

// TestRefill is a cursor that is none of central's: the set is replaced as a whole, and a line that breaks every few
// frames still ends with the whole, without beginning again each time.
func TestRefill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		term := w.Terminal("p1")
		for i := range 3 {
			w.Central.Publish(guide(fmt.Sprintf("lost%d", i), 1))
		}
		stop := w.Run(w.Uplink(term))
		report := func() string { return w.Report(term) }
		w.Until(time.Minute, report, func() bool { return w.InStep(term, 1) })

		// Central is restored from an older backup and publishes other things under the same numbers.
		w.Line.Down(true)
		w.Central.Retract(3)
		const n = 200
		for i := range n {
			w.Central.Publish(guide(fmt.Sprintf("g%d", i), 1))
		}
		var sent atomic.Int32
		packs := 0
		w.Line.Become(func(p linktest.Passing) linktest.Fate {
			if pack, ok := p.Frame.(*wire.Pack); ok {
				list, err := pack.Unpack()
				if err != nil {
					t.Error(err)
				}
				sent.Add(int32(len(list)))
				if packs++; packs%4 == 0 {
					return linktest.Lose
				}
			}
			return linktest.Deliver
		})
		w.Line.Down(false)
		w.Until(time.Hour, report, func() bool { return w.InStep(term, 1) })
		stop()
		if shelf := term.Shelf(); len(shelf) != n+1 || shelf["guide/lost0"] != 0 {
			t.Errorf("%d items on the shelf", len(shelf))
		}
		if editions := sent.Load(); editions > n+n/2 {
			t.Errorf("%d editions sent for %d: the refill began again", editions, n)
		}
		t.Logf("%d editions sent for %d", sent.Load(), n)
	})
}

// TestKeysRotate is a new sign key, learned from the list that the root key signs, and an old list put back.
func TestKeysRotate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		term := w.Terminal("p1")
		u := w.Uplink(term)
		stop := w.Run(u)
		report := func() string { return w.Report(term) }
		w.Until(time.Minute, report, func() bool { return u.State().Up })
		if _, err := u.Keys.Sign(w.Central.Sign.ID); err != nil {
			t.Fatal(err)
		}
		if term.Shelf()["keys/central"] != 1 {
			t.Error("the list of keys was not stored at once")
		}

		old := w.Central.Sign
		w.Line.Down(true)
		w.Central.NewSign(2)
		w.Hub = w.NewHub(hub.Limits{})
		w.Central.Publish(guide("new", 1))
		w.Line.Down(false)
		term.TakeIn()
		w.Until(time.Minute, report, func() bool { return w.InStep(term, 1) && term.Shelf()["guide/new"] == 1 })
		if _, err := u.Keys.Sign(old.ID); err == nil {
			t.Error("the withdrawn key is still trusted")
		}

		// The old list, with its old key, comes back: it brings nothing back to life.
		w.Line.Down(true)
		w.Central.Sign = old
		w.Central.PublishKeys(1)
		w.Hub = w.NewHub(hub.Limits{})
		w.Line.Down(false)
		w.Until(time.Minute, report, func() bool { return !u.State().Up && u.State().Reason == civic.Untrusted })
		stop()
	})
}

// TestKeysFirst is a terminal whose first session ends before the feed: it has the keys to seal with all the same.
func TestKeysFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		w.Line.Become(linktest.Always(linktest.Lose, wire.TypeRefill))
		term := w.Terminal("p1")
		stop := w.Run(w.Uplink(term))
		w.Until(time.Minute, func() string { return w.Report(term) }, func() bool { return w.Line.Sessions() > 2 })
		stop()
		if shelf := term.Shelf(); len(shelf) != 1 || shelf["keys/central"] != 1 {
			t.Errorf("shelf %v", shelf)
		}
	})
}

// TestKeysInTheFeed is a new sign key that comes while a session is open: what it signs is taken without a new session.
func TestKeysInTheFeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		term := w.Terminal("p1")
		u := w.Uplink(term)
		stop := w.Run(u)
		report := func() string { return w.Report(term) }
		w.Until(time.Minute, report, func() bool { return w.InStep(term, 1) })
		w.Central.NewSign(2)
		w.Central.Publish(guide("new", 1))
		w.Hub.Wake(civic.Scope{})
		term.TakeIn()
		w.Until(time.Minute, report, func() bool { return w.InStep(term, 1) && term.Shelf()["guide/new"] == 1 })
		if s := u.State(); w.Line.Sessions() != 1 || s.Reason != "" {
			t.Errorf("%d sessions, %+v", w.Line.Sessions(), s)
		}
		stop()
	})
}

func TestStatuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		w.Line.Become(linktest.Once(linktest.Lose, wire.TypeStatus))
		term := w.Terminal("p1")
		code := civic.NewTrackingCode
		for i := range uint32(150) {
			w.Central.Tell("p1", code(7, i%50))
		}
		w.Central.Tell("p2", code(7, 900))
		u := w.Uplink(term)
		stop := w.Run(u)
		w.Until(6*time.Hour, func() string { return fmt.Sprint(w.Line.Sessions()) }, func() bool { return term.Status(code(7, 49)) == 150 })
		w.Line.Become(nil)
		w.Central.Tell("p1", code(7, 3))
		w.Until(time.Minute, func() string { return "up" }, func() bool { return u.State().Up })
		w.Hub.Wake(civic.Scope{Point: "p1"})
		w.Until(time.Minute, func() string { return "one more" }, func() bool { return term.Status(code(7, 3)) == 151 })
		if term.Status(code(7, 0)) != 101 || term.Status(code(7, 900)) != 0 {
			t.Errorf("statuses %d, %d", term.Status(code(7, 0)), term.Status(code(7, 900)))
		}
		stop()
	})
}

// TestStateInStep says that the shelf has everything only while it has, and keeps when that was so last.
func TestStateInStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		term := w.Terminal("p1")
		u := w.Uplink(term)
		if s := u.State(); s.Caught || !s.InStep.IsZero() {
			t.Errorf("before the first session: %+v", s)
		}
		stop := w.Run(u)
		defer stop()
		report := func() string { return fmt.Sprintf("%+v", u.State()) }
		w.Until(time.Minute, report, func() bool { return u.State().Caught })
		<-time.After(3 * time.Minute)
		if s := u.State(); !s.Caught || time.Since(s.InStep) > 2*time.Minute {
			t.Errorf("three minutes on a line that is up: %+v", s)
		}
		w.Line.Down(true)
		w.Until(time.Minute, report, func() bool { return !u.State().Up })
		last := u.State().InStep
		w.Central.Publish(guide("later", 1))
		<-time.After(time.Hour)
		if s := u.State(); s.Caught || s.InStep != last {
			t.Errorf("an hour without a line: %+v, in step last at %v", s, last)
		}
		w.Line.Down(false)
		w.Until(30*time.Minute, report, func() bool { return u.State().Caught && term.Shelf()["guide/later"] == 1 })
	})
}
