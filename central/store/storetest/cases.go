package storetest

import (
	"reflect"
	"sync"
	"sync/atomic"
	"testing"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

func openOnce(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	it := m.Next(t, civic.EntryApplication, codes.code(1))
	n := newCase(t, it, "2026-10-12")
	wants(t, s.Open(t.Context(), n), civic.NotFound) // not held
	s.hold(m, it)
	must(t, s.Open(t.Context(), n))
	must(t, s.Open(t.Context(), n)) // a crash after the commit: the second time changes nothing
	must(t, s.SetAside(t.Context(), n.Ref, civic.OutcomeInvalid, "", noon))
	c, err := s.Case(t.Context(), it.Entry.Code)
	must(t, err)
	want := store.Case{Case: n.Case, ServiceName: n.ServiceName, Retention: n.Retention, Secret: n.Secret}
	want.Version = 1
	if !reflect.DeepEqual(c, want) {
		t.Fatalf("case is %+v\nwant %+v", c, want)
	}
	out, err := s.Outcomes(t.Context(), m.Key.ID, 1, 0, 10)
	must(t, err)
	equal(t, "outcome", out[0].Outcome, civic.OutcomeCase)
	lane, err := s.Statuses(t.Context(), "P1", 0, 10)
	must(t, err)
	equal(t, "notices", len(lane), 1)
	log, err := s.Entries(t.Context(), 0, 10)
	must(t, err)
	equal(t, "audit entries", len(log), 1)
	_, err = s.Case(t.Context(), codes.code(1))
	wants(t, err, civic.NotFound)
}

func openAtOnce(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	it := m.Next(t, civic.EntryApplication, codes.code(1))
	s.hold(m, it)
	n := newCase(t, it, "2026-10-12")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := s.Open(t.Context(), n); err != nil {
				t.Errorf("open: %v", err)
			}
		})
	}
	wg.Wait()
	list, err := s.Cases(t.Context(), store.Filter{})
	must(t, err)
	equal(t, "cases", len(list), 1)
	log, err := s.Entries(t.Context(), 0, 10)
	must(t, err)
	equal(t, "audit entries", len(log), 1)
}

func openCodeTaken(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	it := s.opened(m, codes.code(1), "2026-10-12")
	other := m.Next(t, civic.EntryApplication, it.Entry.Code)
	s.hold(m, other)
	wants(t, s.Open(t.Context(), newCase(t, other, "2026-10-12")), civic.Conflict)
	list, err := s.Unopened(t.Context(), 0, 10)
	must(t, err)
	equal(t, "still unopened", len(list), 1)
}

func asideRelease(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	it := m.Next(t, civic.EntryApplication, codes.code(1))
	s.hold(m, it)
	wants(t, s.SetAside(t.Context(), refOf(it), civic.OutcomeCase, "", noon), civic.Invalid)
	must(t, s.SetAside(t.Context(), refOf(it), civic.OutcomeUnrouted, "HJ-008", noon))
	must(t, s.SetAside(t.Context(), refOf(it), civic.OutcomeInvalid, "", noon)) // the first stays
	list, err := s.Asides(t.Context(), 10)
	must(t, err)
	equal(t, "aside", len(list), 1)
	equal(t, "evidence of the envelope", list[0].Evidence.Wall.Equal(it.Entry.Evidence.Wall), true)
	equal(t, "aside entry", list[0], store.Aside{
		Ref: refOf(it), Kind: civic.EntryApplication, Code: it.Entry.Code, Terminal: m.Key.ID,
		Outcome: civic.OutcomeUnrouted, Service: "HJ-008", Evidence: list[0].Evidence, Received: noon, Since: noon,
	})
	must(t, s.Open(t.Context(), newCase(t, it, "2026-10-12"))) // leaves it
	_, err = s.Case(t.Context(), it.Entry.Code)
	wants(t, err, civic.NotFound)
	wants(t, s.Release(t.Context(), civic.EntryID{}, "", noon, clerk), civic.NotFound)
	must(t, s.Release(t.Context(), it.Entry.ID, "", noon, clerk))
	must(t, s.Open(t.Context(), newCase(t, it, "2026-10-12")))
	_, err = s.Case(t.Context(), it.Entry.Code)
	must(t, err)
	wants(t, s.Release(t.Context(), it.Entry.ID, "", noon, clerk), civic.NotFound) // a case is no longer aside
}

