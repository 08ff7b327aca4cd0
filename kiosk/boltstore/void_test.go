package boltstore_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"doorstep/kiosk/boltstore"
	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// flip changes one bit of every place in the store's files where part occurs.
func flip(t *testing.T, dir string, part []byte) {
	t.Helper()
	for _, path := range append(segments(t, dir), filepath.Join(dir, "state.db")) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for at := 0; ; {
			i := bytes.Index(b[at:], part)
			if i < 0 {
				break
			}
			b[at+i] ^= 4
			at += i + 1
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestVoid: an entry lost in both copies before central had it is replaced by a void; the others go on (promise P7).
func TestVoid(t *testing.T) {
	ctx := context.Background()
	m := newTerminal(t)
	s, _ := m.open()
	m.enrol(s, 1)
	var list []boltstore.Taken
	for i := range 8 {
		a := application(uint32(i), 100)
		takeIn(t, s, a)
		list = append(list, a)
		if i == 1 {
			hold(t, s, m.key, 0)
		}
	}
	held, err := s.Journal().Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	want := map[civic.EntryID]civic.Digest{}
	after, err := s.Journal().After(ctx, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range after {
		body, err := wire.ReadEntry(e.Body)
		if err != nil {
			t.Fatal(err)
		}
		want[body.ID] = e.Body.Digest()
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	// One that central holds, two in a row that it does not, and the last.
	lost := []boltstore.Taken{list[0], list[3], list[4], list[7]}
	for _, a := range lost {
		flip(t, m.opts.Dir, a.Entry.Sealed[100:110])
	}
	s, r := m.open()
	if r.Count(boltstore.FoundLost) != 3 {
		t.Fatalf("report %+v", r.Findings)
	}
	_, custody, ok, err := s.Custody(ctx)
	if !ok || err != nil {
		t.Fatalf("custody is lost: %v", err)
	}
	for range 2 {
		mustCheck(t, s)
		got := mustChain(t, s, m.key, custody.Through)
		voided := map[civic.Digest]civic.TrackingCode{}
		for id, e := range got {
			if e.Kind == civic.EntryVoid {
				voided[e.Voids] = e.Code
				delete(got, id)
			}
		}
		for _, a := range lost[1:] {
			if voided[want[a.Entry.ID]] != a.Entry.Code {
				t.Errorf("no void stands for entry %v", a.Entry.Code)
			}
			if k := state(t, s, a); k.State != civic.DamagedEntry {
				t.Errorf("the lost entry is %s", k.State)
			}
		}
		if len(voided) != 3 || len(got) != 3 {
			t.Errorf("%d voids and %d entries, want 3 and 3", len(voided), len(got))
		}
		if k := state(t, s, list[0]); k.State != civic.Held {
			t.Errorf("an entry that central holds is %s", k.State)
		}
		if tel, err := s.Telemetry(ctx); err != nil || tel.Damaged != 3 {
			t.Errorf("the operator is told of %d, %v", tel.Damaged, err)
		}
		s, _ = m.reopen(s)
	}
	if now, err := s.Journal().Head(ctx); err != nil || now.Seq != held.Seq {
		t.Errorf("the chain ends at %d, before it was %d (%v)", now.Seq, held.Seq, err)
	}
	body := hold(t, s, m.key, 8)
	for seq := uint64(3); seq <= body.Through.Seq; seq++ {
		e, err := s.Journal().After(ctx, seq-1, 1)
		if err != nil || len(e) != 1 {
			t.Fatal(err)
		}
		entry, err := wire.ReadEntry(e[0].Body)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Journal().Settle(ctx, wire.Outcome{Entry: entry.ID, Seq: seq, Outcome: civic.OutcomeVoid}); err != nil {
			t.Fatal(err)
		}
	}
	for _, a := range list {
		if err := s.Sent(ctx, a.Entry.Papers[0].Digest); err != nil {
			t.Fatal(err)
		}
	}
	p, err := s.Purge(ctx, time.Now().Add(30*24*time.Hour))
	if err != nil || p.Entries != 9 { // three lost, their voids, three others; the first two have no outcome
		t.Errorf("purged %+v, %v", p, err)
	}
	mustCheck(t, s)
}

// TestVoidWhileOpen: bytes that go bad in a store in use are taken from the other copy.
func TestVoidWhileOpen(t *testing.T) {
	m := newTerminal(t)
	s, _ := m.open()
	m.enrol(s, 1)
	a := application(1)
	takeIn(t, s, a)
	path := filepath.Join(m.opts.Dir, "state.db")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if _, err := f.WriteAt([]byte{^a.Entry.Sealed[700]}, int64(bytes.Index(b, a.Entry.Sealed)+700)); err != nil {
		t.Fatal(err)
	}
	got := mustChain(t, s, m.key, wire.Head{})
	if e := got[a.Entry.ID]; e == nil || !bytes.Equal(e.Sealed, a.Entry.Sealed) {
		t.Error("the entry was not read from the journal")
	}
}
