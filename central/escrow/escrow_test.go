package escrow_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"filippo.io/age"

	"doorstep/sync/civic"
	"doorstep/sync/identity"

	"doorstep/central/escrow"
	"doorstep/central/store"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// folder is a key folder of a central, with its root key, as a site has it.
func folder(t *testing.T) (string, *identity.Central) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "keys")
	keys, err := identity.CreateCentral(dir, noon)
	must(t, err)
	_, err = store.CreateVault(filepath.Join(dir, "vault.key"))
	must(t, err)
	return dir, keys
}

func holder(t *testing.T) *age.HybridIdentity {
	t.Helper()
	id, err := age.GenerateHybridIdentity()
	must(t, err)
	return id
}

// copyTo makes a copy for holders.
func copyTo(t *testing.T, dir string, holders ...*age.HybridIdentity) []byte {
	t.Helper()
	var list []age.Recipient
	for _, h := range holders {
		list = append(list, h.Recipient())
	}
	var b bytes.Buffer
	_, err := escrow.Seal(&b, dir, list, civic.EntryID{7}, noon)
	must(t, err)
	return b.Bytes()
}

// against is what a copy is tried against: the keys of a central, and a database that one vault key alone opens.
func against(t *testing.T, dir string, keys *identity.Central) escrow.Now {
	t.Helper()
	vault, err := store.OpenVault(filepath.Join(dir, "vault.key"))
	must(t, err)
	box := vault.Seal("proof", []byte("ours"))
	return escrow.Now{
		Root: identity.FingerprintOf(keys.RootKey), Keys: keys.Keys(), Temp: t.TempDir(),
		Data: func(v *store.Vault) error {
			_, err := v.Open("proof", box)
			return err
		},
	}
}

func TestEachHolderAlone(t *testing.T) {
	dir, keys := folder(t)
	a, b, stranger := holder(t), holder(t), holder(t)
	copied := copyTo(t, dir, a, b)
	for name, h := range map[string]*age.HybridIdentity{"first": a, "second": b} {
		now := against(t, dir, keys)
		p, err := escrow.Drill(bytes.NewReader(copied), []age.Identity{h}, now)
		must(t, err)
		if !p.Whole() || len(p.Opened) != 1 || p.Opened[0] != keys.Seal.ID || len(p.Signed) != 1 || p.Signed[0] != keys.Sign.ID {
			t.Errorf("%s holder proved %+v", name, p)
		}
		left, err := os.ReadDir(now.Temp)
		if err != nil || len(left) != 0 {
			t.Errorf("the drill left %v, %v", left, err)
		}
	}
	_, err := escrow.Drill(bytes.NewReader(copied), []age.Identity{stranger}, against(t, dir, keys))
	if !errors.Is(err, &civic.Error{Code: civic.Forbidden}) {
		t.Errorf("a stranger: %v", err)
	}
	if _, err := escrow.Seal(&bytes.Buffer{}, dir, nil, civic.EntryID{}, noon); !errors.Is(err, &civic.Error{Code: civic.Missing}) {
		t.Errorf("nobody: %v", err)
	}
}

// TestCopyAfterRotation: a copy from before a rotation is told from one that is enough.
func TestCopyAfterRotation(t *testing.T) {
	dir, keys := folder(t)
	h := holder(t)
	before := copyTo(t, dir, h)
	must(t, keys.AddSeal(noon.Add(time.Hour)))
	must(t, keys.AddSign(noon.Add(time.Hour)))
	p, err := escrow.Drill(bytes.NewReader(before), []age.Identity{h}, against(t, dir, keys))
	must(t, err)
	if p.Whole() || len(p.Missing) != 2 || len(p.Opened) != 1 {
		t.Errorf("the old copy proved %+v", p)
	}
	p, err = escrow.Drill(bytes.NewReader(copyTo(t, dir, h)), []age.Identity{h}, against(t, dir, keys))
	must(t, err)
	if !p.Whole() || len(p.Opened) != 2 || len(p.Signed) != 2 {
		t.Errorf("the new copy proved %+v", p)
	}
}

func TestRestore(t *testing.T) {
	dir, keys := folder(t)
	h := holder(t)
	copied := copyTo(t, dir, h)
	back := filepath.Join(t.TempDir(), "keys")
	about, err := escrow.Open(bytes.NewReader(copied), []age.Identity{h}, back)
	must(t, err)
	if about.Store != (civic.EntryID{7}).String() || !about.Made.Equal(noon) || len(about.Files) != 4 {
		t.Errorf("restored %+v", about)
	}
	again, err := identity.OpenCentral(back)
	must(t, err)
	if again.Root != nil || again.Seal.ID != keys.Seal.ID || again.Sign.ID != keys.Sign.ID {
		t.Error("other keys came back, or the root key did")
	}
	for _, name := range about.Files {
		was, err := os.ReadFile(filepath.Join(dir, name))
		must(t, err)
		if is, err := os.ReadFile(filepath.Join(back, name)); err != nil || !bytes.Equal(is, was) {
			t.Errorf("%s came back otherwise: %v", name, err)
		}
	}
	if _, err := escrow.Open(bytes.NewReader(copied), []age.Identity{h}, back); !errors.Is(err, &civic.Error{Code: civic.Conflict}) {
		t.Errorf("restored over keys: %v", err)
	}
}

// TestBrokenCopy flips bits and cuts: a copy is whole or of no use, and never something else.
func TestBrokenCopy(t *testing.T) {
	dir, keys := folder(t)
	h := holder(t)
	copied := copyTo(t, dir, h)
	for n := 0; n < len(copied); n += len(copied)/40 + 1 {
		flipped := bytes.Clone(copied)
		flipped[n] ^= 1
		if _, err := escrow.Drill(bytes.NewReader(flipped), []age.Identity{h}, against(t, dir, keys)); err == nil {
			t.Errorf("a flipped bit at %d was not found", n)
		}
		if _, err := escrow.Drill(bytes.NewReader(copied[:n]), []age.Identity{h}, against(t, dir, keys)); err == nil {
			t.Errorf("a copy cut at %d was not found", n)
		}
	}
	for name, spoil := range map[string]func(*escrow.Now){
		"another central's":      func(n *escrow.Now) { n.Root[0] ^= 1 },
		"another database's key": func(n *escrow.Now) { n.Data = func(*store.Vault) error { return errors.New("no") } },
	} {
		now := against(t, dir, keys)
		spoil(&now)
		if p, err := escrow.Drill(bytes.NewReader(copied), []age.Identity{h}, now); err == nil {
			t.Errorf("%s proved %+v", name, p)
		}
	}
}