func steps(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	for _, from := range civic.Statuses() {
		for _, to := range civic.Statuses() {
			code := codes.code(1)
			s.opened(m, code, "2026-10-12")
			version := s.walk(code, from)
			for _, role := range []civic.Role{civic.RoleClerk, civic.RoleResident, civic.RoleSystem, civic.RoleSupervisor} {
				c, err := s.Case(t.Context(), code)
				must(t, err)
				if c.Status != from || to == from && role == civic.RoleSystem {
					continue
				}
				st := stepTo(code, c.Version, to, role)
				err = s.Step(t.Context(), st)
				allowed := from.May(to, role) && (to != civic.Supplement || !c.Asked)
				if (err == nil) != allowed {
					t.Fatalf("%s from %s to %s: %v, allowed is %v", role, from, to, err, allowed)
				}
				if err != nil {
					wants(t, err, civic.Forbidden)
				}
			}
			c, err := s.Case(t.Context(), code)
			must(t, err)
			if c.Version < version {
				t.Fatalf("version went from %d to %d", version, c.Version)
			}
		}
	}
	code := codes.code(1)
	s.opened(m, code, "2026-10-12")
	stale := stepTo(code, 2, civic.Accepted, civic.RoleClerk)
	wants(t, s.Step(t.Context(), stale), civic.Conflict)
	silent := stepTo(code, 1, civic.Declined, civic.RoleClerk)
	silent.Words = ""
	wants(t, s.Step(t.Context(), silent), civic.Missing)
	bare := stepTo(code, 1, civic.Supplement, civic.RoleClerk)
	bare.Owes = nil
	wants(t, s.Step(t.Context(), bare), civic.Missing)
	wants(t, s.Step(t.Context(), stepTo(codes.code(1), 1, civic.Accepted, civic.RoleClerk)), civic.NotFound)
}

// paths lead from filed to each status.
var paths = map[civic.Status][]civic.Status{
	civic.Filed: {}, civic.Supplement: {civic.Supplement}, civic.Accepted: {civic.Accepted},
	civic.Paused: {civic.Accepted, civic.Paused}, civic.Declined: {civic.Declined},
	civic.Lapsed: {civic.Supplement, civic.Lapsed}, civic.Withdrawn: {civic.Withdrawn},
	civic.Granted: {civic.Accepted, civic.Granted}, civic.Refused: {civic.Accepted, civic.Refused},
	civic.Delivered: {civic.Accepted, civic.Granted, civic.Delivered},
}

func (s *site) walk(code civic.TrackingCode, to civic.Status) uint64 {
	s.t.Helper()
	version, from := uint64(1), civic.Filed
	for _, next := range paths[to] {
		for _, role := range []civic.Role{civic.RoleClerk, civic.RoleResident, civic.RoleSystem} {
			if from.May(next, role) {
				must(s.t, s.Step(s.t.Context(), stepTo(code, version, next, role)))
				break
			}
		}
		version, from = version+1, next
	}
	return version
}

func stepTo(code civic.TrackingCode, version uint64, to civic.Status, role civic.Role) store.Step {
	st := store.Step{
		Code: code, Version: version, To: to, Actor: store.Actor{Login: "liu", Role: role}, At: noon,
		Words: "理由", Notice: []byte("notice"), Clock: store.Running{Due: day("2026-11-02"), Days: 20, Kind: civic.WorkingDays},
	}
	if to == civic.Supplement {
		st.Owes, st.Clock = []string{"房屋租赁合同"}, store.Running{Until: day("2026-10-20"), Days: 20, Kind: civic.WorkingDays}
	}
	return st
}

func stepsAtOnce(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	code := codes.code(1)
	s.opened(m, code, "2026-10-12")
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range 8 {
		to := civic.Accepted
		if i%2 == 0 {
			to = civic.Declined
		}
		wg.Go(func() {
			err := s.Step(t.Context(), stepTo(code, 1, to, civic.RoleClerk))
			if err == nil {
				won.Add(1)
			} else if !isCode(err, civic.Conflict) {
				t.Errorf("step: %v", err)
			}
		})
	}
	wg.Wait()
	equal(t, "clerks who decided", won.Load(), 1)
}

