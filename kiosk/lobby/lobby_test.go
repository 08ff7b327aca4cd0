package lobby_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"doorstep/kiosk/lobby"
	"doorstep/sync/civic"
)

// shelf is what central publishes to the test's terminal.
type shelf struct {
	mu      sync.Mutex // guards what follows
	all     map[string]civic.Edition
	n       uint64
	changed chan struct{}
}

func newShelf() *shelf { return &shelf{all: map[string]civic.Edition{}, changed: make(chan struct{})} }

func (s *shelf) Editions(context.Context, civic.EditionKind) ([]civic.Edition, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []civic.Edition
	for _, e := range s.all {
		if !e.Tombstone {
			out = append(out, e)
		}
	}
	return out, nil
}

func (s *shelf) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// put publishes a notice's next revision; a nil one takes it down.
func (s *shelf) put(id string, n *civic.Notice, from, until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	e := civic.Edition{N: s.n, Kind: civic.EditionNotice, ID: id, Rev: s.all[id].Rev + 1, From: from, Until: until}
	if e.Tombstone = n == nil; n != nil {
		e.Body, _ = json.Marshal(n)
	}
	s.all[id] = e
	close(s.changed)
	s.changed = make(chan struct{})
}

func notice(id, category string) *civic.Notice {
	return &civic.Notice{ID: id, Category: category, Title: "关于" + id + "的公告", Body: "正文。", PublishedAt: time.Now()}
}

// terminal is a board in a bubble of virtual time. late is how far its clock is behind central's.
type terminal struct {
	*lobby.Board
	*shelf
	mu    sync.Mutex // guards what follows
	proof []lobby.Showing
}

func start(t *testing.T) *terminal {
	t.Helper()
	k := &terminal{shelf: newShelf()}
	var err error
	k.Board, err = lobby.New(t.Context(), lobby.Options{
		Shelf: k.shelf, Logger: slog.New(slog.DiscardHandler),
		Now: func(context.Context) (time.Time, civic.Confidence) { return time.Now(), civic.Sure },
		Record: func(s lobby.Showing) {
			k.mu.Lock()
			defer k.mu.Unlock()
			k.proof = append(k.proof, s)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = k.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
	synctest.Wait()
	return k
}

// on returns the id of what is on the screen, empty for the standing page.
func (k *terminal) on(t *testing.T) string {
	t.Helper()
	if s := k.Now(t.Context(), "lobby"); s.Notice != nil {
		return s.Notice.ID
	}
	return ""
}

// turn lets a notice of one page have its time, and returns what comes after it.
func (k *terminal) turn(t *testing.T, d time.Duration) string {
	t.Helper()
	v := k.Now(t.Context(), "lobby").Version
	<-time.After(d)
	s := k.Ended(t.Context(), "lobby", lobby.Page{Version: v, Page: 0, Of: 1, For: d})
	return s.Notice.ID
}

// waits returns how long the screen waits until it shows want, from a change that is made now.
func (k *terminal) waits(t *testing.T, want string, change func()) time.Duration {
	t.Helper()
	began := time.Now()
	changed := k.Board.Changed()
	change()
	for k.on(t) != want {
		select {
		case <-changed:
			changed = k.Board.Changed()
		case <-time.After(time.Hour):
			t.Fatalf("an hour later the screen shows %q", k.on(t))
		}
	}
	return time.Since(began)
}

func TestTakedownAndExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := start(t)
		if k.on(t) != "" {
			t.Fatal("something is shown of nothing")
		}
		now := time.Now()
		if d := k.waits(t, "a", func() { k.put("a", notice("a", "rules"), time.Time{}, time.Time{}) }); d != 0 {
			t.Errorf("first notice after %v", d)
		}
		k.put("b", notice("b", "rules"), time.Time{}, now.Add(10*time.Minute))
		synctest.Wait()
		if k.on(t) != "a" {
			t.Error("a new notice broke into the one being read")
		}
		d := k.waits(t, "b", func() { k.put("a", nil, time.Time{}, time.Time{}) })
		if d > 5*time.Second {
			t.Errorf("taken down, and on the screen for %v more", d)
		}
		t.Logf("takedown reaches the screen after %v", d)
		if d := k.waits(t, "", func() {}); d != 10*time.Minute {
			t.Errorf("run out after %v, want 10m", d)
		}
		if d := k.waits(t, "c", func() { k.put("c", notice("c", "rules"), time.Now().Add(time.Hour-time.Second), time.Time{}) }); d != time.Hour-time.Second {
			t.Errorf("in force after %v", d)
		}
		k.put("c", notice("c2", "rules"), time.Time{}, time.Time{})
		synctest.Wait()
		if s := k.Now(t.Context(), "lobby"); s.Notice.Rev != 2 || s.Notice.Title != "关于c2的公告" {
			t.Errorf("a new revision is not shown: %+v", s.Notice)
		}
	})
}

