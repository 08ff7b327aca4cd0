package fleet

import (
	"context"
	"fmt"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/wire"

	"doorstep/central/store"
)

var _ hub.Watch = Watch{}

// Watch writes down what sessions show of machines that were put back, copied or are not known, and what they say is
// lost; see hub.Watch.
type Watch struct{ Store store.Recovery }

// Noticed is told of a sign.
func (w Watch) Noticed(ctx context.Context, key civic.KeyID, s hub.Sign, now time.Time) error {
	return w.Store.Trace(ctx, key, string(s), now)
}

// Proved notes how far a terminal had the feed of a store that this one was restored from.
func (w Watch) Proved(ctx context.Context, _ hub.Terminal, p *wire.ProveBody, _ time.Time) error {
	if p.Cursor.N == 0 {
		return nil
	}
	return w.Store.Reached(ctx, p.Cursor.Store, p.Cursor.N)
}

// Missing lists what a terminal knows of and nobody has bytes of.
func (w Watch) Missing(ctx context.Context, t hub.Terminal, m *wire.Missing, now time.Time) error {
	entries := make([]store.LostEntry, len(m.Entries))
	for i, e := range m.Entries {
		entries[i] = store.LostEntry{
			ID: e.ID, Digest: e.Digest, Kind: e.Kind, Code: e.Code, Taken: time.UnixMilli(e.Taken).UTC(), Terminal: t.Key, At: now,
		}
	}
	steps := make([]store.LostStep, len(m.Statuses))
	for i, s := range m.Statuses {
		steps[i] = store.LostStep{Code: s.Code, N: s.N, At: now}
	}
	if err := w.Store.Lose(ctx, t.Key, t.Point, entries, steps); err != nil {
		return fmt.Errorf("list what terminal %05d knows to be lost: %w", t.Number, err)
	}
	return nil
}

// Former notes what a key was before it joins.
func (w Watch) Former(ctx context.Context, enrolment string, b *wire.EnrolBody, _ time.Time) error {
	return w.Store.Recollect(ctx, enrolment, civic.KeyIDOf(b.PublicKey), b.Number, b.Generation)
}
