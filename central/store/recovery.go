package store

import (
	"context"
	"time"

	"doorstep/sync/civic"
)

// Recovery keeps what happened to this central and its terminals that a person has to know: backups and restores,
// machines that were put back, copied or are not known, and what is lost.
type Recovery interface {
	// BackedUp records a verified backup.
	BackedUp(ctx context.Context, b Backup) error
	// LastBackup returns the latest backup; the zero Backup where there was none.
	LastBackup(ctx context.Context) (Backup, error)
	// MarkRestored makes this store another one than the one it was copied from at taken: it gets a new id, so that
	// terminals and feeds judge it afresh, and numbers terminals from the next thousand, so that no number is given
	// again that the lost part gave. It returns the new id.
	MarkRestored(ctx context.Context, taken, at time.Time, by Actor) (civic.EntryID, error)
	// Restores returns every restore, oldest first.
	Restores(ctx context.Context) ([]Restore, error)
	// Reached records through which edition a terminal had the feed of the store that was restored; one of a store not
	// known here, or no further than before, changes nothing.
	Reached(ctx context.Context, former civic.EntryID, n uint64) error
	// Trace records a sign of a machine. Of keys that are no terminal's at most MaxStrangers are kept.
	Trace(ctx context.Context, key civic.KeyID, sign string, at time.Time) error
	// Traces returns the signs of machines, by key and sign.
	Traces(ctx context.Context) ([]Trace, error)
	// Lose lists what a terminal knows of and nobody has bytes of: entries that are not held here, and cases whose last
	// status here has a lower number. A second call with the same changes nothing.
	Lose(ctx context.Context, terminal civic.KeyID, point string, entries []LostEntry, steps []LostStep) error
	// LostEntries and LostSteps return what is lost, oldest first, at most max. An entry that has come after all is not
	// among them.
	LostEntries(ctx context.Context, max int) ([]LostEntry, error)
	LostSteps(ctx context.Context, max int) ([]LostStep, error)
	// Recollect notes under what number and in which generation a key that proved an enrolment was before. Enrol then
	// gives it a later generation, and the number too if no other key has it: its entries bear it.
	Recollect(ctx context.Context, enrolment string, key civic.KeyID, number, generation uint32) error
}

// MaxStrangers bounds the keys of machines not known here that are kept for the operator.
const MaxStrangers = 100

// Backup is one verified backup.
type Backup struct {
	At     time.Time // of the instant it shows
	Papers int
	Bytes  int64
}

// Restore is one restore of this store.
type Restore struct {
	Store   civic.EntryID // its id since then
	Former  civic.EntryID // its id in the backup
	Taken   time.Time     // of the backup
	At      time.Time
	Feed    uint64 // last edition in the backup
	Reached uint64 // last edition of the former store that a terminal had; zero if none told
}

// LostEditions is how many editions after the backup are known to be lost.
func (r Restore) LostEditions() uint64 { return max(r.Reached, r.Feed) - r.Feed }

// Trace is what sessions showed of a machine; see hub.Sign.
type Trace struct {
	Key         civic.KeyID
	Sign        string
	First, Last time.Time
	Times       int
}

// LostEntry is an entry that central once held and nobody has bytes of.
type LostEntry struct {
	ID       civic.EntryID
	Digest   civic.Digest
	Kind     civic.EntryKind
	Code     civic.TrackingCode
	Taken    time.Time
	Terminal civic.KeyID
	At       time.Time // when it was told
}

// LostStep is a case that went on after the backup: a terminal has a later status of it, locked for the resident alone.
type LostStep struct {
	Code  civic.TrackingCode
	Point string
	N     uint64 // number of that status
	At    time.Time
}
