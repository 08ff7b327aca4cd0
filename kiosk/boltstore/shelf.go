package boltstore

import (
	"bytes"
	"context"
	"encoding/binary"

	bolt "go.etcd.io/bbolt"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// shelfRow is one revision of one item. Gone says since when it is no longer the current one.
type shelfRow struct {
	Edition wire.Edition `cbor:"1,keyasint"`
	N       uint64       `cbor:"2,keyasint"`
	Gone    int64        `cbor:"3,keyasint,omitempty"`
}

// stays reports whether revisions of a kind are kept after they are replaced: an application is checked against the
// revision it was opened with.
func stays(kind civic.EditionKind) bool {
	return kind == civic.EditionGuide || kind == civic.EditionForm
}

func kindPrefix(kind civic.EditionKind) []byte { return append([]byte(kind), 0) }

func itemPrefix(kind civic.EditionKind, id string) []byte {
	return append(append(kindPrefix(kind), id...), 0)
}

func revisionKey(kind civic.EditionKind, id string, rev uint32) []byte {
	return binary.BigEndian.AppendUint32(itemPrefix(kind, id), rev)
}

// under calls do with the shelf's rows whose key begins with prefix.
func under(tx *bolt.Tx, prefix []byte, do func(key []byte, r *shelfRow) error) error {
	return editionsBucket.each(tx, prefix, func(key, payload []byte) (bool, error) {
		if !bytes.HasPrefix(key, prefix) {
			return false, nil
		}
		r := new(shelfRow)
		if err := decode(payload, r); err != nil {
			return false, err
		}
		return true, do(bytes.Clone(key), r)
	})
}

// Cursor returns how far the feed has been applied.
func (s *Store) Cursor(ctx context.Context) (civic.Cursor, error) {
	if err := ctx.Err(); err != nil {
		return civic.Cursor{}, err
	}
	var c wire.Cursor
	err := s.view(func(tx *bolt.Tx) error {
		_, err := metaBucket.load(tx, keyCursor, &c)
		return err
	})
	return civic.Cursor(c), err
}

// Apply stores editions and the cursor in one transaction, and then in the shelf's own file. Each edition's
// signature has been verified.
func (s *Store) Apply(ctx context.Context, editions []wire.Edition, cursor civic.Cursor) error {
	return s.shelve(ctx, editions, cursor, false)
}

// Replace stores the complete set in one transaction. What it does not name goes, except guides and forms, which
// are no longer shown and are kept as Purge describes.
func (s *Store) Replace(ctx context.Context, editions []wire.Edition, cursor civic.Cursor) error {
	return s.shelve(ctx, editions, cursor, true)
}

func (s *Store) shelve(ctx context.Context, editions []wire.Edition, cursor civic.Cursor, whole bool) error {
	size := 0
	for _, e := range editions {
		size += len(e.Edition.Payload)
	}
	return s.commit(ctx, size, func(b *batch) error {
		rows := make([]*shelfRow, len(editions))
		names := make([]*civic.Edition, len(editions))
		for i := range editions {
			e, err := wire.ReadEdition(editions[i].Edition)
			if err != nil {
				return err
			}
			rows[i], names[i] = &shelfRow{Edition: editions[i], N: e.N}, e
			e.Body = nil // only its name is asked for: ten thousand bodies twice would be felt
		}
		b.touched++
		if whole {
			if err := retire(b.tx, nil, b.now); err != nil {
				return err
			}
		}
		for i, r := range rows {
			if err := putEdition(b.tx, names[i], r, b.now); err != nil {
				return err
			}
		}
		b.after = append(b.after, func() { s.shelveFile(rows, cursor, whole) })
		if len(rows) > 0 || whole {
			b.after = append(b.after, s.raiseShelved)
		}
		return metaBucket.save(b.tx, keyCursor, wire.Cursor(cursor))
	})
}

func (s *Store) raiseShelved() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shelved.raise()
}

