package sqlite_test

import (
	"database/sql"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"doorstep/central/store"
)

// TestSchemaPage holds the database against SCHEMA.md: every table has its section, every column its row, and the
// page describes nothing that is not there.
func TestSchemaPage(t *testing.T) {
	page, err := os.ReadFile("../store/SCHEMA.md")
	if err != nil {
		t.Fatal(err)
	}
	described := map[string][]string{}
	table := ""
	for line := range strings.Lines(string(page)) {
		if name, ok := strings.CutPrefix(line, "## "); ok {
			table = strings.TrimSpace(name)
		}
		cells := strings.Split(line, "|")
		if len(cells) < 3 {
			continue
		}
		for i, word := range strings.Split(cells[1], "`") {
			if i%2 == 1 {
				described[table] = append(described[table], word)
			}
		}
	}
	dir := t.TempDir()
	v, err := store.NewVault(map[byte][]byte{1: make([]byte, 32)}, 1)
	if err != nil {
		t.Fatal(err)
	}
	s, err := backend{}.Open(t.Context(), dir, v)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, s) })
	for name, columns := range tables(t, dir) {
		slices.Sort(columns)
		slices.Sort(described[name])
		if !slices.Equal(columns, described[name]) {
			t.Errorf("table %s has %v, the page describes %v", name, columns, described[name])
		}
		delete(described, name)
	}
	for name := range described {
		t.Errorf("the page describes a table %q that is not there", name)
	}
}

func tables(t *testing.T, dir string) map[string][]string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path(dir)}).EscapedPath()+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, db)
	rows, err := db.Query(`SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }() // rows.Err tells
	out := map[string][]string{}
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			t.Fatal(err)
		}
		out[table] = append(out[table], column)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
