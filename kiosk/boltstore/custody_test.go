package boltstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"doorstep/kiosk/boltstore"
	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

func state(t testing.TB, s *boltstore.Store, a boltstore.Taken) boltstore.Kept {
	t.Helper()
	kept, err := s.Kept(context.Background(), a.Entry.Code)
	if err != nil || len(kept) != 1 {
		t.Fatalf("kept: %v, %v", kept, err)
	}
	return kept[0]
}

// TestCustody follows entries from kept to settled.
func TestCustody(t *testing.T) {
	ctx := context.Background()
	m := newTerminal(t)
	s, _ := m.open()
	m.enrol(s, 1)
	j := s.Journal()
	a, b, c := application(1, 100), application(2, 200), application(3, 300)
	changed := j.Changed()
	takeIn(t, s, a)
	select {
	case <-changed:
	default:
		t.Error("the uplink was not told of a new entry")
	}
	takeIn(t, s, b)

	settle := func(a boltstore.Taken, seq uint64, o civic.Outcome) {
		t.Helper()
		if err := j.Settle(ctx, wire.Outcome{Entry: a.Entry.ID, Seq: seq, Outcome: o}); err != nil {
			t.Fatal(err)
		}
	}
	settle(a, 1, civic.OutcomeCase)
	if k := state(t, s, a); k.State != civic.Kept {
		t.Errorf("an outcome without custody makes the entry %s", k.State)
	}
	if list, err := s.Unsent(ctx, 10); err != nil || len(list) != 0 {
		t.Errorf("papers of entries not held are sent: %v, %v", list, err)
	}
	body := hold(t, s, m.key, 0)
	takeIn(t, s, c)
	if k := state(t, s, b); k.State != civic.Held || !k.Held.Equal(time.UnixMilli(body.Time)) {
		t.Errorf("entry is %s since %v", k.State, k.Held)
	}
	if k := state(t, s, c); k.State != civic.Kept {
		t.Errorf("an entry after the custody is %s", k.State)
	}
	if n, err := s.Queue(ctx); n != 1 || err != nil {
		t.Errorf("queue is %d, %v", n, err)
	}

	// Outcomes may come in any order and again; the mark moves over those without a gap.
	settle(b, 2, "aside:unrouted")
	if n, err := j.Settled(ctx); n != 0 || err != nil {
		t.Errorf("settled through %d, %v", n, err)
	}
	settle(a, 1, civic.OutcomeCase)
	settle(a, 1, "aside:conflict")
	if n, err := j.Settled(ctx); n != 2 || err != nil {
		t.Errorf("settled through %d, %v", n, err)
	}
	if k := state(t, s, a); k.State != civic.Settled || k.Outcome != civic.OutcomeCase {
		t.Errorf("entry is %s, %s", k.State, k.Outcome)
	}
	if err := j.Settle(ctx, wire.Outcome{Entry: civic.EntryID{9}, Seq: 1, Outcome: civic.OutcomeCase}); err != nil {
		t.Errorf("an outcome for an unknown entry: %v", err)
	}

	papers, err := s.Unsent(ctx, 10)
	if err != nil || len(papers) != 2 || papers[0] != a.Entry.Papers[0] {
		t.Fatalf("unsent: %v, %v", papers, err)
	}
	if err := s.Sent(ctx, papers[0].Digest); err != nil {
		t.Fatal(err)
	}
	s, _ = m.reopen(s)
	j = s.Journal()
	if papers, err := s.Unsent(ctx, 10); err != nil || len(papers) != 1 || papers[0] != b.Entry.Papers[0] {
		t.Errorf("unsent after a restart: %v, %v", papers, err)
	}
	if list, err := j.After(ctx, 2, 10); err != nil || len(list) != 1 {
		t.Errorf("%d entries after 2, %v", len(list), err)
	}
	// An older custody changes nothing.
	signed, err := wire.SignCustody(m.key, wire.CustodyBody{Store: body.Store, Through: wire.Head{Generation: 1, Seq: 1}})
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Hold(ctx, signed, wire.CustodyBody{Store: body.Store, Through: wire.Head{Generation: 1, Seq: 1}}); err != nil {
		t.Error(err)
	}
	if _, c, ok, err := s.Custody(ctx); !ok || c != body || err != nil {
		t.Errorf("custody is %+v, %v, %v", c, ok, err)
	}
	mustCheck(t, s)
}