func supplementAnswer(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	code := codes.code(1)
	s.opened(m, code, "2026-10-12")
	st := stepTo(code, 1, civic.Supplement, civic.RoleClerk)
	st.Owes, st.Words = []string{"房屋租赁合同", "照片"}, "照片背景须为白色"
	must(t, s.Step(t.Context(), st))
	c, err := s.Case(t.Context(), code)
	must(t, err)
	if !c.Asked || !reflect.DeepEqual(c.Owes, st.Owes) || !c.Due.IsZero() || c.Until != st.Clock.Until {
		t.Fatalf("case that waits is %+v", c)
	}
	it := m.Next(t, civic.EntrySupplement, code, civic.Paper{Digest: civic.Digest{9}, Size: 1})
	s.hold(m, it)
	ref := refOf(it)
	answer := store.Step{
		Code: code, Version: 2, To: civic.Filed, Actor: store.Actor{Login: "00001", Role: civic.RoleResident}, At: noon,
		Clock: store.Running{Due: day("2026-10-19"), Days: 5, Kind: civic.WorkingDays}, Notice: []byte("n3"),
		Entry: &ref, Content: []byte(`{"code":"` + code.Digits() + `","words":"已补齐𠮷"}`),
	}
	must(t, s.Step(t.Context(), answer))
	must(t, s.Step(t.Context(), answer)) // the same entry again
	c, err = s.Case(t.Context(), code)
	must(t, err)
	equal(t, "status", c.Status, civic.Filed)
	equal(t, "version", c.Version, 3)
	equal(t, "due", c.Due, day("2026-10-19"))
	wants(t, s.Step(t.Context(), stepTo(code, 3, civic.Supplement, civic.RoleClerk)), civic.Forbidden) // once only
	d, err := s.Read(t.Context(), code, clerk, "test", noon)
	must(t, err)
	equal(t, "answers", len(d.Answers), 1)
	equal(t, "words", d.Answers[0].Words, "已补齐𠮷")
	equal(t, "papers", len(d.Papers), 1)
	equal(t, "history", len(d.History), 3)
	if h := d.History[1]; h.Words != st.Words || !reflect.DeepEqual(h.Owes, st.Owes) || h.Actor != st.Actor || h.At != noon {
		t.Fatalf("history of the supplement is %+v", h)
	}
	out, err := s.Outcomes(t.Context(), m.Key.ID, 1, 1, 10)
	must(t, err)
	equal(t, "outcome of the answer", out[0].Outcome, civic.OutcomeCase)
}

func withdrawal(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	code := codes.code(1)
	s.opened(m, code, "2026-10-12")
	it := m.Next(t, civic.EntryWithdrawal, code)
	s.hold(m, it)
	ref := refOf(it)
	must(t, s.Step(t.Context(), store.Step{
		Code: code, Version: 1, To: civic.Withdrawn, Actor: store.Actor{Role: civic.RoleResident}, At: noon,
		Notice: []byte("n"), Entry: &ref, Content: []byte(`{"words":"不再需要"}`),
	}))
	d, err := s.Read(t.Context(), code, clerk, "test", noon)
	must(t, err)
	if d.Withdrawal == nil || d.Withdrawal.Words != "不再需要" {
		t.Fatalf("withdrawal is %+v", d.Withdrawal)
	}
	// A step that is refused leaves its entry for another try.
	late := m.Next(t, civic.EntryWithdrawal, code)
	s.hold(m, late)
	ref = refOf(late)
	wants(t, s.Step(t.Context(), store.Step{
		Code: code, Version: 2, To: civic.Withdrawn, Actor: store.Actor{Role: civic.RoleResident}, At: noon, Entry: &ref,
	}), civic.Forbidden)
	list, err := s.Unopened(t.Context(), 0, 10)
	must(t, err)
	equal(t, "unopened", len(list), 1)
}

