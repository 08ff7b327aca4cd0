package storetest

import (
	"sync"
	"testing"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"

	"doorstep/central/store"
)

func holdInOrder(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	j, err := s.Journal(t.Context(), m.Key.ID, 1)
	must(t, err)
	equal(t, "journal of nothing", j, store.Journal{})
	var items []store.Item
	for range 3 {
		items = append(items, m.Next(t, civic.EntryApplication, codes.code(1)))
	}
	j = s.hold(m, items...)
	want := store.Journal{Seq: 3, Digest: items[2].Signed.Position.Digest(), At: noon}
	equal(t, "journal", j, want)
	j, err = s.Journal(t.Context(), m.Key.ID, 1)
	must(t, err)
	equal(t, "journal read", j, want)
	list, err := s.Unopened(t.Context(), 0, 10)
	must(t, err)
	equal(t, "unopened", len(list), 3)
	for i, h := range list {
		equal(t, "entry", h.Ref, refOf(items[i]))
		equal(t, "payload", string(h.Signed.Payload), string(items[i].Signed.Body.Payload))
		equal(t, "signature", string(h.Signed.Signature), string(items[i].Signed.Body.Signature))
		equal(t, "maker", h.Maker, m.Key.ID)
		equal(t, "terminal", h.Terminal, m.Key.ID)
		equal(t, "received", h.Received, noon)
	}
	rest, err := s.Unopened(t.Context(), list[0].Place, 1)
	must(t, err)
	equal(t, "after the first", rest[0].Ref, refOf(items[1]))
}

func holdAgain(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	a, b := m.Next(t, civic.EntryApplication, codes.code(1)), m.Next(t, civic.EntryApplication, codes.code(1))
	s.hold(m, a)
	equal(t, "whole batch again", s.hold(m, a, b).Seq, 2)
	equal(t, "old part alone", s.hold(m, a).Seq, 2)
	equal(t, "nothing", s.hold(m).Seq, 2)
	list, err := s.Unopened(t.Context(), 0, 10)
	must(t, err)
	equal(t, "entries", len(list), 2)
}

func holdFork(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	a := m.Next(t, civic.EntryApplication, codes.code(1))
	s.hold(m, a)
	past := *m
	b := m.Next(t, civic.EntryApplication, codes.code(1))
	other := past.Next(t, civic.EntryApplication, codes.code(1)) // the same place, another entry
	gap := m.Next(t, civic.EntryApplication, codes.code(1))
	good := past
	for name, items := range map[string][]store.Item{
		"gap":                     {gap},
		"good then gap":           {b, gap, gapAfter(t, &good)},
		"swapped body":            {{Signed: wire.Entry{Body: other.Signed.Body, Position: b.Signed.Position}, Entry: other.Entry, Position: b.Position, Maker: b.Maker}},
		"position of seq 0":       {{Signed: b.Signed, Entry: b.Entry, Position: civic.Position{Generation: 1, Entry: b.Position.Entry}, Maker: b.Maker}},
		"of another generation":   {{Signed: b.Signed, Entry: b.Entry, Position: civic.Position{Generation: 2, Seq: 2, Prev: b.Position.Prev, Entry: b.Position.Entry}}},
		"other previous position": {{Signed: b.Signed, Entry: b.Entry, Position: civic.Position{Generation: 1, Seq: 2, Entry: b.Position.Entry}}},
	} {
		_, err := s.Hold(t.Context(), m.Key.ID, 1, items, noon)
		if !isCode(err, wire.CodeForked) {
			t.Errorf("%s: error is %v, want a fork", name, err)
		}
	}
	j, err := s.Journal(t.Context(), m.Key.ID, 1)
	must(t, err)
	equal(t, "journal after refusals", j.Seq, 1)
	s.hold(m, b)
	_, err = s.Hold(t.Context(), m.Key.ID, 1, []store.Item{other}, noon)
	wants(t, err, wire.CodeForked)
	list, err := s.Unopened(t.Context(), 0, 10)
	must(t, err)
	equal(t, "entries after refusals", len(list), 2)
}

// gapAfter makes an item two places further on.
func gapAfter(t *testing.T, m *Machine) store.Item {
	for range 3 {
		m.Next(t, civic.EntryApplication, 0)
	}
	return m.Next(t, civic.EntryApplication, 0)
}

