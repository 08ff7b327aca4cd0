package boltstore_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"doorstep/kiosk/boltstore"
	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// past is a terminal that central held everything of: twelve entries with a paper each, seven of them settled and purged.
func past(t *testing.T) (m *terminal, s *boltstore.Store, list []boltstore.Taken, heads []wire.Head) {
	t.Helper()
	ctx := context.Background()
	m = newTerminal(t)
	s, _ = m.open()
	m.enrol(s, 1)
	heads = append(heads, wire.Head{Generation: 1})
	for i := range 12 {
		a := application(uint32(i), 100)
		takeIn(t, s, a)
		list = append(list, a)
		head, err := s.Journal().Head(ctx)
		if err != nil {
			t.Fatal(err)
		}
		heads = append(heads, head)
	}
	hold(t, s, m.key, 12)
	for i, a := range list {
		if err := s.Sent(ctx, a.Entry.Papers[0].Digest); err != nil {
			t.Fatal(err)
		}
		if i < 7 {
			if err := s.Journal().Settle(ctx, wire.Outcome{Entry: a.Entry.ID, Seq: uint64(i + 1), Outcome: civic.OutcomeCase}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if p, err := s.Purge(ctx, list[0].At.Add(8*24*time.Hour)); err != nil || p.Entries != 7 {
		t.Fatalf("purged %+v, %v", p, err)
	}
	if err := s.Put(ctx, []wire.Status{{N: 40, Code: list[0].Entry.Code, Locked: []byte("old")}, {N: 41, Code: list[9].Entry.Code}}); err != nil {
		t.Fatal(err)
	}
	return m, s, list, heads
}

// TestRecall meets a central that was put back to a backup: what is kept after its place is kept as if it had never been
// sent, over the gap that purging left; what was purged is listed. Either copy of the store tells the same.
func TestRecall(t *testing.T) {
	ctx := context.Background()
	same, other := civic.EntryID{1}, civic.EntryID{2}
	for name, tt := range map[string]struct {
		store civic.EntryID
		held  int
		lost  int // purged entries that it does not hold
		kept  int // entries to send
	}{
		"restored, with a gap":      {other, 3, 4, 5},
		"restored, without a gap":   {other, 9, 0, 3},
		"restored, nothing lost":    {other, 12, 0, 0},
		"restored to nothing":       {other, 0, 7, 5},
		"put back as an image":      {same, 3, 4, 5},
		"put back, within the kept": {same, 10, 0, 2},
	} {
		t.Run(name, func(t *testing.T) {
			m, s, list, heads := past(t)
			held := heads[tt.held]
			if found, err := s.Journal().Recall(ctx, same, heads[12]); found || err != nil {
				t.Fatalf("the same central is found put back: %v", err)
			}
			if found, err := s.Journal().Recall(ctx, tt.store, held); !found || err != nil {
				t.Fatalf("found %t, %v", found, err)
			}
			for _, lost := range []string{"", "journal", "state.db"} {
				if lost != "" {
					if err := s.Close(); err != nil {
						t.Fatal(err)
					}
					if err := os.RemoveAll(filepath.Join(m.opts.Dir, lost)); err != nil {
						t.Fatal(err)
					}
					s, _ = m.open()
				}
				mustCheck(t, s)
				if got := mustChain(t, s, m.key, held); len(got) != tt.kept {
					t.Errorf("without %q: %d entries are sent again, want %d", lost, len(got), tt.kept)
				}
				for i, a := range list[7:] {
					k := state(t, s, a)
					if want := 7+i >= tt.held; (k.State == civic.Kept) != want {
						t.Errorf("without %q: entry %d is %s", lost, 7+i+1, k.State)
					}
				}
				if found, err := s.Journal().Recall(ctx, tt.store, held); found || err != nil {
					t.Errorf("without %q: found put back twice, %v", lost, err)
				}
				if lost == "state.db" {
					continue // statuses and the list are told over the line anew
				}
				if n, err := s.Seen(ctx); n != 0 || err != nil {
					t.Errorf("without %q: statuses seen through %d, %v", lost, n, err)
				}
				miss, err := s.Journal().Missing(ctx)
				if err != nil || miss == nil || len(miss.Entries) != tt.lost || len(miss.Statuses) != 2 || miss.Store != same {
					t.Errorf("without %q: missing %+v, %v", lost, miss, err)
				}
			}
			if err := s.Put(ctx, []wire.Status{{N: 1, Code: list[0].Entry.Code, Locked: []byte("new")}}); err != nil {
				t.Fatal(err)
			}
			if b, err := s.Status(ctx, list[0].Entry.Code); string(b) != "new" || err != nil {
				t.Errorf("status is %q, %v", b, err)
			}
			// The restored central takes everything, and the papers are sent once more.
			hold(t, s, m.key, 0)
			papers, err := s.Unsent(ctx, 100)
			if err != nil || len(papers) != 5 {
				t.Errorf("%d papers to offer again, %v", len(papers), err)
			}
			takeIn(t, s, application(50))
			mustChain(t, s, m.key, held)
		})
	}
}

// TestRecallForked: a central that holds another chain recalls nothing.
func TestRecallForked(t *testing.T) {
	ctx := context.Background()
	_, s, list, heads := past(t)
	h := heads[9]
	h.Digest[0]++
	if found, err := s.Journal().Recall(ctx, civic.EntryID{2}, h); !errors.Is(err, &civic.Error{Code: wire.CodeForked}) {
		t.Fatalf("found %t, %v", found, err)
	}
	if k := state(t, s, list[11]); k.State != civic.Held {
		t.Errorf("entry is %s", k.State)
	}
	mustCheck(t, s)
}

// TestRecallEnrol enrols at an empty central: everything kept goes into the new chain, settled or not.
func TestRecallEnrol(t *testing.T) {
	for name, store := range map[string]civic.EntryID{"another central": {2}, "the same, or an image of it": {1}} {
		t.Run(name, func(t *testing.T) { recallEnrol(t, store) })
	}
}

func recallEnrol(t *testing.T, store civic.EntryID) {
	ctx := context.Background()
	m, s, list, _ := past(t)
	for i, a := range list[7:] {
		if err := s.Journal().Settle(ctx, wire.Outcome{Entry: a.Entry.ID, Seq: uint64(7 + i + 1), Outcome: civic.OutcomeCase}); err != nil {
			t.Fatal(err)
		}
	}
	if found, err := s.Journal().Recall(ctx, store, wire.Head{}); !found || err != nil {
		t.Fatalf("found %t, %v", found, err)
	}
	s, _ = m.reopen(s) // a power cut between the two
	m.enrol(s, 2)
	if got := mustChain(t, s, m.key, wire.Head{Generation: 2}); len(got) != 5 {
		t.Errorf("%d entries in the new chain, want 5", len(got))
	}
	if number, generation, err := s.Journal().Former(ctx); number != 10022 || generation != 2 || err != nil {
		t.Errorf("former %d, %d, %v", number, generation, err)
	}
	mustCheck(t, s)
	if miss, err := s.Journal().Missing(ctx); err != nil || miss == nil || len(miss.Entries) != 7 {
		t.Errorf("missing %+v, %v", miss, err)
	}
	if err := s.Journal().Told(ctx, civic.EntryID{1}); err != nil {
		t.Fatal(err)
	}
	if miss, err := s.Journal().Missing(ctx); err != nil || miss != nil {
		t.Errorf("still missing after it was told: %+v, %v", miss, err)
	}
}

// TestAgain is papers that central asks for again: those that were sent and are kept are unsent, in both copies; others
// are passed over.
func TestAgain(t *testing.T) {
	ctx := context.Background()
	m, s, list, _ := past(t)
	purged, kept, other := list[0].Entry.Papers[0].Digest, list[8].Entry.Papers[0].Digest, list[9].Entry.Papers[0].Digest
	unsent := func(want ...civic.Digest) {
		t.Helper()
		got, err := s.Unsent(ctx, 10)
		if err != nil || len(got) != len(want) {
			t.Fatalf("unsent %v, %v, want %v", got, err, want)
		}
		for i, p := range got {
			if p.Digest != want[i] {
				t.Errorf("unsent %v, want %v", p.Digest, want[i])
			}
		}
	}
	unsent()
	for range 2 {
		if err := s.Again(ctx, []civic.Digest{purged, kept, {7}}); err != nil {
			t.Fatal(err)
		}
		unsent(kept)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(m.opts.Dir, "state.db")); err != nil {
		t.Fatal(err)
	}
	s, _ = m.open()
	unsent(kept)
	if err := s.Sent(ctx, kept); err != nil {
		t.Fatal(err)
	}
	// One that is lost here is not offered again and again.
	if err := s.Again(ctx, []civic.Digest{other}); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(m.opts.Dir, "papers", other.String())); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(ctx, other); !errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		t.Errorf("opening a lost paper: %v", err)
	}
	if err := s.Again(ctx, []civic.Digest{other}); err != nil {
		t.Fatal(err)
	}
	unsent()
}

// TestLost lists the papers of held entries whose file is gone, found so by a start or by reading them, oldest first and
// after every start, until central has them or the entry is purged.
func TestLost(t *testing.T) {
	ctx := context.Background()
	m := newTerminal(t)
	s, _ := m.open()
	m.enrol(s, 1)
	var list []boltstore.Taken
	file := func() {
		t.Helper()
		a := application(uint32(len(list)), 100, 200)
		takeIn(t, s, a)
		list = append(list, a)
	}
	for range 3 {
		file()
	}
	paper := func(i, n int) civic.Digest { return list[i].Entry.Papers[n].Digest }
	spoil := func(d civic.Digest) {
		t.Helper()
		if err := os.Remove(filepath.Join(m.opts.Dir, "papers", d.String())); err != nil {
			t.Fatal(err)
		}
	}
	lost := func(max int, want ...civic.Digest) {
		t.Helper()
		got, err := s.Lost(ctx, max)
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("lost %v, %v, want %v", got, err, want)
		}
	}
	lost(10)
	spoil(paper(2, 1))
	s, _ = m.reopen(s)
	lost(10) // central holds none of the entries
	hold(t, s, m.key, 3)
	lost(10, paper(2, 1))
	file() // central does not hold this one
	spoil(paper(0, 1))
	spoil(paper(3, 0))
	for _, d := range []civic.Digest{paper(0, 1), paper(3, 0)} {
		if _, err := s.Open(ctx, d); !errors.Is(err, &civic.Error{Code: civic.NotFound}) {
			t.Errorf("opening a lost paper: %v", err)
		}
	}
	lost(10, paper(0, 1), paper(2, 1))
	lost(1, paper(0, 1))
	s, _ = m.reopen(s)
	lost(10, paper(0, 1), paper(2, 1))
	if said, err := s.Telemetry(ctx); err != nil || said.Lost != 2 {
		t.Errorf("the operator is told of %d lost, %v, want 2", said.Lost, err)
	}
	for i := range 3 {
		if err := s.Journal().Settle(ctx, wire.Outcome{Entry: list[i].Entry.ID, Seq: uint64(i + 1), Outcome: civic.OutcomeCase}); err != nil {
			t.Fatal(err)
		}
		for n := range 2 {
			if err := s.Sent(ctx, paper(i, n)); err != nil { // a lost one is none that was sent
				t.Fatal(err)
			}
		}
	}
	lost(10, paper(0, 1), paper(2, 1))
	if p, err := s.Purge(ctx, list[0].At.Add(8*24*time.Hour)); err != nil || p.Entries != 3 {
		t.Fatalf("purged %+v, %v", p, err)
	}
	lost(10)
}
