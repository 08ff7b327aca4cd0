package storetest

import (
	"reflect"
	"testing"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// told is a case of the figures' tests, as hand-counted.
type told struct {
	department, point string
	filed             string // day and hour in China
	steps             []toldStep
}

// toldStep is a step, the day and hour in China on which it is taken, and until when the clock runs after it.
type toldStep struct {
	to  civic.Status
	at  string
	due string
}

func clockAt(s string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15", s, civic.China)
	if err != nil {
		panic("bug: storetest: " + err.Error())
	}
	return at
}

// life files a case and takes it through its steps. Its reply clock ends on 2026-11-09.
func (s *site) life(m *Machine, code civic.TrackingCode, l told) {
	s.t.Helper()
	it := m.Next(s.t, civic.EntryApplication, code)
	s.hold(m, it)
	n := newCase(s.t, it, "2026-11-09")
	n.Case.Department, n.Case.Point, n.Case.Filed, n.Case.Since = l.department, l.point, clockAt(l.filed), clockAt(l.filed)
	must(s.t, s.Open(s.t.Context(), n))
	version, from := uint64(1), civic.Filed
	for _, step := range l.steps {
		st := stepTo(code, version, step.to, civic.RoleClerk)
		for _, role := range []civic.Role{civic.RoleClerk, civic.RoleResident, civic.RoleSystem} {
			if from.May(step.to, role) {
				st.Actor.Role = role
				break
			}
		}
		st.At, st.Clock = clockAt(step.at), store.Running{Days: 5, Kind: civic.WorkingDays}
		if step.due != "" {
			st.Clock.Due = day(step.due)
		}
		must(s.t, s.Step(s.t.Context(), st))
		version, from = version+1, step.to
	}
}

// lives are the cases that both tests count, each with what it tries.
var lives = []told{
	// Granted on its last day, at the day's last hour: on time.
	{"police", "P1", "2026-11-02 09", []toldStep{{civic.Accepted, "2026-11-03 09", "2026-11-10"}, {civic.Granted, "2026-11-10 23", "2026-11-24"}}},
	// Refused an hour later: late. The delivery clock that runs after it changes nothing.
	{"police", "P1", "2026-11-02 10", []toldStep{{civic.Accepted, "2026-11-03 09", "2026-11-10"}, {civic.Refused, "2026-11-11 00", "2026-11-25"}, {civic.Delivered, "2026-11-12 09", ""}}},
	// Not accepted within the reply clock, and after it.
	{"police", "P2", "2026-11-02 11", []toldStep{{civic.Declined, "2026-11-09 18", ""}}},
	{"civil", "P2", "2026-11-02 12", []toldStep{{civic.Declined, "2026-11-10 09", ""}}},
	// A special procedure stopped the clock: granted after the first last day, before the second.
	{"civil", "P1", "2026-11-02 13", []toldStep{{civic.Accepted, "2026-11-03 09", "2026-11-10"}, {civic.Paused, "2026-11-05 09", ""}, {civic.Accepted, "2026-11-20 09", "2026-11-25"}, {civic.Granted, "2026-11-25 09", "2026-12-09"}}},
	// Supplied again: the reply clock began anew, so that not accepting on the 16th is on time.
	{"civil", "P1", "2026-11-03 09", []toldStep{{civic.Supplement, "2026-11-04 09", ""}, {civic.Filed, "2026-11-12 09", "2026-11-19"}, {civic.Declined, "2026-11-16 09", ""}}},
	// No day was known.
	{"civil", "P1", "2026-11-03 10", []toldStep{{civic.Accepted, "2026-11-04 09", ""}, {civic.Granted, "2026-11-16 09", ""}}},
	// No word of the department: withdrawn, lapsed, still running.
	{"police", "P1", "2026-11-04 09", []toldStep{{civic.Withdrawn, "2026-11-05 09", ""}}},
	{"police", "P1", "2026-11-04 10", []toldStep{{civic.Supplement, "2026-11-05 09", ""}, {civic.Lapsed, "2026-11-20 09", ""}}},
	{"police", "P3", "2026-11-09 00", nil},
	// Filed before the span, decided in it; filed at the first instant after it.
	{"police", "P1", "2026-10-30 09", []toldStep{{civic.Accepted, "2026-10-31 09", "2026-11-10"}, {civic.Granted, "2026-11-02 00", "2026-11-16"}}},
	{"police", "P1", "2026-11-30 00", nil},
}

func figures(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	for _, l := range lives {
		s.life(m, codes.code(1), l)
	}
	november := store.FigureQuery{From: clockAt("2026-11-02 00"), To: clockAt("2026-11-30 00")}
	tests := []struct {
		name string
		q    func(*store.FigureQuery)
		want []store.Figure
	}{
		{"by department", func(q *store.FigureQuery) { q.By = store.ByDepartment }, []store.Figure{
			{Key: "civil", Received: 4, Decided: 4, OnTime: 2, Late: 1},
			{Key: "police", Received: 6, Decided: 4, OnTime: 3, Late: 1},
		}},
		{"by point", func(q *store.FigureQuery) { q.By = store.ByPoint }, []store.Figure{
			{Key: "P1", Received: 7, Decided: 6, OnTime: 4, Late: 1},
			{Key: "P2", Received: 2, Decided: 2, OnTime: 1, Late: 1},
			{Key: "P3", Received: 1},
		}},
		{"by week", func(q *store.FigureQuery) { q.By, q.Step = store.ByTime, 7*24*time.Hour }, []store.Figure{
			{Step: 0, Received: 9, Decided: 1, OnTime: 1},
			{Step: 1, Received: 1, Decided: 4, OnTime: 2, Late: 2},
			{Step: 2, Decided: 2, OnTime: 1},
			{Step: 3, Decided: 1, OnTime: 1},
		}},
		{"by week, the first of them cut", func(q *store.FigureQuery) {
			q.By, q.Step, q.From, q.Origin = store.ByTime, 7*24*time.Hour, clockAt("2026-11-03 00"), clockAt("2026-11-02 00")
		}, []store.Figure{
			{Step: 0, Received: 4},
			{Step: 1, Received: 1, Decided: 4, OnTime: 2, Late: 2},
			{Step: 2, Decided: 2, OnTime: 1},
			{Step: 3, Decided: 1, OnTime: 1},
		}},
		{"one department by point", func(q *store.FigureQuery) { q.By, q.Department = store.ByPoint, "civil" }, []store.Figure{
			{Key: "P1", Received: 3, Decided: 3, OnTime: 2},
			{Key: "P2", Received: 1, Decided: 1, Late: 1},
		}},
		{"one point by department", func(q *store.FigureQuery) { q.By, q.Point = store.ByDepartment, "P2" }, []store.Figure{
			{Key: "civil", Received: 1, Decided: 1, Late: 1},
			{Key: "police", Received: 1, Decided: 1, OnTime: 1},
		}},
		{"nothing", func(q *store.FigureQuery) { q.By, q.Point = store.ByDepartment, "P9" }, nil},
	}
	for _, tt := range tests {
		q := november
		tt.q(&q)
		got, err := s.Figures(t.Context(), q)
		must(t, err)
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v\nwant %+v", tt.name, got, tt.want)
		}
	}
	if _, err := s.Figures(t.Context(), store.FigureQuery{By: "applicant"}); err == nil {
		t.Error("counted by what is no axis")
	}
	if _, err := s.Figures(t.Context(), store.FigureQuery{By: store.ByTime}); err == nil {
		t.Error("counted in steps of no length")
	}
	// Erasing a case changes no figure.
	before, err := s.Figures(t.Context(), store.FigureQuery{From: november.From, To: november.To, By: store.ByPoint})
	must(t, err)
	gone, err := s.Expired(t.Context(), store.Ended{Statuses: []civic.Status{civic.Declined, civic.Withdrawn, civic.Delivered}}, 10)
	must(t, err)
	equal(t, "cases to erase", len(gone), 5)
	for _, code := range gone {
		must(t, s.Erase(t.Context(), store.Erasure{Code: code, Actor: store.System(), At: noon}))
	}
	after, err := s.Figures(t.Context(), store.FigureQuery{From: november.From, To: november.To, By: store.ByPoint})
	must(t, err)
	if !reflect.DeepEqual(before, after) {
		t.Errorf("erasing changed the figures from %+v to %+v", before, after)
	}
}

