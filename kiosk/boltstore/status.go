package boltstore

import (
	"bytes"
	"context"

	bolt "go.etcd.io/bbolt"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// statusRow is the last status of a case, locked under the receipt secret.
type statusRow struct {
	Status wire.Status `cbor:"1,keyasint"`
	At     int64       `cbor:"2,keyasint"`
}

// Seen returns the number of the last status stored.
func (s *Store) Seen(ctx context.Context) (uint64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	var n uint64
	err := s.view(func(tx *bolt.Tx) error {
		_, err := metaBucket.load(tx, keySeen, &n)
		return err
	})
	return n, err
}

// Put stores statuses; for one code the later number wins.
func (s *Store) Put(ctx context.Context, list []wire.Status) error {
	size := 0
	for _, st := range list {
		size += len(st.Locked)
	}
	return s.commit(ctx, size, func(b *batch) error {
		var seen uint64
		if _, err := metaBucket.load(b.tx, keySeen, &seen); err != nil {
			return err
		}
		b.touched++
		for _, st := range list {
			if err := putStatus(b.tx, statusRow{st, b.now}); err != nil {
				return err
			}
			seen = max(seen, st.N)
		}
		return metaBucket.save(b.tx, keySeen, seen)
	})
}

func putStatus(tx *bolt.Tx, r statusRow) error {
	key := r.Status.Code.Bytes()
	var before statusRow
	if ok, err := statusesBucket.load(tx, key[:], &before); err != nil || (ok && before.Status.N >= r.Status.N) {
		return err
	}
	return statusesBucket.save(tx, key[:], r)
}

// Status returns the locked status last received for a code, nil if there is none.
func (s *Store) Status(ctx context.Context, code civic.TrackingCode) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var r statusRow
	key := code.Bytes()
	err := s.view(func(tx *bolt.Tx) error {
		_, err := statusesBucket.load(tx, key[:], &r)
		return err
	})
	return bytes.Clone(r.Status.Locked), err
}