func listPages(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	dues := []string{"2026-10-14", "", "2026-10-12", "2026-10-13", "2026-10-12", "", "2026-10-12"}
	was := map[civic.TrackingCode]bool{}
	for _, due := range dues {
		was[s.opened(m, codes.code(1), due).Entry.Code] = true
	}
	var got []store.Case
	filter := store.Filter{Department: "police", Statuses: []civic.Status{civic.Filed, civic.Accepted}, Max: 2}
	for {
		page, err := s.Cases(t.Context(), filter)
		must(t, err)
		if len(page) == 0 {
			break
		}
		got = append(got, page...)
		last := page[len(page)-1].Case
		filter.After = &last
		s.opened(m, codes.code(1), "2026-10-01") // before what was read: moves no page
		if len(got) > 50 {
			t.Fatal("pages do not end")
		}
	}
	equal(t, "cases on the pages", len(got), len(dues))
	for i, c := range got {
		if !was[c.Code] {
			t.Fatalf("case %v came twice or from nowhere", i)
		}
		delete(was, c.Code)
		if i > 0 && !got[i-1].Due.IsZero() && c.Due != got[i-1].Due && !c.Due.IsZero() && c.Due.Before(got[i-1].Due) {
			t.Fatalf("case %d is due %v after %v", i, c.Due, got[i-1].Due)
		}
	}
	if !got[5].Due.IsZero() || !got[6].Due.IsZero() {
		t.Fatal("cases without a deadline are not last")
	}
	count := func(f store.Filter, want int) {
		t.Helper()
		page, err := s.Cases(t.Context(), f)
		must(t, err)
		equal(t, "cases", len(page), want)
		n, err := s.Count(t.Context(), f)
		must(t, err)
		if f.After == nil {
			equal(t, "counted", n, want)
		}
	}
	count(store.Filter{Department: "other"}, 0)
	count(store.Filter{Service: "HJ-009"}, 0)
	count(store.Filter{Statuses: []civic.Status{civic.Granted}}, 0)
	count(store.Filter{DueBefore: day("2026-10-13"), Service: "HJ-008", After: &got[0].Case}, 2)
	name := []rune(got[0].ServiceName)
	count(store.Filter{Named: string(name[1:]), DueBefore: day("2026-10-13"), After: &got[0].Case}, 2)
	count(store.Filter{Named: string(name) + "x"}, 0)
	count(store.Filter{Named: "%"}, 0) // a text, not a pattern
}

func ripe(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	a, b, c, d := codes.code(1), codes.code(1), codes.code(1), codes.code(1)
	s.opened(m, a, "2026-10-12")
	s.opened(m, b, "2026-10-13")
	s.opened(m, c, "")
	s.opened(m, d, "2026-10-12")
	must(t, s.Step(t.Context(), stepTo(d, 1, civic.Supplement, civic.RoleClerk))) // until 2026-10-20
	check := func(status civic.Status, on string, want ...civic.TrackingCode) {
		t.Helper()
		got, err := s.Ripe(t.Context(), status, day(on), 10)
		must(t, err)
		if len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Fatalf("ripe in %s on %s: %v, want %v", status, on, got, want)
		}
	}
	check(civic.Filed, "2026-10-12") // the last day is not over
	check(civic.Filed, "2026-10-13", a)
	check(civic.Filed, "2026-10-14", a, b)
	check(civic.Supplement, "2026-10-20")
	check(civic.Supplement, "2026-10-21", d)
}

func readAudited(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	it := s.opened(m, codes.code(1), "2026-10-12")
	_, err := s.Read(t.Context(), codes.code(1), clerk, "duty", noon)
	wants(t, err, civic.NotFound)
	d, err := s.Read(t.Context(), it.Entry.Code, clerk, "duty", noon)
	must(t, err)
	equal(t, "name", d.Application.Applicant.Name, "欧阳𠮷祥")
	equal(t, "secret", d.Application.Secret, secretOf(it.Entry.Code))
	log, err := s.Entries(t.Context(), 1, 10)
	must(t, err)
	equal(t, "audit entries after the opening", len(log), 1)
	e := log[0]
	equal(t, "actor", e.Actor, clerk)
	equal(t, "action", e.Action, store.ActRead)
	equal(t, "subject", e.Subject, it.Entry.Code.Digits())
	equal(t, "detail", e.Detail, "duty")
	equal(t, "at", e.At, noon)
}

