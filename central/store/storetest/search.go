package storetest

import (
	"testing"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

func auditSearched(t *testing.T, s *site) {
	liu, chen := store.Actor{Login: "liu", Role: civic.RoleClerk}, store.Actor{Login: "chen", Role: civic.RoleOperator}
	for i, e := range []store.AuditEntry{
		{Actor: liu, Action: store.ActRead, Subject: "0000111122223333", Detail: "case"},
		{Actor: liu, Action: store.ActRead, Subject: "0000111122223333", Detail: "paper 1"},
		{Actor: chen, Action: store.ActRevoke, Subject: "key", Detail: "丢失的终端"},
		{Actor: liu, Action: store.ActStep, Subject: "0000111122224444", Detail: "accepted"},
	} {
		e.At = noon.Add(time.Duration(i) * time.Hour)
		must(t, s.Record(t.Context(), e))
	}
	for name, tt := range map[string]struct {
		f    store.AuditFilter
		want []uint64
	}{
		"everything":     {store.AuditFilter{}, []uint64{4, 3, 2, 1}},
		"by whom":        {store.AuditFilter{Login: "liu"}, []uint64{4, 2, 1}},
		"by role":        {store.AuditFilter{Role: civic.RoleOperator}, []uint64{3}},
		"by action":      {store.AuditFilter{Action: store.ActRead}, []uint64{2, 1}},
		"by subject":     {store.AuditFilter{Subject: "0000111122223333", Login: "liu"}, []uint64{2, 1}},
		"by text":        {store.AuditFilter{Text: "丢失"}, []uint64{3}},
		"by text's case": {store.AuditFilter{Text: "PAPER"}, []uint64{2}},
		"from":           {store.AuditFilter{From: noon.Add(2 * time.Hour)}, []uint64{4, 3}},
		"to":             {store.AuditFilter{To: noon.Add(time.Hour)}, []uint64{1}},
		"none":           {store.AuditFilter{Login: "nobody"}, nil},
	} {
		page, total, err := s.SearchAudit(t.Context(), tt.f)
		must(t, err)
		if len(page) != len(tt.want) || total != len(tt.want) {
			t.Fatalf("%s: %d entries of %d, want %v", name, len(page), total, tt.want)
		}
		for i := range page {
			equal(t, name, page[i].N, tt.want[i])
		}
	}
	page, total, err := s.SearchAudit(t.Context(), store.AuditFilter{Before: 3, Max: 1})
	must(t, err)
	if len(page) != 1 || page[0].N != 2 || total != 4 {
		t.Fatalf("the second page is %+v of %d", page, total)
	}
	var walked []uint64
	var told [2]uint64
	head, err := s.WalkAudit(t.Context(), func(n, of uint64) { told = [2]uint64{n, of} }, func(e *store.AuditEntry) error {
		walked = append(walked, e.N)
		return nil
	})
	must(t, err)
	equal(t, "head", head.N, 4)
	equal(t, "told", told, [2]uint64{4, 4})
	equal(t, "entries walked", len(walked), 4)
}
