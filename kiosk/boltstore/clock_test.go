package boltstore_test

import (
	"context"
	"testing"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// TestWrongClock: statuses and entries age by central's clock. A terminal whose wall clock says 2000 or 2050 keeps what
// is young and gives up what is old, and takes in all the while.
func TestWrongClock(t *testing.T) {
	ctx := context.Background()
	heard := time.UnixMilli(1764000000000).UTC()
	for name, wall := range map[string]time.Time{
		"behind": time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), "ahead": time.Date(2050, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		t.Run(name, func(t *testing.T) {
			m := newTerminal(t)
			clock := civic.Evidence{Boot: [16]byte{1}, Mono: time.Hour, Wall: wall}
			m.opts.Clock = func() civic.Evidence { return clock }
			s, _ := m.open()
			m.enrol(s, 1)
			if err := s.Synchronised(ctx, heard); err != nil {
				t.Fatal(err)
			}
			pass := func(d time.Duration) time.Time {
				clock.Mono, clock.Wall = clock.Mono+d, clock.Wall.Add(d)
				e, err := s.LastSync(ctx)
				if err != nil {
					t.Fatal(err)
				}
				e.Wall, e.Boot, e.Mono = clock.Wall, clock.Boot, clock.Mono
				now, _ := e.FiledAt()
				return now
			}
			a := application(1, 300)
			a.At = wall // a terminal that never heard central before would have said so
			takeIn(t, s, a)
			age(t, m, a, wall)
			status := civic.NewTrackingCode(10021, 1)
			if err := s.Put(ctx, []wire.Status{{N: 1, Code: status, Locked: []byte("locked")}}); err != nil {
				t.Fatal(err)
			}
			hold(t, s, m.key, 1)
			if err := s.Journal().Settle(ctx, wire.Outcome{Entry: a.Entry.ID, Seq: 1, Outcome: civic.OutcomeCase}); err != nil {
				t.Fatal(err)
			}
			if err := s.Sent(ctx, a.Entry.Papers[0].Digest); err != nil {
				t.Fatal(err)
			}
			for _, step := range []struct {
				pass    time.Duration
				entries int
				status  bool
			}{
				{6 * 24 * time.Hour, 0, true}, {2 * 24 * time.Hour, 1, true}, {350 * 24 * time.Hour, 0, true}, {10 * 24 * time.Hour, 0, false},
			} {
				p, err := s.Purge(ctx, pass(step.pass))
				if err != nil || p.Entries != step.entries {
					t.Errorf("after %v more: purged %+v, %v, want %d entries", step.pass, p, err, step.entries)
				}
				locked, err := s.Status(ctx, status)
				if err != nil || (locked != nil) != step.status {
					t.Errorf("after %v more: status kept is %v, %v", step.pass, locked != nil, err)
				}
			}
			takeIn(t, s, application(2))
			mustCheck(t, s)
		})
	}
}

// TestJumpKeepsPapers: the wall clock jumps ahead by years; the papers of entries that were taken in before stay.
func TestJumpKeepsPapers(t *testing.T) {
	ctx := context.Background()
	m := newTerminal(t)
	clock := civic.Evidence{Boot: [16]byte{1}, Mono: time.Hour, Wall: time.Now()}
	m.opts.Clock = func() civic.Evidence { return clock }
	s, _ := m.open()
	m.enrol(s, 1)
	a := application(1, 300, 400)
	takeIn(t, s, a)
	clock.Wall = clock.Wall.AddDate(20, 0, 0)
	if p, err := s.Purge(ctx, clock.Wall); err != nil || p.Papers != 0 {
		t.Errorf("purged %+v, %v", p, err)
	}
	for _, p := range a.Entry.Papers {
		f, err := s.Open(ctx, p.Digest)
		if err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
	}
}
