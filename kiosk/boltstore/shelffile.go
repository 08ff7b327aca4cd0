package boltstore

import (
	"fmt"
	"os"

	bolt "go.etcd.io/bbolt"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// shelfFile is the second copy of what central published: records of editions, and after each set the cursor. It
// grows with every Apply and is written again when half of it is out of date.
type shelfFile struct {
	f       *os.File
	size    int64
	records int // in the file
	live    int // when it was last written whole
	dirty   bool
}

// compactSlack is how many out-of-date records are always borne.
const compactSlack = 256

func (f *shelfFile) close() {
	if f.f != nil {
		_ = f.f.Close()
		f.f = nil
	}
}

// shelveFile brings the file up to what bbolt just committed. A failure is no reason to refuse the editions, which
// are stored: the file is then written whole the next time.
func (s *Store) shelveFile(rows []*shelfRow, cursor civic.Cursor, whole bool) {
	f := &s.shelf
	if whole || f.dirty || f.f == nil || f.records+len(rows) > 2*f.live+compactSlack {
		if err := s.writeShelf(); err != nil {
			f.dirty = true
			s.opts.Logger.Warn("copy of the editions not written", "error", err)
		}
		return
	}
	b, err := shelfRecords(nil, rows, cursor)
	if err == nil {
		err = s.disk.writeAt("shelf:append", f.f, b, f.size)
	}
	if err == nil {
		err = s.disk.sync("shelf:sync", f.f)
	}
	if err != nil {
		f.dirty = true
		s.opts.Logger.Warn("copy of the editions not written", "error", err)
		return
	}
	f.size += int64(len(b))
	f.records += len(rows)
}

func shelfRecords(b []byte, rows []*shelfRow, cursor civic.Cursor) (_ []byte, err error) {
	for _, r := range rows {
		if b, err = shelfRecord(b, r); err != nil {
			return nil, err
		}
	}
	return cursorRecord(b, cursor)
}

func shelfRecord(b []byte, r *shelfRow) ([]byte, error) {
	payload, err := encode(r)
	if err != nil {
		return nil, err
	}
	return appendRecord(b, recordEdition, payload), nil
}

func cursorRecord(b []byte, cursor civic.Cursor) ([]byte, error) {
	payload, err := encode(wire.Cursor(cursor))
	if err != nil {
		return nil, err
	}
	return appendRecord(b, recordCursor, payload), nil
}

// writeShelf writes the whole shelf from bbolt into a new file. Only the bytes to write are held, not the rows.
func (s *Store) writeShelf() error {
	var cursor wire.Cursor
	rows := 0
	b := append(make([]byte, 0, s.shelf.size+s.shelf.size/4), header()...)
	err := s.view(func(tx *bolt.Tx) error {
		if _, err := metaBucket.load(tx, keyCursor, &cursor); err != nil {
			return err
		}
		return under(tx, nil, func(_ []byte, r *shelfRow) (err error) {
			rows++
			b, err = shelfRecord(b, r)
			return err
		})
	})
	if err != nil {
		return fmt.Errorf("read shelf: %w", err)
	}
	if b, err = cursorRecord(b, civic.Cursor(cursor)); err != nil {
		return err
	}
	if err := s.disk.replace("shelf", s.path(fileShelf), b); err != nil {
		return fmt.Errorf("write shelf: %w", err)
	}
	return s.openShelf(int64(len(b)), rows)
}

func (s *Store) openShelf(size int64, rows int) error {
	f, err := os.OpenFile(s.path(fileShelf), os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("open shelf: %w", err)
	}
	s.shelf.close()
	s.shelf = shelfFile{f: f, size: size, records: rows, live: rows}
	return nil
}

// shelfCopy is what the shelf file holds: the rows in the order they were stored, and the cursor, zero unless the
// file is whole.
type shelfCopy struct {
	rows   []*shelfRow
	cursor wire.Cursor
	whole  bool
	newer  bool
	size   int64
}

func readShelf(path string) shelfCopy {
	b, err := os.ReadFile(path)
	if err != nil {
		return shelfCopy{}
	}
	c := readRecords(b)
	out := shelfCopy{newer: c.newer, size: int64(len(b))}
	out.whole = c.damaged == 0 && c.torn == 0 && len(c.records) > 0
	for i, r := range c.records {
		last := i == len(c.records)-1
		switch r.kind {
		case recordEdition:
			v := new(shelfRow)
			if decode(r.payload, v) != nil || last {
				out.whole = false
			}
			if v.N != 0 || len(v.Edition.Edition.Payload) > 0 {
				out.rows = append(out.rows, v)
			}
		case recordCursor:
			if decode(r.payload, &out.cursor) != nil {
				out.whole = false
			}
		}
	}
	if !out.whole {
		out.cursor = wire.Cursor{}
	}
	return out
}
