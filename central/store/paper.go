package store

import (
	"context"
	"time"

	"doorstep/sync/civic"
)

// Papers knows which ciphertexts are wanted and which have arrived; the bytes are kept elsewhere.
type Papers interface {
	// Paper returns what a held entry says of a ciphertext; civic.NotFound if none names it.
	Paper(ctx context.Context, d civic.Digest) (Paper, error)
	// Arrived records that a ciphertext is whole, verified and synced. A second call changes nothing.
	Arrived(ctx context.Context, d civic.Digest, at time.Time) error
	// Lost records that a terminal has no bytes any more of ciphertexts that have not arrived, of entries that its key
	// signed or one that it follows. Others are passed over, and a second call changes nothing. One that arrives after all is not lost.
	Lost(ctx context.Context, terminal civic.KeyID, list []civic.Digest, at time.Time) error
	// Awaited returns ciphertexts that have not arrived, by when their entries were received and then in their order:
	// those of one code, or of all where code is 0, at most max. What was erased is not awaited; what is lost is, and says so.
	Awaited(ctx context.Context, code civic.TrackingCode, max int) ([]Awaited, error)
	// Lacking returns ciphertexts that have not arrived, of held entries that a terminal's key signed or one that it
	// follows, the entry received last first, at most max. What was erased or is lost is not lacking.
	Lacking(ctx context.Context, terminal civic.KeyID, max int) ([]civic.Digest, error)
	// Complete returns cases that still say papers are pending though all have arrived, at most max.
	Complete(ctx context.Context, max int) ([]civic.TrackingCode, error)
}

// Paper is one ciphertext that a held entry names.
type Paper struct {
	Digest  civic.Digest
	Size    int64
	Kind    civic.EntryKind // of the entry
	Entry   civic.EntryID
	Index   uint32    // its place in the entry's list, from 1, as the seal counts
	Arrived time.Time // zero while it is awaited
	Erased  bool      // its case was erased: it is not wanted any more
}

// Awaited is a ciphertext that has not arrived, and where it is to come from.
type Awaited struct {
	Paper
	Code     civic.TrackingCode
	Terminal civic.KeyID // that filed the entry
	Received time.Time   // when the entry was
	Lost     time.Time   // when the terminal said that it will not come; zero while it is on its way
}
