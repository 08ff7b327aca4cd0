package boltstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// How long things stay that nobody needs any more.
const (
	purgeAfter  = 7 * 24 * time.Hour   // an entry, after central took custody; a revision, after it was replaced
	statusStays = 365 * 24 * time.Hour // a status, after it was last told
)

// Purged tells what Purge removed.
type Purged struct {
	Entries  int
	Papers   int
	Segments int
}

// Purge removes what the terminal need not keep: the bytes, receipts and papers of entries that are settled, whose
// papers central has, covered by a verified backup of central and seven days old (id, code and digest stay), journal
// segments that hold nothing else, replaced revisions that no kept entry can have been filed with, and statuses not heard of for a year. now
// is the time by central's clock, as far as the caller knows it. It is safe to call at any time and ends where a
// crash would leave it: the next call goes on.
func (s *Store) Purge(ctx context.Context, now time.Time) (Purged, error) {
	var p Purged
	if err := ctx.Err(); err != nil || s.opts.Frozen {
		return p, err
	}
	list, err := s.purgeable(now)
	if err != nil {
		return p, err
	}
	if len(list) > 0 {
		if err := s.purgeRows(ctx, list, now); err != nil {
			return p, err
		}
		p.Entries = len(list)
	}
	if err := s.purgeShelf(ctx, now); err != nil {
		return p, err
	}
	if p.Papers, err = s.purgePapers(); err != nil {
		return p, err
	}
	p.Segments, err = s.purgeSegments()
	return p, err
}

// mayPurge is the rule: settled, its papers sent, safe at central, and old enough. A backup that covers an entry of a
// later generation covers what was settled before that began. What was lost here and stands as a void at central has
// nothing left to keep.
func (r *row) mayPurge(safe wire.CustodyBody, now time.Time) bool {
	if !r.state().MayBecome(civic.Purged) || now.Sub(r.since()) < purgeAfter {
		return false
	}
	if r.Damaged {
		return r.Voided
	}
	for _, p := range r.Papers {
		if !p.Sent && !p.Lost {
			return false
		}
	}
	if r.Gen < safe.Through.Generation {
		return safe.Safe > 0
	}
	return r.Gen == safe.Through.Generation && r.Seq <= safe.Safe
}

// since is from when the age of an entry counts: central's own time of custody, since the terminal's may have been
// wrong by years; for what never got there, the time it was taken in.
func (r *row) since() time.Time {
	if r.Held != 0 {
		return instant(r.Held)
	}
	return instant(r.Taken)
}

func (s *Store) purgeable(now time.Time) ([]*row, error) {
	var list []*row
	err := s.view(func(tx *bolt.Tx) error {
		c, err := getCustody(tx)
		if err != nil || c == nil {
			return err
		}
		return eachRow(tx, func(r *row) error {
			if r.mayPurge(c.Body, now) {
				list = append(list, r)
			}
			return nil
		})
	})
	return list, err
}

func eachRow(tx *bolt.Tx, do func(*row) error) error {
	return entriesBucket.each(tx, nil, func(_, payload []byte) (bool, error) {
		r := new(row)
		if err := decode(payload, r); err != nil {
			return false, err
		}
		return true, do(r)
	})
}

// purgeRows writes what stays of the entries to the list of purged ones, synced, before their bytes go.
func (s *Store) purgeRows(ctx context.Context, list []*row, now time.Time) error {
	return s.commit(ctx, maxTurnBytes, func(b *batch) error {
		var stubs []byte
		for _, old := range list {
			before, err := getRow(b.tx, old.ID)
			if err != nil || before == nil {
				return err
			}
			r := *before
			r.Purged, r.Position, r.Papers, r.Rev = now.UnixMilli(), wire.Signed{}, nil, before.Rev+1
			payload, err := encode(r)
			if err != nil {
				return err
			}
			stubs = appendRecord(stubs, recordRow, payload)
			b.rows = append(b.rows, &r)
			b.touched++
			if err := putRow(b.tx, before, &r); err != nil {
				return err
			}
		}
		return s.appendStubs(stubs)
	})
}

// appendStubs adds to the list of purged entries. A torn end is cut off first.
func (s *Store) appendStubs(b []byte) error {
	path := s.path(filePurged)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		if err := s.disk.replace("purge:list", path, header()); err != nil {
			return refuse("begin list of purged entries", err)
		}
	}
	old, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read list of purged entries: %w", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("open list of purged entries: %w", err)
	}
	defer func() { _ = f.Close() }() // what counts was synced
	end := max(readRecords(old).end, int64(fileHeader))
	if err := s.disk.truncate("purge:truncate", f, end); err != nil {
		return refuse("mend list of purged entries", err)
	}
	if err := s.disk.writeAt("purge:append", f, b, end); err != nil {
		return refuse("list purged entries", err)
	}
	if err := s.disk.sync("purge:sync", f); err != nil {
		return refuse("list purged entries", err)
	}
	return nil
}

