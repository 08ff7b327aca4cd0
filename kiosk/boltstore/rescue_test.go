package boltstore_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"doorstep/kiosk/boltstore"
	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// rescue reads a store as the tool does, and fails unless it changes nothing.
func rescue(t *testing.T, dir string) (map[civic.EntryID]boltstore.Rescued, []boltstore.Lost) {
	t.Helper()
	before := snapshot(t, dir)
	got := map[civic.EntryID]boltstore.Rescued{}
	lost, err := boltstore.Rescue(dir, func(r boltstore.Rescued) error {
		e, err := wire.ReadEntry(r.Entry.Body)
		if err != nil {
			return err
		}
		if _, twice := got[e.ID]; twice {
			t.Errorf("%s was given twice", e.ID)
		}
		got[e.ID] = r
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	after := snapshot(t, dir)
	for name, b := range before {
		if !bytes.Equal(after[name], b) {
			t.Errorf("%s was changed", name)
		}
	}
	if len(after) != len(before) {
		t.Errorf("%d files became %d", len(before), len(after))
	}
	return got, lost
}

func snapshot(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		out[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestRescue reads whole and half stores: either copy alone gives every entry.
func TestRescue(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, dir string){
		"whole": func(*testing.T, string) {},
		"no bbolt file": func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, "state.db")); err != nil {
				t.Fatal(err)
			}
		},
		"cut bbolt file": func(t *testing.T, dir string) {
			path := filepath.Join(dir, "state.db")
			info, err := os.Stat(path)
			if err == nil {
				err = os.Truncate(path, info.Size()/2)
			}
			if err != nil {
				t.Fatal(err)
			}
		},
		"no journal": func(t *testing.T, dir string) {
			if err := errors.Join(os.RemoveAll(filepath.Join(dir, "journal")), os.Mkdir(filepath.Join(dir, "journal"), 0o700)); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := newTerminal(t)
			all := filled(t, m, 12)
			spoil(t, m.opts.Dir)
			got, lost := rescue(t, m.opts.Dir)
			if len(got) != len(all) || len(lost) != 0 {
				t.Fatalf("%d of %d entries, %d lost", len(got), len(all), len(lost))
			}
			for id, taken := range all {
				r := got[id]
				e, err := wire.OpenEntry(m.key.Public(), r.Entry.Body)
				if err != nil || e.Code != taken.Entry.Code || !bytes.Equal(e.Sealed, taken.Entry.Sealed) {
					t.Errorf("%s came back otherwise: %v", id, err)
				}
				for i, p := range r.Names {
					b, err := boltstore.RescuePaper(m.opts.Dir, p.Paper)
					if err != nil || !bytes.Equal(b, taken.Papers[i]) {
						t.Errorf("paper %d of %s: %v", i, id, err)
					}
				}
			}
		})
	}
}

// TestRescueRunning: a store in use is left alone.
func TestRescueRunning(t *testing.T) {
	m := newTerminal(t)
	s, _ := m.open()
	defer func() { _ = s.Close() }()
	if _, err := boltstore.Rescue(m.opts.Dir, func(boltstore.Rescued) error { return nil }); !errors.Is(err, &civic.Error{Code: civic.Conflict}) {
		t.Errorf("rescued under a running terminal: %v", err)
	}
}
