package boltstore

import (
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// row is all that is known of an entry beside its bytes: the only description of it in both copies. Rev grows by one
// with every change, so that of two rows found for an entry the later is known without a clock.
type row struct {
	ID       civic.EntryID      `cbor:"1,keyasint"`
	Rev      uint64             `cbor:"2,keyasint"`
	N        uint64             `cbor:"3,keyasint"` // order of taking in, over all generations; never used again
	Kind     civic.EntryKind    `cbor:"4,keyasint"`
	Code     civic.TrackingCode `cbor:"5,keyasint,omitempty"`
	Digest   civic.Digest       `cbor:"6,keyasint"` // of the entry's signed payload
	Sealed   civic.Digest       `cbor:"7,keyasint"` // of the sealed packet
	Size     int64              `cbor:"8,keyasint"` // bytes of the entry and its papers
	Taken    int64              `cbor:"9,keyasint"` // Unix milliseconds, as all times here
	Gen      uint32             `cbor:"10,keyasint"`
	Seq      uint64             `cbor:"11,keyasint"`
	Place    civic.Digest       `cbor:"12,keyasint"`           // of the signed position's payload
	Prev     civic.Digest       `cbor:"13,keyasint"`           // Place of the position before
	Position wire.Signed        `cbor:"14,keyasint"`           // dropped when purged
	Papers   []paperRow         `cbor:"15,keyasint,omitempty"` // dropped when purged
	Receipt  bool               `cbor:"16,keyasint,omitempty"` // there is one to show
	Shown    int64              `cbor:"17,keyasint,omitempty"`
	Copies   int                `cbor:"18,keyasint,omitempty"`
	Held     int64              `cbor:"19,keyasint,omitempty"` // central's time of custody
	Outcome  civic.Outcome      `cbor:"20,keyasint,omitempty"`
	Damaged  bool               `cbor:"21,keyasint,omitempty"` // its bytes are lost and central never had them
	Voided   bool               `cbor:"22,keyasint,omitempty"` // a void stands for it
	Purged   int64              `cbor:"23,keyasint,omitempty"`
}

// paperRow is one ciphertext of an entry.
type paperRow struct {
	Digest civic.Digest `cbor:"1,keyasint"`
	Size   int64        `cbor:"2,keyasint"`
	Sent   bool         `cbor:"3,keyasint,omitempty"` // central has it whole
	Lost   bool         `cbor:"4,keyasint,omitempty"` // the file is gone or is not what it was
}

// entryRecord is an entry in the journal: everything that was taken in, as it was then.
type entryRecord struct {
	Row     row         `cbor:"1,keyasint"`
	Body    wire.Signed `cbor:"2,keyasint"`
	Receipt []byte      `cbor:"3,keyasint,omitempty"`
}

// undone names entry records, by their N, that were written and then given up because the disk failed.
type undone struct {
	N []uint64 `cbor:"1,keyasint"`
}

// state derives the state of DESIGN.md 3 from what is known.
func (r *row) state() civic.EntryState {
	switch {
	case r.Purged != 0:
		return civic.Purged
	case r.Damaged:
		return civic.DamagedEntry
	case r.Outcome != "":
		return civic.Settled
	case r.Held != 0:
		return civic.Held
	}
	return civic.Kept
}

// unsent reports whether central may not have the entry yet, so that it has to travel.
func (r *row) unsent() bool { return r.state() == civic.Kept }

// owing reports whether the terminal still has something to do for the entry.
func (r *row) owing() bool {
	s := r.state()
	return s == civic.Kept || s == civic.Held
}

// unshown reports whether staff must be told that the entry was saved and its receipt not shown.
func (r *row) unshown() bool { return r.Receipt && r.Shown == 0 && r.Purged == 0 && !r.Damaged }

// later reports whether r tells more than o of the same entry.
func (r *row) later(o *row) bool { return o == nil || r.Rev > o.Rev }

// chain sets where the entry stands.
func (r *row) chain(p civic.Position, signed wire.Signed) {
	r.Gen, r.Seq, r.Prev = p.Generation, p.Seq, p.Prev
	r.Position, r.Place = signed, signed.Digest()
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
