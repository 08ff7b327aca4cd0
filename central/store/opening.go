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
	// Neighbours returns what stands before and after an entry in the journal in which it first came, the oldest first,
	// at most max of each.
	Neighbours(ctx context.Context, ref Ref, max int) (before, after []Held, err error)
	// SetAside gives an entry an outcome for a person to work on; service is what it asks for, empty where it cannot be
	// read. An entry that has an outcome is left as it is.
	SetAside(ctx context.Context, ref Ref, o civic.Outcome, service string, at time.Time) error
	Asides
}

// Asides is what waits for a person: entries that central could not open, check or route. Every act on one is in the
// audit, in the same unit of work.
type Asides interface {
	// Asides returns what is set aside and open, the longest waiting first, at most max.
	Asides(ctx context.Context, max int) ([]Aside, error)
	// ClosedAsides returns what was closed, the last first, at most max.
	ClosedAsides(ctx context.Context, max int) ([]Aside, error)
	// Release gives an entry that was set aside back to be opened once more, for a department where one is named: it
	// then becomes that department's case even where it breaks its form. civic.NotFound where id names none that may.
	Release(ctx context.Context, id civic.EntryID, department string, at time.Time, by Actor) error
	// ReleaseAll gives back everything open that was set aside for one reason, as after a key came back, and returns
	// how many there were.
	ReleaseAll(ctx context.Context, o civic.Outcome, at time.Time, by Actor) (int, error)
	// CloseAside takes an entry off the list for a reason that is kept, encrypted: somebody did by hand what was to be
	// done. The entry stays, and may still be released. civic.NotFound where id names nothing open.
	CloseAside(ctx context.Context, id civic.EntryID, reason string, at time.Time, by Actor) error
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
	// Department is the one that a person gave the entry to; empty where nobody did.
	Department string
}

// Aside is an entry that waits for a person. It shows a code and since when, never content.
type Aside struct {
	Ref      Ref
	Kind     civic.EntryKind
	Code     civic.TrackingCode
	Terminal civic.KeyID
	Outcome  civic.Outcome
	Service  string         // what it asks for; empty where that could not be read
	Evidence civic.Evidence // of its envelope; zero where its case was erased
	Received time.Time
	Since    time.Time
	Closed   time.Time // zero while it is open
	ClosedBy Actor
	Reason   string // of closing it
}

// Again reports whether opening an entry once more can come out otherwise: after a form was published, a key restored,
// the program mended. What collides with another would make a second case of one id, what was practice counts for
// nothing, and behind what stands for a damaged record there is nothing.
func Again(o civic.Outcome) bool { return o.Aside() && o != civic.OutcomeConflict && !Settles(o) }

// Together reports whether entries with an outcome may be opened once more at one stroke. What came of a key after its
// use had ended is looked at one by one: nothing else tells true from forged.
func Together(o civic.Outcome) bool { return Again(o) && o != civic.OutcomeRevoked }

// Settles reports whether no case can follow from an entry set aside, so that no clock runs for it.
func Settles(o civic.Outcome) bool { return o == civic.OutcomeVoid || o == civic.OutcomeTraining }

// Routable reports whether a person may give an entry to a department as it is: an application that was opened, and
// that only its checks keep from being a case.
func Routable(kind civic.EntryKind, o civic.Outcome) bool {
	switch o {
	case civic.OutcomeInvalid, civic.OutcomeUnknownForm, civic.OutcomeUnrouted, civic.OutcomeStranger:
		return kind == civic.EntryApplication
	}
	return false
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
	Document    civic.Document // of the applicant; zero: the case is found by QR only
	Notice      []byte         // the status notice, locked under Secret
	At          time.Time
}