// putEdition makes r the current revision of its item, unless a later one is there already.
func putEdition(tx *bolt.Tx, e *civic.Edition, r *shelfRow, now int64) error {
	prefix := itemPrefix(e.Kind, e.ID)
	late := false
	err := under(tx, prefix, func(_ []byte, old *shelfRow) error {
		late = late || (old.Gone == 0 && old.N > r.N)
		return nil
	})
	if err != nil || late {
		return err
	}
	if err := retire(tx, prefix, now); err != nil {
		return err
	}
	return editionsBucket.save(tx, revisionKey(e.Kind, e.ID, e.Rev), r)
}

// retire takes revisions off the shelf: guides and forms stay, out of sight.
func retire(tx *bolt.Tx, prefix []byte, now int64) error {
	type change struct {
		key []byte
		row *shelfRow
	}
	var list []change
	err := under(tx, prefix, func(key []byte, r *shelfRow) error {
		list = append(list, change{key, r})
		return nil
	})
	for _, c := range list {
		kind, _, _ := bytes.Cut(c.key, []byte{0})
		switch {
		case !stays(civic.EditionKind(kind)):
			err = editionsBucket.delete(tx, c.key)
		case c.row.Gone == 0:
			c.row.Gone = now
			err = editionsBucket.save(tx, c.key, c.row)
		}
		if err != nil {
			return err
		}
	}
	return err
}

// Editions returns the current edition of every item of a kind, tombstones left out.
func (s *Store) Editions(ctx context.Context, kind civic.EditionKind) ([]civic.Edition, error) {
	return s.current(ctx, kindPrefix(kind))
}

// Edition returns the current edition of one item; NotFound where there is none or it was withdrawn.
func (s *Store) Edition(ctx context.Context, kind civic.EditionKind, id string) (*civic.Edition, error) {
	list, err := s.current(ctx, itemPrefix(kind, id))
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, civic.Refuse(civic.NotFound, string(kind), "store.edition")
	}
	return &list[0], nil
}

func (s *Store) current(ctx context.Context, prefix []byte) ([]civic.Edition, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var list []civic.Edition
	err := s.view(func(tx *bolt.Tx) error {
		return under(tx, prefix, func(_ []byte, r *shelfRow) error {
			if r.Gone != 0 {
				return nil
			}
			e, err := wire.ReadEdition(r.Edition.Edition)
			if err == nil && !e.Tombstone {
				list = append(list, *e)
			}
			return err
		})
	})
	return list, err
}

// Signed returns the signed bytes of the current edition of one item, for whoever verifies it again.
func (s *Store) Signed(ctx context.Context, kind civic.EditionKind, id string) (wire.Edition, error) {
	if err := ctx.Err(); err != nil {
		return wire.Edition{}, err
	}
	var found *wire.Edition
	err := s.view(func(tx *bolt.Tx) error {
		return under(tx, itemPrefix(kind, id), func(_ []byte, r *shelfRow) error {
			if r.Gone == 0 {
				found = &r.Edition
			}
			return nil
		})
	})
	if err != nil || found == nil {
		return wire.Edition{}, cmpErr(err, civic.Refuse(civic.NotFound, string(kind), "store.edition"))
	}
	return *found, nil
}

func cmpErr(err error, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// Revision returns one revision of an item, current or kept; NotFound where it is not here.
func (s *Store) Revision(ctx context.Context, kind civic.EditionKind, v civic.Revision) (*civic.Edition, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var e *civic.Edition
	err := s.view(func(tx *bolt.Tx) error {
		var r shelfRow
		ok, err := editionsBucket.load(tx, revisionKey(kind, v.ID, v.Rev), &r)
		if err != nil || !ok {
			return err
		}
		e, err = wire.ReadEdition(r.Edition.Edition)
		return err
	})
	if err == nil && (e == nil || e.Tombstone) {
		return nil, civic.Refuse(civic.NotFound, string(kind), "store.edition")
	}
	return e, err
}
