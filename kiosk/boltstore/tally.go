package boltstore

import (
	"context"

	bolt "go.etcd.io/bbolt"

	"doorstep/sync/civic"
)

// Tally counts the entries by how far they have come.
func (s *Store) Tally(ctx context.Context) (map[civic.EntryState]int, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	tally := map[civic.EntryState]int{}
	err := s.view(func(tx *bolt.Tx) error {
		return eachRow(tx, func(r *row) error {
			tally[r.state()]++
			return nil
		})
	})
	return tally, err
}
