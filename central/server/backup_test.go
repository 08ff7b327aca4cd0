package server

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"doorstep/central/papers"
	"doorstep/central/store"
	"doorstep/central/store/storetest"
	"doorstep/sync/civic"
)

// TestBackup backs a central up while it is open, restores the backup beside it and compares. A paper that has not
// arrived keeps its entry, and what came behind, from being called safe.
func TestBackup(t *testing.T) {
	dir, place := t.TempDir(), t.TempDir()
	s, err := Open(t.Context(), options(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	folder, err := papers.Open(filepath.Join(dir, "papers"))
	if err != nil {
		t.Fatal(err)
	}
	m := storetest.NewMachine(t, 1)
	var items []store.Item
	for i := range 4 {
		b := []byte{byte(i), 1, 2, 3}
		p := civic.Paper{Digest: civic.DigestOf(b), Size: 4}
		items = append(items, m.Next(t, civic.EntryApplication, 0, p))
	}
	if _, err := s.store.Hold(t.Context(), m.Key.ID, 1, items, s.opts.Clock()); err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		b := []byte{byte(i), 1, 2, 3}
		if i == 2 {
			continue // on its way
		}
		if _, whole, err := folder.Append(civic.DigestOf(b), 4, 0, b); !whole || err != nil {
			t.Fatal(err)
		}
		if err := s.store.Arrived(t.Context(), civic.DigestOf(b), s.opts.Clock()); err != nil {
			t.Fatal(err)
		}
	}
	to := filepath.Join(t.TempDir(), "backup")
	got, err := Backup(t.Context(), options(t, dir), to)
	if err != nil || got.Papers != 3 || got.Journals != 1 || got.Bytes == 0 {
		t.Fatalf("backup %+v, %v", got, err)
	}
	if j, err := s.store.Journal(t.Context(), m.Key.ID, 1); err != nil || j.Seq != 4 || j.Safe != 2 {
		t.Errorf("held through %d, safe through %d, want 4 and 2: %v", j.Seq, j.Safe, err)
	}
	if b, err := s.store.LastBackup(t.Context()); err != nil || !b.At.Equal(got.Taken) {
		t.Errorf("last backup %+v, %v", b, err)
	}
	if _, err := Backup(t.Context(), options(t, dir), to); !errors.Is(err, &civic.Error{Code: civic.Conflict}) {
		t.Errorf("written over another backup: %v", err)
	}
	keys := filepath.Join(dir, "keys")
	if _, err := Restore(t.Context(), options(t, place), to, keys); err != nil {
		t.Fatal(err)
	}
	r, err := Open(t.Context(), options(t, place))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	was, _ := s.store.ID(t.Context())
	now, _ := r.store.ID(t.Context())
	list, err := r.store.Restores(t.Context())
	if err != nil || was == now || len(list) != 1 || list[0].Former != was || !list[0].Taken.Equal(got.Taken) {
		t.Errorf("restored as %v of %v: %+v, %v", now, was, list, err)
	}
	if n, err := papersIn(place); err != nil || n != 3 {
		t.Errorf("%d papers restored, %v", n, err)
	}
	if j, err := r.store.Journal(t.Context(), m.Key.ID, 1); err != nil || j.Seq != 4 {
		t.Errorf("restored journal %+v, %v", j, err)
	}
}

func papersIn(dir string) (n int, err error) {
	list, err := filepath.Glob(filepath.Join(dir, "papers", "*", "*"))
	return len(list), err
}

// TestRestoreRefuses: what is no backup, or damaged, or has no place or key, is refused, and leaves nothing that a
// central would start from.
func TestRestoreRefuses(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(t.Context(), options(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	keys := filepath.Join(dir, "keys")
	backup := func(t *testing.T) string {
		to := filepath.Join(t.TempDir(), "b")
		if _, err := Backup(t.Context(), options(t, dir), to); err != nil {
			t.Fatal(err)
		}
		return to
	}
	write := func(t *testing.T, path string, b []byte) {
		t.Helper()
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, tt := range map[string]struct {
		spoil func(t *testing.T, backup, place string)
		keys  string
		code  civic.Code
	}{
		"no manifest": {func(t *testing.T, b, _ string) {
			if err := os.Remove(filepath.Join(b, "backup.json")); err != nil {
				t.Fatal(err)
			}
		}, keys, civic.NotFound},
		"newer": {func(t *testing.T, b, _ string) { write(t, filepath.Join(b, "backup.json"), []byte(`{"version":2}`)) }, keys, civic.Unsupported},
		"flipped": {func(t *testing.T, b, _ string) {
			f := filepath.Join(b, "central.db")
			content, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			content[len(content)/2] ^= 1
			write(t, f, content)
		}, keys, civic.Damaged},
		"occupied": {func(t *testing.T, _, place string) { write(t, filepath.Join(place, "central.db"), nil) }, keys, civic.Conflict},
		"no keys":  {func(*testing.T, string, string) {}, "", civic.Missing},
	} {
		t.Run(name, func(t *testing.T) {
			from, place := backup(t), t.TempDir()
			tt.spoil(t, from, place)
			if _, err := Restore(t.Context(), options(t, place), from, tt.keys); !errors.Is(err, &civic.Error{Code: tt.code}) {
				t.Errorf("error is %v, want %s", err, tt.code)
			}
			if info, err := os.Stat(filepath.Join(place, "central.db")); err == nil && info.Size() > 0 {
				t.Error("a database is there")
			}
		})
	}
	// Keys of another central do not open it.
	other := t.TempDir()
	if s, err = Open(t.Context(), options(t, other)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = Restore(t.Context(), options(t, t.TempDir()), backup(t), filepath.Join(other, "keys"))
	if !errors.Is(err, &civic.Error{Code: civic.Untrusted}) {
		t.Errorf("keys of another central: %v", err)
	}
}
