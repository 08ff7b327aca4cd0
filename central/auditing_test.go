package main

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// central runs the program and returns its exit code and what it printed.
func central(t *testing.T, dir string, args ...string) (int, string) {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(append([]string{"--dir", dir}, args...), &out, &errs)
	return code, out.String() + errs.String()
}

// TestAuditCommands takes a head, and tries what somebody with the database file could do behind it.
func TestAuditCommands(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "central")
	if code, said := central(t, dir, "person", "boss", "--name", "何主任", "--role", "admin"); code != 0 {
		t.Fatalf("person: %d %s", code, said)
	}
	head := filepath.Join(t.TempDir(), "audit.head")
	if code, said := central(t, dir, "audit", "head", "--out", head); code != 0 {
		t.Fatalf("head: %d %s", code, said)
	}
	if code, _ := central(t, dir, "audit", "head", "--out", head); code == 0 {
		t.Error("a head was written over another")
	}
	if code, said := central(t, dir, "person", "liu", "--name", "刘", "--role", "auditor"); code != 0 {
		t.Fatalf("person: %d %s", code, said)
	}
	code, said := central(t, dir, "audit", "verify", "--head", head)
	if code != 0 || !strings.Contains(said, "heads 1\n") {
		t.Fatalf("verify: %d %s", code, said)
	}

	text, err := os.ReadFile(head)
	if err != nil {
		t.Fatal(err)
	}
	forged := filepath.Join(t.TempDir(), "forged.head")
	payload := bytes.Index(text, []byte("payload ")) + len("payload ") + 20
	text[payload] ^= 1
	if err := os.WriteFile(forged, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, said := central(t, dir, "audit", "verify", "--head", forged); code != 1 {
		t.Errorf("a forged head: %d %s", code, said)
	}

	// One entry is changed.
	db, err := sql.Open("sqlite", filepath.Join(dir, "central.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	change := func(text string) {
		t.Helper()
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	var was string
	if err := db.QueryRow(`SELECT subject FROM audit WHERE n = 2`).Scan(&was); err != nil {
		t.Fatal(err)
	}
	change(`UPDATE audit SET subject = 'x' WHERE n = 2`)
	if code, said := central(t, dir, "audit", "verify"); code != 1 || !strings.Contains(said, "第 2 条") {
		t.Errorf("a changed entry: %d %s", code, said)
	}

	// The whole chain is written anew: only the head tells.
	rewrite(t, db)
	if code, said := central(t, dir, "audit", "verify"); code != 0 {
		t.Fatalf("the chain was not rewritten well: %d %s", code, said)
	}
	if code, said := central(t, dir, "audit", "verify", "--head", head); code != 1 || !strings.Contains(said, "被重写过") {
		t.Errorf("a rewritten chain: %d %s", code, said)
	}

	// The end is cut off, and the chain's own head with it.
	change(`DELETE FROM audit WHERE n > 1`)
	rewrite(t, db)
	if code, said := central(t, dir, "audit", "verify", "--head", head); code != 1 {
		t.Errorf("a cut chain: %d %s", code, said)
	}
}

// rewrite chains the whole audit anew, as it stands.
func rewrite(t *testing.T, db *sql.DB) {
	t.Helper()
	rows, err := db.Query(`SELECT n, at, login, role, action, subject, detail FROM audit ORDER BY n`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []store.AuditEntry
	for rows.Next() {
		var e store.AuditEntry
		var at int64
		if err := rows.Scan(&e.N, &at, &e.Actor.Login, &e.Actor.Role, &e.Action, &e.Subject, &e.Detail); err != nil {
			t.Fatal(err)
		}
		e.At = time.UnixMilli(at)
		all = append(all, e)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	var prev civic.Digest
	for i := range all {
		prev = store.Chain(prev, &all[i])
		if _, err := db.Exec(`UPDATE audit SET digest = ? WHERE n = ?`, prev[:], all[i].N); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Exec(`UPDATE site SET audit = ?, audit_digest = ?`, len(all), prev[:]); err != nil {
		t.Fatal(err)
	}
}
