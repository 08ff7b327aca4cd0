package trials_test

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// TestRepeats breaks the line in the middle of what it carries, again and again: in turn where central has just taken
// custody and its answer is on the way, and after any number of bytes in either direction. Each application that a
// resident was given a code for is one case.
func TestRepeats(t *testing.T) {
	s, l := startApart(t)
	c := openCentral(t, s)
	must(t, s.Central.Stop()) // a line that is cut for as long as it takes to file
	codes := fileSome(t, s, 0, 5)
	acks := 0
	for n := range *cuts {
		if n%2 == 0 {
			l.cutBy(func() rule { return afterCustody(t, c) })
			acks++
		} else {
			l.cutBy(func() rule { return afterBytes(rand.IntN(40_000)) })
		}
		if n == 0 {
			// Only now: a connection keeps the rule that it began under.
			must(t, s.StartCentral(t.Context(), l.to))
		}
		breaks := l.breaks.Load()
		for tries := 0; l.breaks.Load() == breaks; tries++ {
			if tries == 10 {
				t.Fatal("the line does not break")
			}
			codes = append(codes, fileSome(t, s, len(codes), len(codes)+1)...)
			wait(t.Context(), 5*time.Second, func() bool { return l.breaks.Load() > breaks })
		}
		if n%3 == 2 {
			// The waits between tries double; a power failure begins them anew.
			s.Kiosk.Kill()
			must(t, s.StartKiosk(t.Context()))
		}
	}
	l.cutBy(nil)
	s.Kiosk.Kill()
	must(t, s.StartKiosk(t.Context()))
	c.arrives(t, time.Minute, len(codes))
	until(t, time.Minute, "the terminal knows every outcome", func() bool {
		return askBooks(t, s).Entries["settled"] == len(codes)
	})
	cases, lost, doubled := c.once(t, codes)
	if cases != len(codes) {
		t.Errorf("%d applications are %d cases", len(codes), cases)
	}
	needed := c.count(t, `SELECT (SELECT sum(length(payload)) FROM entries) + (SELECT sum(size) FROM papers)`)
	t.Logf("figures tried=%d after-custody=%d filed=%d cases=%d lost=%d doubled=%d carried=%d needed=%d",
		l.breaks.Load(), acks, len(codes), cases, lost, doubled, l.carried.Load(), needed)
}

// afterCustody cuts where central took custody since the connection began and nothing it said since has passed.
func afterCustody(t *testing.T, c *central) rule {
	through := func() int { return c.count(t, `SELECT coalesce(max(seq), 0) FROM journals`) }
	var once sync.Once
	var began int
	return func(toCentral bool, _ int) bool {
		once.Do(func() { began = through() })
		return !toCentral && through() > began
	}
}

// afterBytes cuts once a connection has carried so many bytes, both ways together.
func afterBytes(most int) rule {
	var mu sync.Mutex
	carried := 0
	return func(_ bool, n int) bool {
		mu.Lock()
		defer mu.Unlock()
		carried += n
		return carried > most
	}
}
