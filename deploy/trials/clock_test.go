package trials_test

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"doorstep/deploy/fleet"
	"doorstep/kiosk/agent"
)

// wrongClock is a wall clock that is wrong by what a test says. A static Go program reads its clock without the C
// library, so that nothing outside can shift it: the terminal runs here in the test's own process, which is the whole
// terminal on its real files, pages and line.
type wrongClock struct {
	mu   sync.Mutex // guards what follows
	off  time.Duration
	zone *time.Location
}

func (c *wrongClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := time.Now().Add(c.off)
	if c.zone != nil {
		at = at.In(c.zone)
	}
	return at
}

func (c *wrongClock) set(off time.Duration, zone *time.Location) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.off, c.zone = off, zone
}

const year = 365 * 24 * time.Hour

// TestClock: a terminal whose wall clock is wrong by decades and jumps both ways, with the line up and down, offers
// its services and takes in. Every application is one case, in the order in which it was taken in, and is filed at
// the time that central's clock had, for sure.
func TestClock(t *testing.T) {
	s := newSite(t)
	must(t, s.StartCentral(t.Context(), s.Ports.Terminals))
	must(t, s.Enrol(t.Context()))
	clock := &wrongClock{}
	var codes []string
	began := time.Now()
	next := 0
	file := func(off time.Duration, zone *time.Location) {
		t.Helper()
		clock.set(off, zone)
		codes = append(codes, fileSome(t, s, next, next+1)...)
		next++
	}
	clock.set(-26*year, nil) // it wakes in the year 2000
	stop := startHere(t, s, clock)
	guides(t, s)
	file(-26*year, nil)
	file(9*year, nil)
	must(t, s.Central.Stop())
	elsewhere := time.FixedZone("elsewhere", -9*3600)
	for _, off := range []time.Duration{9 * year, -3 * time.Hour, 40 * 24 * time.Hour, -26 * year} {
		file(off, elsewhere)
	}
	stop() // and wakes without a line, in another year
	clock.set(3*year, nil)
	stop = startHere(t, s, clock)
	file(3*year, nil)
	file(-26*year, nil)
	must(t, s.StartCentral(t.Context(), s.Ports.Terminals))
	c := openCentral(t, s)
	c.arrives(t, time.Minute, len(codes))
	cases, lost, doubled := c.once(t, codes)
	order := c.list(t, `SELECT code FROM cases ORDER BY filed, code`)
	for i, code := range order {
		if code != codes[i] {
			t.Errorf("case %d by time of filing is %s, the %d. taken in was %s", i+1, code, i+1, codes[i])
		}
	}
	unsure := c.count(t, `SELECT count(*) FROM cases WHERE sure <> 2`)
	early := c.count(t, `SELECT count(*) FROM cases WHERE filed < ? OR filed > received`, began.Add(-time.Second).UnixMilli())
	if unsure != 0 || early != 0 {
		t.Errorf("%d cases are not sure, %d are filed before the test began or after they were received", unsure, early)
	}
	stop()
	inStep, err := os.ReadFile(s.Path("kiosk", "in-step"))
	must(t, err)
	last, err := time.Parse(time.RFC3339, strings.TrimSpace(string(inStep)))
	must(t, err)
	if last.Before(began.Add(-time.Second)) || last.After(time.Now()) {
		t.Errorf("the screens would say that they were in step at %v", last)
	}
	t.Logf("figures cases=%d lost=%d doubled=%d unsure=%d out-of-order-or-time=%d", cases, lost, doubled, unsure, early)
}

// startHere runs the site's terminal in this process, and returns what ends it.
func startHere(t *testing.T, s *fleet.Site, clock *wrongClock) (stop func()) {
	t.Helper()
	log, err := os.OpenFile(s.Path("log", "kiosk.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	must(t, err)
	o := agent.DefaultOptions()
	o.Dir, o.Listen, o.Clock = s.Path("kiosk"), s.Ports.Pages, clock.now
	o.Logger = slog.New(slog.NewTextHandler(log, nil))
	a, err := agent.New(t.Context(), o)
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Errorf("the terminal ended with %v", err)
			}
			_ = log.Close()
		})
	}
	t.Cleanup(stop)
	return stop
}
