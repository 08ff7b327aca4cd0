package boltstore_test

import (
	"archive/zip"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"doorstep/kiosk/boltstore"
	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

var update = flag.Bool("update", false, "write the golden store of the present version")

// golden is the store of each version as its program left it. It is opened for ever.
const golden = "testdata/v1.zip"

func goldenTerminal(t *testing.T) *terminal {
	m := newTerminal(t)
	key, err := seal.ParseSigner(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	m.key, m.opts.Signer, m.opts.SegmentSize = key, key, 4096
	return m
}

func goldenEntry(i byte) boltstore.Taken {
	paper := bytes.Repeat([]byte{i, 1}, 40)
	return boltstore.Taken{
		Entry: civic.Entry{
			Kind: civic.EntryApplication, ID: civic.EntryID{i, 9}, Terminal: 10021, Code: civic.NewTrackingCode(10021, uint32(i)),
			Evidence: civic.Evidence{Wall: time.UnixMilli(1764000000000).UTC()}, Sealed: bytes.Repeat([]byte{i, 2}, 300),
			Papers: []civic.Paper{{Digest: civic.DigestOf(paper), Size: int64(len(paper))}},
		},
		Papers: [][]byte{paper}, Receipt: bytes.Repeat([]byte{i, 3}, 50), At: time.UnixMilli(1764000000000).UTC(),
	}
}

// writeGolden makes a store with one entry in each state, a shelf and a status.
func writeGolden(t *testing.T) {
	ctx := context.Background()
	m := goldenTerminal(t)
	s, _ := m.open()
	m.enrol(s, 1)
	for i := range byte(5) {
		takeIn(t, s, goldenEntry(i))
		if i == 2 {
			hold(t, s, m.key, 1)
		}
	}
	for i := range byte(2) {
		o := wire.Outcome{Entry: civic.EntryID{i, 9}, Seq: uint64(i + 1), Outcome: civic.OutcomeCase}
		if err := s.Journal().Settle(ctx, o); err != nil {
			t.Fatal(err)
		}
	}
	guide := m.edition(civic.Edition{N: 1, Kind: civic.EditionGuide, ID: "HJ-008", Rev: 1})
	status := wire.Status{N: 1, Code: civic.NewTrackingCode(10021, 0), Locked: []byte("locked")}
	sent := s.Sent(ctx, goldenEntry(0).Entry.Papers[0].Digest)
	_, purged := s.Purge(ctx, time.UnixMilli(1764000000000).Add(8*24*time.Hour))
	for _, err := range []error{
		sent, purged,
		s.Apply(ctx, []wire.Edition{guide}, civic.Cursor{Store: civic.EntryID{1}, N: 1}),
		s.Put(ctx, []wire.Status{status}),
		s.Synchronised(ctx, time.UnixMilli(1764000000000)),
		s.Shown(ctx, civic.EntryID{3, 9}),
		s.Close(),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	if err := w.AddFS(os.DirFS(m.opts.Dir)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestGolden opens the store of version 1, whole and without either copy.
func TestGolden(t *testing.T) {
	if *update {
		writeGolden(t)
	}
	for _, lost := range []string{"", "state.db", "journal"} {
		t.Run("without "+lost, func(t *testing.T) {
			m := goldenTerminal(t)
			r, err := zip.OpenReader(golden)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = r.Close() }()
			unzip(t, r, m.opts.Dir)
			if lost != "" {
				remove(t, m.opts.Dir, lost)
			}
			s, report := m.open()
			if lost == "" && len(report.Findings) > 0 {
				t.Errorf("report %+v", report.Findings)
			}
			mustCheck(t, s)
			got := ""
			for i := range byte(5) {
				k := state(t, s, goldenEntry(i))
				got += fmt.Sprintf("%s %v %d ", k.State, k.Shown, len(k.Receipt))
			}
			const want = "purged false 0 settled false 100 held false 100 kept true 100 kept false 100 "
			if got != want {
				t.Errorf("entries are %s, want %s", got, want)
			}
			guides, err := s.Editions(context.Background(), civic.EditionGuide)
			if err != nil || len(guides) != 1 || guides[0].ID != "HJ-008" {
				t.Errorf("guides are %v, %v", guides, err)
			}
			if place, err := s.Place(context.Background()); err != nil || place.Number != 10021 || place.PointName != "新塘镇" {
				t.Errorf("place is %+v, %v", place, err)
			}
		})
	}
}

func unzip(t *testing.T, r *zip.ReadCloser, dir string) {
	t.Helper()
	err := fs.WalkDir(r, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(dir, path)
		if e.IsDir() {
			return os.MkdirAll(to, 0o700)
		}
		b, err := fs.ReadFile(r, path)
		if err != nil {
			return err
		}
		return os.WriteFile(to, b, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}
