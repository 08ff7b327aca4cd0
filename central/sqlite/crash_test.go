package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"

	"doorstep/central/sqlite"
	"doorstep/central/store"
	"doorstep/central/store/storetest"
)

// crashDir tells a child process of TestKilled where to work.
const crashDir = "DOORSTEP_TEST_CRASH_DIR"

// TestKilled kills a process that takes entries into custody and opens them, at instants that differ, and looks after
// each: all that was acknowledged is there, every entry is whole, and what was held is opened once by the next.
func TestKilled(t *testing.T) {
	if dir := os.Getenv(crashDir); dir != "" {
		child(t, dir)
		return
	}
	dir, acked, total := t.TempDir(), 0, 0
	const rounds = 12
	for round := range rounds {
		acked = runAndKill(t, dir, time.Duration(40+round*23)*time.Millisecond)
		total = inspect(t, dir, acked)
	}
	if total == 0 {
		t.Fatal("no round held anything: the test tried nothing")
	}
	t.Logf("%d entries after %d kills, the last acknowledged was %d", total, rounds, acked)
}

// runAndKill starts a child, kills it a while after its first word, and returns the last seq it acknowledged.
func runAndKill(t *testing.T, dir string, after time.Duration) (acked int) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.run=^TestKilled$", "-test.count=1")
	cmd.Env = append(os.Environ(), crashDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var kill *time.Timer
	for lines := bufio.NewScanner(out); lines.Scan(); {
		word, n, _ := strings.Cut(lines.Text(), " ")
		if word != "held" {
			continue
		}
		if acked, err = strconv.Atoi(n); err != nil {
			t.Fatal(err)
		}
		if kill == nil {
			kill = time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
	}
	if err := cmd.Wait(); err == nil || kill == nil {
		t.Fatalf("the child ended by itself: %v", err)
	}
	return acked
}

// openCrash opens the store that the processes share one after the other.
func openCrash(ctx context.Context, dir string) (store.Store, error) {
	v, err := store.NewVault(map[byte][]byte{1: make([]byte, 32)}, 1)
	if err != nil {
		return nil, err
	}
	return sqlite.Open(ctx, sqlite.Options{Path: path(dir), Vault: v})
}

// child takes entries of a new terminal until it is killed. Two goroutines open what is held meanwhile.
func child(t *testing.T, dir string) {
	s, err := openCrash(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	m := storetest.NewMachine(t, 1)
	for range 2 {
		go func() {
			for {
				_ = openHeld(t, s)
			}
		}()
	}
	for n := 1; ; n++ {
		code := civic.NewTrackingCode(uint32(os.Getpid()%99_998)+1, uint32(n))
		items := []store.Item{m.Next(t, civic.EntryApplication, code), m.Next(t, civic.EntryRating, 0)}
		if _, err := s.Hold(t.Context(), m.Key.ID, 1, items, time.Now()); err != nil {
			t.Fatal(err)
		}
		fmt.Println("held", 2*n)
	}
}

// openHeld opens applications and sets the rest aside.
func openHeld(t *testing.T, s store.Store) error {
	list, err := s.Unopened(t.Context(), 0, 20)
	if err != nil {
		return err
	}
	for _, h := range list {
		e, err := wire.ReadEntry(h.Signed)
		if err != nil {
			return err
		}
		if e.Kind == civic.EntryRating {
			err = s.SetAside(t.Context(), h.Ref, civic.OutcomeInvalid, "", h.Received)
		} else {
			err = s.Open(t.Context(), storetest.NewCase(t, h.Ref, e))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// inspect opens the store after a kill and returns how many entries it has.
func inspect(t *testing.T, dir string, acked int) int {
	t.Helper()
	s, err := openCrash(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	for {
		list, err := s.Unopened(t.Context(), 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			break
		}
		if err := openHeld(t, s); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.VerifyAudit(t.Context()); err != nil {
		t.Fatal(err)
	}
	entries, inLast, cases, broken := census(t, dir)
	if inLast < acked {
		t.Fatalf("%d entries of the last process are held, %d were acknowledged", inLast, acked)
	}
	if broken != "ok" || cases*2 != entries {
		t.Fatalf("%d entries, %d cases, integrity %s", entries, cases, broken)
	}
	return entries
}
