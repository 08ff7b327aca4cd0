package storetest

import (
	"testing"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

func restores(t *testing.T, s *site) {
	ctx := t.Context()
	s.invite("one")
	_, err := s.Enrol(ctx, "one", NewMachine(t, 0).Key.Public(), noon)
	must(t, err)
	former, err := s.ID(ctx)
	must(t, err)
	b, err := s.LastBackup(ctx)
	must(t, err)
	equal(t, "backup before there was one", b, store.Backup{})
	must(t, s.BackedUp(ctx, store.Backup{At: noon, Papers: 3, Bytes: 9}))
	must(t, s.BackedUp(ctx, store.Backup{At: noon.Add(time.Hour), Papers: 4, Bytes: 10}))
	b, err = s.LastBackup(ctx)
	must(t, err)
	equal(t, "last backup", b, store.Backup{At: noon.Add(time.Hour), Papers: 4, Bytes: 10})

	id, err := s.MarkRestored(ctx, noon, noon.Add(2*time.Hour), store.System())
	must(t, err)
	if id == former {
		t.Fatal("a restored store has its old id")
	}
	s.shut()
	s.open()
	now, err := s.ID(ctx)
	must(t, err)
	equal(t, "id", now, id)
	head, err := s.Head(ctx)
	must(t, err)
	equal(t, "store of the feed's head", head.Store, id)
	must(t, s.Reached(ctx, former, head.N+5))
	must(t, s.Reached(ctx, former, head.N+2))
	must(t, s.Reached(ctx, civic.EntryID{9}, head.N+50))
	list, err := s.Restores(ctx)
	must(t, err)
	want := store.Restore{Store: id, Former: former, Taken: noon, At: noon.Add(2 * time.Hour), Feed: head.N, Reached: head.N + 5}
	equal(t, "restores", len(list), 1)
	equal(t, "restore", list[0], want)
	equal(t, "lost editions", list[0].LostEditions(), 5)
	s.invite("two")
	next, err := s.Enrol(ctx, "two", NewMachine(t, 0).Key.Public(), noon)
	must(t, err)
	equal(t, "next number", next.Number, 1001)
}

func recollected(t *testing.T, s *site) {
	ctx := t.Context()
	a, b, thief := NewMachine(t, 0), NewMachine(t, 0), NewMachine(t, 0)
	s.invite("one")
	must(t, s.Recollect(ctx, "one", a.Key.ID, 42, 3))
	got, err := s.Enrol(ctx, "one", a.Key.Public(), noon)
	must(t, err)
	equal(t, "generation", got.Generation, 4)
	equal(t, "number", got.Number, 1001)
	was, err := s.Numbered(ctx, 42)
	must(t, err)
	equal(t, "whose number", was.Key, a.Key.ID)
	again, err := s.Enrol(ctx, "one", a.Key.Public(), noon)
	must(t, err)
	equal(t, "asked again", again.Number, 1001)
	// A number that another has stays there, and a code that is used up gives nothing.
	s.invite("two")
	must(t, s.Recollect(ctx, "two", b.Key.ID, 42, 1))
	other, err := s.Enrol(ctx, "two", b.Key.Public(), noon)
	must(t, err)
	equal(t, "generation of the other", other.Generation, 2)
	was, err = s.Numbered(ctx, 42)
	must(t, err)
	equal(t, "whose number still", was.Key, a.Key.ID)
	must(t, s.Recollect(ctx, "two", thief.Key.ID, 77, 1))
	if _, err := s.Enrol(ctx, "two", thief.Key.Public(), noon); err == nil {
		t.Fatal("a used code enrols")
	}
	_, err = s.Terminal(ctx, thief.Key.ID)
	wants(t, err, civic.NotFound)
	_, err = s.Numbered(ctx, 77)
	wants(t, err, civic.NotFound)
}

func lost(t *testing.T, s *site) {
	ctx := t.Context()
	m := NewMachine(t, 1)
	held, gone := m.Next(t, civic.EntryApplication, civic.NewTrackingCode(1, 1)), m.Entry(civic.EntryApplication, civic.NewTrackingCode(1, 2))
	_, err := s.Hold(ctx, m.Key.ID, 1, []store.Item{held}, noon)
	must(t, err)
	body := m.Sign(t, gone)
	entry := func(e civic.Entry, d civic.Digest) store.LostEntry {
		return store.LostEntry{ID: e.ID, Digest: d, Kind: e.Kind, Code: e.Code, Taken: noon, Terminal: m.Key.ID, At: noon}
	}
	told := []store.LostEntry{entry(held.Entry, held.Signed.Body.Digest()), entry(gone, body.Digest())}
	steps := []store.LostStep{{Code: gone.Code, N: 7, At: noon}}
	for range 2 {
		must(t, s.Lose(ctx, m.Key.ID, "P1", told, steps))
	}
	list, err := s.LostEntries(ctx, 10)
	must(t, err)
	equal(t, "lost entries", len(list), 1)
	equal(t, "lost entry", list[0], told[1])
	late, err := s.LostSteps(ctx, 10)
	must(t, err)
	equal(t, "lost steps", len(late), 1)
	equal(t, "lost step", late[0], store.LostStep{Code: gone.Code, Point: "P1", N: 7, At: noon})
	// It turns up on another disk.
	_, err = s.Hold(ctx, m.Key.ID, 1, []store.Item{m.Chain(t, gone, body)}, noon)
	must(t, err)
	list, err = s.LostEntries(ctx, 10)
	must(t, err)
	equal(t, "lost entries after it came", len(list), 0)
}

func traces(t *testing.T, s *site) {
	ctx := t.Context()
	a := NewMachine(t, 0)
	s.invite("one")
	_, err := s.Enrol(ctx, "one", a.Key.Public(), noon)
	must(t, err)
	for i := range store.MaxStrangers + 20 {
		must(t, s.Trace(ctx, civic.KeyID{byte(i), byte(i >> 8), 1}, "stranger", noon))
	}
	must(t, s.Trace(ctx, civic.KeyID{0, 0, 1}, "stranger", noon.Add(time.Hour)))
	must(t, s.Trace(ctx, a.Key.ID, "clone", noon))
	list, err := s.Traces(ctx)
	must(t, err)
	equal(t, "traces", len(list), store.MaxStrangers+1)
	for _, g := range list {
		if g.Key == (civic.KeyID{0, 0, 1}) {
			equal(t, "seen twice", g, store.Trace{Key: g.Key, Sign: "stranger", First: noon, Last: noon.Add(time.Hour), Times: 2})
		}
	}
}
