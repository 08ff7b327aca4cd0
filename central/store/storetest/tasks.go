package storetest

import (
	"bytes"
	"fmt"
	"testing"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

func listFilters(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	var all []civic.TrackingCode
	for range 3 {
		all = append(all, s.opened(m, codes.code(1), "2026-10-12").Entry.Code)
	}
	must(t, s.Assign(t.Context(), all[0], "", "liu", noon, clerk))
	c, err := s.Case(t.Context(), all[1])
	must(t, err)
	today := civic.DateOf(c.Filed)
	for name, tt := range map[string]struct {
		f    store.Filter
		want int
	}{
		"by clerk":                 {store.Filter{Clerk: "liu"}, 1},
		"by another":               {store.Filter{Clerk: "chen"}, 0},
		"taken by nobody":          {store.Filter{Free: true}, 2},
		"by point":                 {store.Filter{Point: c.Point}, 3},
		"by another point":         {store.Filter{Point: "elsewhere"}, 0},
		"filed from today":         {store.Filter{FiledFrom: today}, 3},
		"filed from tomorrow":      {store.Filter{FiledFrom: today.Add(1)}, 0},
		"filed until today":        {store.Filter{FiledTo: today}, 3},
		"filed until yesterday":    {store.Filter{FiledTo: today.Add(-1)}, 0},
		"owing":                    {store.Filter{Owing: true}, 0},
		"by point, taken by liu":   {store.Filter{Point: c.Point, Clerk: "liu"}, 1},
		"taken by nobody and free": {store.Filter{Free: true, Clerk: "liu"}, 0},
	} {
		n, err := s.Count(t.Context(), tt.f)
		must(t, err)
		list, err := s.Cases(t.Context(), tt.f)
		must(t, err)
		if n != tt.want || len(list) != tt.want {
			t.Errorf("%s: %d counted, %d listed, want %d", name, n, len(list), tt.want)
		}
	}
	s.walk(all[2], civic.Supplement)
	n, err := s.Count(t.Context(), store.Filter{Owing: true})
	must(t, err)
	equal(t, "owing a supplement", n, 1)
}

func assign(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	code := s.opened(m, codes.code(1), "2026-10-12").Entry.Code
	holder := func() string {
		t.Helper()
		c, err := s.Case(t.Context(), code)
		must(t, err)
		return c.Clerk
	}
	equal(t, "clerk at first", holder(), "")
	must(t, s.Assign(t.Context(), code, "", "liu", noon, clerk))
	wants(t, s.Assign(t.Context(), code, "", "chen", noon, clerk), civic.Conflict)
	equal(t, "clerk", holder(), "liu")
	must(t, s.Assign(t.Context(), code, "liu", "chen", noon, clerk))
	must(t, s.Assign(t.Context(), code, "chen", "", noon, clerk))
	equal(t, "clerk at last", holder(), "")
	wants(t, s.Assign(t.Context(), codes.code(1), "", "liu", noon, clerk), civic.NotFound)
	log, err := s.Entries(t.Context(), 0, 10)
	must(t, err)
	equal(t, "audit entries", len(log), 4) // the opening and three changes
	equal(t, "action", log[1].Action, store.ActAssign)
	equal(t, "detail", log[2].Detail, "chen")
}

func documents(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	issue := func(code civic.TrackingCode, year int, n uint32) error {
		c, err := s.Case(t.Context(), code)
		must(t, err)
		st := stepTo(code, c.Version, civic.Accepted, civic.RoleClerk)
		st.Document = &store.Document{
			Department: "police", Year: year, N: n, Number: fmt.Sprintf("公安受〔%d〕%d号", year, n), PDF: []byte("%PDF-的确"),
		}
		return s.Step(t.Context(), st)
	}
	next := func(year int, want uint32) {
		t.Helper()
		n, err := s.NextNumber(t.Context(), "police", year)
		must(t, err)
		equal(t, "next number", n, want)
	}
	first, second := s.opened(m, codes.code(1), "2026-10-12").Entry.Code, s.opened(m, codes.code(1), "2026-10-12").Entry.Code
	next(2026, 1)
	must(t, issue(first, 2026, 1))
	next(2026, 2)
	next(2027, 1)
	wants(t, issue(second, 2026, 1), civic.Conflict)
	wants(t, issue(second, 2026, 3), civic.Conflict)
	c, err := s.Case(t.Context(), second)
	must(t, err)
	equal(t, "status after a refused number", c.Status, civic.Filed)
	must(t, issue(second, 2026, 2))

	d, err := s.Read(t.Context(), first, clerk, "case", noon)
	must(t, err)
	equal(t, "documents", len(d.Documents), 1)
	equal(t, "number", d.Documents[0].Number, "公安受〔2026〕1号")
	equal(t, "kind", d.Documents[0].Kind, civic.Accepted)
	before, err := s.Entries(t.Context(), 0, 100)
	must(t, err)
	v, err := s.Document(t.Context(), first, d.Documents[0].Version, clerk, noon)
	must(t, err)
	equal(t, "pdf", string(v.PDF), "%PDF-的确")
	_, err = s.Document(t.Context(), first, 99, clerk, noon)
	wants(t, err, civic.NotFound)
	after, err := s.Entries(t.Context(), 0, 100)
	must(t, err)
	equal(t, "looks", len(after)-len(before), 1)
	if bytes.Contains(s.backend.Bytes(t, s.dir), []byte("%PDF-的确")) {
		t.Error("a document lies in the clear")
	}

	// What is erased of a case takes its documents along, and frees no number.
	c, err = s.Case(t.Context(), first)
	must(t, err)
	for _, to := range []civic.Status{civic.Granted, civic.Delivered} {
		must(t, s.Step(t.Context(), stepTo(first, c.Version, to, civic.RoleClerk)))
		c.Version++
	}
	must(t, s.Erase(t.Context(), store.Erasure{Code: first, Actor: store.System(), At: noon, Detail: "retention permit"}))
	_, err = s.Document(t.Context(), first, v.Version, clerk, noon)
	wants(t, err, civic.NotFound)
	next(2026, 3)
}
