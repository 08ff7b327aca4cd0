package boltstore_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"doorstep/kiosk/boltstore"
	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/uplink"
	"doorstep/sync/wire"
)

var (
	_ uplink.Journal  = boltstore.Journal{}
	_ uplink.Papers   = (*boltstore.Store)(nil)
	_ uplink.Shelf    = (*boltstore.Store)(nil)
	_ uplink.Statuses = (*boltstore.Store)(nil)
	_ uplink.Site     = (*boltstore.Store)(nil)
)

// terminal is a directory, a key and options, from which a store is opened again and again.
type terminal struct {
	t    testing.TB
	opts boltstore.Options
	key  *seal.Signer
}

func newTerminal(t testing.TB) *terminal {
	t.Helper()
	key, err := seal.GenerateSigner()
	if err != nil {
		t.Fatal(err)
	}
	opts := boltstore.DefaultOptions()
	opts.Dir, opts.Signer = filepath.Join(t.TempDir(), "store"), key
	opts.Logger = slog.New(slog.DiscardHandler)
	return &terminal{t, opts, key}
}

// open opens the store and closes it when the test ends, if it is still open.
func (m *terminal) open() (*boltstore.Store, boltstore.Report) {
	m.t.Helper()
	s, r, err := boltstore.Open(m.opts)
	if err != nil {
		m.t.Fatalf("open: %v", err)
	}
	m.t.Cleanup(func() { _ = s.Close() })
	return s, r
}

func (m *terminal) reopen(s *boltstore.Store) (*boltstore.Store, boltstore.Report) {
	m.t.Helper()
	if err := s.Close(); err != nil {
		m.t.Fatalf("close: %v", err)
	}
	return m.open()
}

