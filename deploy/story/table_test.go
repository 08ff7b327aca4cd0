package main

import (
	"strings"
	"testing"
)

// TestFormTable keeps a form from losing what it checks unseen.
func TestFormTable(t *testing.T) {
	table, err := formTable(append([]string{"HJ-009"}, filings...), map[string]effort{"LD-004": {answers: 29}})
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSpace(table), "\n")[2:]
	if len(rows) != 12 {
		t.Fatalf("%d forms:\n%s", len(rows), table)
	}
	for _, row := range rows {
		for _, check := range []string{"documents by kind and check digit", "telephones", "conditions of other answers", "statements"} {
			if !strings.Contains(row, check) {
				t.Errorf("no %s: %s", check, row)
			}
		}
	}
	if !strings.Contains(table, "| 29 | 0 | 0 |") {
		t.Error("what filing took is not told")
	}
	t.Log("\n" + table)
}
