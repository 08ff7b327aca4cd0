package trials_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/deploy/fleet"
)

// TestPaperGone loses one paper of one application and a bit of another's while the terminal is off. Both applications
// become cases in time all the same, every other paper arrives, the terminal says what is gone and what to do, and
// central counts what the cases still lack and knows of those two alone that they will not come.
func TestPaperGone(t *testing.T) {
	s := newSite(t)
	must(t, s.Up(t.Context()))
	guides(t, s)
	must(t, s.Central.Stop())
	var codes []string
	var of [][]string // by application, its files
	seen := map[string]bool{}
	for n := range 3 {
		codes = append(codes, fileSome(t, s, n, n+1)...)
		var fresh []string
		for _, file := range filesOf(t, s.Path("kiosk", "store"), "papers/*") {
			if !seen[file] {
				seen[file] = true
				fresh = append(fresh, file)
			}
		}
		of = append(of, fresh)
	}
	s.Kiosk.Kill()
	must(t, os.Remove(of[0][0]))
	change(filepath.Join("papers", filepath.Base(of[1][1])), flip(1))(t, s.Path("kiosk", "store"))
	must(t, s.StartKiosk(t.Context()))
	words, err := s.Tool(t.Context(), "kiosk", "--dir", s.Path("kiosk"), "status")
	must(t, err)
	tells(t, "kiosk status", words, "有 1 份还没送出的材料，文件已丢失或损坏", "请等经办部门通知补正")

	must(t, s.StartCentral(t.Context(), s.Ports.Terminals))
	c := openCentral(t, s)
	const arrived = `SELECT count(*) FROM papers WHERE arrived <> 0`
	all := len(codes) * len(papers())
	until(t, fleet.Patience, "every paper that is whole is at central", func() bool {
		return c.count(t, `SELECT count(*) FROM entries WHERE outcome = 'case'`) == len(codes) && c.count(t, arrived) == all-2
	})
	until(t, time.Minute, "the terminal knows of both", func() bool {
		words, err := s.Tool(t.Context(), "kiosk", "--dir", s.Path("kiosk"), "status")
		must(t, err)
		return strings.Contains(words, "有 2 份还没送出的材料") && askBooks(t, s).Entries["settled"] == len(codes)
	})
	lacking := c.list(t, `SELECT code FROM entries e WHERE EXISTS (SELECT 1 FROM papers WHERE entry = e.place AND arrived = 0) ORDER BY place`)
	if len(lacking) != 2 || lacking[0] != codes[0] || lacking[1] != codes[1] {
		t.Errorf("central misses papers of %v, they are gone of %v", lacking, codes[:2])
	}
	until(t, time.Minute, "central knows of both", func() bool { return c.count(t, `SELECT count(*) FROM papers WHERE lost <> 0`) == 2 })
	lost := c.list(t, `SELECT hex(digest) FROM papers WHERE lost <> 0 AND arrived = 0 ORDER BY entry`)
	want := []string{filepath.Base(of[0][0]), filepath.Base(of[1][1])}
	if !slices.EqualFunc(lost, want, strings.EqualFold) {
		t.Errorf("central says that %v are lost, want %v", lost, want)
	}
	t.Logf("figures applications=%d cases=%d papers=%d arrived=%d gone=2", len(codes), len(codes), all, c.count(t, arrived))
}
