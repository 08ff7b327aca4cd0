package bulletin_test

import (
	"bytes"
	"context"
	"database/sql"
	"flag"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the raw engine to measure against

	"doorstep/sync/catalogue/cataloguetest"
	"doorstep/sync/civic"

	"doorstep/central/store"
	"doorstep/central/workbook"
)

var services = flag.Int("services", 300, "how many services are imported")

// TestManyServices imports a large workbook, finds its services again, exports them and imports that without a
// change. With -services 10000 it says how long each part takes.
func TestManyServices(t *testing.T) {
	s := emptyShop(t, t.TempDir())
	guides := cataloguetest.Guides(*services)
	file := sheetOf(t, guides)
	took := func(what string, began time.Time) {
		t.Logf("%-8s %6d services %8.2f s %8.0f services/s", what, len(guides), time.Since(began).Seconds(), float64(len(guides))/time.Since(began).Seconds())
	}
	began := time.Now()
	book, err := workbook.Read(t.Context(), file, func(int) {})
	check(t, err)
	took("read", began)
	step := time.Now()
	p, err := s.Plan(t.Context(), book, func(int) {})
	check(t, err)
	took("check", step)
	if p.Faulty() || len(p.Changes) != len(guides) {
		t.Fatalf("%d changes, faults %v", len(p.Changes), p.Book.Faults)
	}
	step = time.Now()
	signed := 0
	check(t, s.Carry(t.Context(), p, feng, func(n int) { signed = n }))
	took("publish", step)
	took("import", began)
	if signed != len(guides)/100*100 {
		t.Errorf("progress ended with %d of %d", signed, len(guides))
	}
	step = time.Now()
	page, err := s.db.GuideList(t.Context(), store.GuideFilter{State: store.GuidesAll, Query: guides[len(guides)-1].ID, Max: 50})
	check(t, err)
	t.Logf("list: found in %s", time.Since(step))
	if len(page.Rows) != 1 || page.Total != 1 {
		t.Fatalf("the list finds %d of %d", len(page.Rows), page.Total)
	}
	step = time.Now()
	back := s.workbookOf(t)
	took("export", step)
	again := s.plan(t, back)
	if again.Faulty() || len(again.Changes) != 0 || again.Unchanged != len(guides) {
		t.Errorf("what was exported changes %d, faults %v", len(again.Changes), again.Book.Faults)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Logf("file %.1f MB, memory taken from the system %.0f MB", float64(len(file))/1e6, float64(m.Sys)/1e6)
}

func sheetOf(t testing.TB, guides []civic.Guide) []byte {
	t.Helper()
	list := make([]workbook.Service, len(guides))
	for i, g := range guides {
		list[i] = workbook.Service{Guide: g}
	}
	var b bytes.Buffer
	check(t, workbook.Write(&b, list))
	return b.Bytes()
}

// BenchmarkImport imports a workbook of -services services: read, checked, signed and committed; then the raw engine
// inserts the same bytes into a bare table. Both rates are of the same run.
func BenchmarkImport(b *testing.B) {
	guides := cataloguetest.Guides(*services)
	file := sheetOf(b, guides)
	var whole, raw, cpu time.Duration
	for b.Loop() {
		s := emptyShop(b, b.TempDir())
		began, busy := time.Now(), used(b)
		book, err := workbook.Read(context.Background(), file, func(int) {})
		check(b, err)
		p, err := s.Plan(context.Background(), book, func(int) {})
		check(b, err)
		check(b, s.Carry(context.Background(), p, feng, func(int) {}))
		whole += time.Since(began)
		cpu += used(b) - busy
		items, err := s.db.Items(context.Background(), civic.EditionGuide)
		check(b, err)
		raw += insertRaw(b, items)
	}
	n := float64(len(guides) * b.N)
	b.ReportMetric(n/whole.Seconds(), "services/s")
	b.ReportMetric(n/raw.Seconds(), "raw-inserts/s")
	b.ReportMetric(whole.Seconds()/float64(b.N), "s/import")
	b.ReportMetric(cpu.Seconds()/float64(b.N), "cpu-s/import")
	b.ReportMetric(whole.Seconds()/raw.Seconds(), "times-raw")
}

// used is the processor time that this process has taken: beside others on a machine, it says more than the clock.
func used(b *testing.B) time.Duration {
	b.Helper()
	var r syscall.Rusage
	check(b, syscall.Getrusage(syscall.RUSAGE_SELF, &r))
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// insertRaw inserts payloads and signatures in one transaction, as fast as the engine does.
func insertRaw(b *testing.B, items []store.Published) time.Duration {
	b.Helper()
	db, err := sql.Open("sqlite", filepath.Join(b.TempDir(), "raw.db"))
	check(b, err)
	defer func() { check(b, db.Close()) }()
	_, err = db.Exec(`PRAGMA journal_mode = WAL; CREATE TABLE e (n INTEGER PRIMARY KEY, payload BLOB, signature BLOB)`)
	check(b, err)
	began := time.Now()
	tx, err := db.Begin()
	check(b, err)
	put, err := tx.Prepare(`INSERT INTO e VALUES (?, ?, ?)`)
	check(b, err)
	defer func() { check(b, put.Close()) }()
	for i, e := range items {
		_, err := put.Exec(i, e.Signed.Payload, e.Signed.Signature)
		check(b, err)
	}
	check(b, tx.Commit())
	return time.Since(began)
}
