package uplink

import (
	"context"
	"io"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// Journal is the terminal's durable queue of what it took in.
type Journal interface {
	// Head returns the place of the last entry of the present generation.
	Head(ctx context.Context) (wire.Head, error)
	// After returns entries of the present generation after seq, oldest first, at most max.
	After(ctx context.Context, seq uint64, max int) ([]wire.Entry, error)
	// Hold stores central's signed custody: every entry through its seq becomes held. An older custody than the
	// one stored changes nothing.
	Hold(ctx context.Context, s wire.Signed, c wire.CustodyBody) error
	// Settled returns the seq through which every outcome is stored.
	Settled(ctx context.Context) (uint64, error)
	// Settle stores an outcome. One for an unknown or already settled entry changes nothing.
	Settle(ctx context.Context, o wire.Outcome) error
	// Changed is closed when there may be something new to send, and replaced by the next call.
	Changed() <-chan struct{}
}

// Papers are the ciphertexts that belong to entries.
type Papers interface {
	// Unsent returns papers of held entries that central does not have whole yet, oldest first, at most max.
	Unsent(ctx context.Context, max int) ([]civic.Paper, error)
	// Open opens a paper's ciphertext.
	Open(ctx context.Context, d civic.Digest) (io.ReadSeekCloser, error)
	// Sent records that central has the paper whole.
	Sent(ctx context.Context, d civic.Digest) error
	// Again records that central does not have these: what is kept of them and was sent is unsent again. Others are
	// passed over.
	Again(ctx context.Context, list []civic.Digest) error
	// Lost returns papers of held entries that central does not have whole and whose bytes are not here any more, oldest
	// first, at most max. It is asked often and most times has none.
	Lost(ctx context.Context, max int) ([]civic.Digest, error)
}

// Shelf keeps what central publishes.
type Shelf interface {
	// Cursor returns how far the feed has been applied.
	Cursor(ctx context.Context) (civic.Cursor, error)
	// Apply stores editions and the cursor in one transaction. Each edition's signature has been verified.
	Apply(ctx context.Context, editions []wire.Edition, cursor civic.Cursor) error
	// Replace stores the complete set in one transaction; what it does not name goes, except forms and guides
	// that kept entries refer to.
	Replace(ctx context.Context, editions []wire.Edition, cursor civic.Cursor) error
}

// Statuses keeps the encrypted statuses of the point's cases.
type Statuses interface {
	// Seen returns the number of the last status stored.
	Seen(ctx context.Context) (uint64, error)
	// Put stores statuses; for one code the later number wins.
	Put(ctx context.Context, list []wire.Status) error
}

// Site keeps who the terminal is and what it knows of time.
type Site interface {
	// Enrolled stores the place that central gave. It is called at enrolment and at the beginning of every session;
	// the place that is stored already changes nothing, and only a new generation begins a new journal.
	Enrolled(ctx context.Context, w wire.Welcome) error
	// Synchronised stores central's clock against this machine's, for the evidence of later entries.
	Synchronised(ctx context.Context, central time.Time) error
	// Telemetry returns what the operator is to see.
	Telemetry(ctx context.Context) (wire.Telemetry, error)
}
