package storetest

import (
	"bytes"
	"slices"
	"testing"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

var operator = store.Actor{Login: "tan", Role: civic.RoleOperator}

// lastAct returns the end of the audit.
func (s *site) lastAct() store.AuditEntry {
	s.t.Helper()
	log, err := s.Entries(s.t.Context(), 0, 1000)
	must(s.t, err)
	if len(log) == 0 {
		s.t.Fatal("the audit is empty")
	}
	e := log[len(log)-1]
	e.N, e.Digest = 0, civic.Digest{}
	return e
}

// asideGiven: the department that a person named comes along when the entry is opened again, and goes with the next
// release that names none.
func asideGiven(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	it := m.Next(t, civic.EntryApplication, codes.code(1))
	s.hold(m, it)
	for _, department := range []string{"police", ""} {
		must(t, s.SetAside(t.Context(), refOf(it), civic.OutcomeInvalid, "", noon))
		must(t, s.Release(t.Context(), it.Entry.ID, department, noon, operator))
		list, err := s.Unopened(t.Context(), 0, 10)
		must(t, err)
		equal(t, "unopened", len(list), 1)
		equal(t, "given to", list[0].Department, department)
		equal(t, "audit", s.lastAct(), store.AuditEntry{At: noon, Actor: operator, Action: store.ActRelease, Subject: it.Entry.ID.String(), Detail: department})
	}
}

// asideReleaseAll gives back what one reason keeps, and nothing else.
func asideReleaseAll(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	var items []store.Item
	for range 5 {
		items = append(items, m.Next(t, civic.EntryApplication, codes.code(1)))
	}
	s.hold(m, items...)
	for i, o := range []civic.Outcome{civic.OutcomeSealed, civic.OutcomeInvalid, civic.OutcomeSealed, civic.OutcomeSealed} {
		must(t, s.SetAside(t.Context(), refOf(items[i]), o, "", noon))
	}
	must(t, s.CloseAside(t.Context(), items[3].Entry.ID, "已另行办理", noon, operator))
	n, err := s.ReleaseAll(t.Context(), civic.OutcomeSealed, noon, operator)
	must(t, err)
	equal(t, "released", n, 2)
	equal(t, "audit", s.lastAct(), store.AuditEntry{At: noon, Actor: operator, Action: store.ActRelease, Subject: "aside:sealed", Detail: "2"})
	n, err = s.ReleaseAll(t.Context(), civic.OutcomeSealed, noon, operator)
	must(t, err)
	equal(t, "released again", n, 0)
	list, err := s.Unopened(t.Context(), 0, 10)
	must(t, err)
	if !slices.EqualFunc(list, []store.Item{items[0], items[2], items[4]}, func(h store.Held, it store.Item) bool { return h.Ref == refOf(it) }) {
		t.Fatalf("unopened are %+v", list)
	}
	for _, h := range list {
		equal(t, "vouched for", h.Released, false)
	}
}

// asideClosed: a closed entry leaves the list with its reason, which no one reads off the disk, and may come back.
func asideClosed(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	it := m.Next(t, civic.EntryApplication, codes.code(1))
	s.hold(m, it)
	const reason = "居民已在窗口重新提交"
	wants(t, s.CloseAside(t.Context(), it.Entry.ID, reason, noon, operator), civic.NotFound) // not set aside
	must(t, s.SetAside(t.Context(), refOf(it), civic.OutcomeUnreadable, "", noon))
	wants(t, s.CloseAside(t.Context(), it.Entry.ID, "", noon, operator), civic.Missing)
	must(t, s.CloseAside(t.Context(), it.Entry.ID, reason, noon, operator))
	wants(t, s.CloseAside(t.Context(), it.Entry.ID, reason, noon, operator), civic.NotFound)
	equal(t, "audit", s.lastAct(), store.AuditEntry{At: noon, Actor: operator, Action: store.ActClose, Subject: it.Entry.ID.String()})
	open, err := s.Asides(t.Context(), 10)
	must(t, err)
	closed, err := s.ClosedAsides(t.Context(), 10)
	must(t, err)
	if len(open) != 0 || len(closed) != 1 || closed[0].Reason != reason || closed[0].ClosedBy != operator || !closed[0].Closed.Equal(noon) {
		t.Fatalf("open %+v, closed %+v", open, closed)
	}
	out, err := s.Outcomes(t.Context(), m.Key.ID, 1, 0, 10)
	must(t, err)
	equal(t, "what the terminal is told", out[0].Outcome, civic.OutcomeUnreadable)
	must(t, s.Release(t.Context(), it.Entry.ID, "", noon, operator))
	must(t, s.SetAside(t.Context(), refOf(it), civic.OutcomeUnreadable, "", noon))
	open, err = s.Asides(t.Context(), 10)
	must(t, err)
	if len(open) != 1 || open[0].Reason != "" || !open[0].Closed.IsZero() {
		t.Fatalf("released, and set aside again: %+v", open)
	}
	s.shut()
	if bytes.Contains(s.backend.Bytes(t, s.dir), []byte(reason)) {
		t.Fatal("the reason can be read off the disk")
	}
	s.open()
}

// besideInJournal: the neighbours of an entry are those of its own journal, in order, and of its first generation.
func besideInJournal(t *testing.T, s *site) {
	m, other, codes := NewMachine(t, 1), NewMachine(t, 2), &counter{}
	var items []store.Item
	for range 6 {
		items = append(items, m.Next(t, civic.EntryApplication, codes.code(1)))
		s.hold(m, items[len(items)-1])
		s.hold(other, other.Next(t, civic.EntryApplication, codes.code(2)))
	}
	m.Restart()
	s.hold(m, m.Chain(t, items[2].Entry, items[2].Signed.Body)) // chained again, alone
	for i, it := range items {
		before, after, err := s.Neighbours(t.Context(), refOf(it), 2)
		must(t, err)
		same := func(h store.Held, it store.Item) bool { return h.Ref == refOf(it) }
		if !slices.EqualFunc(before, items[max(0, i-2):i], same) || !slices.EqualFunc(after, items[i+1:min(len(items), i+3)], same) {
			t.Fatalf("beside entry %d stand %d and %d", i, len(before), len(after))
		}
	}
}
