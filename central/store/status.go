package store

import (
	"context"

	"doorstep/sync/wire"
)

// Statuses is the lane in which status notices go to a service point. Notices are written by Open and Step,
// numbered by a counter of the point in the same unit of work. The lane holds the last notice of each case.
type Statuses interface {
	// Statuses returns the notices of a point numbered above after, by number, at most max. A reader that has seen
	// number n never misses one below it.
	Statuses(ctx context.Context, point string, after uint64, max int) ([]wire.Status, error)
}
