package casework

import (
	"context"
	"encoding/json"
	"fmt"

	"doorstep/sync/civic"
	"doorstep/sync/seal"

	"doorstep/central/store"
)

// Notice returns what a resident may read of a case with the QR alone. contact is whom to ask.
func Notice(c store.Case, contact string) civic.StatusNotice {
	n := civic.StatusNotice{
		Code: c.Code, Status: c.Status, Since: c.Since, Due: c.Due, DueDays: c.DueDays, DueKind: c.DueKind,
		Pending: c.Flags.PapersPending, Contact: contact, Service: c.Service, Version: c.Version,
	}
	if c.Status == civic.Supplement {
		n.Owes, n.Due = c.Owes, c.Until // by when the resident has to answer
	}
	return n
}

// notice adds the contact that the guide of the case names.
func (w *Casework) notice(ctx context.Context, c store.Case) (civic.StatusNotice, error) {
	g, err := w.o.Publish.Guide(ctx, c.Guide)
	if err != nil {
		return civic.StatusNotice{}, fmt.Errorf("read guide of case: %w", err)
	}
	return Notice(c, g.Contact), nil
}

// lock returns the notice of a case as it travels to its point.
func (w *Casework) lock(ctx context.Context, c store.Case) ([]byte, error) {
	n, err := w.notice(ctx, c)
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(n)
	if err != nil {
		return nil, fmt.Errorf("encode notice: %w", err)
	}
	return seal.Lock(c.Secret, seal.ForStatus, c.Code, b)
}
