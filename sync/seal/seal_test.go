package seal_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"testing"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
)

func key(t *testing.T) *seal.PrivateKey {
	t.Helper()
	k, err := seal.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func context1() seal.Context {
	return seal.Context{Kind: civic.EntryApplication, Entry: civic.EntryID{1, 2, 3}, Index: 0}
}

func TestSealOpen(t *testing.T) {
	k := key(t)
	b, err := k.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	read, err := seal.ParsePrivateKey(b)
	if err != nil || read.ID != k.ID {
		t.Fatalf("key read back: %v, %v", read, err)
	}
	pub, err := seal.ParsePublicKey(k.Public().Bytes())
	if err != nil || pub.ID != k.ID {
		t.Fatalf("public key read back: %v, %v", pub, err)
	}
	noise := make([]byte, 1<<20)
	if _, err := rand.Read(noise); err != nil {
		t.Fatal(err)
	}
	for name, plain := range map[string][]byte{
		"empty": {}, "short": []byte("欧阳娜娜 440113199001011234"), "1 MiB of noise": noise, "32 MiB of zeros": make([]byte, 32<<20),
	} {
		t.Run(name, func(t *testing.T) {
			packet, err := seal.Seal(pub, context1(), plain)
			if err != nil {
				t.Fatal(err)
			}
			again, err := seal.Seal(pub, context1(), plain)
			if err != nil || bytes.Equal(packet, again) {
				t.Error("the same content sealed twice gives the same packet")
			}
			if len(plain) > 8 && bytes.Contains(packet, plain[:8]) && name != "32 MiB of zeros" {
				t.Error("the packet shows its content")
			}
			got, err := seal.Keyring{k.ID: read}.Open(context1(), packet)
			if err != nil || !bytes.Equal(got, plain) {
				t.Errorf("opened %d bytes, %v", len(got), err)
			}
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	k, other := key(t), key(t)
	packet, err := seal.Seal(k.Public(), context1(), []byte("content"))
	if err != nil {
		t.Fatal(err)
	}
	change := func(at int) []byte {
		b := bytes.Clone(packet)
		b[at] ^= 1
		return b
	}
	ring := seal.Keyring{k.ID: k}
	posing := seal.Keyring{k.ID: other}
	index, kind, entry := context1(), context1(), context1()
	index.Index, kind.Kind, entry.Entry = 1, civic.EntrySupplement, civic.EntryID{1, 2, 4}
	for _, c := range []struct {
		name   string
		ring   seal.Keyring
		ctx    seal.Context
		packet []byte
		want   civic.Code
	}{
		{"nothing", ring, context1(), nil, civic.Invalid},
		{"header alone", ring, context1(), packet[:9], civic.Invalid},
		{"cut in the encapsulated key", ring, context1(), packet[:500], civic.Invalid},
		{"cut in the ciphertext", ring, context1(), packet[:len(packet)-1], civic.Untrusted},
		{"another suite", ring, context1(), change(0), civic.Unsupported},
		{"a key nobody has", ring, context1(), change(3), civic.NotFound},
		{"another key under this id", posing, context1(), packet, civic.Untrusted},
		{"encapsulated key changed", ring, context1(), change(100), civic.Untrusted},
		{"ciphertext changed", ring, context1(), change(len(packet) - 3), civic.Untrusted},
		{"as another paper", ring, index, packet, civic.Untrusted},
		{"as another kind", ring, kind, packet, civic.Untrusted},
		{"as another entry", ring, entry, packet, civic.Untrusted},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.ring.Open(c.ctx, c.packet)
			if !errors.Is(err, &civic.Error{Code: c.want}) || got != nil {
				t.Errorf("got %q, %v, want %s", got, err, c.want)
			}
		})
	}
}

// TestBomb is a packet that would unpack to more than MaxPlain: it is refused and costs no more memory than that.
func TestBomb(t *testing.T) {
	k := key(t)
	packet, err := seal.Seal(k.Public(), context1(), make([]byte, seal.MaxPlain+1))
	if err != nil {
		t.Fatal(err)
	}
	if len(packet) > 64<<10 {
		t.Fatalf("the bomb has %d bytes: it is none", len(packet))
	}
	if _, err := (seal.Keyring{k.ID: k}).Open(context1(), packet); !errors.Is(err, &civic.Error{Code: civic.Invalid}) {
		t.Errorf("got %v", err)
	}
}

func TestLock(t *testing.T) {
	secret, code := seal.NewSecret(), civic.NewTrackingCode(7, 42)
	if secret == (civic.Secret{}) || secret == seal.NewSecret() {
		t.Fatal("secrets are not random")
	}
	locked, err := seal.Lock(secret, seal.ForStatus, code, []byte("待补正"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := seal.Unlock(secret, seal.ForStatus, code, locked); err != nil || string(got) != "待补正" {
		t.Errorf("got %q, %v", got, err)
	}
	changed := bytes.Clone(locked)
	changed[len(changed)-1] ^= 1
	suite := bytes.Clone(locked)
	suite[0] = 3
	for _, c := range []struct {
		name    string
		secret  civic.Secret
		purpose seal.Purpose
		code    civic.TrackingCode
		locked  []byte
		want    civic.Code
	}{
		{"another secret", seal.NewSecret(), seal.ForStatus, code, locked, civic.Untrusted},
		{"another purpose", secret, seal.ForReceipt, code, locked, civic.Untrusted},
		{"another case", secret, seal.ForStatus, civic.NewTrackingCode(7, 43), locked, civic.Untrusted},
		{"changed", secret, seal.ForStatus, code, changed, civic.Untrusted},
		{"cut", secret, seal.ForStatus, code, locked[:8], civic.Untrusted},
		{"another suite", secret, seal.ForStatus, code, suite, civic.Unsupported},
		{"nothing", secret, seal.ForStatus, code, nil, civic.Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := seal.Unlock(c.secret, c.purpose, c.code, c.locked); !errors.Is(err, &civic.Error{Code: c.want}) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestSign(t *testing.T) {
	signer, err := seal.GenerateSigner()
	if err != nil {
		t.Fatal(err)
	}
	read, err := seal.ParseSigner(signer.Seed())
	if err != nil || read.ID != signer.ID || !read.Public().Equal(signer.Public()) {
		t.Fatalf("key read back: %v", err)
	}
	if _, err := seal.ParseSigner(make([]byte, 31)); !errors.Is(err, &civic.Error{Code: civic.Invalid}) {
		t.Errorf("short seed: %v", err)
	}
	other, err := seal.GenerateSigner()
	if err != nil {
		t.Fatal(err)
	}
	sig := read.Sign(seal.DomainEntry, []byte("ab"), []byte("c"))
	if id, err := seal.SignedBy(sig); err != nil || id != signer.ID || len(sig) != seal.SignatureSize {
		t.Errorf("signed by %v, %v, %d bytes", id, err, len(sig))
	}
	named := bytes.Clone(sig)
	named[4] ^= 1
	suite := bytes.Clone(sig)
	suite[0] = 3
	for _, c := range []struct {
		name   string
		key    *seal.Signer
		sig    []byte
		domain seal.Domain
		parts  []string
		want   civic.Code
	}{
		{"as signed", signer, sig, seal.DomainEntry, []string{"ab", "c"}, ""},
		{"parts cut elsewhere", signer, sig, seal.DomainEntry, []string{"a", "bc"}, civic.Untrusted},
		{"parts joined", signer, sig, seal.DomainEntry, []string{"abc"}, civic.Untrusted},
		{"another domain", signer, sig, seal.DomainPosition, []string{"ab", "c"}, civic.Untrusted},
		{"another key", other, sig, seal.DomainEntry, []string{"ab", "c"}, civic.Untrusted},
		{"another key named", signer, named, seal.DomainEntry, []string{"ab", "c"}, civic.Untrusted},
		{"short", signer, sig[:70], seal.DomainEntry, []string{"ab", "c"}, civic.Untrusted},
		{"another suite", signer, suite, seal.DomainEntry, []string{"ab", "c"}, civic.Unsupported},
	} {
		t.Run(c.name, func(t *testing.T) {
			var parts [][]byte
			for _, p := range c.parts {
				parts = append(parts, []byte(p))
			}
			err := seal.Verify(c.key.Public(), c.sig, c.domain, parts...)
			if (err == nil) != (c.want == "") || err != nil && !errors.Is(err, &civic.Error{Code: c.want}) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if err := seal.Verify(nil, sig, seal.DomainEntry, []byte("ab"), []byte("c")); err == nil {
		t.Error("no key verifies")
	}
}

// FuzzOpen is that no packet makes Open or Unlock panic.
func FuzzOpen(f *testing.F) {
	k, err := seal.GenerateKey()
	if err != nil {
		f.Fatal(err)
	}
	packet, err := seal.Seal(k.Public(), context1(), []byte("content"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packet)
	f.Add(packet[:9])
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := seal.Keyring{k.ID: k}.Open(context1(), b)
		if err == nil && !bytes.Equal(b, packet) {
			t.Errorf("a packet that Seal did not make opens as %q", got)
		}
		_, _ = seal.Unlock(civic.Secret{1}, seal.ForStatus, 0, b)
		_ = seal.Verify(make([]byte, 32), b, seal.DomainEntry, b)
	})
}
