package bundle_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"os"
	"testing"

	"doorstep/sync/bundle"
	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

func examples(t testing.TB) (map[string][]byte, map[string]bundle.Keys) {
	t.Helper()
	page, err := os.ReadFile(protocol)
	if err != nil {
		t.Fatal(err)
	}
	return story(t, page)
}

// TestEveryChangeIsRefused flips every bit of a file, and cuts it at every length: none is taken.
func TestEveryChangeIsRefused(t *testing.T) {
	files, keys := examples(t)
	for name, whole := range files {
		for i := range whole {
			b := bytes.Clone(whole)
			b[i] ^= 1 << (i % 8)
			if p, err := bundle.Open(b, keys[name]); err == nil {
				t.Fatalf("%s with byte %d changed is taken: %+v", name, i, p)
			}
			if p, err := bundle.Open(whole[:i], keys[name]); err == nil {
				t.Fatalf("%s cut at %d is taken: %+v", name, i, p)
			}
		}
		if _, err := bundle.Open(append(bytes.Clone(whole), 0), keys[name]); err == nil {
			t.Errorf("%s with a byte behind it is taken", name)
		}
	}
}

// TestForeign is files of another terminal, of no central known here, of a later version, and too large.
func TestForeign(t *testing.T) {
	files, _ := examples(t)
	stranger := signer(t, 9)
	var b bundle.Builder
	forged, err := b.Seal(bundle.Opening{Up: &bundle.Up{Standing: wire.ProveBody{Key: signer(t, 3).ID}}}, stranger)
	if err != nil {
		t.Fatal(err)
	}
	both, err := b.Seal(bundle.Opening{Up: &bundle.Up{}, Down: &bundle.Down{}}, stranger)
	if err != nil {
		t.Fatal(err)
	}
	// The version is the first value of the opening: {1: 1, ...
	later := bytes.Clone(files["up"])
	later[bytes.IndexByte(later, '\n')+3] = 2
	for _, c := range []struct {
		name string
		file []byte
		keys bundle.Keys
		code civic.Code
	}{
		{"of another terminal", files["up"], bundle.From(stranger.ID, stranger.Public()), civic.NotFound},
		{"of another central", files["down"], bundle.By(stranger.Public()), civic.Untrusted},
		{"signed by a stranger", forged, bundle.From(signer(t, 3).ID, signer(t, 3).Public()), civic.Untrusted},
		{"both ways", both, bundle.By(stranger.Public()), civic.Invalid},
		{"of version 2", later, bundle.From(signer(t, 3).ID, signer(t, 3).Public()), civic.Unsupported},
		{"too large", make([]byte, bundle.MaxPart+1), bundle.By(stranger.Public()), wire.CodeTooLarge},
		{"empty", nil, bundle.By(stranger.Public()), civic.Invalid},
	} {
		if p, err := bundle.Open(c.file, c.keys); !errors.Is(err, &civic.Error{Code: c.code}) {
			t.Errorf("%s: %+v, %v", c.name, p, err)
		}
	}
}

// TestUnknownFrames is that a frame of a later version is passed over and the ones behind it are read.
func TestUnknownFrames(t *testing.T) {
	files, _ := examples(t)
	key := signer(t, 3)
	end := len(files["up"]) - 2 - seal.SignatureSize
	file := append(bytes.Clone(files["up"][:end]), 0x82, 0x18, 0xf0, 0xa0) // [240, {}]
	ping, err := wire.Encode(&wire.Ping{ID: 7})
	if err != nil {
		t.Fatal(err)
	}
	file = append(file, ping...)
	sig := key.Sign(seal.DomainBundle, file)
	file = append(append(file, 0x58, seal.SignatureSize), sig...)
	p, err := bundle.Open(file, bundle.From(key.ID, key.Public()))
	if err != nil || p.Unknown != 1 || len(p.Frames) != 3 {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestBuilderIsBounded fills a file with the largest frames there are.
func TestBuilderIsBounded(t *testing.T) {
	var b bundle.Builder
	key := signer(t, 3)
	chunk := &wire.Chunk{Size: wire.MaxPaper, Data: make([]byte, wire.MaxChunk)}
	for {
		fits, err := b.Add(chunk)
		if err != nil {
			t.Fatal(err)
		}
		if !fits {
			break
		}
	}
	file, err := b.Seal(bundle.Opening{Number: 1, Up: &bundle.Up{
		Standing: wire.ProveBody{Key: key.ID}, Papers: make([]civic.Digest, bundle.MaxPapers),
	}}, key)
	if err != nil {
		t.Fatal(err)
	}
	if b.Count() < 30 || len(file) > bundle.MaxPart {
		t.Errorf("%d chunks in %d bytes", b.Count(), len(file))
	}
	p, err := bundle.Open(file, bundle.From(key.ID, key.Public()))
	if err != nil || len(p.Frames) != b.Count() {
		t.Errorf("%v", err)
	}
}

// FuzzOpen is that no bytes, signed by nobody or by the right key, make the reader do worse than refuse them.
func FuzzOpen(f *testing.F) {
	files, _ := examples(f)
	for _, b := range files {
		f.Add(b)
		f.Add(b[:len(b)/2])
	}
	key := signer(f, 3)
	trusting := bundle.From(key.ID, key.Public())
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := bundle.Open(b, trusting); (p == nil) == (err == nil) {
			t.Fatalf("%v, %v", p, err)
		}
		// What a terminal signed may still be nonsense: its own disk may have failed.
		if len(b) > bundle.MaxPart-128 {
			return
		}
		sig := key.Sign(seal.DomainBundle, b)
		signed := append(append(bytes.Clone(b), 0x58, seal.SignatureSize), sig...)
		p, err := bundle.Open(signed, func(bundle.Opening, civic.KeyID) (ed25519.PublicKey, error) { return key.Public(), nil })
		if (p == nil) == (err == nil) {
			t.Fatalf("%v, %v", p, err)
		}
	})
}
