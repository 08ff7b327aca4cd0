package boltstore_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"doorstep/kiosk/boltstore"
	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

func remove(t testing.TB, dir, name string) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

func fileSize(t testing.TB, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// age gives the paper of an entry an older file.
func age(t *testing.T, m *terminal, a boltstore.Taken, at time.Time) {
	t.Helper()
	if err := os.Chtimes(filepath.Join(m.opts.Dir, "papers", a.Entry.Papers[0].Digest.String()), at, at); err != nil {
		t.Fatal(err)
	}
}

// TestPurge: entries go when they are settled, safe and a week old, and not before; their id, code and digest stay,
// also when bbolt has to be made again.
func TestPurge(t *testing.T) {
	ctx := context.Background()
	m := newTerminal(t)
	m.opts.SegmentSize = 8192
	s, _ := m.open()
	m.enrol(s, 1)
	var list []boltstore.Taken
	for i := range 20 {
		a := application(uint32(i), 300)
		takeIn(t, s, a)
		list = append(list, a)
		age(t, m, a, time.UnixMilli(1764000000000))
	}
	old := list[0].At.Add(8 * 24 * time.Hour)
	purge := func(now time.Time, want int) boltstore.Purged {
		t.Helper()
		p, err := s.Purge(ctx, now)
		if err != nil || p.Entries != want {
			t.Fatalf("purged %+v, %v, want %d entries", p, err, want)
		}
		mustCheck(t, s)
		return p
	}
	purge(old, 0) // nothing is held
	hold(t, s, m.key, 0)
	for i, a := range list[:15] {
		if err := s.Journal().Settle(ctx, wire.Outcome{Entry: a.Entry.ID, Seq: uint64(i + 1), Outcome: civic.OutcomeCase}); err != nil {
			t.Fatal(err)
		}
	}
	purge(old, 0) // nothing is safe
	hold(t, s, m.key, 12)
	purge(old, 0) // no paper is sent
	for _, a := range list[:13] {
		if err := s.Sent(ctx, a.Entry.Papers[0].Digest); err != nil {
			t.Fatal(err)
		}
	}
	purge(list[0].At.Add(6*24*time.Hour), 0) // nothing is old enough
	before := len(segments(t, m.opts.Dir))
	p := purge(old, 12)
	if after := len(segments(t, m.opts.Dir)); p.Segments == 0 || after >= before || p.Papers != 12 {
		t.Errorf("purged %+v; %d segments before, %d after", p, before, after)
	}
	purge(old, 0)

	takeIn(t, s, application(99, 10))
	for _, lost := range []string{"", "state.db", "journal"} {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if lost != "" {
			remove(t, m.opts.Dir, lost)
		}
		s, _ = m.open()
		mustCheck(t, s)
		for i, a := range list {
			k := state(t, s, a)
			if want := i < 12; (k.State == civic.Purged) != want || (k.Receipt == nil) != want {
				t.Fatalf("without %q: entry %d is %s", lost, i, k.State)
			}
			if k.Sealed != civic.DigestOf(a.Entry.Sealed) || k.ID != a.Entry.ID {
				t.Errorf("without %q: the trace of entry %d is %+v", lost, i, k)
			}
		}
		if head, err := s.Journal().Head(ctx); err != nil || head.Seq != 21 {
			t.Errorf("without %q: head is %+v, %v", lost, head, err)
		}
		if rest, err := s.Journal().After(ctx, 12, 100); err != nil || len(rest) != 9 {
			t.Errorf("without %q: %d entries remain, %v", lost, len(rest), err)
		}
	}
}

// TestPurgeFails: a purge that fails half way goes on the next time.
func TestPurgeFails(t *testing.T) {
	ctx := context.Background()
	for _, label := range []string{
		"purge:list:write", "purge:list:dir", "purge:truncate", "purge:append", "purge:sync", "bolt:commit", "bolt:committed",
		"purge:paper", "journal:append", "purge:segment",
	} {
		t.Run(label, func(t *testing.T) {
			m := newTerminal(t)
			m.opts.SegmentSize = 4096
			f := newFaults()
			m.opts.Fault = f.at
			s, _ := m.open()
			m.enrol(s, 1)
			var list []boltstore.Taken
			for i := range 6 {
				list = append(list, application(uint32(i), 50))
				takeIn(t, s, list[i])
				if err := s.Shown(ctx, list[i].Entry.ID); err != nil {
					t.Fatal(err)
				}
			}
			hold(t, s, m.key, 3)
			for i, a := range list {
				if err := s.Sent(ctx, a.Entry.Papers[0].Digest); err != nil {
					t.Fatal(err)
				}
				if err := s.Journal().Settle(ctx, wire.Outcome{Entry: a.Entry.ID, Seq: uint64(i + 1), Outcome: civic.OutcomeCase}); err != nil {
					t.Fatal(err)
				}
			}
			old := time.Now().Add(30 * 24 * time.Hour)
			for _, a := range list {
				age(t, m, a, time.Now().Add(-30*24*time.Hour))
			}
			f.arm(1, label)
			if _, err := s.Purge(ctx, old); err == nil {
				t.Fatal("nothing failed")
			}
			f.arm(0)
			s, _ = m.reopen(s)
			mustCheck(t, s)
			if _, err := s.Purge(ctx, old); err != nil {
				t.Fatal(err)
			}
			mustCheck(t, s)
			remove(t, m.opts.Dir, "state.db")
			s, _ = m.reopen(s)
			for i, a := range list {
				if k := state(t, s, a); (k.State == civic.Purged) != (i < 3) {
					t.Errorf("entry %d is %s", i, k.State)
				}
			}
			mustCheck(t, s)
		})
	}
}