func holdAtOnce(t *testing.T, s *site) {
	const sessions, entries = 4, 40
	m, codes := NewMachine(t, 1), &counter{}
	var items []store.Item
	for range entries {
		items = append(items, m.Next(t, civic.EntryApplication, codes.code(1)))
	}
	// Sessions of one terminal send the same journal at once, in batches of different sizes.
	var wg sync.WaitGroup
	for n := 1; n <= sessions; n++ {
		wg.Go(func() {
			for from := 0; from < entries; from += n {
				batch := items[from:min(from+n, entries)]
				if _, err := s.Hold(t.Context(), m.Key.ID, 1, batch, noon); err != nil {
					t.Errorf("hold %d at %d: %v", n, from, err)
				}
			}
		})
	}
	wg.Wait()
	list, err := s.Unopened(t.Context(), 0, entries*2)
	must(t, err)
	equal(t, "entries", len(list), entries)
	for i, h := range list {
		equal(t, "order", h.Ref, refOf(items[i]))
	}
}

func holdConflict(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	a := m.Next(t, civic.EntryApplication, codes.code(1), civic.Paper{Digest: civic.Digest{1}, Size: 10})
	e := a.Entry
	e.Sealed = []byte("something else")
	e.Papers = []civic.Paper{{Digest: civic.Digest{2}, Size: 10}}
	b := m.Chain(t, e, m.Sign(t, e))
	s.hold(m, a, b)
	list, err := s.Unopened(t.Context(), 0, 10)
	must(t, err)
	equal(t, "unopened", len(list), 1)
	equal(t, "the first", list[0].Ref, refOf(a))
	asides, err := s.Asides(t.Context(), 10)
	must(t, err)
	equal(t, "aside", len(asides), 1)
	equal(t, "outcome", asides[0].Outcome, civic.OutcomeConflict)
	equal(t, "its digest", asides[0].Ref, refOf(b))
	_, err = s.Paper(t.Context(), civic.Digest{2})
	wants(t, err, civic.NotFound)
	wants(t, s.Release(t.Context(), e.ID, "", noon, store.System()), civic.NotFound)
}

func holdRechained(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	a := m.Next(t, civic.EntryApplication, codes.code(1))
	s.hold(m, a)
	must(t, s.Open(t.Context(), newCase(t, a, "2026-10-12")))
	m.Restart()
	again := m.Chain(t, a.Entry, a.Signed.Body)
	s.hold(m, again)
	list, err := s.Unopened(t.Context(), 0, 10)
	must(t, err)
	equal(t, "unopened", len(list), 0)
	out, err := s.Outcomes(t.Context(), m.Key.ID, 2, 0, 10)
	must(t, err)
	equal(t, "outcomes of the new generation", len(out), 1)
	equal(t, "outcome", out[0], wire.Outcome{Entry: a.Entry.ID, Seq: 1, Outcome: civic.OutcomeCase})
}

func covered(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	for range 3 {
		s.hold(m, m.Next(t, civic.EntryApplication, codes.code(1)))
	}
	for _, step := range []struct{ seq, safe uint64 }{{0, 0}, {2, 2}, {1, 2}, {9, 3}} {
		list := []store.Cover{{Terminal: m.Key.ID, Generation: 1, Seq: step.seq}, {Terminal: civic.KeyID{1}, Generation: 1, Seq: 5}}
		must(t, s.Covered(t.Context(), list))
		j, err := s.Journal(t.Context(), m.Key.ID, 1)
		must(t, err)
		equal(t, "safe", j.Safe, step.safe)
	}
	j := s.hold(m, m.Next(t, civic.EntryApplication, codes.code(1)))
	equal(t, "safe after one more", j.Safe, 3)
}

func outcomesWithoutGap(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	var items []store.Item
	for range 4 {
		items = append(items, m.Next(t, civic.EntryApplication, codes.code(1)))
	}
	s.hold(m, items...)
	check := func(after uint64, max, want int) {
		t.Helper()
		out, err := s.Outcomes(t.Context(), m.Key.ID, 1, after, max)
		must(t, err)
		equal(t, "outcomes", len(out), want)
	}
	must(t, s.SetAside(t.Context(), refOf(items[1]), civic.OutcomeInvalid, "", noon))
	check(0, 10, 0) // the first has none
	must(t, s.SetAside(t.Context(), refOf(items[0]), civic.OutcomeSealed, "", noon))
	must(t, s.SetAside(t.Context(), refOf(items[3]), civic.OutcomeSealed, "", noon))
	check(0, 10, 2)
	check(0, 1, 1)
	check(1, 10, 1)
	check(2, 10, 0)
}

