package boltstore_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"doorstep/kiosk/boltstore"
	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

// filled makes a store with entries in several segments, some held, some shown, a shelf and statuses, closes it and
// returns what was taken in.
func filled(t testing.TB, m *terminal, n int) map[civic.EntryID]boltstore.Taken {
	t.Helper()
	ctx := context.Background()
	m.opts.SegmentSize = 16 << 10
	s, _ := m.open()
	m.enrol(s, 1)
	if err := s.Apply(ctx, editions(t, m.key, 1, 12), civic.Cursor{N: 12}); err != nil {
		t.Fatal(err)
	}
	all := map[civic.EntryID]boltstore.Taken{}
	for i := range n {
		a := application(uint32(i), 200+i)
		takeIn(t, s, a)
		all[a.Entry.ID] = a
		if i%3 == 0 {
			if err := s.Shown(ctx, a.Entry.ID); err != nil {
				t.Fatal(err)
			}
		}
		if i == n/3 {
			hold(t, s, m.key, 0)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return all
}

// hold makes everything so far held, and safe through seq.
func hold(t testing.TB, s *boltstore.Store, key *seal.Signer, safe uint64) wire.CustodyBody {
	t.Helper()
	head, err := s.Journal().Head(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	body := wire.CustodyBody{Store: civic.EntryID{1}, Terminal: key.ID, Through: head, Safe: safe, Time: 1764000100000}
	signed, err := wire.SignCustody(key, body)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Journal().Hold(context.Background(), signed, body); err != nil {
		t.Fatal(err)
	}
	return body
}

func editions(t testing.TB, key *seal.Signer, from, n int) []wire.Edition {
	t.Helper()
	var list []wire.Edition
	for i := range n {
		e := &civic.Edition{
			N: uint64(from + i), Kind: civic.EditionGuide, ID: fmt.Sprintf("HJ-%03d", i), Rev: uint32(from), Body: randomBytes(3000),
		}
		signed, err := wire.SignEdition(key, seal.DomainEdition, e)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, wire.Edition{Edition: signed, Tag: civic.DigestOf(signed.Payload)})
	}
	return list
}

func copyDir(t testing.TB, from, to string) {
	t.Helper()
	if err := os.RemoveAll(to); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

func segments(t testing.TB, dir string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, "journal", "*.seg"))
	if err != nil || len(list) == 0 {
		t.Fatalf("segments: %v, %v", list, err)
	}
	return list
}

// whole fails unless every entry is there with its receipt, its state and its place.
func whole(t testing.TB, m *terminal, s *boltstore.Store, all map[civic.EntryID]boltstore.Taken) {
	t.Helper()
	ctx := context.Background()
	mustCheck(t, s)
	got := mustChain(t, s, m.key, wire.Head{})
	if len(got) != len(all) {
		t.Errorf("%d entries, want %d", len(got), len(all))
	}
	third := len(all) / 3
	for id, a := range all {
		if e := got[id]; e == nil || string(e.Sealed) != string(a.Entry.Sealed) {
			t.Fatalf("entry %s is gone or other than it was", id)
		}
		kept, err := s.Kept(ctx, a.Entry.Code)
		if err != nil || len(kept) != 1 || string(kept[0].Receipt) != string(a.Receipt) {
			t.Fatalf("receipt of %s is gone: %v", id, err)
		}
		i := int(a.At.Unix() - 1764000000)
		want := civic.Kept
		if i <= third {
			want = civic.Held
		}
		if kept[0].State != want || kept[0].Shown != (i%3 == 0) {
			t.Fatalf("entry %d is %s, shown %v", i, kept[0].State, kept[0].Shown)
		}
	}
	list, err := s.Editions(ctx, civic.EditionGuide)
	if err != nil || len(list) != 12 {
		t.Fatalf("%d guides, %v", len(list), err)
	}
	if p, err := s.Place(ctx); err != nil || p.Number != 10021 {
		t.Fatalf("place %+v, %v", p, err)
	}
}

// TestOneCopyLost: either copy, gone or beyond use, is made again from the other with nothing lost.
func TestOneCopyLost(t *testing.T) {
	m := newTerminal(t)
	all := filled(t, m, 40)
	saved := filepath.Join(t.TempDir(), "saved")
	copyDir(t, m.opts.Dir, saved)
	state := func(dir string) string { return filepath.Join(dir, "state.db") }
	cut := func(part float64) func(string) error {
		return func(dir string) error {
			info, err := os.Stat(state(dir))
			if err != nil {
				return err
			}
			return os.Truncate(state(dir), int64(float64(info.Size())*part))
		}
	}
	zero := func(pages ...int64) func(string) error {
		return func(dir string) error {
			f, err := os.OpenFile(state(dir), os.O_RDWR, 0)
			if err != nil {
				return err
			}
			defer func() { _ = f.Close() }()
			for _, p := range pages {
				if _, err := f.WriteAt(make([]byte, 4096), p*4096); err != nil {
					return err
				}
			}
			return nil
		}
	}
	cases := []struct {
		name   string
		damage func(dir string) error
		found  string
	}{
		{"untouched", func(string) error { return nil }, ""},
		{"journal gone", func(d string) error { return os.RemoveAll(filepath.Join(d, "journal")) }, boltstore.FoundNoJournal},
		{"state gone", func(d string) error { return os.Remove(state(d)) }, boltstore.FoundNoState},
		{"state and identity gone", func(d string) error {
			return errors.Join(os.Remove(state(d)), os.Remove(filepath.Join(d, "identity.rec")))
		}, boltstore.FoundIdentity},
		{"journal and identity gone", func(d string) error {
			return errors.Join(os.RemoveAll(filepath.Join(d, "journal")), os.Remove(filepath.Join(d, "identity.rec")))
		}, boltstore.FoundIdentity},
		{"state empty", func(d string) error { return os.Truncate(state(d), 0) }, boltstore.FoundNoState},
		{"state cut to 100 bytes", func(d string) error { return os.Truncate(state(d), 100) }, boltstore.FoundBadState},
		{"state cut to 8 KB", func(d string) error { return os.Truncate(state(d), 8192) }, boltstore.FoundBadState},
		{"state cut to an eighth", cut(0.125), boltstore.FoundBadState},
		{"state cut to half", cut(0.5), boltstore.FoundBadState},
		{"both metas zero", zero(0, 1), boltstore.FoundBadState},
		{"pages zero", zero(2, 3, 4, 5, 6, 7, 8, 9), boltstore.FoundBadState},
		{"state is text", func(d string) error { return os.WriteFile(state(d), []byte("hello, I am no database"), 0o600) }, boltstore.FoundBadState},
		{"first segment gone", func(d string) error { return os.Remove(segments(t, d)[0]) }, boltstore.FoundBack},
		{"first segment cut", func(d string) error { return os.Truncate(segments(t, d)[0], 5000) }, boltstore.FoundDamaged},
		{"last segment empty", func(d string) error {
			list := segments(t, d)
			return os.Truncate(list[len(list)-1], 0)
		}, boltstore.FoundBack},
		{"last segment cut", func(d string) error {
			list := segments(t, d)
			return os.Truncate(list[len(list)-1], 2000)
		}, boltstore.FoundTorn},
		{"segment header zero", func(d string) error {
			f, err := os.OpenFile(segments(t, d)[1], os.O_RDWR, 0)
			if err != nil {
				return err
			}
			defer func() { _ = f.Close() }()
			_, err = f.WriteAt(make([]byte, 16), 0)
			return err
		}, boltstore.FoundDamaged},
		{"shelf file gone", func(d string) error { return os.Remove(filepath.Join(d, "editions.rec")) }, ""},
		{"identity damaged", func(d string) error { return os.Truncate(filepath.Join(d, "identity.rec"), 20) }, boltstore.FoundIdentity},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			copyDir(t, saved, m.opts.Dir)
			if err := c.damage(m.opts.Dir); err != nil {
				t.Fatal(err)
			}
			again := &terminal{t, m.opts, m.key}
			s, r := again.open()
			if c.found != "" && !r.Has(c.found) {
				t.Errorf("report %+v lacks %s", r.Findings, c.found)
			}
			if c.name == "untouched" && len(r.Findings) > 0 {
				t.Errorf("report %+v", r.Findings)
			}
			whole(t, again, s, all)
			takeIn(t, s, application(9000, 10))
			if s, r = again.reopen(s); len(r.Findings) > 0 {
				t.Errorf("the second start still finds %+v", r.Findings)
			}
			mustCheck(t, s)
		})
	}
}