// purgeShelf removes revisions that were off the shelf for a week when the oldest entry still kept was taken in: no
// draft lives that long, so none of the entries was filed with them. Statuses go with age alone.
func (s *Store) purgeShelf(ctx context.Context, now time.Time) error {
	return s.commit(ctx, 0, func(b *batch) error {
		oldest := now.UnixMilli()
		err := eachRow(b.tx, func(r *row) error {
			if r.owing() {
				oldest = min(oldest, r.Taken)
			}
			return nil
		})
		if err != nil {
			return err
		}
		var editions, statuses [][]byte
		err = under(b.tx, nil, func(key []byte, r *shelfRow) error {
			if r.Gone != 0 && r.Gone < oldest-purgeAfter.Milliseconds() {
				editions = append(editions, key)
			}
			return nil
		})
		if err != nil {
			return err
		}
		err = statusesBucket.each(b.tx, nil, func(key, payload []byte) (bool, error) {
			var r statusRow
			if err := decode(payload, &r); err != nil {
				return false, err
			}
			if now.Sub(instant(r.At)) > statusStays {
				statuses = append(statuses, append([]byte(nil), key...))
			}
			return true, nil
		})
		if err != nil {
			return err
		}
		b.touched += len(editions) + len(statuses)
		for _, key := range editions {
			if err := editionsBucket.delete(b.tx, key); err != nil {
				return err
			}
		}
		for _, key := range statuses {
			if err := statusesBucket.delete(b.tx, key); err != nil {
				return err
			}
		}
		if len(editions) > 0 {
			b.after = append(b.after, func() { s.shelveFile(nil, civic.Cursor{}, true) })
		}
		return nil
	})
}

// purgePapers removes files that no kept entry names. A week's grace leaves alone what an entry that damage hid may
// still need. The files bear times of the wall clock, so it is read for them, and while something is being taken in
// nothing is removed: the clock may have jumped since its papers were written.
func (s *Store) purgePapers() (int, error) {
	named := map[string]bool{}
	err := s.view(func(tx *bolt.Tx) error {
		return eachRow(tx, func(r *row) error {
			for _, p := range r.Papers {
				named[p.Digest.String()] = true
			}
			return nil
		})
	})
	if err != nil {
		return 0, err
	}
	files, err := os.ReadDir(s.path(dirPapers))
	if err != nil {
		return 0, fmt.Errorf("list papers: %w", err)
	}
	if s.takingIn() {
		return 0, nil
	}
	n, now := 0, s.opts.Clock().Wall
	for _, e := range files {
		info, err := e.Info()
		if err != nil || named[e.Name()] || now.Sub(info.ModTime()) < purgeAfter {
			continue
		}
		if err := s.disk.remove("purge:paper", filepath.Join(s.path(dirPapers), e.Name())); err != nil {
			return n, refuse("remove paper", err)
		}
		n++
	}
	return n, nil
}

// takingIn reports whether an entry is being taken in whose papers may be written and not yet named.
func (s *Store) takingIn() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.busy) > 0
}

// purgeSegments removes the segments, oldest first, that hold no bytes of a kept entry. What they alone say of kept
// entries is written again at the end before.
func (s *Store) purgeSegments() (n int, err error) {
	err = s.exclusive(func() error {
		if err := s.settleOwed(); err != nil {
			return err
		}
		n, err = s.dropSegments()
		return err
	})
	return n, err
}

func (s *Store) dropSegments() (int, error) {
	rows, custody, err := s.keptRows()
	if err != nil {
		return 0, err
	}
	list, err := s.journal.segments()
	if err != nil {
		return 0, err
	}
	n := 0
	for _, number := range list {
		if s.journal.f == nil || number >= s.journal.number {
			break
		}
		carry, ok, err := s.carried(number, rows, custody)
		if err != nil {
			return n, err
		}
		if !ok {
			break // only from the oldest on: an undone record must outlive what it undoes
		}
		if len(carry) > 0 {
			if err := s.journal.append(carry, true, nil); err != nil {
				return n, refuse("carry over journal", err)
			}
		}
		if err := s.disk.remove("purge:segment", s.journal.path(number)); err != nil {
			return n, refuse("remove segment", err)
		}
		n++
	}
	return n, nil
}

func (s *Store) keptRows() (rows map[civic.EntryID]*row, custody *custodyRow, err error) {
	rows = map[civic.EntryID]*row{}
	err = s.view(func(tx *bolt.Tx) error {
		if custody, err = getCustody(tx); err != nil {
			return err
		}
		return eachRow(tx, func(r *row) error {
			if r.Purged == 0 {
				rows[r.ID] = r
			}
			return nil
		})
	})
	return rows, custody, err
}

// carried returns the records that must be written again before a segment goes; ok is false where it may not go.
func (s *Store) carried(number uint64, rows map[civic.EntryID]*row, custody *custodyRow) (out []byte, ok bool, err error) {
	id, err := encode(s.who())
	if err != nil {
		return nil, false, err
	}
	b, err := os.ReadFile(s.journal.path(number))
	if err != nil {
		return nil, false, fmt.Errorf("read segment: %w", err)
	}
	late := custody != nil
	for _, r := range readRecords(b).records {
		switch r.kind {
		case recordEntry:
			var e entryRecord
			if decode(r.payload, &e) == nil && rows[e.Row.ID] != nil {
				return nil, false, nil
			}
		case recordRow:
			var v row
			if decode(r.payload, &v) == nil && rows[v.ID] != nil && rows[v.ID].Rev == v.Rev {
				out = appendRecord(out, recordRow, r.payload)
			}
		case recordIdentity:
			out = appendRecord(out, recordIdentity, id)
		case recordCustody:
			if late {
				payload, err := encode(custody)
				if err != nil {
					return nil, false, err
				}
				out, late = appendRecord(out, recordCustody, payload), false
			}
		}
	}
	return out, true, nil
}
