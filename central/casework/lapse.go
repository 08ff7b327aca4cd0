package casework

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// batch is how many cases one look takes on: what is left waits for the next.
const batch = 100

// Run takes the steps that no person takes, now, every Options.Every, and after Wake, until ctx ends.
func (w *Casework) Run(ctx context.Context) error {
	tick := time.NewTicker(w.o.Every)
	defer tick.Stop()
	for {
		if err := w.Tick(ctx, w.o.Now()); err != nil && ctx.Err() == nil {
			w.o.Log.Error("steps by rule", slog.Any("err", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-w.wake:
		case <-tick.C:
		}
	}
}

// Tick takes the steps that are due at now. One case that fails does not keep the others.
func (w *Casework) Tick(ctx context.Context, now time.Time) error {
	cal, err := w.o.Publish.Calendar(ctx)
	if err != nil {
		return err
	}
	today := civic.DateOf(now)
	return errors.Join(
		w.each(ctx, func() ([]civic.TrackingCode, error) { return w.o.Store.Ripe(ctx, civic.Filed, today, batch) },
			func(c store.Case) error { return w.deem(ctx, c, cal, now) }),
		w.each(ctx, func() ([]civic.TrackingCode, error) { return w.o.Store.Ripe(ctx, civic.Supplement, today, batch) },
			func(c store.Case) error { return w.lapse(ctx, c, now) }),
		w.each(ctx, func() ([]civic.TrackingCode, error) { return w.o.Store.Complete(ctx, batch) },
			func(c store.Case) error { return w.complete(ctx, c, now) }),
		w.sweep(ctx),
	)
}

// each takes a step of every case listed. A case that a person changed in between is left to the next look.
func (w *Casework) each(ctx context.Context, list func() ([]civic.TrackingCode, error), step func(store.Case) error) error {
	codes, err := list()
	if err != nil {
		return err
	}
	var errs []error
	for _, code := range codes {
		c, err := w.o.Store.Case(ctx, code)
		if err == nil {
			err = step(c)
		}
		if err != nil && !errors.Is(err, &civic.Error{Code: civic.Conflict}) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// deem accepts an application whose reply clock ended: it counts as accepted from the day the papers were received
// (行政许可法 32), so the decision clock runs from there.
func (w *Casework) deem(ctx context.Context, c store.Case, cal *civic.Calendar, now time.Time) error {
	limit, err := w.limit(ctx, c)
	if err != nil {
		return err
	}
	flags := c.Flags
	flags.Deemed = true
	return w.step(ctx, c, store.Step{
		To: civic.Accepted, Actor: store.System(), At: now, Since: c.Since, Flags: flags,
		Clock: DecisionClock(cal, civic.DateOf(c.Since), limit),
	})
}

// lapse ends a case whose supplement was not answered in time. An answer given in time at a terminal whose line is
// down cannot be known here: it arrives as work for a person.
func (w *Casework) lapse(ctx context.Context, c store.Case, now time.Time) error {
	return w.step(ctx, c, store.Step{To: civic.Lapsed, Actor: store.System(), At: now, Flags: c.Flags})
}

// complete tells that all papers have come.
func (w *Casework) complete(ctx context.Context, c store.Case, now time.Time) error {
	flags := c.Flags
	flags.PapersPending = false
	return w.step(ctx, c, store.Step{
		To: c.Status, Actor: store.System(), At: now, Since: c.Since, Flags: flags,
		Clock: unchanged(c),
	})
}
