package casework

import (
	"context"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// Take gives a case of the department to the clerk who asks. holder is who had it on the page that was looked at: a
// case that somebody else took meanwhile is civic.Conflict. Nobody needs to have a case to act on it; it says to the
// colleagues who is at it.
func (w *Casework) Take(ctx context.Context, code civic.TrackingCode, holder string, by store.Person) error {
	if _, err := w.assigned(ctx, code, by); err != nil {
		return err
	}
	return w.o.Store.Assign(ctx, code, holder, by.Login, w.o.Now(), clerk(by))
}

// GiveBack gives a case that the clerk has back to the department.
func (w *Casework) GiveBack(ctx context.Context, code civic.TrackingCode, by store.Person) error {
	if _, err := w.assigned(ctx, code, by); err != nil {
		return err
	}
	return w.o.Store.Assign(ctx, code, by.Login, "", w.o.Now(), clerk(by))
}
