package casework

import (
	"context"
	"crypto/subtle"
	"errors"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// Where says how far an application has come, as the holder of its QR is told.
type Where string

// The answers of the tracking page.
const (
	AtTerminal Where = "terminal" // taken in there, not arrived at central
	Arrived    Where = "arrived"  // in custody, not opened
	WithPerson Where = "person"   // set aside: a member of staff looks at it, its clock runs
	InCase     Where = "case"     // Notice says the rest
)

// Tracking is what the tracking page tells.
type Tracking struct {
	Where    Where
	QR       *civic.ReceiptQR
	Terminal uint32
	Point    string    // name of the service point where it was taken in
	Seen     time.Time // when central last heard that terminal; zero if never
	Received time.Time // custody; zero while it has not arrived
	Service  string    // name of the service, from its guide; empty until there is a case
	Notice   *civic.StatusNotice
}

// Track answers the holder of a receipt. A QR that no known terminal signed, or that is not the receipt of the case
// under its code, is civic.Untrusted.
func (w *Casework) Track(ctx context.Context, token string) (*Tracking, error) {
	qr, err := civic.ParseReceiptQR(token)
	if err != nil {
		return nil, err
	}
	term, err := w.o.Store.Numbered(ctx, qr.Code.Terminal())
	if errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		return nil, civic.Refuse(civic.Untrusted, "qr", "qr.untrusted")
	}
	if err != nil {
		return nil, err
	}
	if !qr.VerifiedBy(term.PublicKey) {
		return nil, civic.Refuse(civic.Untrusted, "qr", "qr.untrusted")
	}
	t := &Tracking{Where: AtTerminal, QR: qr, Terminal: term.Number, Point: term.Place.Name, Seen: term.Seen}
	at, err := w.o.Store.Whereabouts(ctx, qr.Code)
	switch {
	case errors.Is(err, &civic.Error{Code: civic.NotFound}):
		return t, nil
	case err != nil:
		return nil, err
	}
	t.Received = at.Received
	return t, w.place(ctx, t, at)
}

func (w *Casework) place(ctx context.Context, t *Tracking, at store.Whereabouts) error {
	switch {
	case at.Outcome.Aside():
		t.Where = WithPerson
	case at.Case == nil:
		t.Where = Arrived
	default:
		// Of an erased case the secret is gone; what is left to be told, its last status, the terminal's signature on
		// the QR vouches for.
		if at.Case.Erased.IsZero() && subtle.ConstantTimeCompare(at.Case.Secret[:], t.QR.Secret[:]) != 1 {
			return civic.Refuse(civic.Untrusted, "qr", "qr.untrusted")
		}
		n, err := w.notice(ctx, *at.Case)
		if err != nil {
			return err
		}
		t.Where, t.Notice, t.Service = InCase, &n, at.Case.ServiceName
	}
	return nil
}
