package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// Kept is how one retention term stands.
type Kept struct {
	Term  civic.Term
	All   store.Tally // every case that the term rules
	Over  store.Tally // those of them whose term is over
	Known bool        // the class has a term; else nothing of it is ever erased
}

// Due is how many cases the term lets erase now.
func (k *Kept) Due() int { return k.Over.Cases - k.Over.Held }

// Kept returns how every term stands today, in the order of civic.Terms, classes that no rule knows at the end.
func (w *Casework) Kept(ctx context.Context) ([]Kept, error) {
	terms, err := w.terms(ctx)
	if err != nil {
		return nil, err
	}
	today := civic.DateOf(w.o.Now())
	var out []Kept
	for _, t := range terms {
		k := Kept{Term: t, Known: true}
		e := endedUnder(t)
		if k.All, err = w.o.Store.Tally(ctx, e); err != nil {
			return nil, err
		}
		if before, ends := t.Over(today); ends {
			e.Before = before
			if k.Over, err = w.o.Store.Tally(ctx, e); err != nil {
				return nil, err
			}
		}
		out = append(out, k)
	}
	classes, err := w.o.Store.Classes(ctx)
	if err != nil {
		return nil, err
	}
	for _, class := range classes {
		if slices.ContainsFunc(terms, func(t civic.Term) bool { return t.Class == class }) {
			continue
		}
		k := Kept{Term: civic.Term{Class: class, Years: civic.Forever, Duty: true}}
		if k.All, err = w.o.Store.Tally(ctx, endedUnder(k.Term)); err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, nil
}

// endedUnder names the cases that a term rules.
func endedUnder(t civic.Term) store.Ended {
	e := store.Ended{Class: t.Class, Statuses: t.Statuses()}
	if t.Class == civic.ClassUndecided {
		e.Class = "" // of every class
	}
	return e
}

// terms returns the terms as the site's policy has them.
func (w *Casework) terms(ctx context.Context) ([]civic.Term, error) {
	years, err := w.years(ctx)
	return civic.Terms(years), err
}

// years is what the site's policy says of terms; nothing where none is published.
func (w *Casework) years(ctx context.Context) (map[string]int, error) {
	p, err := w.o.Publish.Policy(ctx)
	if errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return p.Retention, nil
}

// KeptUntil returns the last day on which an ended case is kept; zero where it is kept for ever.
func (w *Casework) KeptUntil(ctx context.Context, c *store.Case) (civic.Date, error) {
	years, err := w.years(ctx)
	if err != nil {
		return civic.Date{}, err
	}
	until, _ := civic.TermOf(c.Retention, c.Status, years).Until(c.Since)
	return until, nil
}

// Expire erases every case whose term is over and that no hold keeps, then removes the files of its papers. done is
// told after each case how many are erased. It may be stopped or killed at any instant and called again: each case is
// erased whole or not at all, and a file whose case is erased is removed by the next call, or by Tick.
func (w *Casework) Expire(ctx context.Context, done func(n int)) error {
	terms, err := w.terms(ctx)
	if err != nil {
		return err
	}
	n := 0
	for _, t := range terms {
		before, ends := t.Over(civic.DateOf(w.o.Now()))
		if !ends {
			continue
		}
		e := endedUnder(t)
		e.Before = before
		if err := w.expire(ctx, t, e, func() { n++; done(n) }); err != nil {
			return fmt.Errorf("erase class %s: %w", t.Class, err)
		}
	}
	if err := w.sweep(ctx); err != nil {
		return err
	}
	return w.o.Store.Scrub(ctx)
}

func (w *Casework) expire(ctx context.Context, t civic.Term, e store.Ended, done func()) error {
	for {
		codes, err := w.o.Store.Expired(ctx, e, batch)
		if err != nil || len(codes) == 0 {
			return err
		}
		erased := 0
		for _, code := range codes {
			err := w.o.Store.Erase(ctx, store.Erasure{Code: code, Actor: store.System(), At: w.o.Now(), Detail: "retention " + t.Class})
			if errors.Is(err, &civic.Error{Code: civic.Forbidden}) {
				continue // a hold was set a moment ago
			}
			if err != nil {
				return err
			}
			erased++
			done()
		}
		if err := w.sweep(ctx); err != nil || erased == 0 {
			return err
		}
	}
}

// sweep removes the files of papers whose cases were erased. The erasure is committed before: a crash in between
// leaves files without a case, which the next sweep finds, and never a case without its files.
func (w *Casework) sweep(ctx context.Context) error {
	for {
		list, err := w.o.Store.Discarded(ctx, batch)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, d := range list {
			if err := w.o.Papers.Remove(d); err != nil {
				return err
			}
		}
		if err := w.o.Store.Removed(ctx, list); err != nil {
			return err
		}
	}
}