// TestOneCopyFlipped flips bits at random in one copy: nothing is lost, whatever they hit.
func TestOneCopyFlipped(t *testing.T) {
	m := newTerminal(t)
	all := filled(t, m, 25)
	saved := filepath.Join(t.TempDir(), "saved")
	copyDir(t, m.opts.Dir, saved)
	random := rand.New(rand.NewPCG(1, 2))
	targets := map[string]func() string{
		"state":   func() string { return filepath.Join(m.opts.Dir, "state.db") },
		"journal": func() string { l := segments(t, m.opts.Dir); return l[random.IntN(len(l))] },
	}
	for name, target := range targets {
		for _, kind := range []string{"3 bits in a page", "page zero", "page random"} {
			t.Run(name+" "+kind, func(t *testing.T) {
				for range rounds(60) {
					copyDir(t, saved, m.opts.Dir)
					spoil(t, random, target(), kind)
					again := &terminal{t, m.opts, m.key}
					s, _ := again.open()
					whole(t, again, s, all)
					if err := s.Close(); err != nil {
						t.Fatal(err)
					}
				}
			})
		}
	}
}

// spoil damages one page of a file.
func spoil(t *testing.T, random *rand.Rand, path, kind string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	start := random.IntN((len(b)+4095)/4096) * 4096
	page := b[start:min(start+4096, len(b))]
	switch kind {
	case "3 bits in a page":
		for range 3 {
			page[random.IntN(len(page))] ^= 1 << random.IntN(8)
		}
	case "page zero":
		clear(page)
	case "page random":
		copy(page, randomBytes(len(page)))
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestBothCopiesDamaged damages both. What neither has is gone, and nothing else: the chain goes on, with voids.
func TestBothCopiesDamaged(t *testing.T) {
	ctx := context.Background()
	m := newTerminal(t)
	all := filled(t, m, 25)
	saved := filepath.Join(t.TempDir(), "saved")
	copyDir(t, m.opts.Dir, saved)
	random := rand.New(rand.NewPCG(3, 4))
	for range rounds(60) {
		copyDir(t, saved, m.opts.Dir)
		list := segments(t, m.opts.Dir)
		spoil(t, random, list[random.IntN(len(list))], "page zero")
		spoil(t, random, filepath.Join(m.opts.Dir, "state.db"), "page random")
		again := &terminal{t, m.opts, m.key}
		s, _ := again.open()
		custody, body, ok, err := s.Custody(ctx)
		if err != nil {
			t.Fatal(err)
		}
		_ = custody
		held := wire.Head{Generation: 1}
		if ok {
			held = body.Through
		}
		got := mustChain(t, s, m.key, held)
		voids := 0
		for id, e := range got {
			switch a, was := all[id]; {
			case e.Kind == civic.EntryVoid:
				voids++
			case !was || string(a.Entry.Sealed) != string(e.Sealed):
				t.Fatalf("entry %s was never taken in", id)
			}
		}
		if real := len(got) - voids; real < 12 {
			t.Errorf("only %d entries of 25 survive a page lost in each copy", real)
		}
		takeIn(t, s, application(9000))
		mustCheck(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAllLost: a terminal that lost everything knows that it is not new, goes on taking in, and sends nothing in a
// chain that central has otherwise.
func TestAllLost(t *testing.T) {
	ctx := context.Background()
	m := newTerminal(t)
	filled(t, m, 5)
	if err := errors.Join(os.RemoveAll(filepath.Join(m.opts.Dir, "journal")), os.Remove(filepath.Join(m.opts.Dir, "state.db"))); err != nil {
		t.Fatal(err)
	}
	s, r := m.open()
	if !r.Has(boltstore.FoundAllLost) || r.New {
		t.Fatalf("report %+v", r)
	}
	if list, err := s.Editions(ctx, civic.EditionGuide); err != nil || len(list) != 12 {
		t.Errorf("the shelf has %d guides, %v", len(list), err)
	}
	if p, err := s.Place(ctx); err != nil || p.Number != 10021 {
		t.Errorf("place %+v, %v", p, err)
	}
	a := application(77)
	takeIn(t, s, a)
	if err := s.Enrolled(ctx, wire.Welcome{Number: 10021, Generation: 1}); !errors.Is(err, &civic.Error{Code: wire.CodeForked}) {
		t.Errorf("the lost generation goes on: %v", err)
	}
	if s, r = m.reopen(s); len(r.Findings) > 0 {
		t.Errorf("the second start still finds %+v", r.Findings)
	}
	m.enrol(s, 2)
	got := mustChain(t, s, m.key, wire.Head{Generation: 2})
	if len(got) != 1 || got[a.Entry.ID] == nil {
		t.Errorf("the new generation has %d entries", len(got))
	}
	s, _ = m.reopen(s)
	mustCheck(t, s)
	if got := mustChain(t, s, m.key, wire.Head{Generation: 2}); len(got) != 1 {
		t.Errorf("the new generation has %d entries after a restart", len(got))
	}
}

// TestNewerVersion: files of a later version are refused and left as they are.
func TestNewerVersion(t *testing.T) {
	m := newTerminal(t)
	filled(t, m, 3)
	path := filepath.Join(m.opts.Dir, "identity.rec")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, boltstore.Newer(b), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(m.opts.Dir, "state.db")); err != nil {
		t.Fatal(err)
	}
	_, _, err = boltstore.Open(m.opts)
	if !errors.Is(err, &civic.Error{Code: civic.Unsupported, Key: "store.newer"}) {
		t.Fatalf("error is %v", err)
	}
	if _, err := os.Stat(filepath.Join(m.opts.Dir, "state.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something was written: %v", err)
	}
}

// TestOpenTwice: a second program is kept out.
func TestOpenTwice(t *testing.T) {
	m := newTerminal(t)
	m.open()
	if _, _, err := boltstore.Open(m.opts); !errors.Is(err, &civic.Error{Code: civic.Conflict, Key: "store.busy"}) {
		t.Fatalf("error is %v", err)
	}
}
