package main

import (
	"os/exec"
	"strings"
	"testing"
)

// TestDependencies keeps the wall between the two programs: central links nothing of the terminal.
func TestDependencies(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	linked := strings.Fields(string(out))
	for _, dep := range linked {
		for _, barred := range []string{"doorstep/kiosk", "go.etcd.io/bbolt", "github.com/evanw/esbuild", "github.com/chromedp"} {
			if dep == barred || strings.HasPrefix(dep, barred+"/") {
				t.Errorf("central links %s", dep)
			}
		}
	}
	if len(linked) < 100 {
		t.Errorf("go list names %d packages only: the check is blind", len(linked))
	}
}

// TestAdapters keeps the backends and pages of central from importing each other.
func TestAdapters(t *testing.T) {
	adapters := []string{"doorstep/central/sqlite", "doorstep/central/papers", "doorstep/central/console", "doorstep/central/track", "doorstep/sync/hub"}
	for _, a := range adapters {
		out, err := exec.Command("go", "list", "-f", "{{join .Imports \"\\n\"}}", a).Output()
		if err != nil {
			t.Fatalf("%s: %v", a, err)
		}
		for _, dep := range strings.Fields(string(out)) {
			for _, other := range adapters[:4] {
				if dep == other {
					t.Errorf("%s imports %s", a, other)
				}
			}
		}
	}
}
