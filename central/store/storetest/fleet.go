package storetest

import (
	"sync"
	"testing"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"

	"doorstep/central/store"
)

var place = store.Place{Point: "P1", Name: "石碁镇政务服务中心", Address: "市莲路１号", Area: "440113"}

func (s *site) invite(id string) {
	s.t.Helper()
	must(s.t, s.AddEnrolment(s.t.Context(), store.Enrolment{
		ID: id, Secret: []byte("secret of " + id), Place: place, Made: noon, Expires: noon.Add(time.Hour),
	}, store.Actor{Login: "op", Role: civic.RoleOperator}))
}

func enrol(t *testing.T, s *site) {
	s.invite("one")
	s.invite("two")
	list, err := s.Enrolments(t.Context(), noon)
	must(t, err)
	equal(t, "codes", len(list), 2)
	equal(t, "secret", string(list[0].Secret), "secret of "+list[0].ID)
	equal(t, "place", list[0].Place, place)
	list, err = s.Enrolments(t.Context(), noon.Add(time.Hour))
	must(t, err)
	equal(t, "codes after their time", len(list), 0)
	a, b := NewMachine(t, 0), NewMachine(t, 0)
	term, err := s.Enrol(t.Context(), "one", a.Key.Public(), noon)
	must(t, err)
	equal(t, "key", term.Key, a.Key.ID)
	equal(t, "number", term.Number, 1)
	equal(t, "generation", term.Generation, 1)
	equal(t, "place of it", term.Place, place)
	list, err = s.Enrolments(t.Context(), noon)
	must(t, err)
	equal(t, "codes after one was used", len(list), 2)
	equal(t, "user of it", list[0].UsedBy == a.Key.ID || list[1].UsedBy == a.Key.ID, true)
	again, err := s.Enrol(t.Context(), "one", a.Key.Public(), noon.Add(48*time.Hour))
	must(t, err)
	equal(t, "asked again", again.Number, 1)
	_, err = s.Enrol(t.Context(), "one", b.Key.Public(), noon)
	wants(t, err, wire.CodeEnrolment)
	_, err = s.Enrol(t.Context(), "three", b.Key.Public(), noon)
	wants(t, err, wire.CodeEnrolment)
	_, err = s.Enrol(t.Context(), "two", b.Key.Public(), noon.Add(time.Hour))
	wants(t, err, wire.CodeEnrolment)
	next, err := s.Enrol(t.Context(), "two", a.Key.Public(), noon)
	must(t, err)
	equal(t, "next generation", next.Generation, 2)
	equal(t, "new number", next.Number, 2)
	old, err := s.Numbered(t.Context(), 1)
	must(t, err)
	equal(t, "old number's key", old.Key, a.Key.ID)
	equal(t, "old number's generation", old.Generation, 1)
	now, err := s.Terminal(t.Context(), a.Key.ID)
	must(t, err)
	equal(t, "present number", now.Number, 2)
	all, err := s.Generations(t.Context(), a.Key.ID)
	must(t, err)
	equal(t, "generations", len(all), 2)
	equal(t, "first generation", all[0].Number, old.Number)
	all, err = s.Generations(t.Context(), b.Key.ID)
	must(t, err)
	equal(t, "generations of a stranger", len(all), 0)
	_, err = s.Numbered(t.Context(), 3)
	wants(t, err, civic.NotFound)
	fleet, err := s.Terminals(t.Context())
	must(t, err)
	equal(t, "fleet", len(fleet), 1)
}

