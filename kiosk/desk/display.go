package desk

import (
	"context"
	"errors"
	"fmt"

	"doorstep/sync/civic"
)

// TakeInDisplay seals a record of display to central and takes it in like anything else. Asked again for the same id,
// as after a kill in between, it succeeds and adds nothing.
func (d *Desk) TakeInDisplay(ctx context.Context, r civic.Display) error {
	place, err := d.opts.Site.Place(ctx)
	if err != nil {
		return &civic.Error{Code: civic.Unavailable, Key: "desk.enrol", Err: err}
	}
	key, err := d.opts.Site.SealKey(ctx)
	if err != nil {
		return &civic.Error{Code: civic.Unavailable, Key: "desk.keys", Err: err}
	}
	if err := d.room(ctx); err != nil {
		return err
	}
	r.Point = place.Point
	plain, err := marshal(r)
	if err != nil {
		return err
	}
	p := packer{key: key, entry: civic.Entry{
		Kind: civic.EntryDisplay, ID: r.ID, Terminal: place.Number, Evidence: d.evidence(ctx),
	}}
	if err := p.seal(plain); err != nil {
		return err
	}
	at, _ := p.entry.Evidence.FiledAt()
	err = d.opts.Store.TakeIn(ctx, Taken{Entry: p.entry, At: at})
	if errors.Is(err, &civic.Error{Code: civic.Conflict}) {
		return nil // the same record was taken in before, sealed by another draw of random numbers
	}
	if err != nil {
		return fmt.Errorf("take in display: %w", err)
	}
	return nil
}
