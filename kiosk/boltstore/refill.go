package boltstore

import (
	"context"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// Refill makes central send everything anew, for a terminal that moved: its feed and its lane of statuses are those of
// another point. What is on the shelf stays in use until the complete set has come.
func (s *Store) Refill(ctx context.Context) error {
	return s.commit(ctx, 256, func(b *batch) error {
		b.touched++
		b.after = append(b.after, func() { s.shelveFile(nil, civic.Cursor{}, false) })
		if err := metaBucket.save(b.tx, keySeen, uint64(0)); err != nil {
			return err
		}
		return metaBucket.save(b.tx, keyCursor, wire.Cursor{})
	})
}
