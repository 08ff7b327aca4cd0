package sqlite_test

import (
	"context"
	"database/sql"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"doorstep/central/sqlite"
	"doorstep/central/store"
	"doorstep/central/store/storetest"
)

func TestSQLite(t *testing.T) { storetest.Run(t, backend{}) }

// backend opens stores in folders, and reaches behind their backs.
type backend struct{}

func path(dir string) string { return filepath.Join(dir, "中心 ?#%.db") }

func (backend) Open(ctx context.Context, dir string, v *store.Vault) (store.Store, error) {
	db, err := sqlite.Open(ctx, sqlite.Options{Path: path(dir), Vault: v})
	if err != nil {
		return nil, err
	}
	return db, nil
}

func (backend) SetSchema(t testing.TB, dir string, version int) {
	raw(t, dir, `UPDATE schema_version SET version = ?`, version)
}

func (backend) ForgeAudit(t testing.TB, dir string, e store.AuditEntry) {
	raw(t, dir, `UPDATE audit SET subject = ?, digest = ? WHERE n = ?`, e.Subject, e.Digest[:], e.N)
}

func (backend) DropAudit(t testing.TB, dir string) {
	raw(t, dir, `DELETE FROM audit WHERE n = (SELECT max(n) FROM audit)`)
}

func (backend) Bytes(t testing.TB, dir string) []byte {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, f := range files {
		if filepath.Ext(f.Name()) == ".db-shm" {
			continue // an index over the log, rebuilt at every opening
		}
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	return all
}

// shut closes what a test opened.
func shut(t testing.TB, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// link gives a closed store a name that needs no escaping.
func link(t testing.TB, dir string) string {
	t.Helper()
	link := filepath.Join(t.TempDir(), "raw.db")
	if err := os.Link(path(dir), link); err != nil {
		t.Fatal(err)
	}
	return link
}

// raw changes a closed store without the package under test.
func raw(t testing.TB, dir, text string, args ...any) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+link(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(text, args...); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// census counts from outside what a store keeps.
func census(t testing.TB, dir string) (entries, inLastJournal, cases int, integrity string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path(dir)}).EscapedPath()+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, db) })
	err = db.QueryRow(`SELECT (SELECT count(*) FROM entries), (SELECT seq FROM journals ORDER BY at DESC LIMIT 1),
		(SELECT count(*) FROM cases), (SELECT integrity_check FROM pragma_integrity_check)`).Scan(&entries, &inLastJournal, &cases, &integrity)
	if err != nil {
		t.Fatal(err)
	}
	return entries, inLastJournal, cases, integrity
}
