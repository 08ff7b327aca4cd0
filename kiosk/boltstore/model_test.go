package boltstore_test

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"doorstep/kiosk/boltstore"
	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// model is what a store should hold, kept in maps.
type model struct {
	taken   map[civic.EntryID]boltstore.Taken
	order   []civic.EntryID // unsettled at the last new generation, then as taken in
	shown   map[civic.EntryID]bool
	held    map[civic.EntryID]bool
	outcome map[civic.EntryID]civic.Outcome
	sent    map[civic.Digest]bool
	gen     uint32
	through uint64
	guides  map[string]uint32
	status  map[civic.TrackingCode]string
	n       uint64
}

// TestModel makes random changes and restarts, with files lost at some, and compares everything that can be asked.
func TestModel(t *testing.T) {
	for seed := range uint64(6) {
		m := newTerminal(t)
		m.opts.SegmentSize = 12 << 10
		s, _ := m.open()
		m.enrol(s, 1)
		w := &model{
			taken: map[civic.EntryID]boltstore.Taken{}, shown: map[civic.EntryID]bool{}, held: map[civic.EntryID]bool{},
			outcome: map[civic.EntryID]civic.Outcome{}, sent: map[civic.Digest]bool{}, gen: 1,
			guides: map[string]uint32{}, status: map[civic.TrackingCode]string{},
		}
		random := rand.New(rand.NewPCG(seed, 7))
		for step := range 250 {
			w.step(t, m, s, random)
			if random.IntN(25) == 0 {
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				switch random.IntN(5) {
				case 0:
					remove(t, m.opts.Dir, "state.db")
					w.status = map[civic.TrackingCode]string{} // central tells them again
				case 1:
					remove(t, m.opts.Dir, "journal")
				}
				s, _ = m.open()
				w.compare(t, m, s)
			}
			if t.Failed() {
				t.Fatalf("seed %d, step %d", seed, step)
			}
		}
		w.compare(t, m, s)
	}
}

func (w *model) step(t *testing.T, m *terminal, s *boltstore.Store, random *rand.Rand) {
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	pick := func() (civic.EntryID, bool) {
		if len(w.order) == 0 {
			return civic.EntryID{}, false
		}
		return w.order[random.IntN(len(w.order))], true
	}
	switch random.IntN(9) {
	case 0, 1, 2:
		a := application(random.Uint32(), random.IntN(500)+1)
		must(s.TakeIn(ctx, a))
		w.taken[a.Entry.ID] = a
		w.order = append(w.order, a.Entry.ID)
	case 3:
		if id, ok := pick(); ok {
			must(s.Shown(ctx, id))
			w.shown[id] = true
		}
	case 4:
		if len(w.order) == 0 {
			return
		}
		c := hold(t, s, m.key, 0)
		w.through = c.Through.Seq
		for _, id := range w.order {
			w.held[id] = true
		}
	case 5:
		if id, ok := pick(); ok {
			must(s.Journal().Settle(ctx, wire.Outcome{Entry: id, Outcome: civic.OutcomeCase}))
			if w.held[id] {
				w.outcome[id] = civic.OutcomeCase
			}
		}
	case 6:
		if id, ok := pick(); ok {
			must(s.Sent(ctx, w.taken[id].Entry.Papers[0].Digest))
			w.sent[w.taken[id].Entry.Papers[0].Digest] = true
		}
	case 7:
		w.n++
		id := string(rune('a' + random.IntN(5)))
		w.guides[id]++
		e := m.edition(civic.Edition{N: w.n, Kind: civic.EditionGuide, ID: id, Rev: w.guides[id]})
		must(s.Apply(ctx, []wire.Edition{e}, civic.Cursor{N: w.n}))
		code := civic.NewTrackingCode(1, uint32(random.IntN(4)))
		w.status[code] = id
		must(s.Put(ctx, []wire.Status{{N: w.n, Code: code, Locked: []byte(id)}}))
	case 8:
		if random.IntN(12) != 0 {
			return
		}
		w.gen++
		m.enrol(s, w.gen)
		w.through = 0
		w.order = slices.DeleteFunc(w.order, func(id civic.EntryID) bool { return w.outcome[id] != "" })
	}
}

