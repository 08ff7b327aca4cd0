package casework

import (
	"context"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// Alike returns, to a clerk who may open a case, the other undecided cases of its applicant for the same service, the
// first filed first, at most max: two terminals without a line may have taken in the same matter. Cases of other
// departments are among them. What is the same matter only a person can tell, so nothing is merged or refused here.
func (w *Casework) Alike(ctx context.Context, code civic.TrackingCode, by store.Person, max int) ([]store.Case, error) {
	if _, err := w.assigned(ctx, code, by); err != nil {
		return nil, err
	}
	return w.o.Store.Alike(ctx, code, max)
}
