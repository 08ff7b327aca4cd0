package trials_test

import (
	"database/sql"
	"testing"
	"time"

	_ "modernc.org/sqlite" // reads central's file from outside

	"doorstep/deploy/fleet"
)

// central is central's database file, read from outside while central runs or not.
type central struct{ db *sql.DB }

func openCentral(t *testing.T, s *fleet.Site) *central {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+s.Path("central", "central.db")+"?mode=ro&_pragma=busy_timeout(5000)")
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return &central{db}
}

func (c *central) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	must(t, c.db.QueryRowContext(t.Context(), query, args...).Scan(&n))
	return n
}

func (c *central) list(t *testing.T, query string, args ...any) []string {
	t.Helper()
	rows, err := c.db.QueryContext(t.Context(), query, args...)
	must(t, err)
	defer func() { _ = rows.Close() }()
	var list []string
	for rows.Next() {
		var s string
		must(t, rows.Scan(&s))
		list = append(list, s)
	}
	must(t, rows.Err())
	return list
}

// arrives waits until central has opened n entries and has every paper of them.
func (c *central) arrives(t *testing.T, within time.Duration, n int) {
	t.Helper()
	until(t, within, "everything that was taken in is at central", func() bool {
		return c.count(t, `SELECT count(*) FROM entries WHERE outcome IS NOT NULL`) >= n &&
			c.count(t, `SELECT count(*) FROM papers WHERE arrived = 0`) == 0
	})
}

// once fails unless each code is exactly one case, opened, with every paper, and there is no other.
func (c *central) once(t *testing.T, codes []string) (cases, lost, doubled int) {
	t.Helper()
	for _, code := range codes {
		switch n := c.count(t, `SELECT count(*) FROM entries WHERE code = ? AND outcome = 'case'`, code); {
		case n == 0 || c.count(t, `SELECT count(*) FROM cases WHERE code = ?`, code) != 1:
			lost++
			t.Errorf("%s is no case at central", code)
		case n > 1:
			doubled++
			t.Errorf("%s is %d entries at central", code, n)
		}
	}
	if n := c.count(t, `SELECT count(*) FROM entries WHERE outcome IS NOT 'case'`); n != 0 {
		t.Errorf("%d entries at central are no case", n)
	}
	const half = `SELECT code FROM entries e WHERE (SELECT count(*) FROM papers WHERE entry = e.place AND arrived <> 0) <> ?`
	for _, code := range c.list(t, half, len(papers())) {
		t.Errorf("%s has not all its papers at central", code)
	}
	return c.count(t, `SELECT count(*) FROM cases`), lost, doubled
}