func (w *model) compare(t *testing.T, m *terminal, s *boltstore.Store) {
	t.Helper()
	ctx := context.Background()
	mustCheck(t, s)
	got := mustChain(t, s, m.key, wire.Head{Generation: w.gen})
	if len(got) != len(w.order) {
		t.Errorf("the chain has %d entries, want %d", len(got), len(w.order))
	}
	queue, unsent := 0, map[civic.Digest]bool{}
	for id, a := range w.taken {
		k := state(t, s, a)
		want := civic.Kept
		switch {
		case w.outcome[id] != "":
			want = civic.Settled
		case w.held[id]:
			want = civic.Held
		default:
			queue++
		}
		if k.State != want || k.Outcome != w.outcome[id] || k.Shown != w.shown[id] || string(k.Receipt) != string(a.Receipt) {
			t.Errorf("entry %s is %s, %q, shown %v; want %s", id, k.State, k.Outcome, k.Shown, want)
		}
		if d := a.Entry.Papers[0].Digest; w.held[id] && !w.sent[d] {
			unsent[d] = true
		}
	}
	if n, err := s.Queue(ctx); n != queue || err != nil {
		t.Errorf("queue is %d, want %d (%v)", n, queue, err)
	}
	papers, err := s.Unsent(ctx, 10000)
	if err != nil {
		t.Fatal(err)
	}
	found := map[civic.Digest]bool{}
	for _, p := range papers {
		found[p.Digest] = true
	}
	if !maps.Equal(found, unsent) {
		t.Errorf("%d papers to send, want %d", len(found), len(unsent))
	}
	list, err := s.Editions(ctx, civic.EditionGuide)
	if err != nil {
		t.Fatal(err)
	}
	guides := map[string]uint32{}
	for _, e := range list {
		guides[e.ID] = e.Rev
	}
	if !maps.Equal(guides, w.guides) {
		t.Errorf("guides are %v, want %v", guides, w.guides)
	}
	for code, want := range w.status {
		if got, err := s.Status(ctx, code); string(got) != want || err != nil {
			t.Errorf("status of %s is %q, want %q (%v)", code, got, want, err)
		}
	}
}

// TestConcurrent takes in from many sides while others read and purge.
func TestConcurrent(t *testing.T) {
	ctx := context.Background()
	m := newTerminal(t)
	s, _ := m.open()
	m.enrol(s, 1)
	const clients, each = 16, 10
	done := make(chan error)
	for c := range clients {
		go func() {
			var err error
			for i := 0; i < each && err == nil; i++ {
				a := application(uint32(c*1000+i), 50)
				if err = s.TakeIn(ctx, a); err == nil {
					err = s.Shown(ctx, a.Entry.ID)
				}
			}
			done <- err
		}()
	}
	reader, stop := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(reader)
		for {
			select {
			case <-stop:
				return
			default:
			}
			_, _ = s.Unshown(ctx)
			_, _ = s.Journal().After(ctx, 0, 20)
			_, _ = s.Telemetry(ctx)
			_, _ = s.Purge(ctx, time.Now())
		}
	}()
	for range clients {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	close(stop)
	<-reader
	if list, err := s.Unshown(ctx); len(list) != 0 || err != nil {
		t.Errorf("%d not shown, %v", len(list), err)
	}
	if got := mustChain(t, s, m.key, wire.Head{}); len(got) != clients*each {
		t.Errorf("%d entries", len(got))
	}
	mustCheck(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.TakeIn(ctx, application(1)); err == nil {
		t.Error("a closed store takes in")
	}
	if files, err := filepath.Glob(filepath.Join(m.opts.Dir, "papers", "*")); err != nil || len(files) != clients*each {
		t.Errorf("%d papers, %v", len(files), err)
	}
}

// TestHalfPlan: a change that fails half way takes nothing with it and leaves nothing behind.
func TestHalfPlan(t *testing.T) {
	ctx := context.Background()
	m := newTerminal(t)
	s, _ := m.open()
	m.enrol(s, 1)
	why := errors.New("why")
	var wg sync.WaitGroup
	for i := range 30 {
		wg.Go(func() {
			if i%3 == 0 {
				if err := s.FailHalfWay(ctx, why); !errors.Is(err, why) {
					t.Errorf("error is %v", err)
				}
				return
			}
			if err := s.TakeIn(ctx, application(uint32(i))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	mustCheck(t, s)
	if got := mustChain(t, s, m.key, wire.Head{}); len(got) != 20 {
		t.Errorf("%d entries, want 20", len(got))
	}
}
