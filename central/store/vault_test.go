package store_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

func vault(t *testing.T, current byte, ids ...byte) *store.Vault {
	t.Helper()
	keys := map[byte][]byte{}
	for _, id := range ids {
		keys[id] = bytes.Repeat([]byte{id}, 32)
	}
	v, err := store.NewVault(keys, current)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVault(t *testing.T) {
	old := vault(t, 1, 1)
	box := old.Seal("cases/name/1", []byte("龑𠮷"))
	if bytes.Contains(box, []byte("龑")) || box[1] != 1 {
		t.Fatalf("box is %x", box)
	}
	both := vault(t, 2, 1, 2)
	b, err := both.Open("cases/name/1", box)
	if err != nil || string(b) != "龑𠮷" {
		t.Fatalf("after a new key: %q, %v", b, err)
	}
	if got := both.Seal("x", nil)[1]; got != 2 {
		t.Fatalf("new boxes are under key %d", got)
	}
	if bytes.Equal(old.Seal("x", []byte("a")), old.Seal("x", []byte("a"))) {
		t.Fatal("two boxes of the same content are the same")
	}
	changed := bytes.Clone(box)
	changed[len(changed)-1] ^= 1
	newer := bytes.Clone(box)
	newer[0] = 2
	for name, tt := range map[string]struct {
		v     *store.Vault
		place string
		box   []byte
		code  civic.Code
	}{
		"another row":    {old, "cases/name/2", box, civic.Damaged},
		"another column": {old, "cases/phone/1", box, civic.Damaged},
		"changed":        {old, "cases/name/1", changed, civic.Damaged},
		"cut":            {old, "cases/name/1", box[:8], civic.Damaged},
		"empty":          {old, "cases/name/1", nil, civic.Unsupported},
		"newer version":  {old, "cases/name/1", newer, civic.Unsupported},
		"key gone":       {vault(t, 2, 2), "cases/name/1", box, civic.Untrusted},
	} {
		if _, err := tt.v.Open(tt.place, tt.box); !errors.Is(err, &civic.Error{Code: tt.code}) {
			t.Errorf("%s: %v, want %s", name, err, tt.code)
		}
	}
}

func TestLookup(t *testing.T) {
	v := vault(t, 1, 1)
	a, b := civic.NewTrackingCode(1, 1), civic.NewTrackingCode(1, 2)
	kept := v.Lookup(a, "123X")
	if !v.Matches(kept, a, "123x") || !vault(t, 2, 1, 2).Matches(kept, a, "123X") {
		t.Fatal("the pair does not match itself")
	}
	if v.Matches(kept, b, "123X") || v.Matches(kept, a, "1234") || v.Matches(kept, a, "") ||
		vault(t, 2, 2).Matches(kept, a, "123X") || v.Matches(nil, a, "") || v.Matches(v.Lookup(a, ""), a, "") {
		t.Fatal("another pair matches")
	}
	if bytes.Equal(v.Lookup(a, "123X"), v.Lookup(b, "123X")) {
		t.Fatal("equal documents show")
	}
}

func TestAlike(t *testing.T) {
	now := time.Date(2026, 9, 28, 12, 0, 0, 0, time.UTC)
	card := civic.Document{Kind: civic.ForeignResident, Number: "USA110170010101"}
	tag := func(v *store.Vault, kind civic.DocumentKind, number, service string) string {
		if tags := v.Alike(civic.Document{Kind: kind, Number: number}, service, now); len(tags) > 0 {
			return string(tags[0])
		}
		return ""
	}
	old := vault(t, 1, 1)
	want := tag(old, card.Kind, card.Number, "HJ-008")
	if len(want) != 33 || want[0] != 1 || strings.Contains(want, card.Number) {
		t.Fatalf("tag is %x", want)
	}
	if got := tag(old, card.Kind, "usa 110170010101", "HJ-008"); got != want {
		t.Errorf("written otherwise: %x, want %x", got, want)
	}
	for name, got := range map[string]string{
		"another kind":    tag(old, civic.Passport, card.Number, "HJ-008"),
		"another number":  tag(old, card.Kind, "USA110170010102", "HJ-008"),
		"another service": tag(old, card.Kind, card.Number, "HJ-009"),
		"another key":     tag(vault(t, 2, 2), card.Kind, card.Number, "HJ-008"),
	} {
		if got == "" || got[1:] == want[1:] {
			t.Errorf("%s: %x", name, got)
		}
	}
	if tag(old, card.Kind, "USA", "HJ-008") != "" || tag(old, "", "", "HJ-008") != "" {
		t.Error("what is no document has a tag")
	}
	both := vault(t, 2, 1, 2).Alike(card, "HJ-008", now)
	if len(both) != 2 || both[0][0] != 2 || string(both[1]) != want {
		t.Errorf("after a new key: %x", both)
	}
}

func TestVaultFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vault.key")
	if _, err := store.OpenVault(path); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("no file: %v", err)
	}
	made, err := store.CreateVault(path)
	if err != nil {
		t.Fatal(err)
	}
	box := made.Seal("x", []byte("a"))
	if _, err := store.CreateVault(path); !errors.Is(err, fs.ErrExist) {
		t.Fatalf("made a key over another: %v", err)
	}
	add(t, path, "2 "+string(bytes.Repeat([]byte("ab"), 32))+"\n")
	both, err := store.OpenVault(path)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := both.Open("x", box); err != nil || string(b) != "a" {
		t.Fatalf("%q, %v", b, err)
	}
	if both.Seal("x", nil)[1] != 2 {
		t.Fatal("the last line does not encrypt")
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := store.OpenVault(path); !errors.Is(err, fs.ErrPermission) {
		t.Fatalf("a file that others read: %v", err)
	}
	for name, text := range map[string]string{
		"empty": "", "no id": "abcd\n", "short": "1 abcd\n", "id 0": "0 " + string(bytes.Repeat([]byte("ab"), 32)),
		"twice": "1 " + string(bytes.Repeat([]byte("ab"), 32)) + "\n1 " + string(bytes.Repeat([]byte("cd"), 32)),
	} {
		p := filepath.Join(t.TempDir(), "k")
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := store.OpenVault(p); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
}

func add(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}