func (m *terminal) enrol(s *boltstore.Store, generation uint32) {
	m.t.Helper()
	w := wire.Welcome{Number: 10020 + generation, Generation: generation, Point: "xintang", Area: "440118", PointName: "新塘镇"}
	if err := s.Enrolled(context.Background(), w); err != nil {
		m.t.Fatalf("enrol: %v", err)
	}
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

// application makes something to take in, with papers of the given sizes.
func application(n uint32, papers ...int) boltstore.Taken {
	t := boltstore.Taken{
		Entry: civic.Entry{
			Kind: civic.EntryApplication, Terminal: 10021, Code: civic.NewTrackingCode(10021, n),
			Evidence: civic.Evidence{Wall: time.UnixMilli(1764000000000).UTC()}, Sealed: randomBytes(1500),
		},
		Receipt: randomBytes(600),
		At:      time.UnixMilli(1764000000000).Add(time.Duration(n) * time.Second).UTC(),
	}
	copy(t.Entry.ID[:], randomBytes(16))
	for _, size := range papers {
		b := randomBytes(size)
		t.Papers = append(t.Papers, b)
		t.Entry.Papers = append(t.Entry.Papers, civic.Paper{Digest: civic.DigestOf(b), Size: int64(size)})
	}
	return t
}

func takeIn(t testing.TB, s *boltstore.Store, a boltstore.Taken) {
	t.Helper()
	if err := s.TakeIn(context.Background(), a); err != nil {
		t.Fatalf("take in: %v", err)
	}
}

// mustCheck fails unless both copies agree.
func mustCheck(t testing.TB, s *boltstore.Store) {
	t.Helper()
	found, err := s.Check(context.Background())
	if err != nil || len(found) > 0 {
		t.Fatalf("check: %v, %v", found, err)
	}
}

// mustChain fails unless the journal after seq is a chain under key, and returns its entries by id.
func mustChain(t testing.TB, s *boltstore.Store, key *seal.Signer, prev wire.Head) map[civic.EntryID]*civic.Entry {
	t.Helper()
	ctx := context.Background()
	out := map[civic.EntryID]*civic.Entry{}
	for {
		list, err := s.Journal().After(ctx, prev.Seq, 50)
		if err != nil {
			t.Fatalf("after %d: %v", prev.Seq, err)
		}
		if len(list) == 0 {
			break
		}
		for _, e := range list {
			p, err := wire.OpenPosition(key.Public(), e.Position)
			if err != nil {
				t.Fatalf("position after %d: %v", prev.Seq, err)
			}
			if p.Seq != prev.Seq+1 || p.Prev != prev.Digest || p.Entry != e.Body.Digest() {
				t.Fatalf("position %+v does not continue %+v", p, prev)
			}
			entry, err := wire.OpenEntry(key.Public(), e.Body)
			if err != nil {
				t.Fatalf("entry %d: %v", p.Seq, err)
			}
			out[entry.ID] = entry
			prev = wire.Head{Generation: p.Generation, Seq: p.Seq, Digest: e.Position.Digest()}
		}
	}
	head, err := s.Journal().Head(ctx)
	if err != nil || head.Seq != prev.Seq || (head.Seq > 0 && head.Digest != prev.Digest) {
		t.Fatalf("head is %+v, the chain ends at %+v (%v)", head, prev, err)
	}
	return out
}

func TestTakeIn(t *testing.T) {
	ctx := context.Background()
	m := newTerminal(t)
	s, r := m.open()
	if !r.New || len(r.Findings) > 0 {
		t.Fatalf("a new store reports %+v", r)
	}
	m.enrol(s, 1)
	a := application(1, 3000, 70000)
	takeIn(t, s, a)
	b := application(2)
	takeIn(t, s, b)
	if err := s.Shown(ctx, b.Entry.ID); err != nil {
		t.Fatal(err)
	}

	check := func(s *boltstore.Store) {
		t.Helper()
		mustCheck(t, s)
		got := mustChain(t, s, m.key, wire.Head{})
		if len(got) != 2 || !bytes.Equal(got[a.Entry.ID].Sealed, a.Entry.Sealed) {
			t.Fatalf("journal has %d entries", len(got))
		}
		kept, err := s.Kept(ctx, a.Entry.Code)
		if err != nil || len(kept) != 1 {
			t.Fatalf("kept: %v, %v", kept, err)
		}
		want := boltstore.Kept{
			ID: a.Entry.ID, Kind: civic.EntryApplication, Code: a.Entry.Code, State: civic.Kept,
			Sealed: civic.DigestOf(a.Entry.Sealed), Taken: a.At, Receipt: a.Receipt,
		}
		if fmt.Sprint(kept[0]) != fmt.Sprint(want) {
			t.Errorf("kept is\n%v, want\n%v", kept[0], want)
		}
		unshown, err := s.Unshown(ctx)
		if err != nil || len(unshown) != 1 || unshown[0].ID != a.Entry.ID {
			t.Errorf("unshown: %v, %v", unshown, err)
		}
		q, err := s.Waiting(ctx)
		if err != nil || q.Entries != 2 || q.Bytes != 1500*2+73000 || !q.Oldest.Equal(a.At) {
			t.Errorf("queue: %+v, %v", q, err)
		}
		if has, err := s.HasCode(ctx, civic.NewTrackingCode(10021, 3)); has || err != nil {
			t.Errorf("a code never used is taken: %v", err)
		}
		f, err := s.Open(ctx, a.Entry.Papers[1].Digest)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		if b, err := io.ReadAll(f); err != nil || !bytes.Equal(b, a.Papers[1]) {
			t.Errorf("paper came back other than it was: %v", err)
		}
	}
	check(s)
	s, r = m.reopen(s)
	if r.New || len(r.Findings) > 0 {
		t.Errorf("a sound store reports %+v", r)
	}
	check(s)
}

func TestTakeInTwice(t *testing.T) {
	m := newTerminal(t)
	s, _ := m.open()
	m.enrol(s, 1)
	a := application(1, 10)
	takeIn(t, s, a)
	takeIn(t, s, a)
	if n, err := s.Queue(context.Background()); n != 1 || err != nil {
		t.Fatalf("queue is %d, %v", n, err)
	}
	other := a
	other.Entry.Sealed = randomBytes(10)
	if err := s.TakeIn(context.Background(), other); !errors.Is(err, &civic.Error{Code: civic.Conflict}) {
		t.Errorf("the same id with other content: %v", err)
	}
	if _, err := os.Stat(filepath.Join(m.opts.Dir, "papers", a.Entry.Papers[0].Digest.String())); err != nil {
		t.Errorf("a refused repeat took the paper away: %v", err)
	}
	wrong := application(2, 10)
	wrong.Papers[0] = randomBytes(10)
	if err := s.TakeIn(context.Background(), wrong); !errors.Is(err, &civic.Error{Code: civic.Invalid}) {
		t.Errorf("a paper that is not the one named: %v", err)
	}
}
