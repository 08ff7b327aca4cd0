package storetest

import (
	"bytes"
	"reflect"
	"sync"
	"testing"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

var supervisor = store.Actor{Login: "zhou", Role: civic.RoleSupervisor}

// ends opens a case with a paper of its own and brings it to its end at an instant.
func (s *site) ends(m *Machine, code civic.TrackingCode, class string, to civic.Status, at time.Time) store.Item {
	s.t.Helper()
	raw := code.Bytes()
	it := m.Next(s.t, civic.EntryApplication, code, civic.Paper{Digest: civic.DigestOf(raw[:]), Size: 1000})
	s.hold(m, it)
	n := newCase(s.t, it, "2026-10-12")
	n.Retention = class
	must(s.t, s.Open(s.t.Context(), n))
	must(s.t, s.Arrived(s.t.Context(), it.Entry.Papers[0].Digest, noon))
	version, from := uint64(1), civic.Filed
	for _, next := range paths[to] {
		for _, role := range []civic.Role{civic.RoleClerk, civic.RoleResident, civic.RoleSystem} {
			if from.May(next, role) {
				st := stepTo(code, version, next, role)
				st.At = at
				must(s.t, s.Step(s.t.Context(), st))
				break
			}
		}
		version, from = version+1, next
	}
	return it
}

func tally(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	old, young := noon.AddDate(-11, 0, 0), noon
	kept := codes.code(1)
	s.ends(m, codes.code(1), "permit", civic.Delivered, old)
	s.ends(m, kept, "permit", civic.Delivered, old.Add(time.Hour))
	s.ends(m, codes.code(1), "permit", civic.Delivered, young)
	s.ends(m, codes.code(1), "permit", civic.Withdrawn, old)
	s.ends(m, codes.code(1), "letter", civic.Delivered, old)
	s.opened(m, codes.code(1), "")
	classes, err := s.Classes(t.Context())
	must(t, err)
	if !reflect.DeepEqual(classes, []string{"letter", "long", "permit"}) {
		t.Fatalf("classes are %v", classes)
	}
	over := store.Ended{Class: "permit", Statuses: []civic.Status{civic.Delivered}, Before: noon.AddDate(-10, 0, 0)}
	n, err := s.Tally(t.Context(), over)
	must(t, err)
	if n.Cases != 2 || n.Held != 0 || n.Erased != 0 || !n.Oldest.Equal(old) || n.Bytes < 2000 {
		t.Fatalf("tally is %+v", n)
	}
	must(t, s.SetHold(t.Context(), kept, "行政复议", supervisor, noon))
	held, err := s.Tally(t.Context(), over)
	must(t, err)
	if held.Cases != 2 || held.Held != 1 || held.Bytes >= n.Bytes || held.Bytes < 1000 {
		t.Fatalf("with a hold, tally is %+v", held)
	}
	list, err := s.Expired(t.Context(), over, 10)
	must(t, err)
	equal(t, "expired", len(list), 1)
	must(t, s.Erase(t.Context(), store.Erasure{Code: list[0], Actor: store.System(), At: noon, Detail: "retention permit"}))
	n, err = s.Tally(t.Context(), over)
	must(t, err)
	equal(t, "after erasing", n, store.Tally{Cases: 1, Held: 1, Erased: 1, Oldest: old.Add(time.Hour)})
	list, err = s.Expired(t.Context(), store.Ended{Statuses: []civic.Status{civic.Delivered, civic.Withdrawn}}, 10)
	must(t, err)
	equal(t, "ended, of any class and time", len(list), 3)
	all, err := s.Tally(t.Context(), store.Ended{Class: "permit"})
	must(t, err)
	equal(t, "of no status", all, store.Tally{})
}

func holds(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	code := codes.code(1)
	wants(t, s.SetHold(t.Context(), code, "x", supervisor, noon), civic.NotFound)
	s.ends(m, code, "permit", civic.Delivered, noon)
	wants(t, s.LiftHold(t.Context(), code, "x", supervisor, noon), civic.NotFound)
	must(t, s.SetHold(t.Context(), code, "涉诉𠮷", supervisor, noon))
	wants(t, s.SetHold(t.Context(), code, "x", supervisor, noon), civic.Conflict)
	wants(t, s.Erase(t.Context(), store.Erasure{Code: code, Actor: store.System(), At: noon}), civic.Forbidden)
	want := store.Hold{Code: code, Reason: "涉诉𠮷", By: supervisor, At: noon}
	list, err := s.HoldsInForce(t.Context(), 10)
	must(t, err)
	if !reflect.DeepEqual(list, []store.Hold{want}) {
		t.Fatalf("holds in force are %+v", list)
	}
	c, err := s.Case(t.Context(), code)
	must(t, err)
	equal(t, "held", c.Held, true)
	must(t, s.LiftHold(t.Context(), code, "判决生效", supervisor, noon.Add(time.Hour)))
	must(t, s.SetHold(t.Context(), code, "再审", supervisor, noon.Add(2*time.Hour)))
	d, err := s.Read(t.Context(), code, clerk, "test", noon)
	must(t, err)
	want.Lifted, want.LiftedBy, want.Why = noon.Add(time.Hour), supervisor, "判决生效"
	second := store.Hold{Code: code, Reason: "再审", By: supervisor, At: noon.Add(2 * time.Hour)}
	if !reflect.DeepEqual(d.Holds, []store.Hold{want, second}) {
		t.Fatalf("holds of the case are %+v", d.Holds)
	}
	log, err := s.Entries(t.Context(), 0, 100)
	must(t, err)
	var told []string
	for _, e := range log {
		if e.Action == store.ActHold {
			told = append(told, e.Detail)
		}
	}
	if !reflect.DeepEqual(told, []string{"set", "lift", "set"}) {
		t.Fatalf("the audit tells %v", told)
	}
	must(t, s.LiftHold(t.Context(), code, "终结", supervisor, noon))
	must(t, s.Erase(t.Context(), store.Erasure{Code: code, Actor: store.System(), At: noon}))
	wants(t, s.SetHold(t.Context(), code, "x", supervisor, noon), civic.Forbidden)
}

// erase takes everything personal away, keeps what the figures and the chain need, and is done once.
func erase(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	code, other := codes.code(1), codes.code(1)
	it := s.ends(m, code, "permit", civic.Delivered, noon)
	late := m.Next(t, civic.EntrySupplement, code)
	foreign := m.Next(t, civic.EntryApplication, code) // somebody else's, under the same code
	s.hold(m, late, foreign)
	must(t, s.SetAside(t.Context(), refOf(late), civic.OutcomeStatus, "", noon))
	must(t, s.SetAside(t.Context(), refOf(foreign), civic.OutcomeConflict, "", noon))
	s.ends(m, other, "permit", civic.Delivered, noon)
	before, err := s.Case(t.Context(), code)
	must(t, err)
	journal, err := s.Journal(t.Context(), m.Key.ID, 1)
	must(t, err)
	e := store.Erasure{Code: code, Actor: store.System(), At: noon.Add(time.Hour), Detail: "retention permit"}
	must(t, s.Erase(t.Context(), e))
	entries, err := s.Entries(t.Context(), 0, 1000)
	must(t, err)
	last := entries[len(entries)-1]
	if last.Action != store.ActErase || last.Subject != code.Digits() || last.Detail != e.Detail || last.Actor != e.Actor {
		t.Fatalf("the audit tells %+v", last)
	}
	again := e
	again.At = noon.Add(9 * time.Hour)
	must(t, s.Erase(t.Context(), again))
	want := before
	want.Secret, want.Owes, want.Erased = civic.Secret{}, nil, noon.Add(time.Hour)
	c, err := s.Case(t.Context(), code)
	must(t, err)
	if !reflect.DeepEqual(c, want) {
		t.Fatalf("erased case is %+v\nwant %+v", c, want)
	}
	d, err := s.Read(t.Context(), code, clerk, "test", noon)
	must(t, err)
	if !reflect.DeepEqual(d.Application, civic.Application{}) || len(d.History) != 4 || d.History[2].Words != "" || d.History[2].To != civic.Granted {
		t.Fatalf("dossier is %+v", d)
	}
	_, err = s.Find(t.Context(), code, "123X")
	wants(t, err, civic.NotFound)
	_, err = s.Find(t.Context(), other, "123X")
	must(t, err)
	wants(t, s.Release(t.Context(), late.Entry.ID, "", noon, clerk), civic.NotFound)
	lane, err := s.Statuses(t.Context(), "P1", 0, 10)
	must(t, err)
	equal(t, "notices left", len(lane), 1)
	entries, err = s.Entries(t.Context(), 0, 1000)
	must(t, err)
	n := 0
	for _, e := range entries {
		if e.Action == store.ActErase {
			n++
		}
	}
	equal(t, "erasures in the audit", n, 1)
	// What came before comes again, from an old image of the terminal: no second case, and the journal goes on.
	j := s.hold(m, it, late)
	equal(t, "journal", j, journal)
	open, err := s.Unopened(t.Context(), 0, 10)
	must(t, err)
	equal(t, "to be opened", len(open), 0)
	m.Restart()
	rechained := m.Chain(t, it.Entry, it.Signed.Body)
	s.hold(m, rechained)
	open, err = s.Unopened(t.Context(), 0, 10)
	must(t, err)
	equal(t, "to be opened after chaining again", len(open), 0)
	out, err := s.Outcomes(t.Context(), m.Key.ID, 2, 0, 10)
	must(t, err)
	equal(t, "outcome", out[0].Outcome, civic.OutcomeCase)
	_, err = s.VerifyAudit(t.Context())
	must(t, err)
}

func erasedPapers(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	a, b := s.ends(m, codes.code(1), "permit", civic.Delivered, noon), s.ends(m, codes.code(1), "permit", civic.Delivered, noon)
	list, err := s.Discarded(t.Context(), 10)
	must(t, err)
	equal(t, "discarded", len(list), 0)
	must(t, s.Erase(t.Context(), store.Erasure{Code: a.Entry.Code, Actor: store.System(), At: noon}))
	list, err = s.Discarded(t.Context(), 10)
	must(t, err)
	paper := a.Entry.Papers[0].Digest
	if !reflect.DeepEqual(list, []civic.Digest{paper}) {
		t.Fatalf("discarded are %v", list)
	}
	p, err := s.Paper(t.Context(), paper)
	must(t, err)
	equal(t, "paper is erased", p.Erased, true)
	p, err = s.Paper(t.Context(), b.Entry.Papers[0].Digest)
	must(t, err)
	equal(t, "other paper is erased", p.Erased, false)
	must(t, s.Removed(t.Context(), append(list, b.Entry.Papers[0].Digest)))
	must(t, s.Removed(t.Context(), list))
	list, err = s.Discarded(t.Context(), 10)
	must(t, err)
	equal(t, "discarded after removal", len(list), 0)
	must(t, s.Erase(t.Context(), store.Erasure{Code: b.Entry.Code, Actor: store.System(), At: noon}))
	list, err = s.Discarded(t.Context(), 10)
	must(t, err)
	equal(t, "what was not discarded was not removed", len(list), 1)
}

// eraseOpen: only what has ended may be erased; an unknown code is told.
func eraseOpen(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	wants(t, s.Erase(t.Context(), store.Erasure{Code: codes.code(1), Actor: store.System(), At: noon}), civic.NotFound)
	for _, status := range civic.Statuses() {
		code := codes.code(1)
		s.ends(m, code, "permit", status, noon)
		err := s.Erase(t.Context(), store.Erasure{Code: code, Actor: store.System(), At: noon})
		if status.Ended() {
			must(t, err)
		} else {
			wants(t, err, civic.Forbidden)
		}
	}
}

// eraseAgainstHold: a hold and an erasure at the same moment: one of them wins whole.
func eraseAgainstHold(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	for range 12 {
		code := codes.code(1)
		s.ends(m, code, "permit", civic.Delivered, noon)
		var wg sync.WaitGroup
		var hold, gone error
		wg.Go(func() { hold = s.SetHold(t.Context(), code, "x", supervisor, noon) })
		wg.Go(func() { gone = s.Erase(t.Context(), store.Erasure{Code: code, Actor: store.System(), At: noon}) })
		wg.Wait()
		c, err := s.Case(t.Context(), code)
		must(t, err)
		if (hold == nil) == (gone == nil) || c.Held != (hold == nil) || c.Erased.IsZero() != (gone != nil) {
			t.Fatalf("hold: %v, erase: %v, case held %v, erased %v", hold, gone, c.Held, c.Erased)
		}
	}
}

// erasedOnDisk: what was erased is not in the files any more, neither sealed nor in boxes.
func erasedOnDisk(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	code := codes.code(1)
	it := m.Next(t, civic.EntryApplication, code)
	it.Entry.Sealed = bytes.Repeat([]byte("a packet that was sealed at the terminal "), 400) // spills over many pages
	it = m.Chain(t, it.Entry, m.Sign(t, it.Entry))
	m.Restart()
	it = m.Chain(t, it.Entry, it.Signed.Body)
	s.hold(m, it)
	must(t, s.Open(t.Context(), newCase(t, it, "")))
	decline := stepTo(code, 1, civic.Declined, civic.RoleClerk)
	decline.Notice = []byte("a notice locked for one receipt") // a text that no schema holds
	must(t, s.Step(t.Context(), decline))
	lane, err := s.Statuses(t.Context(), "P1", 0, 1)
	must(t, err)
	traces := [][]byte{[]byte("sealed at the terminal"), it.Signed.Body.Signature, lane[0].Locked}
	for i, trace := range traces {
		if !bytes.Contains(s.backend.Bytes(t, s.dir), trace) {
			t.Fatalf("trace %d is not there to begin with: the test is blind", i)
		}
	}
	must(t, s.Erase(t.Context(), store.Erasure{Code: code, Actor: store.System(), At: noon}))
	must(t, s.Scrub(t.Context()))
	all := s.backend.Bytes(t, s.dir)
	for i, trace := range traces {
		if bytes.Contains(all, trace) {
			t.Errorf("trace %d of an erased case is on disk", i)
		}
	}
}

// claims: granting a claim and what it does to the other case are one unit of work.
func claims(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	about := s.ends(m, codes.code(1), "permit", civic.Withdrawn, noon).Entry.Code
	open := func(claim civic.Claim) civic.TrackingCode {
		it := m.Next(t, civic.EntryApplication, codes.code(1))
		s.hold(m, it)
		n := newCase(t, it, "")
		n.Claim, n.About = claim, about
		must(t, s.Open(t.Context(), n))
		must(t, s.Step(t.Context(), stepTo(it.Entry.Code, 1, civic.Accepted, civic.RoleClerk)))
		return it.Entry.Code
	}
	request := open(civic.ClaimCorrection)
	c, err := s.Case(t.Context(), request)
	must(t, err)
	equal(t, "claim", c.Claim, civic.ClaimCorrection)
	equal(t, "about", c.About, about)
	old, err := s.Case(t.Context(), about)
	must(t, err)
	correct := stepTo(about, old.Version, old.Status, civic.RoleClerk)
	correct.Note, correct.Words, correct.Since = store.NoteCorrected, "电话:原 138,改 139", old.Since
	grant := stepTo(request, 2, civic.Granted, civic.RoleClerk)
	stale := correct
	stale.Version--
	grant.Upon = &store.Upon{Correct: &stale}
	wants(t, s.Step(t.Context(), grant), civic.Conflict)
	c, err = s.Case(t.Context(), request)
	must(t, err)
	equal(t, "status after half of it was refused", c.Status, civic.Accepted)
	grant.Upon = &store.Upon{Correct: &correct}
	must(t, s.Step(t.Context(), grant))
	d, err := s.Read(t.Context(), about, clerk, "test", noon)
	must(t, err)
	if h := d.History[len(d.History)-1]; h.Note != store.NoteCorrected || h.Words != correct.Words || h.From != h.To {
		t.Fatalf("the correction reads %+v", h)
	}
	equal(t, "status of a corrected case", d.Case.Status, civic.Withdrawn)
	silent := correct
	silent.Version, silent.Words = d.Case.Version, ""
	wants(t, s.Step(t.Context(), silent), civic.Forbidden)

	request = open(civic.ClaimDeletion)
	must(t, s.SetHold(t.Context(), about, "x", supervisor, noon))
	grant = stepTo(request, 2, civic.Granted, civic.RoleClerk)
	grant.Upon = &store.Upon{Erase: &store.Erasure{Code: about, Actor: clerk, At: noon, Detail: "claim " + request.Digits()}}
	wants(t, s.Step(t.Context(), grant), civic.Forbidden)
	c, err = s.Case(t.Context(), request)
	must(t, err)
	equal(t, "status while a hold forbids", c.Status, civic.Accepted)
	must(t, s.LiftHold(t.Context(), about, "x", supervisor, noon))
	must(t, s.Step(t.Context(), grant))
	c, err = s.Case(t.Context(), about)
	must(t, err)
	equal(t, "erased", c.Erased, noon)
	correct.Version = c.Version
	wants(t, s.Step(t.Context(), correct), civic.Forbidden) // nothing is left to be corrected
}
