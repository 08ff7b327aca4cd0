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
	code := civic.NewTrackingCode(1, 1).Digits()
	decided := time.Date(2026, 11, 2, 9, 0, 0, 0, civic.China)
	firstSchema(t, dir, v,
		change{`INSERT INTO cases VALUES (?, zeroblob(16), 'HJ-008', '居住证', 'police', 'HJ-008', 1, 'HJ-008', 1, 'permit', 'delivered', 5,
			1, 2, 1, '9999-12-31', 0, '', '', 0, 0, 0, 0, 0, 0, 'P1', 1, 4, ?, NULL, x'', NULL)`, []any{code, v.Seal("cases/secret/"+code, make([]byte, 10))}},
		change{`INSERT INTO steps VALUES (?, 1, '', 'filed', '', 'system', 1, 0, NULL, NULL, NULL, NULL), (?, 2, 'filed', 'accepted', 'liu', 'clerk', 2, 0, NULL, NULL, NULL, NULL),
			(?, 3, 'accepted', 'granted', 'liu', 'clerk', ?, 0, NULL, NULL, NULL, NULL), (?, 4, 'granted', 'delivered', 'liu', 'clerk', 9, 0, NULL, NULL, NULL, NULL)`,
			[]any{code, code, code, decided.UnixMilli(), code}})
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

// TestMigrateAlike: of cases that were filed before there were tags, those of one applicant are found too.
func TestMigrateAlike(t *testing.T) {
	dir := t.TempDir()
	v, err := store.NewVault(map[byte][]byte{1: make([]byte, 32)}, 1)
	if err != nil {
		t.Fatal(err)
	}
	codes := []civic.TrackingCode{civic.NewTrackingCode(1, 1), civic.NewTrackingCode(2, 1), civic.NewTrackingCode(3, 1)}
	var cases []change
	for i, number := range []string{"44010619900303123X", "44010619900303123X", "11010519491231002X"} {
		code := codes[i].Digits()
		box := v.Seal("cases/application/"+code, []byte(`{"applicant": {"document": {"kind": "resident-id", "number": "`+number+`"}}}`))
		cases = append(cases, change{`INSERT INTO cases VALUES (?, randomblob(16), 'HJ-008', '居住证', 'police', 'HJ-008', 1, 'HJ-008', 1, 'permit',
			'filed', 5, 1, 2, ?, '9999-12-31', 0, '', '', 0, 0, 0, 0, 0, 0, 'P1', 1, 4, ?, NULL, ?, NULL)`,
			[]any{code, time.Date(2026, 11, 2, 9, 0, 0, 0, civic.China).UnixMilli(), v.Seal("cases/secret/"+code, make([]byte, 10)), box}})
	}
	firstSchema(t, dir, v, cases...)
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: dir + "/old.db", Vault: v})
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, s)
	for i, want := range []civic.TrackingCode{codes[1], codes[0], 0} {
		var got civic.TrackingCode
		list, err := s.Alike(t.Context(), codes[i], 10)
		if len(list) > 0 {
			got = list[0].Code
		}
		if err != nil || got != want || len(list) > 1 {
			t.Errorf("like case %d are %+v, %v; want %s", i, list, err, want)
		}
	}
}

// change is one statement with its parameters.
type change struct {
	text string
	args []any
}

// firstSchema makes old.db as the first release of the schema left it, after some changes.
func firstSchema(t *testing.T, dir string, v *store.Vault, changes ...change) {
	t.Helper()
	first, err := os.ReadFile("migrations/0001_init.sql")
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+dir+"/old.db")
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, db)
	for _, c := range append([]change{
		{string(first), nil},
		{`CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT; INSERT INTO schema_version VALUES (1)`, nil},
		{`INSERT INTO site (one, id, proof_box, tag, audit_digest) VALUES (1, ?, ?, zeroblob(32), zeroblob(32))`,
			[]any{make([]byte, 16), v.Seal("site/proof", []byte("doorstep"))}},
	}, changes...) {
		if _, err := db.Exec(c.text, c.args...); err != nil {
			t.Fatal(err)
		}
	}
}
