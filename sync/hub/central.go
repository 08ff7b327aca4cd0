package hub

import (
	"context"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// Registrar knows the terminals.
type Registrar interface {
	// Terminal returns the terminal that holds a key: *civic.Error with wire.CodeUnknownKey or
	// wire.CodeRevoked where it may not start a session.
	Terminal(ctx context.Context, key civic.KeyID) (Terminal, error)
	// Enrolments returns the enrolment secrets that may be used now, and those used whose time has not run out: the
	// terminal that used one asks again with it when the answer was lost.
	Enrolments(ctx context.Context, now time.Time) ([]Enrolment, error)
	// Enrol uses up an enrolment and gives the key its place: number and generation. The same key for the same
	// enrolment gets the same answer again; a used or expired enrolment is wire.CodeEnrolment.
	Enrol(ctx context.Context, enrolment string, publicKey []byte, now time.Time) (Terminal, error)
	// Seen records that a terminal was heard, with what it says of itself; t is nil for a bare sign of life.
	Seen(ctx context.Context, key civic.KeyID, at time.Time, t *wire.Telemetry) error
}

// Terminal is a terminal as sessions need it.
type Terminal struct {
	Key        civic.KeyID
	PublicKey  []byte
	Number     uint32
	Generation uint32
	Point      string
	PointName  string
	Area       string
}

// Enrolment is one unused enrolment code: its name at central and its secret.
type Enrolment struct {
	ID     string
	Secret []byte
}

// Intake takes custody of entries.
type Intake interface {
	// Custody returns the last signed custody of a terminal's generation, nil if nothing is held.
	Custody(ctx context.Context, t Terminal) (*wire.Signed, error)
	// Take commits entries that continue the journal, in order, and returns the custody after them. What is
	// held already is passed over, so a batch may come again in part or whole. A gap or a break in the chain is
	// wire.CodeForked, a signature that fails civic.Untrusted; nothing of the batch is then committed.
	Take(ctx context.Context, t Terminal, batch []wire.Entry, now time.Time) (*wire.Signed, error)
	// Outcomes returns outcomes of the terminal's generation with a seq above after, at most max, by seq, as far
	// as they are known without a gap.
	Outcomes(ctx context.Context, t Terminal, after uint64, max int) ([]wire.Outcome, error)
}

// Papers takes the ciphertexts of attachments. Only a paper that a held entry names is taken.
type Papers interface {
	// Have returns how many bytes from the start are synced, and whether the paper is whole and verified.
	Have(ctx context.Context, t Terminal, d civic.Digest) (wire.Need, error)
	// Append adds a chunk at its offset, syncs, and returns what Have would. A chunk beyond what is there is
	// answered with what is there; a whole paper with another digest starts again from nothing.
	Append(ctx context.Context, t Terminal, c *wire.Chunk) (wire.Need, error)
	// Lacking returns papers of entries held of the terminal that are not whole, those of the last entries first, at
	// most max.
	Lacking(ctx context.Context, t Terminal, max int) ([]civic.Digest, error)
	// Gone records papers of entries held of the terminal that it has no bytes of any more. Others, and those that are
	// whole here, are passed over. They are not Lacking then; one that arrives all the same counts as any other.
	Gone(ctx context.Context, t Terminal, list []civic.Digest, now time.Time) error
}

// Bulletin publishes editions.
type Bulletin interface {
	// Keys returns the signed keys edition.
	Keys(ctx context.Context) (wire.Signed, error)
	// Editions returns what a terminal has to apply after cursor, at most max, by number, and the cursor after
	// them. Refill is set where cursor is none of this central's: the answer then begins from nothing. Caught is
	// set when nothing more is to be sent.
	Editions(ctx context.Context, t Terminal, cursor civic.Cursor, max int) (Editions, error)
	// Statuses returns the statuses of a point after number n, at most max.
	Statuses(ctx context.Context, t Terminal, n uint64, max int) ([]wire.Status, error)
}

// Editions is a part of the feed for one terminal.
type Editions struct {
	Refill bool
	List   []wire.Edition
	Next   civic.Cursor
	Caught bool
}

// Enquiry answers a terminal's question about a case.
type Enquiry interface {
	// Ask finds a case by code and the last four characters of the document used; five tries an hour per code,
	// then civic.Limited. A wrong pair and an unknown code are the same civic.NotFound.
	Ask(ctx context.Context, t Terminal, code civic.TrackingCode, lastFour string, now time.Time) (*civic.StatusNotice, error)
}
