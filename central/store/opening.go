package store

import (
	"context"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// Opening turns held entries into cases, steps of cases, or work for a person.
type Opening interface {
	// Unopened returns entries without an outcome in the order they were held, after the entry that has the place
	// after, at most max.
	Unopened(ctx context.Context, after int64, max int) ([]Held, error)
	// Open opens a case from an entry and gives the entry the outcome civic.OutcomeCase: the case, its personal
	// parts, its first status notice and the audit entry at once. An entry that has an outcome already is left as
	// it is, without an error. A code that another case has is civic.Conflict.
	Open(ctx context.Context, c NewCase) error
	// SetAside gives an entry an outcome for a person to work on. An entry that has an outcome is left as it is.
	SetAside(ctx context.Context, ref Ref, o civic.Outcome, at time.Time) error
	// Asides returns what is set aside, the longest waiting first, at most max.
	Asides(ctx context.Context, max int) ([]Aside, error)
	// Release gives an entry that was set aside back to be opened once more; civic.NotFound where id names none.
	Release(ctx context.Context, id civic.EntryID, at time.Time, by Actor) error
}

// Ref names one held entry: its id, and the digest that tells it from another with the same id.
type Ref struct {
	ID     civic.EntryID
	Digest civic.Digest // of the signed payload
}

// Held is an entry in custody, with the terminal that brought it.
type Held struct {
	Place    int64 // orders the entries of this store
	Ref      Ref
	Signed   wire.Signed
	Maker    civic.KeyID // whose signature it bears
	Terminal civic.KeyID // in whose journal it first came
	Received time.Time
	Released bool // an operator has said that it is to be opened though its key's use has ended
}

// Aside is an entry that waits for a person. It shows a code and since when, never content.
type Aside struct {
	Ref      Ref
	Kind     civic.EntryKind
	Code     civic.TrackingCode
	Terminal civic.KeyID
	Outcome  civic.Outcome
	Received time.Time
	Since    time.Time
}

// NewCase is what opening an application yields. The store sets Case.Version to 1.
type NewCase struct {
	Ref         Ref
	Case        civic.Case
	ServiceName string
	Retention   string // class, from the guide
	Claim       civic.Claim
	About       civic.TrackingCode // see Case
	Application []byte             // the opened plaintext, JSON of a civic.Application
	Secret      civic.Secret
	LastFour    string // of the document used; empty: the case is found by QR only
	Notice      []byte // the status notice, locked under Secret
	At          time.Time
}
