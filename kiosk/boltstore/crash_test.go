package boltstore_test

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"doorstep/kiosk/boltstore"
	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

// The test binary is its own victim: started again with these it takes in until it is killed.
const (
	envDir   = "DOORSTEP_CRASH_DIR"
	envSeed  = "DOORSTEP_CRASH_SEED"
	envLabel = "DOORSTEP_CRASH_LABEL" // end at the nth call of this label: label=n
	envCount = "DOORSTEP_CRASH_COUNT" // end of its own accord after so many
	envLong  = "DOORSTEP_LONG"        // make the random tests as long as they are on a night of their own
)

func TestMain(m *testing.M) {
	if os.Getenv(envDir) != "" {
		os.Exit(victim())
	}
	flag.Parse()
	// What is tested here is what was asked of the disk, not the disk: in memory it is asked much faster.
	if f := flag.Lookup("test.bench"); f == nil || f.Value.String() == "" {
		if dir, err := os.MkdirTemp("/dev/shm", "boltstore"); err == nil {
			_ = os.Setenv("TMPDIR", dir)
			code := m.Run()
			_ = os.RemoveAll(dir)
			os.Exit(code)
		}
	}
	os.Exit(m.Run())
}

// victim takes in as fast as it can from eight sides, and prints the id of an application when TakeIn has returned,
// and again when its receipt was shown.
func victim() int {
	seed, err := os.ReadFile(os.Getenv(envSeed))
	if err != nil {
		return 2
	}
	key, err := seal.ParseSigner(seed)
	if err != nil {
		return 2
	}
	opts := boltstore.DefaultOptions()
	opts.Dir, opts.Signer, opts.SegmentSize = os.Getenv(envDir), key, 64<<10
	opts.Logger = slog.New(slog.NewTextHandler(os.Stderr, nil))
	if label, n, ok := strings.Cut(os.Getenv(envLabel), "="); ok {
		opts.Fault = killAt(label, n)
	}
	s, r, err := boltstore.Open(opts)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	opts.Logger.Info("opened", "report", r)
	var mu sync.Mutex
	say := func(word string, a boltstore.Taken) {
		mu.Lock()
		defer mu.Unlock()
		line := word + " " + a.Entry.ID.String()
		for _, p := range a.Entry.Papers {
			line += " " + p.Digest.String()
		}
		fmt.Println(line)
	}
	left := int64(1 << 60)
	if n, err := strconv.ParseInt(os.Getenv(envCount), 10, 64); err == nil {
		left = n
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for atomic.AddInt64(&left, -1) >= 0 {
				a := application(rand.Uint32(), rand.IntN(4000)+1, rand.IntN(300)+1)
				if err := s.TakeIn(context.Background(), a); err != nil {
					fmt.Fprintln(os.Stderr, err)
					continue
				}
				say("taken", a)
				if rand.IntN(2) == 0 && s.Shown(context.Background(), a.Entry.ID) == nil {
					say("shown", a)
				}
			}
		})
	}
	wg.Wait()
	return 0
}

// killAt ends the program at the nth call of a label, before the call.
func killAt(label, nth string) func(string) error {
	left, _ := strconv.Atoi(nth)
	var mu sync.Mutex
	return func(l string) error {
		mu.Lock()
		defer mu.Unlock()
		if l != label {
			return nil
		}
		if left--; left <= 0 {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
		return nil
	}
}

// rounds returns how often a random test goes round that goes round n times on a night of its own.
func rounds(n int) int {
	switch {
	case testing.Short():
		return max(n/30, 2)
	case os.Getenv(envLong) == "":
		return n / 6
	}
	return n
}

// crash is a store that victims take in to.
type crash struct {
	m       *terminal
	seed    string
	papers  map[string][]string // acknowledged id: digests
	shown   map[string]bool
	kills   int
	entries int
}

func newCrash(t *testing.T) *crash {
	m := newTerminal(t)
	m.opts.SegmentSize = 64 << 10
	c := &crash{m: m, seed: filepath.Join(t.TempDir(), "seed"), papers: map[string][]string{}, shown: map[string]bool{}}
	if err := os.WriteFile(c.seed, m.key.Seed(), 0o600); err != nil {
		t.Fatal(err)
	}
	s, _ := m.open()
	m.enrol(s, 1)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return c
}

// run starts a victim, lets it live for a while, or until it ends itself at a label, and reads what it said.
func (c *crash) run(t *testing.T, life time.Duration, label string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), envDir+"="+c.m.opts.Dir, envSeed+"="+c.seed, envLabel+"="+label)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// The clock starts with the first word, so that most kills hit a terminal at work and some one that starts.
	timer := time.AfterFunc(life+300*time.Millisecond, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	lines := bufio.NewReader(out)
	first := true
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break // an unfinished line was not said
		}
		if first && label == "" {
			timer.Reset(life)
			first = false
		}
		c.heard(line)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || !exit.Sys().(syscall.WaitStatus).Signaled() {
		t.Fatalf("victim ended with %v: %s", err, said.String())
	}
	c.kills++
}

