// Package casework carries cases from filing to delivery: which step may follow, when a clock ends, what the
// resident is told of it, and who may look.
//
// [Casework] is asked by intake (Begin, Answer, Withdraw), by the console's clerks (List, Open, Alike, Take, GiveBack,
// Supplement, Accept, Decline, Pause, Resume, Decide, Deliver, Draft, Document), by the tracking page (Track) and by terminals (Ask). Run takes the steps
// that no person takes: deemed acceptance when the reply clock ends, the lapse of an unanswered supplement, and the
// notice that all papers have come. Supervisors set and lift legal holds; Kept and Expire are `central retention`. Every step writes the resident's notice, locked under the secret of the receipt,
// in the same unit of work. Refusals are *civic.Error.
package casework

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"doorstep/printing/receipt"
	"doorstep/sync/civic"
	"doorstep/sync/form"
	"doorstep/sync/seal"

	"doorstep/central/store"
)

// Store is what casework asks of central's store.
type Store interface {
	store.Cases
	store.Tasks
	store.Documents
	store.Enquiries
	store.Throttle
	store.Audit
	store.Figures
	store.Holds
	store.Retention
	// Open opens a case from an entry; see store.Opening.
	Open(ctx context.Context, c store.NewCase) error
	// Numbered returns the terminal that has or had a number; see store.Terminals.
	Numbered(ctx context.Context, number uint32) (store.Terminal, error)
	// Offices returns the register of departments; see store.Offices.
	Offices(ctx context.Context, kind store.OfficeKind) ([]store.Office, error)
	// Paper, Awaited and Complete are those of store.Papers.
	Awaited(ctx context.Context, code civic.TrackingCode, max int) ([]store.Awaited, error)
	Paper(ctx context.Context, d civic.Digest) (store.Paper, error)
	Complete(ctx context.Context, max int) ([]civic.TrackingCode, error)
}

// Published is what casework reads of the bulletin.
type Published interface {
	Guide(ctx context.Context, r civic.Revision) (*civic.Guide, error)
	Calendar(ctx context.Context) (*civic.Calendar, error)
	Policy(ctx context.Context) (*civic.Policy, error)
	Form(ctx context.Context, r civic.Revision) (*form.Form, error)
}

// Papers reads whole ciphertexts, knows how much of others has come, and removes those whose case was erased.
type Papers interface {
	Read(d civic.Digest) ([]byte, error)
	// Have returns how many bytes of a ciphertext are synced, and whether it is whole.
	Have(d civic.Digest) (have int64, whole bool, err error)
	// Remove removes a file for good; one that is not there is no error.
	Remove(d civic.Digest) error
}

// Press sets letters in type.
type Press interface {
	Letter(l *receipt.Letter) (receipt.Rendered, error)
}

// Options says what casework works with.
type Options struct {
	Store   Store
	Publish Published
	Papers  Papers
	Press   Press              // sets the documents that steps of clerks issue; nil: none are issued
	Keys    seal.Keyring       // opens papers
	Changed func(point string) // called after a notice for a point was written; may be nil
	Now     func() time.Time
	Every   time.Duration // between two looks for steps that no person takes
	Log     *slog.Logger
}

// DefaultOptions returns options that need only the store, the bulletin, the papers and the keys.
func DefaultOptions() Options {
	return Options{Now: time.Now, Every: 30 * time.Second, Log: slog.New(slog.DiscardHandler)}
}

// Casework carries cases.
type Casework struct {
	o    Options
	wake chan struct{} // holds one word that papers have come
}

// New makes casework.
func New(o Options) (*Casework, error) {
	if o.Store == nil || o.Publish == nil || o.Papers == nil || o.Now == nil || o.Every <= 0 || o.Log == nil {
		return nil, errors.New("casework: store, bulletin, papers, clock and logger are needed")
	}
	if o.Changed == nil {
		o.Changed = func(string) {}
	}
	return &Casework{o: o, wake: make(chan struct{}, 1)}, nil
}

// Wake makes Run look now: a paper has come.
func (w *Casework) Wake() {
	select {
	case w.wake <- struct{}{}:
	default: // a word is there already
	}
}

// step takes one step of a case: it fills in the version and the notice, and tells the point.
func (w *Casework) step(ctx context.Context, c store.Case, s store.Step) error {
	s.Code, s.Version = c.Code, c.Version
	if s.At.IsZero() {
		s.At = w.o.Now()
	}
	if s.Since.IsZero() {
		s.Since = s.At
	}
	next := c
	next.Status, next.Since, next.Flags, next.Version = s.To, s.Since, s.Flags, c.Version+1
	next.Due, next.DueDays, next.DueKind, next.Until, next.Rest = s.Clock.Due, s.Clock.Days, s.Clock.Kind, s.Clock.Until, s.Clock.Rest
	if s.To == civic.Supplement && s.Owes != nil {
		next.Owes = s.Owes
	}
	var err error
	if s.Notice, err = w.lock(ctx, next); err != nil {
		return err
	}
	if err := w.o.Store.Step(ctx, s); err != nil {
		return fmt.Errorf("step to %s: %w", s.To, err)
	}
	w.o.Changed(c.Point)
	if s.Upon != nil && s.Upon.Erase != nil {
		w.Wake() // the papers of the erased case are still to be removed
	}
	return nil
}
