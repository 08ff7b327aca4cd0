package papers_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"doorstep/sync/civic"

	"doorstep/central/papers"
)

func open(t *testing.T, dir string) *papers.Folder {
	t.Helper()
	f, err := papers.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func isCode(err error, code civic.Code) bool { return errors.Is(err, &civic.Error{Code: code}) }

func TestAppend(t *testing.T) {
	paper := bytes.Repeat([]byte("0123456789"), 10)
	d := civic.DigestOf(paper)
	type call struct {
		offset     int64
		data       []byte
		have       int64
		whole      bool
		wrongsized bool
	}
	tests := []struct {
		name  string
		calls []call
	}{
		{"in one", []call{{0, paper, 100, true, false}}},
		{"in order", []call{{0, paper[:40], 40, false, false}, {40, paper[40:], 100, true, false}}},
		{"a question", []call{{0, nil, 0, false, false}, {0, paper[:40], 40, false, false}, {0, nil, 40, false, false}}},
		{"again", []call{{0, paper[:40], 40, false, false}, {0, paper[:40], 40, false, false}, {40, paper[40:], 100, true, false}, {40, paper[40:], 100, true, false}}},
		{"overlapping", []call{{0, paper[:40], 40, false, false}, {30, paper[30:], 100, true, false}}},
		{"a gap", []call{{0, paper[:40], 40, false, false}, {50, paper[50:], 40, false, false}}},
		{"too much", []call{{0, paper[:40], 40, false, false}, {40, append(bytes.Clone(paper[40:]), 'x'), 40, false, true}}},
		{"other content starts again", []call{{0, paper[:40], 40, false, false}, {40, make([]byte, 60), 0, false, false}, {0, paper, 100, true, false}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for i, c := range tt.calls {
				f := open(t, dir) // each call after a restart
				have, whole, err := f.Append(d, 100, c.offset, c.data)
				if (err != nil) != c.wrongsized || err != nil && !isCode(err, civic.Invalid) {
					t.Fatalf("call %d: %v", i, err)
				}
				if have != c.have || whole != c.whole {
					t.Fatalf("call %d: have %d, whole %v; want %d, %v", i, have, whole, c.have, c.whole)
				}
				again, whole, err := open(t, dir).Have(d)
				if err != nil || again != c.have || whole != c.whole {
					t.Fatalf("call %d: a restart has %d, whole %v, %v", i, again, whole, err)
				}
				b, err := f.Read(d)
				if c.whole && (err != nil || !bytes.Equal(b, paper)) {
					t.Fatalf("call %d: read %d bytes, %v", i, len(b), err)
				}
				if !c.whole && !isCode(err, civic.Unavailable) {
					t.Fatalf("call %d: a paper that is not whole was read: %v", i, err)
				}
			}
		})
	}
}

func TestAppendAtOnce(t *testing.T) {
	f := open(t, t.TempDir())
	paper := bytes.Repeat([]byte("abcdefgh"), 1000)
	d := civic.DigestOf(paper)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for at := int64(0); ; {
				have, whole, err := f.Append(d, int64(len(paper)), at, paper[at:min(at+500, int64(len(paper)))])
				if err != nil {
					t.Errorf("append at %d: %v", at, err)
					return
				}
				if whole {
					return
				}
				at = have
			}
		})
	}
	wg.Wait()
	b, err := f.Read(d)
	if err != nil || !bytes.Equal(b, paper) {
		t.Fatalf("read %d bytes, %v", len(b), err)
	}
}

func TestDamaged(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir)
	paper := []byte("sealed")
	d := civic.DigestOf(paper)
	if _, whole, err := f.Append(d, 6, 0, paper); !whole || err != nil {
		t.Fatal(whole, err)
	}
	name := filepath.Join(dir, d.String()[:2], d.String())
	if err := os.WriteFile(name, []byte("seaIed"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Read(d); !isCode(err, civic.Damaged) {
		t.Fatalf("a changed paper was read: %v", err)
	}
}

func TestRemove(t *testing.T) {
	f, err := papers.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	whole, part := []byte("a whole paper"), []byte("half a paper")
	for _, p := range []struct {
		data []byte
		end  int
	}{{whole, len(whole)}, {part, 4}} {
		d := civic.DigestOf(p.data)
		if err := f.Remove(d); err != nil {
			t.Fatalf("of nothing: %v", err)
		}
		if _, _, err := f.Append(d, int64(len(p.data)), 0, p.data[:p.end]); err != nil {
			t.Fatal(err)
		}
		if err := f.Remove(d); err != nil {
			t.Fatal(err)
		}
		if have, isWhole, err := f.Have(d); have != 0 || isWhole || err != nil {
			t.Fatalf("after removal: %d bytes, whole %v, %v", have, isWhole, err)
		}
		if err := f.Remove(d); err != nil {
			t.Fatalf("again: %v", err)
		}
	}
}

// TestTwoProcesses appends the same papers through two folders at once, as a stick beside the line does: each is whole
// once, and neither hears of an error.
func TestTwoProcesses(t *testing.T) {
	dir := t.TempDir()
	list := make([][]byte, 8)
	for i := range list {
		list[i] = bytes.Repeat([]byte{byte('a' + i)}, 64<<10)
	}
	var both sync.WaitGroup
	for range 2 {
		f := open(t, dir)
		both.Go(func() {
			for _, paper := range list {
				d := civic.DigestOf(paper)
				for have, whole := int64(0), false; !whole; {
					var err error
					if have, whole, err = f.Append(d, int64(len(paper)), have, paper[have:min(have+4096, int64(len(paper)))]); err != nil {
						t.Errorf("append: %v", err)
						return
					}
				}
			}
		})
	}
	both.Wait()
	f := open(t, dir)
	for _, paper := range list {
		if b, err := f.Read(civic.DigestOf(paper)); err != nil || !bytes.Equal(b, paper) {
			t.Errorf("%d bytes, %v", len(b), err)
		}
	}
	if left, err := filepath.Glob(dir + "/*/*.part"); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
