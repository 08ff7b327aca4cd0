package main

import (
	"os/exec"
	"strings"
	"testing"
)

// TestDependencies keeps the wall between the two programs: the terminal links nothing of central and no server
// database, so that its binary stays small and a flaw there is none here.
func TestDependencies(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	linked := strings.Fields(string(out))
	for _, dep := range linked {
		for _, barred := range []string{"doorstep/central", "modernc.org/sqlite", "github.com/jackc/pgx", "github.com/evanw/esbuild", "github.com/chromedp"} {
			if dep == barred || strings.HasPrefix(dep, barred+"/") {
				t.Errorf("kiosk links %s", dep)
			}
		}
	}
	if len(linked) < 100 {
		t.Errorf("go list names %d packages only: the check is blind", len(linked))
	}
}

// TestFasthttp holds fasthttp at the version that Fiber v2 pins: with newer ones Fiber's own tests fail, quietly
// breaking routes, files and redirects.
func TestFasthttp(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", "github.com/valyala/fasthttp").Output()
	if err != nil {
		t.Fatal(err)
	}
	if v := strings.TrimSpace(string(out)); v != "v1.51.0" {
		t.Errorf("fasthttp is %s, Fiber v2.52 needs v1.51.0", v)
	}
}

// TestAdapters keeps adapters from importing each other: what two of them share belongs below both.
func TestAdapters(t *testing.T) {
	adapters := []string{"doorstep/kiosk/boltstore", "doorstep/kiosk/web", "doorstep/kiosk/ime", "doorstep/sync/uplink", "doorstep/printing/receipt"}
	for _, a := range adapters {
		out, err := exec.Command("go", "list", "-f", "{{join .Imports \"\\n\"}}", a).Output()
		if err != nil {
			t.Fatalf("%s: %v", a, err)
		}
		for _, dep := range strings.Fields(string(out)) {
			for _, other := range adapters {
				if dep == other {
					t.Errorf("%s imports %s", a, other)
				}
			}
		}
	}
}