// heard notes one line of a victim.
func (c *crash) heard(line string) {
	word := strings.Fields(line)
	if word[0] == "shown" {
		c.shown[word[1]] = true
	}
	c.papers[word[1]] = word[2:]
}

// sound lists what no death of the program may lead to; torn, what a power failure may not.
var (
	torn  = []string{boltstore.FoundLost, boltstore.FoundPapers, boltstore.FoundBadState, boltstore.FoundNoState, boltstore.FoundNoJournal}
	sound = append([]string{boltstore.FoundDamaged, boltstore.FoundGap}, torn...)
)

// check opens the store as the next start would.
func (c *crash) check(t *testing.T, never []string) {
	t.Helper()
	ctx := context.Background()
	s, r := c.m.open()
	defer func() {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}()
	for _, key := range never {
		if r.Has(key) {
			t.Fatalf("report %+v", r.Findings)
		}
	}
	mustCheck(t, s)
	got := mustChain(t, s, c.m.key, wire.Head{})
	unshown := map[string]bool{}
	list, err := s.Unshown(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range list {
		unshown[k.ID.String()] = true
	}
	for name, papers := range c.papers {
		id, _ := civic.ParseEntryID(name)
		if got[id] == nil || len(got[id].Papers) != len(papers) {
			t.Fatalf("acknowledged entry %s is gone", name)
		}
	}
	for id, e := range got {
		if e.Kind == civic.EntryVoid {
			continue
		}
		if len(e.Papers) != 2 {
			t.Fatalf("entry %s has %d papers", id, len(e.Papers))
		}
		for _, p := range e.Papers {
			f, err := s.Open(ctx, p.Digest) // reads it whole and compares
			if err != nil {
				t.Fatalf("entry %s: %v", id, err)
			}
			_ = f.Close()
		}
		if c.shown[id.String()] == unshown[id.String()] {
			// An entry whose Shown was committed and not yet said may be either.
			if c.shown[id.String()] {
				t.Fatalf("entry %s was shown and is listed as not shown", id)
			}
		}
	}
	c.entries = len(got)
}

// TestKilled kills a program that is taking in, at random instants, and checks what the next one finds: every entry
// that was acknowledged is there, whole, and so are its papers (promise P1).
func TestKilled(t *testing.T) {
	kills := rounds(300)
	acknowledged, kept := 0, 0
	for n := 0; n < kills; {
		c := newCrash(t)
		for ; n < kills && c.entries < 3000; n++ {
			c.run(t, time.Duration(rand.IntN(60000))*time.Microsecond, "")
			c.check(t, sound)
		}
		acknowledged += len(c.papers)
		kept += c.entries
	}
	t.Logf("figures tried=%d receipts=%d kept=%d", kills, acknowledged, kept)
}

// TestKilledAt ends the program just before each call that writes.
func TestKilledAt(t *testing.T) {
	for _, at := range takeInLabels {
		t.Run(at.label, func(t *testing.T) {
			c := newCrash(t)
			for _, nth := range []int{1, 2, 7} {
				c.run(t, 10*time.Second, fmt.Sprintf("%s=%d", at.label, nth))
				c.check(t, sound)
			}
		})
	}
}
