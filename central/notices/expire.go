package notices

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"doorstep/central/store"
)

// batch is how many notices one unit of work ends.
const batch = 50

// Run ends what has expired, now and every Options.Every, until ctx ends.
func (b *Notices) Run(ctx context.Context) error {
	tick := time.NewTicker(b.o.Every)
	defer tick.Stop()
	for {
		if err := b.Tick(ctx, b.o.Now()); err != nil && ctx.Err() == nil {
			b.o.Log.Error("notices that expire", slog.Any("err", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Tick ends what has expired at now. Terminals and public pages hide a notice at its last moment by themselves; this
// takes it off the shelves. A board that another process changed, as the command line does, is passed on as well.
func (b *Notices) Tick(ctx context.Context, now time.Time) error {
	for {
		n, err := b.o.Store.EndNotices(ctx, now, b.sign, batch)
		if err != nil {
			return fmt.Errorf("end notices: %w", err)
		}
		if n < batch {
			break
		}
	}
	newest, err := b.o.Store.Shown(ctx, store.BoardFilter{Now: now, Ended: true, Max: 1})
	if err != nil {
		return fmt.Errorf("look at the board: %w", err)
	}
	head := ""
	for _, n := range newest {
		head = fmt.Sprint(n.ID, n.Rev, n.Ended, n.Updated.UnixMilli())
	}
	b.mu.Lock()
	changed := head != b.head
	b.head = head
	b.mu.Unlock()
	if changed {
		b.o.Published()
	}
	return nil
}
