package boltstore_test

import (
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"doorstep/kiosk/boltstore"
	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// ending is how the power fails: what of the store is there at the next start.
type ending struct {
	name string
	gone string // a pattern of files that another fault takes along
}

// endings are the power failure alone, and one that costs a whole copy, which the other must make up for (FORMAT.md 1).
var endings = []ending{{"power", ""}, {"power and state.db", "state.db"}, {"power and journal", "journal/*"}}

// syncs are the calls that a program could forget. loses says for each ending whether receipts then must be lost: a sync
// whose removal costs nothing under any ending would be one that TestPowerLost does not look at, or nobody needs.
var syncs = []struct {
	name  string
	drop  func(d *platter, o op) bool
	loses [3]bool
}{
	{"none", func(*platter, op) bool { return false }, [3]bool{}},
	{"papers' files", func(d *platter, o op) bool { return d.syncs(o, "papers", false) }, [3]bool{true, true, true}},
	{"papers' directory", func(d *platter, o op) bool { return d.syncs(o, "papers", true) }, [3]bool{true, true, true}},
	{"journal's segments", func(d *platter, o op) bool { return d.syncs(o, "journal", false) }, [3]bool{false, true, false}},
	{"journal's directory", func(d *platter, o op) bool { return d.syncs(o, "journal", true) }, [3]bool{false, true, false}},
	{"state.db", func(d *platter, o op) bool { return d.syncs(o, "state.db", false) }, [3]bool{false, false, true}},
	{"journal's segments and state.db", func(d *platter, o op) bool {
		return d.syncs(o, "journal", false) || d.syncs(o, "state.db", false)
	}, [3]bool{true, true, true}},
}

// syncs reports whether a call makes durable what is in a file or folder of the store, or the names in that folder.
func (d *platter) syncs(o op, part string, names bool) bool {
	if o.call != "fdatasync" && o.call != "fsync" {
		return false
	}
	if names {
		return d.dirs[o.fd] == filepath.Join(d.root, part)
	}
	n := d.fds[o.fd]
	return n != nil && strings.HasPrefix(n.path+"/", filepath.Join(d.root, part)+"/")
}

// TestSyncRemoved shows that TestPowerLost would find a sync that is missing, for each that a receipt depends upon: the
// same record of the same program is replayed without it, on the same disk that does no more than it must, and receipts
// are lost. With all of them none is, also where the failure takes a whole copy along.
func TestSyncRemoved(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("SKIPPED: strace is needed to record what a program writes: apt-get install strace")
	}
	points := rounds(36)
	c := newCrash(t)
	before := filepath.Join(t.TempDir(), "before")
	copyDir(t, c.m.opts.Dir, before)
	ops := record(t, c, 120)
	disk := c.m.opts.Dir
	for _, s := range syncs {
		for e, end := range endings {
			lost, seen := 0, 0
			for i := range points {
				random := rand.New(rand.NewPCG(uint64(i), 23))
				c.papers, c.shown = map[string][]string{}, map[string]bool{}
				c.m.opts.Dir = filepath.Join(t.TempDir(), "after")
				d := newPlatter(t, before, disk)
				for _, o := range ops[:len(ops)/4+random.IntN(len(ops)*3/4)] {
					switch {
					case o.call == "say":
						c.heard(string(o.data))
					case !s.drop(d, o):
						d.do(o)
					}
				}
				d.fail(t, random, c.m.opts.Dir)
				takeAlong(t, c.m.opts.Dir, end.gone)
				seen += len(c.papers)
				lost += c.lost(t)
				if err := os.RemoveAll(c.m.opts.Dir); err != nil {
					t.Fatal(err)
				}
			}
			if s.name == "none" {
				t.Logf("figures tried=%d receipts=%d lost=%d", points, seen, lost)
			} else {
				t.Logf("figures tried=%d receipts-lost-without-a-sync=%d", points, lost)
			}
			t.Logf("sync removed: %-31s fails: %-18s %d cuts, %d receipts, %d lost", s.name, end.name, points, seen, lost)
			if s.loses[e] != (lost > 0) {
				t.Errorf("sync removed: %s, fails: %s: %d receipts of %d lost", s.name, end.name, lost, seen)
			}
		}
	}
}

func takeAlong(t *testing.T, dir, pattern string) {
	t.Helper()
	if pattern == "" {
		return
	}
	files, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
}

// lost opens the store as the next start would and counts the receipts that were seen and are not held whole.
func (c *crash) lost(t *testing.T) int {
	t.Helper()
	ctx := context.Background()
	s, _, err := boltstore.Open(c.m.opts)
	if err != nil {
		t.Logf("the store does not open: %v", err)
		return len(c.papers)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}()
	held, lost := map[string]bool{}, 0
	for at, list := uint64(0), []wire.Entry{{}}; len(list) > 0; at += uint64(len(list)) {
		if list, err = s.Journal().After(ctx, at, 50); err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			entry, err := wire.OpenEntry(c.m.key.Public(), e.Body)
			if err != nil {
				t.Fatal(err)
			}
			held[entry.ID.String()] = true
		}
	}
	for name, papers := range c.papers {
		whole := held[name]
		for _, p := range papers {
			d, err := civic.ParseDigest(p)
			if err != nil {
				t.Fatal(err)
			}
			f, err := s.Open(ctx, d)
			if err == nil {
				_ = f.Close()
			}
			whole = whole && err == nil
		}
		if !whole {
			lost++
		}
	}
	return lost
}
