package sqlite_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"doorstep/central/sqlite"
	"doorstep/central/store"
)

// TestFiguresReadIndexesOnly: a count of a board reads no row of a case, which would be all its boxes.
func TestFiguresReadIndexesOnly(t *testing.T) {
	dir := t.TempDir()
	v, err := store.NewVault(map[byte][]byte{1: make([]byte, 32)}, 1)
	if err != nil {
		t.Fatal(err)
	}
	s, err := backend{}.Open(t.Context(), dir, v)
	if err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	db, err := sql.Open("sqlite", "file:"+link(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, db)
	now := time.Now()
	for _, q := range []store.FigureQuery{
		{By: store.ByDepartment}, {By: store.ByPoint, Department: "police"}, {By: store.ByTime, Step: time.Hour, Point: "P1"},
	} {
		q.From, q.To = now.AddDate(0, -3, 0), now
		text, args, err := sqlite.FiguresSQL(q)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+text, args...)
		if err != nil {
			t.Fatal(err)
		}
		var plan []string
		for rows.Next() {
			var id, parent, unused int
			var line string
			if err := rows.Scan(&id, &parent, &unused, &line); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(line, "cases") {
				plan = append(plan, line)
			}
		}
		shut(t, rows)
		if len(plan) != 2 || !strings.Contains(plan[0], "COVERING INDEX cases_received") || !strings.Contains(plan[1], "COVERING INDEX cases_decided") {
			t.Errorf("by %s the plan is %q", q.By, plan)
		}
	}
}
