package audit_test

import (
	"crypto/ed25519"
	"os"
	"path/filepath"
	"testing"
	"time"

	"doorstep/central/audit"
	"doorstep/central/sqlite"
	"doorstep/central/store"
	"doorstep/sync/civic"
	"doorstep/sync/seal"
)

func open(t *testing.T) *sqlite.DB {
	t.Helper()
	v, err := store.NewVault(map[byte][]byte{1: make([]byte, 32)}, 1)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "c.db"), Vault: v})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// TestKeeper writes one head a day, and each of them holds against the chain as it grows.
func TestKeeper(t *testing.T) {
	db := open(t)
	key, err := seal.GenerateSigner()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, civic.China)
	k := &audit.Keeper{Store: db, Key: key, Folder: filepath.Join(t.TempDir(), "heads"), Now: func() time.Time { return now }, Every: time.Minute}
	for range 3 {
		for range 2 { // the second time it is there
			if err := k.Today(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		now = now.Add(24 * time.Hour)
	}
	files, err := filepath.Glob(filepath.Join(k.Folder, "audit-*.head"))
	if err != nil || len(files) != 3 {
		t.Fatalf("%d heads, %v", len(files), err)
	}
	var heads []store.AuditHead
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		head, err := audit.Read(text, []ed25519.PublicKey{key.Public()})
		if err != nil {
			t.Fatal(err)
		}
		heads = append(heads, head)
		other, err := seal.GenerateSigner()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := audit.Read(text, []ed25519.PublicKey{other.Public()}); err == nil {
			t.Error("a head of another central was believed")
		}
	}
	var told uint64
	end, err := audit.Verify(t.Context(), db, heads, func(n, _ uint64) { told = n })
	if err != nil || end.N != 3 || told != 3 {
		t.Errorf("the chain ends at %d, told %d, %v", end.N, told, err)
	}
	for name, h := range map[string]store.AuditHead{
		"another digest":   {Store: end.Store, N: 2, Digest: civic.Digest{1}},
		"longer":           {Store: end.Store, N: 9, Digest: end.Digest},
		"another database": {Store: civic.EntryID{1}, N: end.N, Digest: end.Digest},
	} {
		if _, err := audit.Verify(t.Context(), db, []store.AuditHead{h}, nil); err == nil {
			t.Errorf("a head with %s holds", name)
		}
	}
	if _, err := audit.Read([]byte("nothing"), nil); err == nil {
		t.Error("nothing was read as a head")
	}
}
