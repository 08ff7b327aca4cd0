package casework

import (
	"context"
	"fmt"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// Awaited is a paper that has not arrived and how many bytes of it have.
type Awaited struct {
	store.Awaited
	Have int64
}

// Awaited returns the papers that a case still lacks, or all cases where code is 0, the longest awaited first, at most
// max. It holds nothing of the resident's: digests and sizes of ciphertexts.
func (w *Casework) Awaited(ctx context.Context, code civic.TrackingCode, max int) ([]Awaited, error) {
	list, err := w.o.Store.Awaited(ctx, code, max)
	if err != nil {
		return nil, fmt.Errorf("list awaited papers: %w", err)
	}
	out := make([]Awaited, len(list))
	for i, a := range list {
		have, _, err := w.o.Papers.Have(a.Digest)
		if err != nil {
			return nil, fmt.Errorf("list awaited papers: %w", err)
		}
		out[i] = Awaited{a, have}
	}
	return out, nil
}
