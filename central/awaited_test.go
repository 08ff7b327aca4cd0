package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"doorstep/central/store"
	"doorstep/central/store/storetest"
	"doorstep/sync/civic"
)

// TestAwaited lists by digest what cases still lack, of all cases and of one, and how much of it has come.
func TestAwaited(t *testing.T) {
	a := newArchive(t, 2)
	list := func(args ...string) string {
		t.Helper()
		var out, problems bytes.Buffer
		if code := run(append([]string{"--dir", a.dir, "awaited"}, args...), &out, &problems); code != 0 {
			t.Fatalf("ended with %d: %s", code, problems.String())
		}
		return out.String()
	}
	if got := list(); !strings.Contains(got, "没有材料在途") {
		t.Fatalf("all papers have arrived: %s", got)
	}
	db := a.open(t)
	m := storetest.NewMachine(t, 2)
	code := civic.NewTrackingCode(2, 1)
	content := bytes.Repeat([]byte("x"), 1000)
	d := civic.DigestOf(content)
	it := m.Next(t, civic.EntryApplication, code, civic.Paper{Digest: d, Size: 1000})
	_, err := db.Hold(t.Context(), m.Key.ID, 1, []store.Item{it}, time.Now())
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := a.folder.Append(d, 1000, 0, content[:250]); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{nil, {code.String()}} {
		if got := list(args...); !strings.Contains(got, code.String()) || !strings.Contains(got, d.String()) || !strings.Contains(got, "25%") {
			t.Errorf("%v: %s", args, got)
		}
	}
	db = a.open(t)
	err = db.Lost(t.Context(), m.Key.ID, []civic.Digest{d}, time.Date(2026, 11, 25, 1, 30, 0, 0, time.UTC))
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if got := list(); !strings.Contains(got, "终端上已损坏，不会送到（2026-11-25 09:30 得知）") || strings.Contains(got, "25%") {
		t.Errorf("of a lost paper: %s", got)
	}
	if got := list(civic.NewTrackingCode(2, 2).String()); !strings.Contains(got, "没有材料在途") {
		t.Errorf("of another case: %s", got)
	}
}