func TestUrgent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := start(t)
		for i := range 6 {
			k.put(fmt.Sprint("n", i), notice(fmt.Sprint("n", i), "rules"), time.Time{}, time.Time{})
		}
		synctest.Wait()
		k.on(t)
		if d := k.waits(t, "flood", func() { k.put("flood", notice("flood", "emergency"), time.Time{}, time.Time{}) }); d != 0 {
			t.Errorf("an emergency waits %v", d)
		}
		last, turns := 0, []string{}
		for i := 1; i <= 24; i++ {
			turns = append(turns, k.turn(t, 20*time.Second))
			if turns[i-1] != "flood" {
				continue
			}
			if i-last > 4 {
				t.Errorf("%d turns without the emergency: %v", i-last, turns)
			}
			last = i
		}
		seen := map[string]int{}
		for _, id := range turns {
			seen[id]++
		}
		if len(seen) != 7 {
			t.Errorf("of seven notices %v were shown", seen)
		}
	})
}

// TestNoneStarves publishes something new before every turn: what is old still has its turns.
func TestNoneStarves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := start(t)
		const old = 8
		for i := range old {
			k.put(fmt.Sprint("old", i), notice("old", "rules"), time.Time{}, time.Time{})
		}
		synctest.Wait()
		k.on(t)
		waited, longest := map[string]int{}, 0
		for i := range 400 {
			k.put(fmt.Sprint("new", i%12), notice("new", "emergency"), time.Time{}, time.Time{})
			synctest.Wait()
			on := k.turn(t, 10*time.Second)
			for j := range old {
				id := fmt.Sprint("old", j)
				if waited[id]++; id == on {
					waited[id] = 0
				}
				longest = max(longest, waited[id])
			}
		}
		if longest > 3*(old+12) {
			t.Errorf("an old notice waited through %d turns of %d notices", longest, old+12)
		}
		t.Logf("longest wait: %d turns, with %d notices and one new before each turn", longest, old+12)
	})
}

func TestLongNoticeGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := start(t)
		k.put("long", notice("long", "rules"), time.Time{}, time.Time{})
		synctest.Wait()
		k.put("short", notice("short", "rules"), time.Time{}, time.Time{})
		synctest.Wait()
		var pages []int
		shorts := 0
		for range 60 {
			s := k.Now(t.Context(), "lobby")
			if s.Notice.ID == "short" {
				shorts++
				k.turn(t, 10*time.Second)
				continue
			}
			p := 0
			if s.From.Of == 20 {
				p = s.From.Page
			}
			for s.Notice.ID == "long" && len(pages) < 20 {
				v := s.Version
				<-time.After(30 * time.Second)
				pages = append(pages, p)
				s = k.Ended(t.Context(), "lobby", lobby.Page{Version: v, Page: p, Of: 20, For: 30 * time.Second})
				if p++; s.Version != v {
					break
				}
			}
			if len(pages) == 20 {
				break
			}
		}
		for i, p := range pages {
			if p != i {
				t.Fatalf("pages %v", pages)
			}
		}
		if len(pages) != 20 || shorts < 3 {
			t.Errorf("%d pages, %d turns of the other meanwhile", len(pages), shorts)
		}
		k.mu.Lock()
		defer k.mu.Unlock()
		if n := len(k.proof); n != 20+shorts {
			t.Errorf("%d proofs of %d pages", n, 20+shorts)
		}
	})
}

// TestFalsePages tells of pages that are not on the screen.
func TestFalsePages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := start(t)
		k.put("a", notice("a", "rules"), time.Time{}, time.Time{})
		synctest.Wait()
		v := k.Now(t.Context(), "lobby").Version
		for _, p := range []lobby.Page{
			{Version: "x", Page: 0, Of: 1}, {Version: v, Page: 1, Of: 1}, {Version: v, Page: -1, Of: 1}, {Version: v},
		} {
			if s := k.Ended(t.Context(), "lobby", p); s.Version != v {
				t.Errorf("%+v moved the screen on", p)
			}
		}
		<-time.After(time.Minute)
		k.Ended(t.Context(), "lobby", lobby.Page{Version: v, Page: 0, Of: 2, For: time.Hour})
		if len(k.proof) != 1 || k.proof[0].Until.Sub(k.proof[0].From) != time.Minute {
			t.Errorf("proof %+v", k.proof)
		}
	})
}
