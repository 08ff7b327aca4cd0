package casework

import (
	"context"

	"doorstep/central/store"
)

// Figures counts cases for the board; store.Figures defines what is counted. A clerk's counts are those of the own
// department, a supervisor's of every one.
func (w *Casework) Figures(ctx context.Context, by store.Person, q store.FigureQuery) ([]store.Figure, error) {
	f := store.Filter{Department: q.Department}
	if err := within(by, &f); err != nil {
		return nil, err
	}
	q.Department = f.Department
	return w.o.Store.Figures(ctx, q)
}
