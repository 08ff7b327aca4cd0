package sqlite_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/sqlite"
	"doorstep/central/store"
	"doorstep/central/store/storetest"
)

func TestBackup(t *testing.T) {
	v, err := store.NewVault(map[byte][]byte{1: make([]byte, 32)}, 1)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	db, err := sqlite.Open(t.Context(), sqlite.Options{Path: path(dir), Vault: v})
	if err != nil {
		t.Fatal(err)
	}
	m := storetest.NewMachine(t, 1)
	hold := func() {
		t.Helper()
		if _, err := db.Hold(t.Context(), m.Key.ID, 1, []store.Item{m.Next(t, civic.EntryApplication, 0)}, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	hold()
	hold()
	to := t.TempDir()
	copied := filepath.Join(to, filepath.Base(path(to)))
	if err := os.WriteFile(copied+".part", []byte("left by a crash"), 0o600); err != nil {
		t.Fatal(err)
	}
	cover, err := db.Backup(t.Context(), copied)
	if err != nil {
		t.Fatal(err)
	}
	hold() // after the copy
	if len(cover) != 1 || cover[0] != (store.Cover{Terminal: m.Key.ID, Generation: 1, Seq: 2}) {
		t.Fatalf("cover is %+v", cover)
	}
	if err := db.Covered(t.Context(), cover); err != nil {
		t.Fatal(err)
	}
	if j, err := db.Journal(t.Context(), m.Key.ID, 1); err != nil || j.Safe != 2 || j.Seq != 3 {
		t.Fatalf("journal is %+v, %v", j, err)
	}
	if _, err := db.Backup(t.Context(), copied); err == nil {
		t.Fatal("a backup was written over another")
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	restored, err := sqlite.Open(t.Context(), sqlite.Options{Path: copied, Vault: v})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, restored) })
	if list, err := restored.Unopened(t.Context(), 0, 10); err != nil || len(list) != 2 {
		t.Fatalf("the copy holds %d entries, %v", len(list), err)
	}
	if info, err := os.Stat(copied); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the copy is open to others: %v, %v", info.Mode(), err)
	}
}
