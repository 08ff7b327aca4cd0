package store

import (
	"context"
	"time"

	"doorstep/sync/civic"
)

// Holds keeps legal holds: while one is in force nothing of the case is erased, by no rule and at no one's wish.
type Holds interface {
	// SetHold puts a case under a hold and writes it into the audit. A case that is held is civic.Conflict, one that
	// is erased civic.Forbidden; civic.NotFound.
	SetHold(ctx context.Context, code civic.TrackingCode, reason string, by Actor, at time.Time) error
	// LiftHold ends the hold in force and writes it into the audit; civic.NotFound where there is none.
	LiftHold(ctx context.Context, code civic.TrackingCode, reason string, by Actor, at time.Time) error
	// HoldsInForce returns the holds in force, the oldest first, at most max.
	HoldsInForce(ctx context.Context, max int) ([]Hold, error)
}

// Hold is one legal hold. Its reasons are encrypted at rest.
type Hold struct {
	Code     civic.TrackingCode
	Reason   string
	By       Actor
	At       time.Time
	Lifted   time.Time // zero while it is in force
	LiftedBy Actor
	Why      string // reason of the lifting
}

// Retention finds the cases whose term is over and erases the personal parts of a case.
type Retention interface {
	// Classes returns the retention classes that cases bear, in their order.
	Classes(ctx context.Context) ([]string, error)
	// Tally counts cases that have ended.
	Tally(ctx context.Context, e Ended) (Tally, error)
	// Expired returns the codes of ended cases that are neither held nor erased, by code, at most max.
	Expired(ctx context.Context, e Ended, max int) ([]civic.TrackingCode, error)
	// Erase erases what a case holds of its resident: application, checklist, receipt secret, look-up, tag, words and
	// contents of its steps, reasons of its holds, the last status notice, and the sealed and signed bytes of its
	// entries; its papers become Discarded. Code, service, statuses and times stay for the figures, ids and digests
	// of the entries so that a repeat opens no second case, positions so that the chain goes on; the audit entry is
	// written in the same unit of work. A case that is erased already is left as it is, without an error; MayErase
	// says what is refused.
	Erase(ctx context.Context, e Erasure) error
	// Discarded returns ciphertexts of erased cases whose files have not been reported removed, at most max.
	Discarded(ctx context.Context, max int) ([]civic.Digest, error)
	// Removed records that the files of discarded ciphertexts are gone for good. A second call changes nothing.
	Removed(ctx context.Context, list []civic.Digest) error
	// Scrub takes what was erased out of the database's own journal, as far as no one reads it now.
	Scrub(ctx context.Context) error
}

// Ended is the cases that one term rules: of a class, ended in one of some statuses, before an instant.
type Ended struct {
	Class    string // empty: of every class
	Statuses []civic.Status
	Before   time.Time // zero: whenever they ended
}

// Tally is what the store keeps of ended cases.
type Tally struct {
	Cases  int       // kept in full, those under a hold among them
	Held   int       // under a hold
	Erased int       // of which only the figures are left
	Oldest time.Time // end of the oldest that is kept; zero if none
	Bytes  int64     // that erasing those not held would free: boxes, sealed entries and papers
}

// Erasure says which case is erased, by whom and why.
type Erasure struct {
	Code   civic.TrackingCode
	Actor  Actor
	At     time.Time
	Detail string // for the audit: "retention <class>", or "claim <code of the request>"
}

// MayErase decides whether a case may be erased as it stands: it must have ended and be under no hold. Whether its
// term is over is not the store's to say.
func (c *Case) MayErase() error {
	switch {
	case c.Held:
		return civic.Refuse(civic.Forbidden, "hold", "erase.held")
	case !c.Status.Ended():
		return civic.Refuse(civic.Forbidden, "status", "erase.open")
	}
	return nil
}
