package boltstore

import (
	"bytes"
	"context"
	"time"

	bolt "go.etcd.io/bbolt"

	"doorstep/sync/civic"
)

// Kept is what a terminal still knows of an entry.
type Kept struct {
	ID      civic.EntryID
	Kind    civic.EntryKind
	Code    civic.TrackingCode
	State   civic.EntryState
	Outcome civic.Outcome // once settled
	Sealed  civic.Digest  // of the sealed packet
	Taken   time.Time     // by the terminal's evidence
	Held    time.Time     // central's time of custody from its signed ack; zero before
	Receipt []byte        // locked; nil once purged
	Copies  int           // how often the receipt was printed or shown as a copy
	Shown   bool
}

// Queue is what waits to be held by central.
type Queue struct {
	Entries int       `json:"entries"`
	Bytes   int64     `json:"bytes"`  // with their papers
	Oldest  time.Time `json:"oldest"` // filing time of the oldest; zero if none waits
}

// Kept returns the entries that are about a code, oldest first; none for a code not known here.
func (s *Store) Kept(ctx context.Context, code civic.TrackingCode) ([]Kept, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var list []Kept
	prefix := code.Bytes()
	err := s.view(func(tx *bolt.Tx) error {
		return codesBucket.each(tx, prefix[:], func(key, id []byte) (bool, error) {
			if !bytes.HasPrefix(key, prefix[:]) {
				return false, nil
			}
			k, err := kept(tx, id)
			if err == nil && k != nil {
				list = append(list, *k)
			}
			return true, err
		})
	})
	return list, err
}

// HasCode reports whether an entry here is about a code, so that a new one is never the same.
func (s *Store) HasCode(ctx context.Context, code civic.TrackingCode) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	has := false
	prefix := code.Bytes()
	err := s.view(func(tx *bolt.Tx) error {
		key, _ := tx.Bucket([]byte(codesBucket.name)).Cursor().Seek(prefix[:])
		has = bytes.HasPrefix(key, prefix[:])
		return nil
	})
	return has, err
}

func kept(tx *bolt.Tx, id []byte) (*Kept, error) {
	r, err := getRow(tx, civic.EntryID(id))
	if err != nil || r == nil {
		return nil, err
	}
	k := &Kept{
		ID: r.ID, Kind: r.Kind, Code: r.Code, State: r.state(), Outcome: r.Outcome, Sealed: r.Sealed,
		Taken: instant(r.Taken), Held: instant(r.Held), Copies: r.Copies, Shown: r.Shown != 0,
	}
	receipt, err := receiptsBucket.get(tx, id)
	k.Receipt = bytes.Clone(receipt)
	return k, err
}

// Unshown returns the entries that were saved and whose receipt was not shown, oldest first. One that was taken in
// a moment ago is among them until Shown is called.
func (s *Store) Unshown(ctx context.Context) ([]Kept, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var list []Kept
	err := s.view(func(tx *bolt.Tx) error {
		return unshownBucket.each(tx, nil, func(_, id []byte) (bool, error) {
			k, err := kept(tx, id)
			if err == nil && k != nil {
				list = append(list, *k)
			}
			return true, err
		})
	})
	return list, err
}

// Shown records that the receipt of an entry has been shown; an unknown id is NotFound.
func (s *Store) Shown(ctx context.Context, id civic.EntryID) error {
	return s.changeOne(ctx, id, func(r *row, now int64) bool {
		if r.Shown != 0 {
			return false
		}
		r.Shown = now
		return true
	})
}

// Copy counts one more print of an entry's receipt and returns how many that makes.
func (s *Store) Copy(ctx context.Context, id civic.EntryID) (int, error) {
	n := 0
	err := s.changeOne(ctx, id, func(r *row, _ int64) bool {
		r.Copies++
		n = r.Copies
		return true
	})
	return n, err
}

// changeOne changes the row of one entry; do returns false to leave it as it is.
func (s *Store) changeOne(ctx context.Context, id civic.EntryID, do func(r *row, now int64) bool) error {
	return s.commit(ctx, 512, func(b *batch) error {
		before, err := getRow(b.tx, id)
		if err != nil {
			return err
		}
		if before == nil {
			return civic.Refuse(civic.NotFound, "entry", "store.unknown")
		}
		r := *before
		if !do(&r, b.now) {
			return nil
		}
		return b.changeRow(before, &r)
	})
}

// Queue returns how many entries central does not hold yet.
func (s *Store) Queue(ctx context.Context) (int, error) {
	q, err := s.Waiting(ctx)
	return q.Entries, err
}

// Waiting measures what central does not hold yet.
func (s *Store) Waiting(ctx context.Context) (Queue, error) {
	if err := ctx.Err(); err != nil {
		return Queue{}, err
	}
	var q Queue
	head := s.headNow()
	err := s.view(func(tx *bolt.Tx) error {
		from, err := heldThrough(tx, head.Generation)
		if err != nil {
			return err
		}
		return orderBucket.each(tx, orderKey(head.Generation, from+1), func(_, id []byte) (bool, error) {
			r, err := getRow(tx, civic.EntryID(id))
			if err != nil || r == nil || !r.unsent() {
				return true, err
			}
			q.Entries++
			q.Bytes += r.Size
			if q.Entries == 1 {
				q.Oldest = instant(r.Taken)
			}
			return true, nil
		})
	})
	return q, err
}
