package bundle_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"doorstep/sync/bundle"
	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// TestFolder writes files, and finds them in the order of their numbers.
func TestFolder(t *testing.T) {
	dir := t.TempDir()
	key := signer(t, 3)
	for _, number := range []uint32{3, 1, 2} {
		var b bundle.Builder
		file, err := b.Seal(bundle.Opening{Number: number, Up: &bundle.Up{Standing: wire.ProveBody{Key: key.ID}}}, key)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // twice is once
			if name, err := bundle.Write(dir, file); err != nil || name != bundle.Name(file) {
				t.Fatalf("%s, %v", name, err)
			}
		}
		if b, err := bundle.Read(dir, bundle.Name(file)); err != nil || !bytes.Equal(b, file) {
			t.Errorf("read %d bytes, %v", len(b), err)
		}
	}
	list, more, err := bundle.Survey(t.Context(), dir)
	if err != nil || more != 0 || len(list) != 3 {
		t.Fatalf("%+v, %d, %v", list, more, err)
	}
	for i, f := range list {
		if f.Err != nil || f.Opening.Number != uint32(i+1) {
			t.Errorf("%d: %+v", i, f)
		}
		if strings.Contains(f.Name, key.ID.String()) {
			t.Errorf("the name %s says whose it is", f.Name)
		}
	}
}

// TestTricks is a stick on which a link, a pipe, a folder, a file without end and a file of another name lie in wait.
func TestTricks(t *testing.T) {
	dir, secret := t.TempDir(), filepath.Join(t.TempDir(), "terminal.key")
	files, _ := examples(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.WriteFile(secret, files["up"], 0o600))
	must(os.Symlink(secret, filepath.Join(dir, "a.bundle")))
	must(os.Symlink("/dev/zero", filepath.Join(dir, "b.bundle")))
	must(syscall.Mkfifo(filepath.Join(dir, "c.bundle"), 0o600))
	must(os.Mkdir(filepath.Join(dir, "d.bundle"), 0o700))
	must(os.WriteFile(filepath.Join(dir, "e.bundle"), nil, 0o600))
	must(os.Truncate(filepath.Join(dir, "e.bundle"), 64<<30)) // sparse
	must(os.WriteFile(filepath.Join(dir, "F.BUNDLE"), files["up"], 0o600))
	must(os.WriteFile(filepath.Join(dir, "letter.txt"), files["up"], 0o600))
	list, _, err := bundle.Survey(t.Context(), dir)
	must(err)
	good := 0
	for _, f := range list {
		if f.Err == nil {
			good++
			if f.Name != "F.BUNDLE" {
				t.Errorf("%s is read", f.Name)
			}
		}
	}
	if good != 1 || len(list) != 6 {
		t.Errorf("%d of %d are read", good, len(list))
	}
	for _, name := range []string{secret, "../" + filepath.Base(filepath.Dir(secret)) + "/terminal.key", "."} {
		if b, err := bundle.Read(dir, name); err == nil {
			t.Errorf("%s leads out of the folder: %d bytes", name, len(b))
		}
	}
}

// TestWriteLeavesNothingHalf is a folder that takes no file: the refusal says so, and nothing stays behind.
func TestWriteLeavesNothingHalf(t *testing.T) {
	dir := t.TempDir()
	files, _ := examples(t)
	// A folder under the file's name is in the way of the rename.
	if err := os.MkdirAll(filepath.Join(dir, bundle.Name(files["up"]), "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := bundle.Write(dir, files["up"]); !errors.Is(err, &civic.Error{Code: civic.Unavailable, Key: "bundle.unwritable"}) {
		t.Errorf("%v", err)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := bundle.Write(filepath.Join(dir, "gone"), files["up"]); !errors.Is(err, &civic.Error{Code: civic.Unavailable}) {
		t.Errorf("no folder: %v", err)
	}
	if _, _, err := bundle.List(filepath.Join(dir, "gone")); !errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		t.Errorf("no folder: %v", err)
	}
}