func enrolAtOnce(t *testing.T, s *site) {
	s.invite("one")
	var mu sync.Mutex
	won := 0
	var wg sync.WaitGroup
	for range 6 {
		m := NewMachine(t, 0)
		wg.Go(func() {
			if _, err := s.Enrol(t.Context(), "one", m.Key.Public(), noon); err == nil {
				mu.Lock()
				won++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	equal(t, "terminals with one code", won, 1)
}

func (s *site) enrolled(id string) *Machine {
	s.t.Helper()
	s.invite(id)
	m := NewMachine(s.t, 0)
	term, err := s.Enrol(s.t.Context(), id, m.Key.Public(), noon)
	must(s.t, err)
	m.Number = term.Number
	return m
}

func seen(t *testing.T, s *site) {
	m := s.enrolled("one")
	must(t, s.Seen(t.Context(), m.Key.ID, noon, &wire.Telemetry{Queue: 3, Printer: "paper-out"}))
	must(t, s.Seen(t.Context(), m.Key.ID, noon.Add(time.Minute), nil))
	must(t, s.Seen(t.Context(), m.Key.ID, noon.Add(-time.Minute), &wire.Telemetry{Queue: 9}))
	must(t, s.Seen(t.Context(), m.Key.ID, noon.Add(-time.Minute), nil))
	must(t, s.Seen(t.Context(), civic.KeyID{}, noon, nil))
	term, err := s.Terminal(t.Context(), m.Key.ID)
	must(t, err)
	equal(t, "seen", term.Seen, noon.Add(time.Minute))
	equal(t, "telemetry", term.Telemetry, wire.Telemetry{Queue: 3, Printer: "paper-out"})
}

func revoke(t *testing.T, s *site) {
	m := s.enrolled("one")
	op := store.Actor{Login: "op", Role: civic.RoleOperator}
	must(t, s.Revoke(t.Context(), m.Key.ID, "stolen", noon, op))
	must(t, s.Revoke(t.Context(), m.Key.ID, "again", noon.Add(time.Hour), op))
	term, err := s.Terminal(t.Context(), m.Key.ID)
	must(t, err)
	equal(t, "revoked", term.Revoked, noon)
	equal(t, "reason", term.Reason, "stolen")
	wants(t, s.Revoke(t.Context(), civic.KeyID{}, "x", noon, op), civic.NotFound)
}

func people(t *testing.T, s *site) {
	root, boss := store.System(), store.Actor{Login: "boss", Role: civic.RoleAdmin}
	add := func(login string, by store.Actor, roles ...civic.Role) error {
		return s.AddPerson(t.Context(), store.Person{
			Login: login, Name: "龑" + login, Hash: "h", Roles: roles, Department: "police", Since: noon,
		}, by)
	}
	must(t, add("boss", root, civic.RoleAdmin))
	must(t, add("liu", boss, civic.RoleClerk))
	wants(t, add("liu", boss, civic.RoleClerk), civic.Conflict)
	wants(t, add("li", boss, civic.Role("king")), civic.Invalid)
	wants(t, add("wu", boss, civic.RolePublisher, civic.RoleSecrecy), civic.Forbidden)
	p, err := s.Person(t.Context(), "liu")
	must(t, err)
	equal(t, "name", p.Name, "龑liu")
	equal(t, "is a clerk", p.Holds(civic.RoleClerk), true)
	_, err = s.Person(t.Context(), "nobody")
	wants(t, err, civic.NotFound)
	self, err := s.Person(t.Context(), "boss")
	must(t, err)
	self.Roles = append(self.Roles, civic.RoleClerk)
	wants(t, s.ChangePerson(t.Context(), self, noon, boss), civic.Forbidden)
	self.Roles = nil
	wants(t, s.ChangePerson(t.Context(), self, noon, root), civic.Forbidden) // the last admin
	p.Roles, p.Left = []civic.Role{civic.RoleAdmin}, time.Time{}
	must(t, s.ChangePerson(t.Context(), p, noon, boss))
	self.Roles, self.Left = []civic.Role{civic.RoleAdmin}, noon
	must(t, s.ChangePerson(t.Context(), self, noon, root)) // another is there
	all, err := s.People(t.Context())
	must(t, err)
	equal(t, "people", len(all), 2)
	must(t, s.SetPassword(t.Context(), "liu", "h2", noon, boss))
	p, err = s.Person(t.Context(), "liu")
	must(t, err)
	equal(t, "hash", p.Hash, "h2")
	wants(t, s.SetPassword(t.Context(), "nobody", "h", noon, boss), civic.NotFound)
}

func sessions(t *testing.T, s *site) {
	must(t, s.AddPerson(t.Context(), store.Person{Login: "liu", Since: noon, Roles: []civic.Role{civic.RoleClerk}}, store.System()))
	start := func(token byte, idle, life time.Duration) civic.Digest {
		t.Helper()
		d := civic.Digest{token}
		must(t, s.StartSession(t.Context(), store.Session{Token: d, Login: "liu", Made: noon, Idle: noon.Add(idle), Ends: noon.Add(life)}))
		return d
	}
	const idle = 30 * time.Minute
	at := func(d civic.Digest, after time.Duration) error {
		_, err := s.Session(t.Context(), d, noon.Add(after), idle)
		return err
	}
	a := start(1, idle, 2*time.Hour)
	must(t, at(a, 20*time.Minute))
	must(t, at(a, 45*time.Minute)) // kept alive by the one before
	must(t, at(a, 70*time.Minute))
	must(t, at(a, 95*time.Minute))
	must(t, at(a, 119*time.Minute))
	wants(t, at(a, 120*time.Minute), civic.NotFound) // its end in any case
	b := start(2, idle, 10*time.Hour)
	wants(t, at(b, 31*time.Minute), civic.NotFound) // idle
	wants(t, at(civic.Digest{9}, 0), civic.NotFound)
	c := start(3, idle, 10*time.Hour)
	must(t, s.EndSession(t.Context(), c))
	must(t, s.EndSession(t.Context(), c))
	wants(t, at(c, 0), civic.NotFound)
	d := start(4, idle, 10*time.Hour)
	must(t, s.SetPassword(t.Context(), "liu", "h", noon, store.System()))
	wants(t, at(d, 0), civic.NotFound)
	must(t, s.AddPerson(t.Context(), store.Person{Login: "old", Since: noon, Left: noon}, store.System()))
	old := civic.Digest{6}
	must(t, s.StartSession(t.Context(), store.Session{Token: old, Login: "old", Made: noon, Idle: noon.Add(idle), Ends: noon.Add(idle)}))
	wants(t, at(old, 0), civic.NotFound)
	e := start(5, idle, 10*time.Hour)
	must(t, s.ChangePerson(t.Context(), store.Person{Login: "liu", Left: noon}, noon, store.System()))
	wants(t, at(e, 0), civic.NotFound)
}

func tries(t *testing.T, s *site) {
	b := store.Bound{Name: "ask", Max: 5, Per: time.Hour}
	for i := range 5 {
		must(t, s.Try(t.Context(), b, "k", noon.Add(time.Duration(i)*time.Minute)))
	}
	wants(t, s.Try(t.Context(), b, "k", noon.Add(30*time.Minute)), civic.Limited)
	must(t, s.Try(t.Context(), b, "other", noon))
	must(t, s.Try(t.Context(), store.Bound{Name: "sign-in", Max: 1, Per: time.Hour}, "k", noon))
	must(t, s.Try(t.Context(), b, "k", noon.Add(time.Hour))) // the first is an hour old
	wants(t, s.Try(t.Context(), b, "k", noon.Add(time.Hour)), civic.Limited)
	must(t, s.Forgive(t.Context(), b, "k"))
	must(t, s.Try(t.Context(), b, "k", noon.Add(61*time.Minute)))
	var wg sync.WaitGroup
	var mu sync.Mutex
	passed := 0
	for range 12 {
		wg.Go(func() {
			if s.Try(t.Context(), b, "at once", noon) == nil {
				mu.Lock()
				passed++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	equal(t, "tries at once", passed, 5)
}
