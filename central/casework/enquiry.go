package casework

import (
	"context"
	"strings"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"

	"doorstep/central/store"
)

// askBound bounds the guessing of the last four characters of a document.
var askBound = store.Bound{Name: "ask", Max: 5, Per: time.Hour}

// Ask finds a case by code and the last four characters of the document used; see hub.Enquiry. The try is counted
// before the look, so that two at once are two.
func (w *Casework) Ask(ctx context.Context, _ hub.Terminal, code civic.TrackingCode, lastFour string, now time.Time) (*civic.StatusNotice, error) {
	if err := w.o.Store.Try(ctx, askBound, code.Digits(), now); err != nil {
		return nil, err
	}
	c, err := w.o.Store.Find(ctx, code, strings.ToUpper(strings.TrimSpace(lastFour)))
	if err != nil {
		return nil, err
	}
	n, err := w.notice(ctx, c)
	return &n, err
}