func find(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	it := s.opened(m, codes.code(1), "2026-10-12")
	bare := m.Next(t, civic.EntryApplication, codes.code(1))
	s.hold(m, bare)
	n := newCase(t, bare, "2026-10-12")
	n.Document = civic.Document{}
	must(t, s.Open(t.Context(), n))
	c, err := s.Find(t.Context(), it.Entry.Code, "123x")
	must(t, err)
	equal(t, "case", c.Code, it.Entry.Code)
	for name, try := range map[string]struct {
		code civic.TrackingCode
		last string
	}{
		"wrong characters": {it.Entry.Code, "1234"}, "none": {it.Entry.Code, ""}, "unknown code": {codes.code(1), "123X"},
		"QR only": {bare.Entry.Code, "123X"}, "QR only, none": {bare.Entry.Code, ""},
	} {
		if _, err := s.Find(t.Context(), try.code, try.last); !isCode(err, civic.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func whereabouts(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	it := m.Next(t, civic.EntryApplication, codes.code(1))
	_, err := s.Whereabouts(t.Context(), it.Entry.Code)
	wants(t, err, civic.NotFound)
	s.hold(m, it)
	w, err := s.Whereabouts(t.Context(), it.Entry.Code)
	must(t, err)
	equal(t, "held", w, store.Whereabouts{Received: noon})
	must(t, s.SetAside(t.Context(), refOf(it), civic.OutcomeInvalid, "", noon))
	w, err = s.Whereabouts(t.Context(), it.Entry.Code)
	must(t, err)
	equal(t, "aside", w, store.Whereabouts{Received: noon, Outcome: civic.OutcomeInvalid})
	must(t, s.Release(t.Context(), it.Entry.ID, "", noon, clerk))
	must(t, s.Open(t.Context(), newCase(t, it, "")))
	w, err = s.Whereabouts(t.Context(), it.Entry.Code)
	must(t, err)
	if w.Case == nil || w.Case.Code != it.Entry.Code || w.Outcome != civic.OutcomeCase {
		t.Fatalf("opened: %+v", w)
	}
}

func statusLane(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	a, b := codes.code(1), codes.code(1)
	s.opened(m, a, "2026-10-12")
	s.opened(m, b, "2026-10-12")
	must(t, s.Step(t.Context(), stepTo(a, 1, civic.Accepted, civic.RoleClerk)))
	list, err := s.Statuses(t.Context(), "P1", 0, 10)
	must(t, err)
	equal(t, "one notice a case", len(list), 2)
	equal(t, "first", list[0].Code, b)
	equal(t, "second", list[1].Code, a)
	equal(t, "last number", list[1].N, 3)
	equal(t, "locked", string(list[1].Locked), "notice")
	list, err = s.Statuses(t.Context(), "P1", 2, 10)
	must(t, err)
	equal(t, "after 2", len(list), 1)
	list, err = s.Statuses(t.Context(), "P2", 0, 10)
	must(t, err)
	equal(t, "another point", len(list), 0)
}

// statusesAtOnce follows the lane while cases are opened: a number once passed never appears later.
func statusesAtOnce(t *testing.T, s *site) {
	const cases = 60
	var wg sync.WaitGroup
	for number := uint32(1); number <= 3; number++ {
		wg.Go(func() {
			m, codes := NewMachine(t, number), &counter{}
			for range cases / 3 {
				it := m.Next(t, civic.EntryApplication, codes.code(number))
				if _, err := s.Hold(t.Context(), m.Key.ID, 1, []store.Item{it}, noon); err != nil {
					t.Errorf("hold: %v", err)
				}
				if err := s.Open(t.Context(), newCase(t, it, "")); err != nil {
					t.Errorf("open: %v", err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	seen, last := 0, uint64(0)
	for ended := false; ; {
		list, err := s.Statuses(t.Context(), "P1", last, 7)
		must(t, err)
		for _, n := range list {
			seen, last = seen+1, n.N
		}
		if ended && len(list) == 0 {
			break
		}
		select {
		case <-done:
			ended = true
		default:
		}
	}
	equal(t, "notices followed", seen, cases)
}
