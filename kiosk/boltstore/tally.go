package boltstore

import (
	"context"
	"time"

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

// Backlog is the papers that central does not have whole.
type Backlog struct {
	Papers int       `json:"papers"`
	Bytes  int64     `json:"bytes"`
	Oldest time.Time `json:"oldest"` // filing time of the oldest; zero if none waits
	Lost   int       `json:"lost"`   // papers that central does not have and whose file is gone
}

// Backlog measures the papers that central does not have whole.
func (s *Store) Backlog(ctx context.Context) (Backlog, error) {
	if err := ctx.Err(); err != nil {
		return Backlog{}, err
	}
	var b Backlog
	oldest := int64(0)
	err := s.view(func(tx *bolt.Tx) error {
		return eachRow(tx, func(r *row) error {
			if r.Damaged || r.Purged != 0 {
				return nil
			}
			for _, p := range r.Papers {
				switch {
				case p.Sent:
				case p.Lost:
					b.Lost++
				default:
					b.Papers++
					b.Bytes += p.Size
					if oldest == 0 || r.Taken < oldest {
						oldest = r.Taken
					}
				}
			}
			return nil
		})
	})
	b.Oldest = instant(oldest)
	return b, err
}
