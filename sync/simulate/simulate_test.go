package simulate_test

import (
	"flag"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"testing"
	"testing/cryptotest"
	"testing/synctest"

	"doorstep/sync/linktest"
	"doorstep/sync/simulate"
)

var (
	seeds = flag.Int("seeds", 200, "how many seeds to run")
	seed  = flag.Int("seed", -1, "run this seed alone")
	fleet = flag.Int("terminals", 0, "terminals of every run; 0 for 50 in each fifth and a few in the others")
)

// size is how many terminals a seed has. A few find nearly everything that many do, in a tenth of the time.
func size(n int) int {
	switch {
	case *fleet > 0:
		return *fleet
	case n%5 == 0:
		return 50
	}
	return 4 + n%13
}

func run(t *testing.T, o simulate.Options) (r simulate.Result) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		// Keys and signatures are random bytes, and how well they pack says how many frames they take.
		cryptotest.SetGlobalRandom(t, o.Seed)
		r = simulate.Run(o)
	})
	return r
}

// TestSimulation is promises P2 and P7 for a whole fleet: after everything that can go wrong did, every application is
// one case or one thing set aside, every terminal has what was published for it, and memory is bounded.
func TestSimulation(t *testing.T) {
	first, end := 0, *seeds
	if raced && end == 200 {
		end = 8
	}
	if *seed >= 0 {
		first, end = *seed, *seed+1
	}
	var total simulate.Result
	total.Faults = map[string]int{}
	var heap, peak uint64
	for n := first; n < end; n++ {
		ok := t.Run(fmt.Sprintf("seed=%d", n), func(t *testing.T) {
			o := simulate.Options{Seed: uint64(n), Terminals: size(n)}
			if (n-first)%25 == 0 {
				o.Sample = func() { heap = live() }
			}
			r := run(t, o)
			for _, w := range r.Wrong {
				t.Error(w)
			}
			if *seed >= 0 {
				t.Logf("%+v", r)
			}
			total.TakenIn += r.TakenIn
			total.Cases += r.Cases
			total.Aside += r.Aside
			total.Lost += r.Lost
			total.Doubled += r.Doubled
			total.MissingPapers += r.MissingPapers
			total.Editions += r.Editions
			total.Sessions += r.Sessions
			total.Frames += r.Frames
			total.Lasted += r.Lasted
			for fault, times := range r.Faults {
				total.Faults[fault] += times
			}
			peak = max(peak, heap)
		})
		if !ok {
			t.Errorf("again: go test ./sync/simulate -run 'TestSimulation$' -seed %d -terminals %d", n, size(n))
		}
	}
	t.Logf("%d runs, %v: %d taken in, %d cases, %d set aside, %d editions; %d sessions, %d frames; %d KiB live at most",
		end-first, total.Lasted, total.TakenIn, total.Cases, total.Aside, total.Editions, total.Sessions, total.Frames, peak>>10)
	faults := 0
	for _, times := range total.Faults {
		faults += times
	}
	t.Logf("figures tried=%d runs=%d filed=%d cases=%d set-aside=%d lost=%d doubled=%d papers-missing=%d KiB-live=%d", faults, end-first,
		total.TakenIn, total.Cases, total.Aside, total.Lost, total.Doubled, total.MissingPapers, peak>>10)
	for _, fault := range slices.Sorted(maps.Keys(total.Faults)) {
		t.Logf("%6d %s", total.Faults[fault], fault)
	}
	if most := uint64(32 << 20); peak > most {
		t.Errorf("%d bytes live with 50 sessions, want at most %d", peak, most)
	}
}

// live returns the bytes in use.
func live() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestReplay is that a seed gives the same run again, frame by frame. Which of two goroutines that are ready at one
// instant goes first is the scheduler's to say, and now and then it shows in a frame; so a seed has six tries. With the
// race detector the scheduler picks at random, and the test says nothing.
func TestReplay(t *testing.T) {
	if raced {
		t.Skip("goroutines are picked at random")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for n := range 3 {
		first := run(t, simulate.Options{Seed: uint64(n)})
		same := false
		for range 6 {
			again := run(t, simulate.Options{Seed: uint64(n)})
			if same = first.Trace == again.Trace && first.Frames == again.Frames; same {
				break
			}
			t.Logf("seed %d: %d frames, trace %x, and then %d frames, trace %x", n, first.Frames, first.Trace, again.Frames, again.Trace)
		}
		if !same {
			t.Errorf("seed %d does not replay", n)
		}
	}
}

// TestBroken is that the simulation finds what it is for: with one rule broken on purpose, a seed fails.
func TestBroken(t *testing.T) {
	if raced {
		t.Skip("the simulation is what is tried here, and slow")
	}
	for _, c := range []struct {
		name  string
		rules simulate.Rules
	}{
		{"an entry that comes again opens a second case", simulate.Rules{Rules: linktest.Rules{OpenTwice: true}}},
		{"a cursor is believed whatever its tag", simulate.Rules{Rules: linktest.Rules{TrustCursors: true}}},
		{"the cursor is stored before the editions", simulate.Rules{CursorFirst: true}},
		{"thanks before the entry is safe", simulate.Rules{EarlyReceipt: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var failed, tried int
			var why string
			for n := 0; n < 60 && failed == 0; n++ {
				tried++
				if r := run(t, simulate.Options{Seed: uint64(n), Terminals: 12, Rules: c.rules}); len(r.Wrong) > 0 {
					failed++
					why = r.Wrong[0]
				}
			}
			t.Logf("seed %d fails: %s", tried-1, why)
			t.Logf("figures tried=%d runs-that-found-it=%d", tried, failed)
			if failed == 0 {
				t.Error("no seed finds it")
			}
		})
	}
}
