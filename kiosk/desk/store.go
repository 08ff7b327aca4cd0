package desk

import (
	"context"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
)

// Store is the terminal's durable half, as the desk needs it.
type Store interface {
	Outbox
	Shelf
}

// Outbox keeps what was taken in.
type Outbox interface {
	// TakeIn makes t durable in the order of promise P1 and returns only after that. It signs and chains the
	// entry. A second call with the same entry id changes nothing and succeeds, so that a desk that did not hear
	// the answer may ask again.
	TakeIn(ctx context.Context, t Taken) error
	// Shown records that the receipt of an entry has been shown; an unknown id is NotFound.
	Shown(ctx context.Context, id civic.EntryID) error
	// Copy counts one more print of an entry's receipt after the first and returns how many that makes; an unknown
	// id is NotFound.
	Copy(ctx context.Context, id civic.EntryID) (int, error)
	// Unshown returns the entries that were saved and whose receipt was not shown, oldest first.
	Unshown(ctx context.Context) ([]Kept, error)
	// Kept returns the entries that are about a code, oldest first; none for a code not known here.
	Kept(ctx context.Context, code civic.TrackingCode) ([]Kept, error)
	// Status returns the locked status last received for a code, nil if there is none.
	Status(ctx context.Context, code civic.TrackingCode) ([]byte, error)
	// Queue returns how many entries central does not hold yet.
	Queue(ctx context.Context) (int, error)
	// Free returns the bytes free on the store's disk.
	Free(ctx context.Context) (int64, error)
	// LastSync returns what the terminal knows of central's clock: the Sync fields of an Evidence, zero if it
	// never heard it.
	LastSync(ctx context.Context) (civic.Evidence, error)
}

// Shelf keeps what central publishes. Every edition on it has been verified.
type Shelf interface {
	// Editions returns the current edition of every item of a kind, tombstones left out.
	Editions(ctx context.Context, kind civic.EditionKind) ([]civic.Edition, error)
	// Changed is closed when an edition has changed, and replaced by the next call.
	Changed() <-chan struct{}
}

// Taken is one thing taken in, ready to be made durable. Nothing in it can be read at the terminal.
type Taken struct {
	Entry   civic.Entry
	Papers  [][]byte // ciphertexts in the order of Entry.Papers
	Receipt []byte   // the receipt locked under the secret on the paper
	At      time.Time
}

// Kept is what a terminal still knows of an entry.
type Kept struct {
	ID      civic.EntryID
	Kind    civic.EntryKind
	Code    civic.TrackingCode
	State   civic.EntryState
	Outcome civic.Outcome // once settled
	Sealed  civic.Digest  // of the sealed packet
	Taken   time.Time     // by the terminal's evidence
	Held    time.Time     // central's time of custody from its signed ack; zero before
	Receipt []byte        // locked; nil once purged
	Copies  int           // prints of the receipt after the first
	Shown   bool
}

// Site is who the terminal is.
type Site interface {
	// Place returns where the terminal stands; NotFound before it is enrolled.
	Place(ctx context.Context) (Place, error)
	// SealKey returns central's current sealing key from the keys edition.
	SealKey(ctx context.Context) (*seal.PublicKey, error)
	// Sign signs with the terminal's key, Ed25519.
	Sign(message []byte) []byte
	// PublicKey returns the public half of that key.
	PublicKey() []byte
}

// Place is a terminal's place in the fleet.
type Place struct {
	Number    uint32 // terminal number of its generation
	Point     string // key of the service point
	PointName string
	Address   string
	Area      string
	Training  bool // what is filed counts for nothing, and the paper says so
}

// Line asks central something while the resident waits. Unavailable says that there is no line.
type Line interface {
	Ask(ctx context.Context, code civic.TrackingCode, lastFour string) (*civic.StatusNotice, error)
}
