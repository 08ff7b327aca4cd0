package rescue_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"doorstep/sync/civic"
	"doorstep/sync/rescue"
	"doorstep/sync/wire"
)

// written is a folder with two entries, one of them without a position, and a paper.
func written(t *testing.T) (dir string, entries []wire.Entry, paper []byte) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "rescued")
	w, err := rescue.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	entries = []wire.Entry{
		{Body: wire.Signed{Payload: []byte{1, 2}, Signature: []byte{3}}, Position: wire.Signed{Payload: []byte{4}, Signature: []byte{5}}},
		{Body: wire.Signed{Payload: []byte{6}, Signature: []byte{7}}},
	}
	for _, e := range entries {
		if err := w.Entry(e); err != nil {
			t.Fatal(err)
		}
	}
	paper = []byte("ciphertext")
	for range 2 { // two entries may name one paper
		if err := w.Paper(civic.DigestOf(paper), paper); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, entries, paper
}

func read(dir string) (list []wire.Entry, err error) {
	err = rescue.Read(dir, func(e wire.Entry) error {
		list = append(list, e)
		return nil
	})
	return list, err
}

func TestFolder(t *testing.T) {
	dir, entries, paper := written(t)
	got, err := read(dir)
	if err != nil || len(got) != len(entries) {
		t.Fatalf("read %d entries, %v", len(got), err)
	}
	for i := range entries {
		if !reflect.DeepEqual(got[i].Body, entries[i].Body) || !bytes.Equal(got[i].Position.Payload, entries[i].Position.Payload) {
			t.Errorf("entry %d is %+v", i, got[i])
		}
	}
	f, err := rescue.Paper(dir, civic.DigestOf(paper))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if b, err := io.ReadAll(f); err != nil || !bytes.Equal(b, paper) {
		t.Errorf("paper is %q, %v", b, err)
	}
	if _, err := rescue.Paper(dir, civic.Digest{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a paper that is not there: %v", err)
	}
	if _, err := rescue.Create(dir); !errors.Is(err, &civic.Error{Code: civic.Conflict}) {
		t.Errorf("made over another: %v", err)
	}
}

// TestCut cuts the file at every byte: what stands before the cut is given, and the cut is told, unless it falls right
// behind an entry.
func TestCut(t *testing.T) {
	dir, entries, _ := written(t)
	path := filepath.Join(dir, "entries.frames")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	silent := 0
	for n := range whole {
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := read(dir)
		if len(got) >= len(entries) {
			t.Errorf("cut at %d of %d: %d entries", n, len(whole), len(got))
		}
		switch {
		case err == nil:
			silent++
		case !errors.Is(err, &civic.Error{Code: civic.Damaged}):
			t.Errorf("cut at %d: %v", n, err)
		}
	}
	if silent != len(entries) {
		t.Errorf("%d cuts were not told, %d fall behind an entry", silent, len(entries))
	}
}

// FuzzRead reads anything as a folder's file: it never panics and takes no more memory than a frame needs.
func FuzzRead(f *testing.F) {
	f.Add([]byte("doorstep rescue v1\n"))
	f.Add([]byte("doorstep rescue v1\n\x00\x00\x00\x02\x82\x10"))
	f.Add([]byte("doorstep rescue v1\n\xff\xff\xff\xff"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(filepath.Join(dir, "entries.frames"), b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := read(dir); err != nil && !errors.Is(err, &civic.Error{Code: civic.Damaged}) {
			t.Errorf("refused with %v", err)
		}
	})
}
