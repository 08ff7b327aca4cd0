package trials_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"doorstep/central/workbook"
	"doorstep/deploy/fleet"
	"doorstep/sync/catalogue/cataloguetest"
)

var services = flag.Int("services", 200, "how many services the catalogue grows by")

// TestTheCatalogueGrows imports many services into a running central. A terminal that enrols takes them all at once, a
// terminal that was there takes what is changed later, and both find any of them.
func TestTheCatalogueGrows(t *testing.T) {
	s := newSite(t)
	elsewhere, err := fleet.FreePorts()
	must(t, err)
	l := newLine(t, s.Ports.Terminals, elsewhere.Terminals)
	l.set(true)
	must(t, s.StartCentral(t.Context(), elsewhere.Terminals))
	within := time.Minute + time.Duration(*services)*30*time.Millisecond

	began := time.Now()
	importGuides(t, s, 0, "")
	t.Logf("import of %d services on the command line: %.1f s", *services, time.Since(began).Seconds())

	must(t, s.Enrol(t.Context()))
	began = time.Now()
	must(t, s.StartKiosk(t.Context()))
	b, err := open(t.Context(), s)
	must(t, err)
	last := *services - 1
	until(t, within, "the whole catalogue is on the terminal", func() bool { return shows(t.Context(), b, last, "") })
	t.Logf("enrolment brings %d services in %.1f s: %.1f MB on the line, %.1f MB on the disk, %s",
		*services, time.Since(began).Seconds(), float64(l.brought.Load())/1e6, float64(weigh(t, s.Path("kiosk")))/1e6, peak(s.Kiosk.ID()))
	searches(t, b, last)

	l.brought.Store(0)
	began = time.Now()
	importGuides(t, s, 1, "改过的收费")
	until(t, within, "what was changed is on the terminal", func() bool { return shows(t.Context(), b, last, "改过的收费") })
	t.Logf("a change of all of them, with import, in %.1f s: %.1f MB on the line, %.1f MB on the disk, %s",
		time.Since(began).Seconds(), float64(l.brought.Load())/1e6, float64(weigh(t, s.Path("kiosk")))/1e6, peak(s.Kiosk.ID()))
	searches(t, b, last)

	must(t, s.Kiosk.Stop())
	began = time.Now()
	must(t, s.StartKiosk(t.Context()))
	t.Logf("the terminal starts again with them in %.1f s, %s", time.Since(began).Seconds(), peak(s.Kiosk.ID()))
}

// TestAKilledImportLeavesNothing kills the command line at several moments of an import: the catalogue is as it was, or
// as the whole file says.
func TestAKilledImportLeavesNothing(t *testing.T) {
	s := newSite(t)
	must(t, os.MkdirAll(s.Path("log"), 0o700))
	export := func(name string) *workbook.Book {
		t.Helper()
		file := s.Path(name)
		_, err := s.Tool(t.Context(), "central", "--dir", s.Path("central"), "catalogue", "export", file)
		must(t, err)
		b, err := os.ReadFile(file)
		must(t, err)
		book, err := workbook.Read(t.Context(), b, func(int) {})
		must(t, err)
		return book
	}
	before := len(export("before.xlsx").Services)
	file := s.Path("many.xlsx")
	must(t, os.WriteFile(file, sheetOf(t, 0, ""), 0o600))
	began := time.Now()
	_, err := s.Tool(t.Context(), "central", "--dir", s.Path("central"), "catalogue", "import", "--dry-run", file)
	must(t, err)
	dry := time.Since(began) // as long as everything before the first edition takes
	done := 0
	for i := range 6 {
		p, err := fleet.Start(s.Path("log", "import.log"), nil, filepath.Join(s.Bin, "central"), "--dir", s.Path("central"), "catalogue", "import", file)
		must(t, err)
		select {
		case <-p.Done():
		case <-time.After(dry * time.Duration(4+i) / 6):
			p.Kill()
		}
		switch n := len(export(fmt.Sprintf("after-%d.xlsx", i)).Services); n {
		case before:
		case before + *services:
			done++
		default:
			t.Fatalf("killed in the middle, %d of %d services were imported", n-before, *services)
		}
	}
	_, err = s.Tool(t.Context(), "central", "--dir", s.Path("central"), "catalogue", "import", file)
	must(t, err)
	if n := len(export("whole.xlsx").Services); n != before+*services {
		t.Errorf("after an import that was let be, there are %d services, want %d", n, before+*services)
	}
	t.Logf("of 6 imports killed at different moments, %d found everything imported and %d nothing", done, 6-done)
}

// importGuides imports the services made up for tests, as revision rev+1, with a fee where one is given.
func importGuides(t *testing.T, s *fleet.Site, rev uint32, fee string) {
	t.Helper()
	file := s.Path(fmt.Sprintf("%d.xlsx", rev))
	must(t, os.WriteFile(file, sheetOf(t, rev, fee), 0o600))
	out, err := s.Tool(t.Context(), "central", "--dir", s.Path("central"), "--public", s.Ports.Terminals, "catalogue", "import", file)
	must(t, err)
	if want := fmt.Sprintf("已发布 %d 个事项", *services); !strings.Contains(out, want) {
		t.Fatalf("the import says %q", out[max(0, len(out)-200):])
	}
}

// sheetOf writes the services made up for tests into a workbook.
func sheetOf(t *testing.T, rev uint32, fee string) []byte {
	t.Helper()
	list := make([]workbook.Service, *services)
	for i, g := range cataloguetest.Guides(*services) {
		if fee != "" {
			g.Fee = fee
		}
		list[i] = workbook.Service{Guide: g, Rev: rev}
	}
	var b bytes.Buffer
	must(t, workbook.Write(&b, list))
	return b.Bytes()
}

// shows reports whether the terminal shows a service, with a text where one is given.
func shows(ctx context.Context, b *browser, i int, text string) bool {
	p, err := b.get(ctx, "/guide/"+cataloguetest.Code(i))
	return err == nil && p.says(fmt.Sprintf("（第%d项）", i)) && p.says(text)
}

// searches finds services by what residents type, and says how long the slowest took.
func searches(t *testing.T, b *browser, last int) {
	t.Helper()
	slowest := time.Duration(0)
	for _, query := range []string{fmt.Sprintf("第%d项", last), "居住证", "shbzk", "yiliao", "低保", "办个体户"} {
		began := time.Now()
		p, err := b.get(t.Context(), "/search?q="+url.QueryEscape(query))
		must(t, err)
		slowest = max(slowest, time.Since(began))
		if query == fmt.Sprintf("第%d项", last) && !p.says("/guide/"+cataloguetest.Code(last)) {
			t.Errorf("%s is not found", query)
		}
	}
	t.Logf("the slowest of six searches among %d services took %s, page and all", *services, slowest.Round(time.Millisecond))
}

// weigh is how many bytes a folder holds.
func weigh(t *testing.T, folder string) (size int64) {
	t.Helper()
	must(t, filepath.WalkDir(folder, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			size += info.Size()
		}
		return nil // a file that is being replaced
	}))
	return size
}

// peak is the most memory that a process has taken, as the kernel says it.
func peak(pid int) string {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)) // elsewhere than on Linux nothing is said
	for line := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			return "at most " + strings.TrimSpace(v) + " of memory"
		}
	}
	return "memory not known"
}
