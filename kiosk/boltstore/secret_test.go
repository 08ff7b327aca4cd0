package boltstore_test

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"

	"doorstep/kiosk/boltstore"
	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

// TestNothingToRead takes in ten applications as a desk does and searches every file for everything in them, in
// every form a careless program could have written it (promise P4). The same search finds what is planted.
func TestNothingToRead(t *testing.T) {
	ctx := context.Background()
	m := newTerminal(t)
	s, _ := m.open()
	m.enrol(s, 1)
	central, err := seal.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	var words [][]byte
	for i := range uint32(10) {
		a, typed, secret := sealed(t, central.Public(), i)
		takeIn(t, s, a)
		if i%2 == 0 {
			if err := s.Shown(ctx, a.Entry.ID); err != nil {
				t.Fatal(err)
			}
		}
		locked, err := seal.Lock(secret, seal.ForStatus, a.Entry.Code, []byte(`{"service":"HJ-008"}`))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Put(ctx, []wire.Status{{N: uint64(i + 1), Code: a.Entry.Code, Locked: locked}}); err != nil {
			t.Fatal(err)
		}
		for _, w := range typed {
			words = append(words, forms(w)...)
		}
		words = append(words, secret[:], []byte(hex.EncodeToString(secret[:])),
			[]byte(base64.StdEncoding.EncodeToString(secret[:])[:12]), []byte(base32.StdEncoding.EncodeToString(secret[:])))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if found := search(t, m.opts.Dir, words); len(found) > 0 {
		t.Fatalf("found on disk: %v", found)
	}

	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	plants := map[string][]byte{
		"plain": words[0], "utf16": words[1],
		"zstd": append([]byte("xx"), w.EncodeAll(append([]byte("before "), words[0]...), nil)...),
	}
	for name, b := range plants {
		path := filepath.Join(m.opts.Dir, "planted")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if len(search(t, m.opts.Dir, words)) == 0 {
			t.Errorf("the search would not find %s", name)
		}
	}
}

// sealed makes an application with content, as the desk would hand it over.
func sealed(t *testing.T, pub *seal.PublicKey, i uint32) (a boltstore.Taken, typed []string, secret civic.Secret) {
	t.Helper()
	name, number := fmt.Sprintf("欧阳测试%c", '一'+rune(i)*7), fmt.Sprintf("44011819800101%04d", 2000+i)
	address := fmt.Sprintf("增城区新塘镇港口大道北%d号之%d", 300+i, i+1)
	typed = []string{name, number, address, "HJ-008"}
	secret = seal.NewSecret()
	a.At = time.UnixMilli(1764000000000 + int64(i)).UTC()
	a.Entry = civic.Entry{Kind: civic.EntryApplication, Terminal: 10021, Code: civic.NewTrackingCode(10021, i)}
	copy(a.Entry.ID[:], randomBytes(16))
	paper := bytes.Repeat([]byte(name+" "+number+"\n"), 200)
	packet, err := seal.Seal(pub, seal.Context{Kind: a.Entry.Kind, Entry: a.Entry.ID, Index: 1}, paper)
	if err != nil {
		t.Fatal(err)
	}
	a.Papers = [][]byte{packet}
	a.Entry.Papers = []civic.Paper{{Digest: civic.DigestOf(packet), Size: int64(len(packet))}}
	plain, err := json.Marshal(civic.Application{
		ID: a.Entry.ID, Code: a.Entry.Code, Service: "HJ-008", Secret: secret,
		Applicant: civic.Party{Name: name, Address: address, Document: civic.Document{Number: number}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if a.Entry.Sealed, err = seal.Seal(pub, seal.Context{Kind: a.Entry.Kind, Entry: a.Entry.ID}, plain); err != nil {
		t.Fatal(err)
	}
	if a.Receipt, err = seal.Lock(secret, seal.ForReceipt, a.Entry.Code, plain); err != nil {
		t.Fatal(err)
	}
	return a, typed, secret
}

// forms returns a word in UTF-8 and both orders of UTF-16.
func forms(w string) [][]byte {
	var little, big []byte
	for _, u := range utf16.Encode([]rune(w)) {
		little = binary.LittleEndian.AppendUint16(little, u)
		big = binary.BigEndian.AppendUint16(big, u)
	}
	return [][]byte{[]byte(w), little, big}
}

// search looks for words in every file and in everything that can be unpacked from any place of it.
func search(t *testing.T, dir string, words [][]byte) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, part := range append(unpacked(b), b, []byte(path)) {
			for _, w := range words {
				if bytes.Contains(part, w) {
					found = append(found, fmt.Sprintf("%s: %q", filepath.Base(path), w))
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// unpacked returns what zstd frames and gzip members in b hold.
func unpacked(b []byte) [][]byte {
	var out [][]byte
	for i := 0; i+4 < len(b); i++ {
		switch {
		case bytes.HasPrefix(b[i:], []byte{0x28, 0xB5, 0x2F, 0xFD}):
			if r, err := zstd.NewReader(bytes.NewReader(b[i:])); err == nil {
				part, _ := io.ReadAll(io.LimitReader(r, 1<<20))
				r.Close()
				out = append(out, part)
			}
		case bytes.HasPrefix(b[i:], []byte{0x1F, 0x8B, 8}):
			part, _ := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(b[min(i+10, len(b)):])), 1<<20))
			out = append(out, part)
		}
	}
	return out
}

// TestErrorsSayNothing: no error or file name holds a code that belongs to a resident.
func TestErrorsSayNothing(t *testing.T) {
	m := newTerminal(t)
	f := newFaults()
	m.opts.Fault = f.at
	s, _ := m.open()
	m.enrol(s, 1)
	a := application(123456789)
	f.arm(1, "journal:append")
	err := s.TakeIn(context.Background(), a)
	if err == nil || strings.Contains(err.Error(), a.Entry.Code.Digits()) {
		t.Errorf("error is %v", err)
	}
}