// figureLists: the list behind a figure has as many cases as the figure says, for every figure there is.
func figureLists(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	for _, l := range lives {
		s.life(m, codes.code(1), l)
	}
	span := store.Span{From: clockAt("2026-11-02 00"), To: clockAt("2026-11-30 00")}
	week := 7 * 24 * time.Hour
	tried := 0
	for _, axis := range []store.Axis{store.ByDepartment, store.ByPoint, store.ByTime} {
		list, err := s.Figures(t.Context(), store.FigureQuery{From: span.From, To: span.To, By: axis, Step: week})
		must(t, err)
		for _, f := range list {
			within, base := span, store.Filter{}
			switch axis {
			case store.ByDepartment:
				base.Department = f.Key
			case store.ByPoint:
				base.Point = f.Key
			case store.ByTime:
				within = store.Span{From: span.From.Add(time.Duration(f.Step) * week), To: span.From.Add(time.Duration(f.Step+1) * week)}
			}
			received, decided, onTime, late, undated := base, base, base, base, base
			received.Filed = within
			for _, d := range []*store.Filter{&decided, &onTime, &late, &undated} {
				d.Decided = within
			}
			onTime.Timely, late.Timely, undated.Timely = store.OnTime, store.Late, store.Undated
			for what, c := range map[string]struct {
				filter store.Filter
				want   int
			}{
				"received": {received, f.Received}, "decided": {decided, f.Decided}, "on time": {onTime, f.OnTime},
				"late": {late, f.Late}, "undated": {undated, f.Undated()},
			} {
				cases, err := s.Cases(t.Context(), c.filter)
				must(t, err)
				n, err := s.Count(t.Context(), c.filter)
				must(t, err)
				if len(cases) != c.want || n != c.want {
					t.Errorf("%s %s%d: the figure says %d, the list has %d and counts %d", what, f.Key, f.Step, c.want, len(cases), n)
				}
				tried++
			}
		}
	}
	if tried < 40 {
		t.Fatalf("%d figures tried", tried)
	}
}
