package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestNamed is that every test that a row names is there.
func TestNamed(t *testing.T) {
	text := map[string]string{}
	names := measured
	for _, f := range faults {
		if f.what == "" || f.holds == "" || f.part < 1 || f.part > 12 || len(f.tests) == 0 {
			t.Errorf("a row says too little: %+v", f)
		}
		names = append(names, f.tests...)
	}
	for _, name := range names {
		folder, test := split(name)
		if text[folder] == "" {
			files, err := filepath.Glob(filepath.Join("../../..", folder, "*_test.go"))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range files {
				b, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				text[folder] += string(b)
			}
		}
		if !strings.Contains(text[folder], "\nfunc "+test+"(") {
			t.Errorf("there is no %s", name)
		}
	}
}

// TestDecisionsNameTests is that every test that a DECISIONS.md names is there.
func TestDecisionsNameTests(t *testing.T) {
	const root = "../../.."
	there := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`)
	named := regexp.MustCompile("`((?:Test|Fuzz|Benchmark)[A-Z]\\w+)`")
	pages := map[string]string{}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (strings.HasPrefix(e.Name(), ".") && e.Name() != ".." || e.Name() == "node_modules"):
			return filepath.SkipDir
		case !strings.HasSuffix(path, "_test.go") && e.Name() != "DECISIONS.md":
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if e.Name() == "DECISIONS.md" {
			pages[path] = string(b)
			return nil
		}
		for _, m := range declared.FindAllStringSubmatch(string(b), -1) {
			there[m[1]] = true
		}
		return nil
	})
	if err != nil || len(pages) < 4 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	for path, text := range pages {
		for _, m := range named.FindAllStringSubmatch(text, -1) {
			if !there[m[1]] {
				t.Errorf("%s names %s, which is not there", path, m[1])
			}
		}
	}
}

// told is a run of rows that are told what the go tool would print.
func told(t *testing.T, events ...event) (*suite, string) {
	t.Helper()
	var out strings.Builder
	s := newSuite(flags{Quick: true}, &out)
	r := &row{fault: fault{9, "a storm", "all is kept", []string{"sync/a.TestOne", "sync/a.TestTwo"}, true}, pending: 2}
	s.rows = []*row{r}
	s.owner = map[string]*row{"sync/a.TestOne": r, "sync/a.TestTwo": r}
	for _, e := range events {
		e.Package = "doorstep/sync/a"
		s.hear(&job{folder: "sync/a"}, e)
	}
	r.miss(&out, "sync/a.TestTwo")
	ok := s.judge(&out)
	fmt.Fprintln(&out, ok)
	s.markdown(&out, 0)
	return s, out.String()
}

func TestRows(t *testing.T) {
	one := func(action, output string) event { return event{Action: action, Test: "TestOne", Output: output} }
	two := event{Action: "pass", Test: "TestTwo"}
	figure := one("output", "    a_test.go:1: figures tried=3 filed=5 median=1.5s lost=0 doubled=0\n")
	for _, c := range []struct {
		name   string
		events []event
		want   []string
	}{
		{"figures are added up", []event{figure, figure, one("pass", ""), two}, []string{
			"ok   9  a storm: tried 6, lost 0, doubled 0", "\ntrue\n", "| 6 | filed 10, median 1.5s | 0 | 0 | ok |", "lost 0 doubled 0",
		}},
		{"what is lost fails though the tests pass", []event{one("output", "a_test.go:1: figures lost=1 doubled=2\n"), one("pass", ""), two}, []string{"\nfalse\n", "lost 1 doubled 2"}},
		{"a failing test tells why", []event{one("output", "the words\n"), one("fail", ""), two}, []string{"FAILED 9, a storm:\nthe words", "\nfalse\n"}},
		{"a test that is gone", []event{one("pass", "")}, []string{"DID NOT RUN   9", "\nfalse\n"}},
		{"subtests count", []event{{Action: "pass", Test: "TestOne/a"}, {Action: "pass", Test: "TestOne/b"}, one("pass", ""), two}, []string{"tried 3, lost –"}},
		{"what could not be tried says why", []event{one("output", "    a_test.go:7: SKIPPED: needs root\n"), one("skip", ""), two}, []string{"not tried   9", "  - not tried: needs root", "\ntrue\n"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, out := told(t, c.events...)
			for _, w := range c.want {
				if !strings.Contains(out, w) {
					t.Errorf("%q is not in\n%s", w, out)
				}
			}
		})
	}
}
