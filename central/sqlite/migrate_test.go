package sqlite_test

import (
	"database/sql"
	"os"
	"testing"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/sqlite"
	"doorstep/central/store"
)

// TestMigrateDecided: a store of the first schema, with a case that was decided, is brought up to date and says when;
// the deadline of then was not kept.
func TestMigrateDecided(t *testing.T) {
	dir := t.TempDir()
	v, err := store.NewVault(map[byte][]byte{1: make([]byte, 32)}, 1)
	if err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile("migrations/0001_init.sql")
	if err != nil {
		t.Fatal(err)
	}
	code := civic.NewTrackingCode(1, 1).Digits()
	decided := time.Date(2026, 11, 2, 9, 0, 0, 0, civic.China)
	db, err := sql.Open("sqlite", "file:"+dir+"/old.db")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []struct {
		text string
		args []any
	}{
		{string(first), nil},
		{`CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT; INSERT INTO schema_version VALUES (1)`, nil},
		{`INSERT INTO site (one, id, proof_box, tag, audit_digest) VALUES (1, ?, ?, zeroblob(32), zeroblob(32))`,
			[]any{make([]byte, 16), v.Seal("site/proof", []byte("doorstep"))}},
		{`INSERT INTO cases VALUES (?, zeroblob(16), 'HJ-008', '居住证', 'police', 'HJ-008', 1, 'HJ-008', 1, 'permit', 'delivered', 5,
			1, 2, 1, '9999-12-31', 0, '', '', 0, 0, 0, 0, 0, 0, 'P1', 1, 4, ?, NULL, x'', NULL)`, []any{code, v.Seal("cases/secret/"+code, make([]byte, 10))}},
		{`INSERT INTO steps VALUES (?, 1, '', 'filed', '', 'system', 1, 0, NULL, NULL, NULL, NULL), (?, 2, 'filed', 'accepted', 'liu', 'clerk', 2, 0, NULL, NULL, NULL, NULL),
			(?, 3, 'accepted', 'granted', 'liu', 'clerk', ?, 0, NULL, NULL, NULL, NULL), (?, 4, 'granted', 'delivered', 'liu', 'clerk', 9, 0, NULL, NULL, NULL, NULL)`,
			[]any{code, code, code, decided.UnixMilli(), code}},
	} {
		if _, err := db.Exec(s.text, s.args...); err != nil {
			t.Fatal(err)
		}
	}
	shut(t, db)
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: dir + "/old.db", Vault: v})
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, s)
	c, err := s.Case(t.Context(), civic.NewTrackingCode(1, 1))
	if err != nil || !c.Decided.Equal(decided) || c.Timely != store.Undated || c.Held || !c.Erased.IsZero() {
		t.Fatalf("case is %+v, %v", c, err)
	}
	all, err := s.Figures(t.Context(), store.FigureQuery{To: decided.Add(time.Hour), By: store.ByPoint})
	if err != nil || len(all) != 1 || all[0].Decided != 1 || all[0].Undated() != 1 || all[0].Received != 1 {
		t.Fatalf("figures are %+v, %v", all, err)
	}
}