// TestForked: custody of another chain under the same key makes nothing held.
func TestForked(t *testing.T) {
	ctx := context.Background()
	m := newTerminal(t)
	s, _ := m.open()
	m.enrol(s, 1)
	a := application(1)
	takeIn(t, s, a)
	head, err := s.Journal().Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	further, other := head, head
	further.Seq, other.Digest = 5, civic.Digest{1}
	for name, h := range map[string]wire.Head{"further than here": further, "other content": other} {
		err := s.Journal().Hold(ctx, wire.Signed{}, wire.CustodyBody{Through: h})
		if !errors.Is(err, &civic.Error{Code: wire.CodeForked}) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if k := state(t, s, a); k.State != civic.Kept {
		t.Errorf("entry is %s", k.State)
	}
}

// TestGeneration: a new generation chains again all that is not settled, and only that, in its order.
func TestGeneration(t *testing.T) {
	ctx := context.Background()
	m := newTerminal(t)
	s, _ := m.open()
	m.enrol(s, 1)
	var list []boltstore.Taken
	for i := range 6 {
		a := application(uint32(i))
		takeIn(t, s, a)
		list = append(list, a)
		if i == 2 {
			hold(t, s, m.key, 0)
		}
	}
	if err := s.Journal().Settle(ctx, wire.Outcome{Entry: list[0].Entry.ID, Seq: 1, Outcome: civic.OutcomeCase}); err != nil {
		t.Fatal(err)
	}
	m.enrol(s, 2)
	m.enrol(s, 2) // the same place again changes nothing
	for range 2 {
		mustCheck(t, s)
		got := mustChain(t, s, m.key, wire.Head{Generation: 2})
		if len(got) != 5 || got[list[0].Entry.ID] != nil {
			t.Errorf("the new chain has %d entries", len(got))
		}
		first, err := s.Journal().After(ctx, 0, 1)
		if err != nil || len(first) != 1 {
			t.Fatal(err)
		}
		if e, err := wire.ReadEntry(first[0].Body); err != nil || e.ID != list[1].Entry.ID {
			t.Errorf("the new chain begins with another entry: %v", err)
		}
		if k := state(t, s, list[1]); k.State != civic.Held {
			t.Errorf("an entry held before is %s", k.State)
		}
		if n, err := s.Queue(ctx); n != 3 || err != nil {
			t.Errorf("queue is %d, %v", n, err)
		}
		s, _ = m.reopen(s)
	}
	if err := s.Enrolled(ctx, wire.Welcome{Number: 10021, Generation: 1}); !errors.Is(err, &civic.Error{Code: wire.CodeForked}) {
		t.Errorf("an older generation: %v", err)
	}
}

// TestSite keeps what is known of central's clock.
func TestSite(t *testing.T) {
	ctx := context.Background()
	m := newTerminal(t)
	boot := [16]byte{1, 2}
	m.opts.Clock = func() civic.Evidence {
		return civic.Evidence{Wall: time.UnixMilli(5_000).UTC(), Boot: boot, Mono: time.Minute}
	}
	s, _ := m.open()
	if _, err := s.Place(ctx); !errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		t.Errorf("place before enrolment: %v", err)
	}
	if e, err := s.LastSync(ctx); err != nil || e != (civic.Evidence{}) {
		t.Errorf("synchronised before it was: %+v, %v", e, err)
	}
	m.enrol(s, 1)
	if err := s.Synchronised(ctx, time.UnixMilli(2_000)); err != nil {
		t.Fatal(err)
	}
	s, _ = m.reopen(s)
	want := civic.Evidence{SyncBoot: boot, SyncMono: time.Minute, SyncTime: time.UnixMilli(2_000).UTC(), SyncOffset: 3 * time.Second}
	if e, err := s.LastSync(ctx); err != nil || e != want {
		t.Errorf("synchronisation is %+v, %v", e, err)
	}
	takeIn(t, s, application(1))
	got, err := s.Telemetry(ctx)
	if err != nil || got.Free <= 0 {
		t.Fatal(got, err)
	}
	got.Free = 0
	if want := (wire.Telemetry{Queue: 1, Oldest: 1764000001000, Offset: 3000, Unshown: 1}); got != want {
		t.Errorf("telemetry is %+v, want %+v", got, want)
	}
}

// TestCopies counts prints.
func TestCopies(t *testing.T) {
	ctx := context.Background()
	m := newTerminal(t)
	s, _ := m.open()
	m.enrol(s, 1)
	a := application(1)
	takeIn(t, s, a)
	for want := 1; want <= 3; want++ {
		if n, err := s.Copy(ctx, a.Entry.ID); n != want || err != nil {
			t.Errorf("copy %d is counted %d, %v", want, n, err)
		}
	}
	if _, err := s.Copy(ctx, civic.EntryID{1}); !errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		t.Errorf("copy of nothing: %v", err)
	}
	if err := s.Shown(ctx, civic.EntryID{1}); !errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		t.Errorf("nothing was shown: %v", err)
	}
}
