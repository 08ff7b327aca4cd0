package boltstore_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"doorstep/kiosk/boltstore"
	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// TestTrouble: a disk that takes no writes is told with since when and what to do, until a change is made again.
func TestTrouble(t *testing.T) {
	for _, label := range []string{"paper:write", "paper:dir", "journal:append", "journal:sync"} {
		t.Run(label, func(t *testing.T) {
			ctx := context.Background()
			m := newTerminal(t)
			f := newFaults()
			f.err = syscall.EROFS
			m.opts.Fault = f.at
			s, _ := m.open()
			m.enrol(s, 1)
			if got := s.Trouble(); got.Err != nil {
				t.Fatalf("trouble at the start: %+v", got)
			}
			a := application(1, 500, 900)
			f.arm(1, label)
			if err := s.TakeIn(ctx, a); !errors.Is(err, &civic.Error{Code: civic.Unavailable, Key: "store.write"}) {
				t.Fatalf("error is %v", err)
			}
			if got := s.Trouble(); got.Since.IsZero() || !errors.Is(got.Err, syscall.EROFS) {
				t.Errorf("trouble is %+v", got)
			}
			takeIn(t, s, a)
			if got := s.Trouble(); got.Err != nil || !got.Since.IsZero() {
				t.Errorf("with the disk mended trouble is %+v", got)
			}
		})
	}
}

// TestBacklog counts the papers that central has not whole, and those that are gone.
func TestBacklog(t *testing.T) {
	ctx := context.Background()
	m := newTerminal(t)
	s, _ := m.open()
	m.enrol(s, 1)
	a := application(1, 500, 900, 700)
	takeIn(t, s, a)
	takeIn(t, s, application(2, 500, 800))
	got, err := s.Backlog(ctx)
	if err != nil || got.Papers != 5 || got.Bytes != 500+900+700+500+800 || got.Lost != 0 || !got.Oldest.Equal(a.At.Truncate(time.Millisecond)) {
		t.Fatalf("%+v, %v; want 5 papers since %v", got, err, a.At)
	}
	if err := s.Sent(ctx, a.Entry.Papers[0].Digest); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(m.opts.Dir, "papers", a.Entry.Papers[1].Digest.String())); err != nil {
		t.Fatal(err)
	}
	s, r := m.reopen(s)
	if !r.Has(boltstore.FoundPapers) || len(s.Found()) == 0 {
		t.Errorf("found %+v", s.Found())
	}
	after, err := s.Backlog(ctx)
	if err != nil || after.Papers != 3 || after.Lost != 1 || after.Bytes != 700+500+800 {
		t.Errorf("%+v, %v", after, err)
	}
}

// TestFrozen: a copy that will not last gives what is kept to central, takes nothing in, and signs nothing in place of
// what is lost, which the store itself would not know of.
func TestFrozen(t *testing.T) {
	ctx := context.Background()
	m := newTerminal(t)
	s, _ := m.open()
	m.enrol(s, 1)
	a := application(1, 500, 900)
	takeIn(t, s, a)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	m.opts.Frozen = true
	s, _ = m.open()
	if err := s.TakeIn(ctx, application(2, 100)); !errors.Is(err, &civic.Error{Code: civic.Unavailable, Key: "store.frozen"}) {
		t.Errorf("taking in: %v", err)
	}
	if got := mustChain(t, s, m.key, wire.Head{}); got[a.Entry.ID] == nil {
		t.Error("what was kept is not brought to central")
	}
	f, err := s.Open(ctx, a.Entry.Papers[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	if got := s.Trouble(); !errors.Is(got.Err, &civic.Error{Code: civic.Unavailable, Key: "store.frozen"}) || got.Since.IsZero() {
		t.Errorf("trouble is %+v", got)
	}
	if free, err := s.Free(ctx); err != nil || free != 1 {
		t.Errorf("%d bytes free, %v", free, err)
	}
	// Both copies lose the entry: the void in its place is for the store itself to sign.
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	flip(t, m.opts.Dir, a.Entry.Sealed[700:740])
	s, _ = m.open()
	if list, err := s.Journal().After(ctx, 0, 10); !errors.Is(err, &civic.Error{Code: civic.Unavailable, Key: "store.frozen"}) {
		t.Errorf("in place of what is lost: %d entries, %v", len(list), err)
	}
}
