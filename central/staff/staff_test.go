package staff_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/sqlite"
	"doorstep/central/staff"
	"doorstep/central/store"
)

func TestHash(t *testing.T) {
	a, err := staff.DefaultCost.Hash("correct 马 battery")
	if err != nil {
		t.Fatal(err)
	}
	b, err := staff.DefaultCost.Hash("correct 马 battery")
	if err != nil {
		t.Fatal(err)
	}
	if a == b || !strings.HasPrefix(a, "$argon2id$v=19$m=65536,t=3,p=4$") {
		t.Fatalf("hashes are %s and %s", a, b)
	}
	for name, tt := range map[string]struct {
		hash, password string
		want           bool
	}{
		"right":  {a, "correct 马 battery", true},
		"wrong":  {a, "correct 马 batterx", false},
		"empty":  {"", "", false},
		"broken": {a[:40], "correct 马 battery", false},
		// The vector of the reference implementation's README.
		"reference": {"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "password", true},
	} {
		if got := staff.DefaultCost.Matches(tt.hash, tt.password); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	for _, p := range []string{"short", strings.Repeat("x", 300), "九个字不够长的口"} {
		if _, err := staff.DefaultCost.Hash(p); err == nil {
			t.Errorf("a password of %d bytes was taken", len(p))
		}
	}
}

func TestDoor(t *testing.T) {
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
	now := time.Date(2026, 9, 28, 9, 0, 0, 0, civic.China)
	o := staff.DefaultOptions()
	o.Store, o.Now = db, func() time.Time { return now }
	door, err := staff.New(o)
	if err != nil {
		t.Fatal(err)
	}
	const password = "a long password"
	for _, login := range []string{"liu", "gone"} {
		p := store.Person{Login: login, Roles: []civic.Role{civic.RoleClerk}}
		if login == "gone" {
			p.Left = now
		}
		if err := door.Add(t.Context(), p, password, store.System()); err != nil {
			t.Fatal(err)
		}
	}
	refused := func(login, password string, code civic.Code) {
		t.Helper()
		if _, _, err := door.SignIn(t.Context(), login, password); !errors.Is(err, &civic.Error{Code: code}) {
			t.Fatalf("%s signs in: %v, want %s", login, err, code)
		}
	}
	refused("nobody", password, civic.Forbidden)
	refused("gone", password, civic.Forbidden)
	refused("liu", "another password", civic.Forbidden)
	token, p, err := door.SignIn(t.Context(), "liu", password)
	if err != nil || p.Login != "liu" || len(token) < 40 {
		t.Fatalf("%q, %q, %v", token, p.Login, err)
	}
	if p, err = door.Person(t.Context(), token); err != nil || p.Login != "liu" {
		t.Fatalf("%q, %v", p.Login, err)
	}
	for range 5 {
		refused("liu", "another password", civic.Forbidden)
	}
	refused("liu", password, civic.Limited) // also the right one
	now = now.Add(15 * time.Minute)
	if _, _, err := door.SignIn(t.Context(), "liu", password); err != nil {
		t.Fatalf("a quarter later: %v", err)
	}
	if err := door.SignOut(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	if _, err := door.Person(t.Context(), token); !errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		t.Fatalf("signed out: %v", err)
	}
}
