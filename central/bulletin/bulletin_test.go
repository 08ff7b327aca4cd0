package bulletin_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/identity"

	"doorstep/central/bulletin"
	"doorstep/central/sqlite"
	"doorstep/central/store"
)

var now = time.Date(2026, 9, 28, 9, 0, 0, 0, civic.China)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T) (*bulletin.Bulletin, *identity.Central, *int) {
	t.Helper()
	dir := t.TempDir()
	keys, err := identity.CreateCentral(filepath.Join(dir, "keys"), now)
	must(t, err)
	v, err := store.CreateVault(filepath.Join(dir, "vault.key"))
	must(t, err)
	db, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(dir, "c.db"), Vault: v})
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	published := new(int)
	b, err := bulletin.New(bulletin.Options{
		Store: db, Sign: keys.Sign, Now: func() time.Time { return now }, Published: func() { *published++ },
	})
	must(t, err)
	return b, keys, published
}

// TestTrust is promise P5 from the terminal's side: it holds the root's fingerprint alone, learns the keys, and
// believes what they signed.
func TestTrust(t *testing.T) {
	b, keys, _ := open(t)
	must(t, b.PublishKeys(t.Context(), keys))
	_, err := b.PublishJSON(t.Context(), civic.EditionPolicy, bulletin.PolicyID, civic.Scope{}, civic.Policy{Authority: "化龙镇"}, store.System())
	must(t, err)
	ring := identity.NewKeyring(identity.FingerprintOf(keys.RootKey))
	signed, err := b.Keys(t.Context())
	must(t, err)
	if news, err := ring.Learn(signed); !news || err != nil {
		t.Fatalf("keys: %v, %v", news, err)
	}
	f, err := b.Editions(t.Context(), hub.Terminal{}, civic.Cursor{}, 10)
	must(t, err)
	if len(f.List) != 2 || !f.Caught || !f.Refill {
		t.Fatalf("%d editions", len(f.List))
	}
	for _, e := range f.List {
		if _, err := ring.OpenEdition(e.Edition); err != nil {
			t.Fatal(err)
		}
	}
	p, err := b.Policy(t.Context())
	must(t, err)
	if p.Authority != "化龙镇" {
		t.Fatalf("policy is %+v", p)
	}
}

func TestKeys(t *testing.T) {
	b, keys, published := open(t)
	rev := func() uint32 {
		t.Helper()
		signed, err := b.Keys(t.Context())
		must(t, err)
		_, e, err := identity.OpenKeys(identity.FingerprintOf(keys.RootKey), signed)
		must(t, err)
		return e.Rev
	}
	if _, err := b.Keys(t.Context()); !errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		t.Fatalf("before the first: %v", err)
	}
	must(t, b.PublishKeys(t.Context(), keys))
	must(t, b.PublishKeys(t.Context(), keys))
	if rev() != 1 || *published != 2 {
		t.Fatalf("revision %d", rev())
	}
	root := keys.Root
	keys.Root = nil // carried away
	must(t, b.PublishKeys(t.Context(), keys))
	must(t, keys.AddSeal(now.Add(time.Hour)))
	if err := b.PublishKeys(t.Context(), keys); !errors.Is(err, &civic.Error{Code: civic.Unavailable}) {
		t.Fatalf("a new key without the root: %v", err)
	}
	keys.Root = root
	must(t, b.PublishKeys(t.Context(), keys))
	if rev() != 2 {
		t.Fatalf("revision %d after a new key", rev())
	}
	_, err := b.Publish(t.Context(), civic.EditionKeys, "x", civic.Scope{}, []byte("{}"), store.System())
	if !errors.Is(err, &civic.Error{Code: civic.Forbidden}) {
		t.Fatalf("keys under the sign key: %v", err)
	}
}

func TestGuides(t *testing.T) {
	b, _, _ := open(t)
	publish := func(name string) civic.Revision {
		t.Helper()
		p, err := b.PublishJSON(t.Context(), civic.EditionGuide, "HJ-008", civic.Scope{}, civic.Guide{ID: "HJ-008", Name: name}, store.System())
		must(t, err)
		return p.Revision()
	}
	first := publish("居住证")
	if again := publish("居住证"); again != first {
		t.Fatalf("the same again is %v", again)
	}
	publish("居住证办理")
	g, err := b.Guide(t.Context(), first)
	must(t, err)
	if g.Name != "居住证" {
		t.Fatalf("the first revision is %q", g.Name)
	}
	list, err := b.Guides(t.Context())
	must(t, err)
	if len(list) != 1 || list[0].Name != "居住证办理" {
		t.Fatalf("guides are %v", list)
	}
	must(t, b.Withdraw(t.Context(), civic.EditionGuide, "HJ-008", store.System()))
	if list, err = b.Guides(t.Context()); err != nil || len(list) != 0 {
		t.Fatalf("guides after a withdrawal: %v, %v", list, err)
	}
	if err := b.Withdraw(t.Context(), civic.EditionGuide, "HJ-008", store.System()); !errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		t.Fatalf("withdrawn twice: %v", err)
	}
	if _, err := b.Guide(t.Context(), first); err != nil {
		t.Fatalf("a pinned revision went with the item: %v", err)
	}
}
