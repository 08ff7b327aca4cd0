package store

import (
	"context"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// Custody keeps the journals of terminals as they came: the signed bytes of every entry and its position.
type Custody interface {
	// Journal returns how far the journal of a terminal's generation is held; zero if nothing is.
	Journal(ctx context.Context, terminal civic.KeyID, generation uint32) (Journal, error)
	// Hold commits items that continue the journal of one terminal's generation, in order, and returns how far it
	// is held then. Follow decides about each item: what is held already is passed over, a break refuses the whole
	// call. An entry whose id is held with the same digest (chained again under a new generation, or come by two
	// ways) is kept once; with another digest it is kept beside the first and set aside as civic.OutcomeConflict.
	// The papers that a new entry names become wanted.
	Hold(ctx context.Context, terminal civic.KeyID, generation uint32, items []Item, at time.Time) (Journal, error)
	// Covered records that a verified backup holds journals through a seq. It never takes back what was covered, and
	// covers no more than is held.
	Covered(ctx context.Context, list []Cover) error
	// Outcomes returns the outcomes of the generation's entries with a seq above after, at most max, by seq, and
	// stops before the first that has none.
	Outcomes(ctx context.Context, terminal civic.KeyID, generation uint32, after uint64, max int) ([]wire.Outcome, error)
}

// Journal says how far central holds one terminal's generation.
type Journal struct {
	Seq    uint64
	Digest civic.Digest // of the position Seq
	Safe   uint64       // covered by a verified backup through this seq
	At     time.Time    // of the last commit
}

// Cover says how far a backup holds one journal.
type Cover struct {
	Terminal   civic.KeyID
	Generation uint32
	Seq        uint64
}

// Item is one entry with its position, verified and read by the caller.
type Item struct {
	Signed   wire.Entry
	Entry    civic.Entry
	Position civic.Position
	Maker    civic.KeyID // whose signature the entry bears
}

// Passage is what Follow says of a position.
type Passage int

// Append continues the journal; Pass is held already; Broken neither continues nor repeats it.
const (
	Broken Passage = iota
	Append
	Pass
)

// Follow decides whether a position continues a journal held through head. held is the digest of the position that
// the journal holds at the same seq, zero if none. The entry's digest must be what the position says.
func Follow(head Journal, held civic.Digest, generation uint32, it *Item) Passage {
	p := it.Position
	switch {
	case p.Generation != generation || p.Entry != it.Signed.Body.Digest() || p.Seq == 0:
		return Broken
	case p.Seq <= head.Seq && held == it.Signed.Position.Digest():
		return Pass
	case p.Seq == head.Seq+1 && p.Prev == head.Digest:
		return Append
	}
	return Broken
}

// Forked is the refusal of a batch that does not continue the journal.
func Forked() *civic.Error { return civic.Refuse(wire.CodeForked, "entry", "intake.forked") }
