package linktest_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/linktest"
	"doorstep/sync/wire"
)

// TestExactlyOnce is promise P2 on a line that loses every custody, every outcome and every entry the first time, and
// then brings every entry twice.
func TestExactlyOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		sent, lost := map[wire.Type]map[civic.Digest]int{}, map[wire.Type]int{}
		lose := linktest.Once(linktest.Lose, wire.TypeCustody, wire.TypeOutcome, wire.TypeEntry)
		w.Line.Fate = func(p linktest.Passing) linktest.Fate {
			kind := wire.TypeOf(p.Frame)
			if sent[kind] == nil {
				sent[kind] = map[civic.Digest]int{}
			}
			sent[kind][civic.DigestOf(p.Bytes)]++
			if lose(p) == linktest.Lose {
				lost[kind]++
				return linktest.Lose
			}
			if kind == wire.TypeEntry {
				return linktest.Repeat
			}
			return linktest.Deliver
		}
		terminal := w.Terminal("p1")
		stop := w.Run(w.Uplink(terminal))
		const n = 40
		for range n { // one at a time, so that each has a custody of its own
			terminal.TakeIn()
			w.Until(time.Hour, func() string { return w.Report(terminal) }, func() bool { return w.InStep(terminal, 1) })
		}
		stop()
		w.Close()

		for d, times := range sent[wire.TypeEntry] {
			if times < 2 {
				t.Errorf("entry %v was sent %d times", d, times)
			}
		}
		for _, kind := range []wire.Type{wire.TypeEntry, wire.TypeCustody, wire.TypeOutcome} {
			if lost[kind] != n {
				t.Errorf("frames of type %d: %d lost, want %d", kind, lost[kind], n)
			}
		}
		if cases, conflicts := w.Central.Cases(); cases != n || conflicts != 0 {
			t.Errorf("cases %d, conflicts %d, want %d, 0", cases, conflicts, n)
		}
		cases, conflicts := w.Central.Cases()
		t.Logf("figures tried=%d sessions=%d filed=%d cases=%d lost=%d doubled=%d", lost[wire.TypeEntry]+lost[wire.TypeCustody]+lost[wire.TypeOutcome],
			w.Line.Sessions(), n, cases, max(n-cases, 0), max(cases-n, 0)+conflicts)
	})
}

// TestAnyLine runs a terminal that files while the line breaks in every way at random, and asks for everything to be
// in step in the end.
func TestAnyLine(t *testing.T) {
	seeds := 2000
	if testing.Short() || raced {
		seeds = 200
	}
	var filed, opened, twice int
	fates := []linktest.Fate{linktest.Lose, linktest.Cut, linktest.Late, linktest.Repeat, linktest.Silent}
	for seed := range seeds {
		synctest.Test(t, func(t *testing.T) {
			w := linktest.NewWorld(t, hub.Limits{})
			w.Line.Seed = uint64(seed)
			w.Line.Jitter = 100 * time.Millisecond
			w.Line.Bandwidth = []int{0, 4 << 10, 64 << 10}[seed%3]
			w.Line.Fate = linktest.Randomly(uint64(seed), 8+seed%23, fates...)
			terminal := w.Terminal("p1")
			for i := range 5 {
				publish(w, i, 1)
			}
			terminal.TakeIn(1 + 10_000*(seed%7))
			stop := w.Run(w.Uplink(terminal))
			for i := range 5 {
				terminal.TakeIn()
				publish(w, i, 2)
				w.Central.Tell("p1", civic.NewTrackingCode(7, 1))
				w.Hub.Wake(civic.Scope{Point: "p1"})
				timer := time.NewTimer(time.Duration(seed%11) * 300 * time.Millisecond)
				<-timer.C
			}
			w.Until(24*time.Hour, func() string { return fmt.Sprintf("seed %d: %s", seed, w.Report(terminal)) }, func() bool {
				return w.InStep(terminal, 1) && terminal.Status(civic.NewTrackingCode(7, 1)) == 5
			})
			stop()
			w.Close()
			cases, conflicts := w.Central.Cases()
			if cases != 6 || conflicts != 0 {
				t.Errorf("seed %d: cases %d, conflicts %d", seed, cases, conflicts)
			}
			filed, opened, twice = filed+6, opened+cases, twice+conflicts
		})
	}
	t.Logf("figures tried=%d filed=%d cases=%d lost=%d doubled=%d", seeds, filed, opened, max(filed-opened, 0), max(opened-filed, 0)+twice)
}

func publish(w *linktest.World, i int, rev uint32) {
	w.Central.Publish(civic.Edition{Kind: civic.EditionGuide, ID: fmt.Sprintf("g%d", i), Rev: rev, Body: []byte("{}")})
}
