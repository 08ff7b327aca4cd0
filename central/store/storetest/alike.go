package storetest

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// me is whose cases the tests of likeness look for.
var me = civic.Document{Kind: civic.ResidentID, Number: "44010619900303123X"}

// applied opens a case of an applicant for a service.
func (s *site) applied(m *Machine, code civic.TrackingCode, d civic.Document, service string, filed time.Time) civic.TrackingCode {
	s.t.Helper()
	it := m.Next(s.t, civic.EntryApplication, code)
	s.hold(m, it)
	n := newCase(s.t, it, "")
	a, err := store.ApplicationOf(n.Application)
	must(s.t, err)
	a.Applicant.Document, a.Service = d, service
	n.Application, err = json.Marshal(a)
	must(s.t, err)
	n.Document, n.Case.Service, n.Case.Filed = d, service, filed
	must(s.t, s.Open(s.t.Context(), n))
	return code
}

// alikes fails unless the cases like one are these, in this order.
func (s *site) alikes(code civic.TrackingCode, want ...civic.TrackingCode) {
	s.t.Helper()
	list, err := s.Alike(s.t.Context(), code, 100)
	must(s.t, err)
	var got []civic.TrackingCode
	for _, c := range list {
		got = append(got, c.Code)
	}
	if !slices.Equal(got, want) {
		s.t.Fatalf("like %s are %v, want %v", code, got, want)
	}
}

func alike(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	typed, other := me, civic.Document{Kind: civic.Passport, Number: "E12345678"}
	typed.Number = "440106 19900303 123x" // as an application may write it that was given to a department unchecked
	late := s.applied(m, codes.code(1), me, "HJ-008", noon.Add(time.Hour))
	early := s.applied(m, codes.code(1), typed, "HJ-008", noon)
	service := s.applied(m, codes.code(1), me, "HJ-009", noon)
	person := s.applied(m, codes.code(1), other, "HJ-008", noon)
	bare := s.applied(m, codes.code(1), civic.Document{}, "HJ-008", noon)
	s.applied(m, codes.code(1), civic.Document{}, "HJ-008", noon)
	s.alikes(late, early)
	s.alikes(early, late)
	s.alikes(service)
	s.alikes(person)
	s.alikes(bare)
	third := s.applied(m, codes.code(1), me, "HJ-008", noon)
	s.alikes(late, early, third)
	list, err := s.Alike(t.Context(), late, 1)
	must(t, err)
	equal(t, "at most one", len(list), 1)
	c, err := s.Case(t.Context(), early)
	must(t, err)
	equal(t, "what is told of it", list[0].Case, c.Case)
	_, err = s.Alike(t.Context(), codes.code(1), 1)
	wants(t, err, civic.NotFound)
}

// alikeDecided: only what is still to be decided is told, to the clerk of whichever case.
func alikeDecided(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	for _, status := range civic.Statuses() {
		service := "S-" + string(status)
		open := s.applied(m, codes.code(1), me, service, noon)
		moved := s.applied(m, codes.code(1), me, service, noon)
		s.walk(moved, status)
		s.alikes(moved, open)
		if status.Decided() || status.Ended() {
			s.alikes(open)
		} else {
			s.alikes(open, moved)
		}
	}
}

// alikeErased: a case that was erased is like none, and what it was found by is off the disk.
func alikeErased(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	gone := s.applied(m, codes.code(1), me, "HJ-008", noon)
	tag := s.vault.Alike(me, "HJ-008", noon)[0]
	equal(t, "tag on disk", bytes.Contains(s.backend.Bytes(t, s.dir), tag), true)
	s.walk(gone, civic.Withdrawn)
	must(t, s.Erase(t.Context(), store.Erasure{Code: gone, Actor: store.System(), At: noon}))
	must(t, s.Scrub(t.Context()))
	equal(t, "tag on disk after erasing", bytes.Contains(s.backend.Bytes(t, s.dir), tag), false)
	open := s.applied(m, codes.code(1), me, "HJ-008", noon)
	s.alikes(gone)
	s.alikes(open)
}

// alikeRekeyed: cases of before and after the vault's key was changed find each other.
func alikeRekeyed(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	before := s.applied(m, codes.code(1), me, "HJ-008", noon)
	s.shut()
	both, err := store.NewVault(map[byte][]byte{7: make([]byte, 32), 8: slices.Repeat([]byte{1}, 32)}, 8)
	must(t, err)
	s.vault = both
	s.open()
	after := s.applied(m, codes.code(1), me, "HJ-008", noon)
	s.alikes(before, after)
	s.alikes(after, before)
}