func papers(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	one, two := civic.DigestOf([]byte("one")), civic.DigestOf([]byte("two"))
	it := m.Next(t, civic.EntryApplication, codes.code(1), civic.Paper{Digest: one, Size: 3}, civic.Paper{Digest: two, Size: 4})
	_, err := s.Paper(t.Context(), one)
	wants(t, err, civic.NotFound)
	s.hold(m, it)
	p, err := s.Paper(t.Context(), two)
	must(t, err)
	equal(t, "paper", p, store.Paper{Digest: two, Size: 4, Kind: civic.EntryApplication, Entry: it.Entry.ID, Index: 2})
	n := newCase(t, it, "2026-10-12")
	n.Case.Flags.PapersPending = true
	must(t, s.Open(t.Context(), n))
	complete := func(want int) {
		t.Helper()
		list, err := s.Complete(t.Context(), 10)
		must(t, err)
		equal(t, "complete", len(list), want)
	}
	complete(0)
	awaited := func(code civic.TrackingCode, want ...civic.Digest) {
		t.Helper()
		list, err := s.Awaited(t.Context(), code, 10)
		must(t, err)
		equal(t, "awaited", len(list), len(want))
		for i, a := range list {
			equal(t, "awaited", a.Digest, want[i])
		}
	}
	awaited(it.Entry.Code, one, two)
	awaited(codes.code(2))
	awaited(0, one, two)
	list, err := s.Awaited(t.Context(), 0, 1)
	must(t, err)
	equal(t, "awaited at most", len(list), 1)
	equal(t, "awaited", list[0], store.Awaited{
		Paper: store.Paper{Digest: one, Size: 3, Kind: civic.EntryApplication, Entry: it.Entry.ID, Index: 1},
		Code:  it.Entry.Code, Terminal: m.Key.ID, Received: list[0].Received,
	})
	lacking := func(m int, key civic.KeyID, want ...civic.Digest) {
		t.Helper()
		list, err := s.Lacking(t.Context(), key, m)
		must(t, err)
		equal(t, "lacking", len(list), len(want))
		for i, d := range list {
			equal(t, "lacking", d, want[i])
		}
	}
	lacking(10, m.Key.ID, one, two)
	lacking(1, m.Key.ID, one)
	lacking(10, civic.KeyID{1})
	lost := func(key civic.KeyID, at time.Time, list ...civic.Digest) {
		t.Helper()
		must(t, s.Lost(t.Context(), key, list, at))
	}
	said := func(want ...time.Time) {
		t.Helper()
		list, err := s.Awaited(t.Context(), it.Entry.Code, 10)
		must(t, err)
		equal(t, "awaited", len(list), len(want))
		for i, a := range list {
			equal(t, "lost", a.Lost, want[i])
		}
	}
	lost(civic.KeyID{1}, noon, one, two) // another's
	lost(m.Key.ID, noon)
	said(time.Time{}, time.Time{})
	lost(m.Key.ID, noon, civic.Digest{9}, one)
	lost(m.Key.ID, noon.AddDate(0, 0, 1), one)
	said(noon, time.Time{})
	lacking(10, m.Key.ID, two)
	must(t, s.Arrived(t.Context(), one, noon))
	lost(m.Key.ID, noon, one)
	lacking(10, m.Key.ID, two)
	complete(0)
	awaited(it.Entry.Code, two)
	must(t, s.Arrived(t.Context(), two, noon))
	must(t, s.Arrived(t.Context(), two, noon.AddDate(0, 0, 1)))
	complete(1)
	awaited(0)
	p, err = s.Paper(t.Context(), two)
	must(t, err)
	equal(t, "arrived", p.Arrived, noon)
	step := store.Step{Code: it.Entry.Code, Version: 1, To: civic.Filed, Actor: store.System(), At: noon, Notice: []byte("n")}
	must(t, s.Step(t.Context(), step))
	complete(0)
	d, err := s.Read(t.Context(), it.Entry.Code, clerk, "test", noon)
	must(t, err)
	equal(t, "papers of the case", len(d.Papers), 2)
}

var clerk = store.Actor{Login: "liu", Role: civic.RoleClerk}
