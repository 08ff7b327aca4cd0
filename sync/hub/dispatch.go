package hub

import (
	"context"
	"fmt"

	"doorstep/sync/bundle"
	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// Place is how far files that were written for a terminal have come.
type Place struct {
	Number  uint32      `json:"number"` // of the last file
	Mark    bundle.Mark `json:"mark"`
	Settled uint64      `json:"settled"` // outcomes through this seq
	Answers int         `json:"answers"` // papers asked after that were answered
}

// PlaceOf returns the place at which a terminal stands by its own word; of none it is before everything.
func PlaceOf(up *bundle.Up) Place {
	if up == nil {
		return Place{}
	}
	return Place{Mark: bundle.Mark{Cursor: up.Standing.Cursor, Statuses: up.Standing.Statuses}, Settled: up.Standing.Settled}
}

// Dispatched is one file for a terminal and what it holds.
type Dispatched struct {
	File     []byte
	Place    Place // behind it
	Outcomes int
	Statuses int
	Editions int
	More     bool // something follows
}

// Dispatch makes the file that follows a place, for the terminal whose word is up; nil where it never said one. There
// is always one, since it carries the custody. More says whether another follows.
func (h *Hub) Dispatch(ctx context.Context, t Terminal, up *bundle.Up, from Place) (*Dispatched, error) {
	keys, err := h.Bulletin.Keys(ctx)
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	custody, err := h.Intake.Custody(ctx, t)
	if err != nil {
		return nil, fmt.Errorf("read custody: %w", err)
	}
	d := &dispatcher{
		session: newSession(h, nil, t, wire.ProveBody{
			Settled: from.Settled, Statuses: from.Mark.Statuses, Cursor: from.Mark.Cursor,
		}),
		out: &Dispatched{Place: from},
	}
	d.out.Place.Number++
	if custody != nil {
		if _, err := d.add((*wire.Custody)(custody)); err != nil {
			return nil, err
		}
	}
	if up != nil {
		if err := d.answers(ctx, up.Papers); err != nil {
			return nil, err
		}
	}
	for _, lane := range []func(context.Context) (wire.Frame, error){d.nextOutcome, d.nextStatus, d.nextEdition} {
		if err := d.empty(ctx, lane); err != nil {
			return nil, err
		}
	}
	d.out.File, err = d.b.Seal(bundle.Opening{Number: d.out.Place.Number, Down: &bundle.Down{
		Store: h.Store, Terminal: t.Key, Time: h.Clock().UnixMilli(), Keys: keys, From: from.Mark, Through: d.out.Place.Mark,
	}}, h.Signer)
	return d.out, err
}

// dispatcher fills one file from the lanes of a session that nobody listens to.
type dispatcher struct {
	*session
	b   bundle.Builder
	out *Dispatched
}

func (d *dispatcher) add(f wire.Frame) (bool, error) {
	fits, err := d.b.Add(f)
	d.out.More = d.out.More || !fits
	return fits, err
}

// answers tells which of the papers that the terminal still keeps need no carrying.
func (d *dispatcher) answers(ctx context.Context, papers []civic.Digest) error {
	for d.out.Place.Answers < len(papers) {
		digest := papers[d.out.Place.Answers]
		need, err := d.Papers.Have(ctx, d.t, digest)
		if err == nil && need.Done {
			need.Digest = digest
			if fits, err := d.add(&need); err != nil || !fits {
				return err
			}
		} else if err != nil && ctx.Err() != nil {
			return ctx.Err()
		}
		d.out.Place.Answers++
	}
	return nil
}

// empty adds what a lane offers until the file is full.
func (d *dispatcher) empty(ctx context.Context, lane func(context.Context) (wire.Frame, error)) error {
	for !d.out.More {
		f, err := lane(ctx)
		if err != nil || f == nil {
			return err
		}
		fits, err := d.add(f)
		if err != nil || !fits {
			return err
		}
		if err := d.advance(f); err != nil {
			return err
		}
	}
	return nil
}

// advance moves the place behind a frame.
func (d *dispatcher) advance(f wire.Frame) error {
	place := &d.out.Place
	switch f := f.(type) {
	case *wire.Outcome:
		place.Settled = f.Seq
		d.out.Outcomes++
	case *wire.Status:
		place.Mark.Statuses = f.N
		d.out.Statuses++
	case *wire.Refill:
		place.Mark.Cursor, place.Mark.Refill = wire.Cursor{Store: f.Store}, true
	case *wire.Edition:
		e, err := wire.ReadEdition(f.Edition)
		if err != nil {
			return fmt.Errorf("read edition: %w", err)
		}
		place.Mark.Cursor = wire.Cursor{Store: d.Store, N: e.N, Tag: f.Tag}
		d.out.Editions++
	case *wire.Caught:
		place.Mark.Cursor, place.Mark.Refill = f.Cursor, false
	}
	return nil
}
