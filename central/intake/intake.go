// Package intake takes custody of what terminals took in, and opens it.
//
// The two are apart. [Intake.Take] verifies signatures and the chain of the journal, commits the bytes and answers
// with central's signature; it looks into nothing. Run opens what is in custody, one entry after the other: it checks
// an application against the very form it was filed with and gives it to casework, or sets it aside under a code for
// a person. Nothing that a resident has a receipt for is refused (promise P7). A crash between the two leaves entries
// in custody that the next Run opens.
//
// [Intake] is what sync/hub asks as its Intake and its Papers.
package intake

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/form"
	"doorstep/sync/hub"
	"doorstep/sync/seal"
	"doorstep/sync/wire"

	"doorstep/central/casework"
	"doorstep/central/store"
)

// Store is what intake asks of central's store.
type Store interface {
	store.Custody
	store.Opening
	store.Displays
	store.Papers
	ID(ctx context.Context) (civic.EntryID, error)
	Terminal(ctx context.Context, key civic.KeyID) (store.Terminal, error)
	Numbered(ctx context.Context, number uint32) (store.Terminal, error)
	Rescue(ctx context.Context, items []store.Item, at time.Time, by store.Actor) (fresh int, err error)
}

// Folder keeps the ciphertexts of papers; see package papers.
type Folder interface {
	Have(d civic.Digest) (have int64, whole bool, err error)
	Append(d civic.Digest, size, offset int64, data []byte) (have int64, whole bool, err error)
}

// Published answers for revisions however old.
type Published interface {
	Guide(ctx context.Context, r civic.Revision) (*civic.Guide, error)
	Form(ctx context.Context, r civic.Revision) (*form.Form, error)
	// Latest returns a service's guide as published now and its revision, LatestForm that of a form; civic.NotFound.
	Latest(ctx context.Context, service string) (civic.Revision, *civic.Guide, error)
	LatestForm(ctx context.Context, id string) (civic.Revision, error)
}

// Cases is casework as intake needs it.
type Cases interface {
	Begin(ctx context.Context, f casework.Filing, a *civic.Application, g *civic.Guide) error
	Answer(ctx context.Context, f casework.Filing, a *civic.SupplementAnswer) error
	Withdraw(ctx context.Context, f casework.Filing, a *civic.Withdrawal) error
}

// Options says what intake works with.
type Options struct {
	Store       Store
	Folder      Folder
	Publish     Published
	Cases       Cases
	Keys        seal.Keyring // opens entries
	Sign        *seal.Signer // signs custody
	Departments []string     // that answer for services; empty: any that a guide names
	Settled     func(terminal civic.KeyID)
	Arrived     func()        // called after a paper became whole; may be nil, as Settled may
	Every       time.Duration // between two looks for what a failure left unopened
	Now         func() time.Time
	Log         *slog.Logger
}

// DefaultOptions returns options that need only the stores, the bulletin, casework and the keys.
func DefaultOptions() Options {
	return Options{Every: 15 * time.Second, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
}

// Intake takes custody and opens.
type Intake struct {
	o    Options
	id   civic.EntryID
	wake chan struct{} // holds one word that something may be unopened

	mu    sync.Mutex // guards forms
	forms map[civic.Revision]*form.Form
}

// New makes an intake.
func New(ctx context.Context, o Options) (*Intake, error) {
	switch {
	case o.Store == nil || o.Folder == nil || o.Publish == nil || o.Cases == nil:
		return nil, errors.New("intake: stores, bulletin and casework are needed")
	case len(o.Keys) == 0 || o.Sign == nil || o.Every <= 0 || o.Now == nil || o.Log == nil:
		return nil, errors.New("intake: keys, clock and logger are needed")
	}
	if o.Settled == nil {
		o.Settled = func(civic.KeyID) {}
	}
	if o.Arrived == nil {
		o.Arrived = func() {}
	}
	id, err := o.Store.ID(ctx)
	if err != nil {
		return nil, err
	}
	return &Intake{o: o, id: id, wake: make(chan struct{}, 1), forms: map[civic.Revision]*form.Form{}}, nil
}

// Run opens what is in custody until ctx ends: at once after each Take, and every Options.Every what a failure left.
func (n *Intake) Run(ctx context.Context) error {
	tick := time.NewTicker(n.o.Every)
	defer tick.Stop()
	for {
		if err := n.OpenAll(ctx); err != nil && ctx.Err() == nil {
			n.o.Log.Error("open entries", slog.Any("err", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-n.wake:
		case <-tick.C:
		}
	}
}

// Wake makes Run look for unopened entries now.
func (n *Intake) Wake() {
	select {
	case n.wake <- struct{}{}:
	default: // a word is there already
	}
}

// Outcomes returns the outcomes of a terminal's entries, as far as they are known without a gap.
func (n *Intake) Outcomes(ctx context.Context, t hub.Terminal, after uint64, max int) ([]wire.Outcome, error) {
	return n.o.Store.Outcomes(ctx, t.Key, t.Generation, after, max)
}
