package trials_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"doorstep/deploy/fleet"
)

// lobby is residents who file one after another whatever happens to the terminal, and what they saw.
type lobby struct {
	site       *fleet.Site
	confirming chan struct{} // a resident presses the button now
	ends       int           // how often the terminal is ended

	mu      sync.Mutex // guards what follows
	people  int        // who came so far
	pressed int        // who pressed the button
	seen    []string   // codes on pages with 已收件 that were read to their end
	strange []error    // answers that a terminal must not give
}

// TestKills kills the terminal at random instants, while it opens, while residents fill in, and most often while it
// takes in, with the line up and down. What residents saw is the truth.
func TestKills(t *testing.T) {
	s, l := startApart(t)
	home := &lobby{site: s, confirming: make(chan struct{}, 1), ends: *kills}
	calm := home.calm(t)
	ctx, cancel := context.WithCancel(t.Context())
	var residents sync.WaitGroup
	for range 2 {
		residents.Go(func() { home.stay(ctx) })
	}
	for range *kills {
		awaitInstant(t, home, calm)
		s.Kiosk.Kill()
		l.set(rand.IntN(3) > 0)
		must(t, s.LaunchKiosk())
	}
	cancel()
	residents.Wait()
	s.Kiosk.Kill()
	l.set(true)
	must(t, s.StartKiosk(t.Context()))
	home.judge(t)
}

// calm files a few applications in peace, and returns how long a resident waits after pressing the button.
func (h *lobby) calm(t *testing.T) time.Duration {
	t.Helper()
	b, err := open(t.Context(), h.site)
	must(t, err)
	var waited []time.Duration
	for range 5 {
		review, err := person(h.people).fill(t.Context(), b)
		must(t, err)
		h.people++
		h.pressed++
		pressed := time.Now()
		done, err := confirm(t.Context(), b, review)
		must(t, err)
		waited = append(waited, time.Since(pressed))
		h.seen = append(h.seen, done.code())
		must(t, b.pictures(t.Context(), done))
	}
	return slices.Max(waited)
}

// awaitInstant waits for the instant of the next kill. A third of them fall anywhere from the start of the program
// on, the rest while an application is taken in, or soon after.
func awaitInstant(t *testing.T, home *lobby, calm time.Duration) {
	t.Helper()
	s := home.site
	after := rand.N(600 * time.Millisecond)
	if rand.IntN(3) > 0 {
		select { // the last boot's
		case <-home.confirming:
		default:
		}
		select {
		case <-home.confirming:
		case <-s.Kiosk.Done():
			t.Fatal("the terminal ended by itself")
		case <-time.After(fleet.Patience):
			t.Fatal("nobody comes to file")
		}
		after = time.Duration(rand.ExpFloat64() * float64(calm) * 1.5)
	}
	select {
	case <-time.After(after):
	case <-s.Kiosk.Done():
		t.Fatal("the terminal ended by itself")
	}
}

// stay files for one resident after another. Who loses the terminal goes home; the next begins anew.
func (h *lobby) stay(ctx context.Context) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if b, err := open(ctx, h.site); err == nil {
			for err == nil {
				err = h.next(ctx, b)
			}
			h.note(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (h *lobby) next(ctx context.Context, b *browser) error {
	h.mu.Lock()
	r := person(h.people)
	h.people++
	h.mu.Unlock()
	review, err := r.fill(ctx, b)
	if err != nil {
		return err
	}
	h.mu.Lock()
	h.pressed++
	h.mu.Unlock()
	select {
	case h.confirming <- struct{}{}:
	default:
	}
	done, err := confirm(ctx, b, review)
	if err != nil {
		return err
	}
	h.mu.Lock()
	h.seen = append(h.seen, done.code())
	h.mu.Unlock()
	return b.pictures(ctx, done)
}

// note keeps what is no consequence of a kill. A browser of the last boot is not let in by the next.
func (h *lobby) note(err error) {
	var no *refused
	if !errors.As(err, &no) || no.status == http.StatusForbidden {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.strange = append(h.strange, err)
}

// judge compares what residents saw with what the terminal keeps and what central has.
func (h *lobby) judge(t *testing.T) {
	t.Helper()
	s := h.site
	for _, err := range h.strange {
		t.Errorf("a resident was told: %v", err)
	}
	kept := askBooks(t, s)
	c := openCentral(t, s)
	c.arrives(t, time.Minute, kept.all())
	until(t, time.Minute, "the terminal knows every outcome", func() bool {
		return askBooks(t, s).Entries["settled"] == kept.all()
	})
	atCentral := c.list(t, `SELECT code FROM entries`)
	if len(atCentral) != kept.all() {
		t.Errorf("the terminal has %d entries, central %d", kept.all(), len(atCentral))
	}
	slices.Sort(h.seen)
	if twice := len(h.seen) - len(slices.Compact(slices.Clone(h.seen))); twice != 0 {
		t.Errorf("%d codes were given to two residents", twice)
	}
	_, lost, _ := c.once(t, h.seen)
	cases, _, doubled := c.once(t, atCentral)
	listed := map[string]bool{}
	for _, u := range kept.Unshown {
		listed[u.Code] = true
	}
	var silent, spare int
	for _, code := range atCentral {
		switch saw := slices.Contains(h.seen, code); {
		case !saw && !listed[code]:
			silent++
			t.Errorf("%s: nobody saw its receipt, and staff are not told", code)
		case saw && listed[code]:
			spare++ // the terminal was killed before it heard that the page was shown
		}
	}
	files, err := os.ReadDir(s.Path("kiosk", "store", "papers"))
	must(t, err)
	t.Logf("figures tried=%d came=%d pressed=%d filed=%d seen=%d shown=%d unshown=%d cases=%d lost=%d doubled=%d "+
		"unlisted=%d listed-though-seen=%d papers-of-nobody=%d", h.ends, h.people, h.pressed, kept.all(), len(h.seen),
		kept.all()-len(kept.Unshown), len(kept.Unshown), cases, lost, doubled, silent, spare,
		len(files)-kept.all()*len(papers()))
	if len(h.seen) < 5+h.ends/20 || h.ends > 40 && kept.all() == len(h.seen) {
		t.Errorf("%d ends met %d receipts of %d: that says nothing", h.ends, len(h.seen), kept.all())
	}
}
