package trials_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"doorstep/deploy/fleet"
)

var (
	kills  = flag.Int("kills", 60, "how often the terminal is killed while residents file")
	cuts   = flag.Int("cuts", 12, "how often the line is cut in the middle of what it carries")
	flips  = flag.Int("flips", 8, "how many damaged copies with flipped bits are tried of each file")
	powers = flag.Int("powers", 4, "how often the power is cut while residents file")
	bin    = flag.String("bin", "", "folder of programs built before; empty builds them")
)

func TestMain(m *testing.M) {
	flag.Parse()
	code, err := built(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// built builds the real programs, without the race detector whatever these tests are built with, and runs.
func built(run func() int) (code int, err error) {
	if *bin == "" {
		if *bin, err = os.MkdirTemp("", "doorstep-trials-"); err != nil {
			return 1, fmt.Errorf("make a folder for the programs: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(*bin)) }()
		cmd := exec.Command("go", "build", "-race=false", "-o", *bin+string(filepath.Separator), "./kiosk", "./central")
		cmd.Dir = filepath.Join("..", "..")
		if out, err := cmd.CombinedOutput(); err != nil {
			return 1, fmt.Errorf("build the programs: %w\n%s", err, out)
		}
	}
	return run(), nil
}

// newSite returns a site with nothing running, that is stopped when the test ends. Its logs are shown if the test
// fails.
func newSite(t *testing.T) *fleet.Site {
	t.Helper()
	ports, err := fleet.FreePorts()
	must(t, err)
	s := &fleet.Site{Dir: t.TempDir(), Bin: *bin, Ports: ports}
	t.Cleanup(func() {
		s.Kiosk.Kill()
		s.Central.Kill()
		if t.Failed() {
			t.Logf("the terminal's log:\n%s", tail(s.Path("log", "kiosk.log")))
			t.Logf("central's log:\n%s", tail(s.Path("log", "central.log")))
		}
	})
	return s
}

// tail returns the end of a log.
func tail(file string) []byte {
	const most = 3000
	b, _ := os.ReadFile(file)
	return b[max(0, len(b)-most):]
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// until asks again and again whether something has come about, within a bound.
func until(t *testing.T, within time.Duration, what string, come func() bool) {
	t.Helper()
	if !wait(t.Context(), within, come) {
		t.Fatalf("%s: did not come about in %s", what, within)
	}
}

func wait(ctx context.Context, within time.Duration, come func() bool) bool {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !come() {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
	return true
}
