package boltstore_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"doorstep/kiosk/boltstore"
	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

// edition signs one edition.
func (m *terminal) edition(e civic.Edition) wire.Edition {
	m.t.Helper()
	if !e.Tombstone {
		e.Body = []byte(`{"id":"` + e.ID + `"}`)
	}
	signed, err := wire.SignEdition(m.key, seal.DomainEdition, &e)
	if err != nil {
		m.t.Fatal(err)
	}
	return wire.Edition{Edition: signed, Tag: civic.DigestOf(signed.Payload)}
}

func shown(t testing.TB, s *boltstore.Store, kind civic.EditionKind) []civic.Revision {
	t.Helper()
	list, err := s.Editions(context.Background(), kind)
	if err != nil {
		t.Fatal(err)
	}
	var out []civic.Revision
	for _, e := range list {
		out = append(out, e.Revision())
	}
	return out
}

func TestShelf(t *testing.T) {
	ctx := context.Background()
	m := newTerminal(t)
	s, _ := m.open()
	apply := func(n uint64, list ...civic.Edition) {
		t.Helper()
		var signed []wire.Edition
		for _, e := range list {
			signed = append(signed, m.edition(e))
		}
		if err := s.Apply(ctx, signed, civic.Cursor{Store: civic.EntryID{1}, N: n}); err != nil {
			t.Fatal(err)
		}
	}
	guide, notice := civic.EditionGuide, civic.EditionNotice
	apply(2, civic.Edition{N: 1, Kind: guide, ID: "HJ-008", Rev: 1}, civic.Edition{N: 2, Kind: notice, ID: "a", Rev: 1})
	changed := s.Changed()
	apply(5,
		civic.Edition{N: 3, Kind: guide, ID: "HJ-008", Rev: 2}, civic.Edition{N: 4, Kind: guide, ID: "HJ-009", Rev: 1},
		civic.Edition{N: 5, Kind: notice, ID: "a", Rev: 2, Tombstone: true})
	select {
	case <-changed:
	default:
		t.Error("nobody was told that the shelf changed")
	}
	apply(5, civic.Edition{N: 1, Kind: guide, ID: "HJ-008", Rev: 1}) // told again, late

	check := func() {
		t.Helper()
		if got, want := shown(t, s, guide), []civic.Revision{{ID: "HJ-008", Rev: 2}, {ID: "HJ-009", Rev: 1}}; !slices.Equal(got, want) {
			t.Errorf("guides are %v, want %v", got, want)
		}
		if got := shown(t, s, notice); len(got) != 0 {
			t.Errorf("a withdrawn notice is shown: %v", got)
		}
		if _, err := s.Edition(ctx, notice, "a"); !errors.Is(err, &civic.Error{Code: civic.NotFound}) {
			t.Errorf("withdrawn notice: %v", err)
		}
		if e, err := s.Revision(ctx, guide, civic.Revision{ID: "HJ-008", Rev: 1}); err != nil || e.Rev != 1 {
			t.Errorf("the revision before is gone: %v", err)
		}
		if c, err := s.Cursor(ctx); err != nil || c.N != 5 {
			t.Errorf("cursor %+v, %v", c, err)
		}
	}
	check()
	s, _ = m.reopen(s)
	check()

	full := []wire.Edition{m.edition(civic.Edition{N: 1, Kind: guide, ID: "SB-010", Rev: 1})}
	if err := s.Replace(ctx, full, civic.Cursor{Store: civic.EntryID{2}, N: 1}); err != nil {
		t.Fatal(err)
	}
	if got, want := shown(t, s, guide), []civic.Revision{{ID: "SB-010", Rev: 1}}; !slices.Equal(got, want) {
		t.Errorf("guides are %v, want %v", got, want)
	}
	if e, err := s.Revision(ctx, guide, civic.Revision{ID: "HJ-008", Rev: 2}); err != nil || e.Rev != 2 {
		t.Errorf("a guide that an application may name is gone: %v", err)
	}
	now := time.Now()
	if _, err := s.Purge(ctx, now); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Revision(ctx, guide, civic.Revision{ID: "HJ-008", Rev: 2}); err != nil {
		t.Errorf("gone too early: %v", err)
	}
	if _, err := s.Purge(ctx, now.Add(8*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Revision(ctx, guide, civic.Revision{ID: "HJ-008", Rev: 2}); !errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		t.Errorf("kept for ever: %v", err)
	}
	mustCheck(t, s)
}

// TestShelfFileFails: editions are stored also where their copy cannot be, and the copy is made later.
func TestShelfFileFails(t *testing.T) {
	ctx := context.Background()
	for _, label := range []string{"shelf:append", "shelf:sync"} {
		m := newTerminal(t)
		f := newFaults()
		m.opts.Fault = f.at
		s, _ := m.open()
		if err := s.Apply(ctx, editions(t, m.key, 1, 2), civic.Cursor{N: 2}); err != nil {
			t.Fatal(err)
		}
		f.arm(1, label)
		if err := s.Apply(ctx, editions(t, m.key, 3, 3), civic.Cursor{N: 5}); err != nil {
			t.Fatal(err)
		}
		if f.left[label] != 0 {
			t.Fatalf("%s was never made", label)
		}
		if err := s.Apply(ctx, nil, civic.Cursor{N: 6}); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		remove(t, m.opts.Dir, "state.db")
		s, _ = m.open()
		if got := shown(t, s, civic.EditionGuide); len(got) != 3 {
			t.Errorf("%s: the shelf came back with %v", label, got)
		}
		if c, err := s.Cursor(ctx); err != nil || c.N != 6 {
			t.Errorf("%s: cursor %+v, %v", label, c, err)
		}
	}
}

// TestShelfGrows: the file does not outgrow what it holds.
func TestShelfGrows(t *testing.T) {
	m := newTerminal(t)
	s, _ := m.open()
	for i := range 600 {
		e := m.edition(civic.Edition{N: uint64(i + 1), Kind: civic.EditionNotice, ID: "n", Rev: uint32(i + 1)})
		if err := s.Apply(context.Background(), []wire.Edition{e}, civic.Cursor{N: uint64(i + 1)}); err != nil {
			t.Fatal(err)
		}
	}
	if size := fileSize(t, filepath.Join(m.opts.Dir, "editions.rec")); size > 200<<10 {
		t.Errorf("one notice takes %d bytes", size)
	}
}

func TestStatuses(t *testing.T) {
	ctx := context.Background()
	m := newTerminal(t)
	s, _ := m.open()
	a, b := civic.NewTrackingCode(1, 1), civic.NewTrackingCode(1, 2)
	list := []wire.Status{{N: 4, Code: a, Locked: []byte("later")}, {N: 3, Code: a, Locked: []byte("earlier")}, {N: 2, Code: b, Locked: []byte("b")}}
	if err := s.Put(ctx, list); err != nil {
		t.Fatal(err)
	}
	s, _ = m.reopen(s)
	if n, err := s.Seen(ctx); n != 4 || err != nil {
		t.Errorf("seen %d, %v", n, err)
	}
	if got, err := s.Status(ctx, a); string(got) != "later" || err != nil {
		t.Errorf("status is %s, %v", got, err)
	}
	if got, err := s.Status(ctx, civic.NewTrackingCode(1, 3)); got != nil || err != nil {
		t.Errorf("status of nothing is %s, %v", got, err)
	}
}
