package identity_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/identity"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

var now = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

func TestTerminalFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "terminal.key")
	if _, err := identity.OpenTerminal(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("before: %v", err)
	}
	made, err := identity.CreateTerminal(path, goldenCode, now)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	read, err := identity.OpenTerminal(path)
	if err != nil || read.Key.ID != made.Key.ID || read.Address != goldenCode.Address || read.Root != goldenCode.Root {
		t.Errorf("read %+v, %v", read, err)
	}
	if _, err := identity.CreateTerminal(path, goldenCode, now); !errors.Is(err, &civic.Error{Code: civic.Conflict}) {
		t.Errorf("written over: %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file changed: %v", err)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("files left: %v, %v", left, err)
	}

	again, err := identity.EnrolTerminal(path, goldenCode, now)
	if err != nil || again.Key.ID != made.Key.ID {
		t.Errorf("enrolled again with another key: %v", err)
	}
	other := goldenCode
	other.Root[0] ^= 1
	if _, err := identity.EnrolTerminal(path, other, now); !errors.Is(err, &civic.Error{Code: civic.Conflict}) {
		t.Errorf("enrolled at another central: %v", err)
	}
}

func TestTerminalFileRefused(t *testing.T) {
	good := func(t *testing.T) (string, []byte) {
		path := filepath.Join(t.TempDir(), "terminal.key")
		if _, err := identity.EnrolTerminal(path, goldenCode, now); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return path, b
	}
	for _, c := range []struct {
		name string
		mode os.FileMode
		with func([]byte) []byte
		want civic.Code
	}{
		{"readable by others", 0o644, bytes.Clone, civic.Untrusted},
		{"newer version", 0o600, func(b []byte) []byte {
			return bytes.Replace(b, []byte(`"version": 1`), []byte(`"version": 2`), 1)
		}, civic.Unsupported},
		{"another kind", 0o600, func(b []byte) []byte { return bytes.Replace(b, []byte("terminal"), []byte("sign"), 1) }, civic.Damaged},
		{"cut", 0o600, func(b []byte) []byte { return b[:40] }, civic.Damaged},
		{"empty", 0o600, func([]byte) []byte { return nil }, civic.Damaged},
	} {
		t.Run(c.name, func(t *testing.T) {
			path, b := good(t)
			if err := os.WriteFile(path, c.with(b), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, c.mode); err != nil {
				t.Fatal(err)
			}
			if _, err := identity.OpenTerminal(path); !errors.Is(err, &civic.Error{Code: c.want}) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestCentralFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	if _, err := identity.OpenCentral(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("before: %v", err)
	}
	made, err := identity.CreateCentral(dir, now)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := identity.CreateCentral(dir, now); !errors.Is(err, &civic.Error{Code: civic.Conflict}) {
		t.Errorf("made again: %v", err)
	}
	read, err := identity.OpenCentral(dir)
	if err != nil || read.Root.ID != made.Root.ID || read.Sign.ID != made.Sign.ID || read.Seal.ID != made.Seal.ID {
		t.Fatalf("read %+v, %v", read, err)
	}

	// Newer keys are used, older ones still open and verify.
	oldSeal, oldSign := read.Seal, read.Sign
	if err := errors.Join(read.AddSeal(now.Add(time.Hour)), read.AddSign(now.Add(time.Hour))); err != nil {
		t.Fatal(err)
	}
	packet, err := seal.Seal(oldSeal.Public(), seal.Context{Kind: civic.EntryRating}, []byte("five"))
	if err != nil {
		t.Fatal(err)
	}
	if read, err = identity.OpenCentral(dir); err != nil || read.Seal.ID == oldSeal.ID || read.Sign.ID == oldSign.ID {
		t.Fatalf("the old keys are still used: %v", err)
	}
	if got, err := read.Keyring().Open(seal.Context{Kind: civic.EntryRating}, packet); err != nil || string(got) != "five" {
		t.Errorf("old packet: %q, %v", got, err)
	}
	keys := read.Keys()
	if len(keys.Sign) != 2 || len(keys.Seal) != 2 || keys.Sign[0].ID != read.Sign.ID.String() || !keys.Sign[1].Until.Equal(now.Add(time.Hour)) || !keys.Sign[0].Until.IsZero() {
		t.Errorf("keys %+v", keys)
	}

	// The root key may be carried away.
	if err := os.Remove(filepath.Join(dir, "root.key")); err != nil {
		t.Fatal(err)
	}
	away, err := identity.OpenCentral(dir)
	if err != nil || away.Root != nil || identity.FingerprintOf(away.RootKey) != identity.FingerprintOf(made.RootKey) {
		t.Fatalf("without the root key: %+v, %v", away, err)
	}
	if _, err := away.KeysEdition(1, 1); !errors.Is(err, &civic.Error{Code: civic.Unavailable}) {
		t.Errorf("signed without the root key: %v", err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := identity.OpenCentral(dir); !errors.Is(err, &civic.Error{Code: civic.Untrusted}) {
		t.Errorf("a folder that others may read: %v", err)
	}
}

// TestKeyring is the chain from the enrolment code to the keys of the day.
func TestKeyring(t *testing.T) {
	central, err := identity.CreateCentral(filepath.Join(t.TempDir(), "a"), now)
	if err != nil {
		t.Fatal(err)
	}
	posing, err := identity.CreateCentral(filepath.Join(t.TempDir(), "b"), now)
	if err != nil {
		t.Fatal(err)
	}
	edition := func(c *identity.Central, rev uint32) wire.Signed {
		t.Helper()
		s, err := c.KeysEdition(1, rev)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	ring := identity.NewKeyring(identity.FingerprintOf(central.RootKey))
	if _, err := ring.Seal(); !errors.Is(err, &civic.Error{Code: civic.Unavailable}) {
		t.Errorf("seals without a key: %v", err)
	}
	if _, err := ring.Learn(edition(posing, 9)); !errors.Is(err, &civic.Error{Code: civic.Untrusted}) {
		t.Errorf("learned of another root: %v", err)
	}
	forged, err := identity.CentralKeys{Root: central.RootKey, Sign: posing.Keys().Sign, Seal: posing.Keys().Seal}.SignEdition(posing.Root, 1, 9)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ring.Learn(forged); !errors.Is(err, &civic.Error{Code: civic.Untrusted}) {
		t.Errorf("learned what the root did not sign: %v", err)
	}
	for name, e := range map[string]*civic.Edition{
		"a guide":     {Kind: civic.EditionGuide, ID: identity.KeysID, Rev: 9, Body: body(t, central)},
		"a tombstone": {Kind: civic.EditionKeys, ID: identity.KeysID, Rev: 9, Body: body(t, central), Tombstone: true},
	} {
		s, err := wire.SignEdition(central.Root, seal.DomainKeys, e)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ring.Learn(s); !errors.Is(err, &civic.Error{Code: civic.Untrusted}) {
			t.Errorf("learned %s as keys: %v", name, err)
		}
	}
	first := edition(central, 1)
	if news, err := ring.Learn(first); err != nil || !news {
		t.Fatalf("learned %v, %v", news, err)
	}
	if news, err := ring.Learn(first); err != nil || news {
		t.Errorf("learned the same again: %v, %v", news, err)
	}
	if pub, err := ring.Seal(); err != nil || pub.ID != central.Seal.ID {
		t.Errorf("seals to %v, %v", pub, err)
	}

	if err := errors.Join(central.AddSeal(now.Add(time.Hour)), central.AddSign(now.Add(time.Hour))); err != nil {
		t.Fatal(err)
	}
	if news, err := ring.Learn(edition(central, 2)); err != nil || !news {
		t.Fatalf("learned %v, %v", news, err)
	}
	if news, err := ring.Learn(first); err != nil || news {
		t.Errorf("an old list put back: %v, %v", news, err)
	}
	if pub, err := ring.Seal(); err != nil || pub.ID != central.Seal.ID {
		t.Errorf("seals to %v, %v", pub, err)
	}

	// A list whose first seal key is of a kind this version does not know: the next one is used (P9).
	keys := central.Keys()
	keys.Seal = append([]identity.Key{{ID: "new", Public: []byte("a kind of key from the future")}}, keys.Seal...)
	future, err := keys.SignEdition(central.Root, 3, 3)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ring.Learn(future); err != nil {
		t.Fatal(err)
	}
	if pub, err := ring.Seal(); err != nil || pub.ID != central.Seal.ID {
		t.Errorf("seals to %v, %v", pub, err)
	}
}

func body(t *testing.T, c *identity.Central) []byte {
	t.Helper()
	b, err := json.Marshal(c.Keys())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestOpenEdition is which key may sign what.
func TestOpenEdition(t *testing.T) {
	central, err := identity.CreateCentral(filepath.Join(t.TempDir(), "a"), now)
	if err != nil {
		t.Fatal(err)
	}
	ring := identity.NewKeyring(identity.FingerprintOf(central.RootKey))
	keys, err := central.KeysEdition(1, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ring.Learn(keys); err != nil {
		t.Fatal(err)
	}
	sign := func(key *seal.Signer, domain seal.Domain, kind civic.EditionKind) wire.Signed {
		t.Helper()
		s, err := wire.SignEdition(key, domain, &civic.Edition{N: 2, Kind: kind, ID: "x", Body: []byte("{}")})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, c := range []struct {
		name string
		s    wire.Signed
		ok   bool
	}{
		{"a guide by the sign key", sign(central.Sign, seal.DomainEdition, civic.EditionGuide), true},
		{"keys by the root key", keys, true},
		{"a guide by the root key", sign(central.Root, seal.DomainEdition, civic.EditionGuide), false},
		{"a guide in the keys' domain", sign(central.Sign, seal.DomainKeys, civic.EditionGuide), false},
		{"keys by the sign key", sign(central.Sign, seal.DomainKeys, civic.EditionKeys), false},
	} {
		e, err := ring.OpenEdition(c.s)
		if c.ok != (err == nil) || c.ok && e == nil || !c.ok && !errors.Is(err, &civic.Error{Code: civic.Untrusted}) {
			t.Errorf("%s: %+v, %v", c.name, e, err)
		}
	}
}
