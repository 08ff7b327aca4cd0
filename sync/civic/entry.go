package civic

import (
	"crypto/sha256"
	"encoding/hex"
)

// EntryID is the identity of an entry: 128 random bits, minted before anything is written. Central keeps one case
// or one thing set aside for an id, however often it arrives.
type EntryID [16]byte

// String gives the id in hexadecimal.
func (id EntryID) String() string { return hex.EncodeToString(id[:]) }

// ParseEntryID reads what String gives.
func ParseEntryID(s string) (EntryID, error) {
	var id EntryID
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(id) {
		return id, &Error{Code: Invalid, Field: "entry", Key: "entry.id", Err: err}
	}
	copy(id[:], b)
	return id, nil
}

// Digest is a SHA-256. Papers are named by the digest of their ciphertext, so a name tells nothing of the content
// and two applications share no file.
type Digest [sha256.Size]byte

// DigestOf returns the SHA-256 of b.
func DigestOf(b []byte) Digest { return sha256.Sum256(b) }

// String gives the digest in hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// ParseDigest reads what String gives.
func ParseDigest(s string) (Digest, error) {
	var d Digest
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(d) {
		return d, &Error{Code: Invalid, Field: "digest", Key: "entry.digest", Err: err}
	}
	copy(d[:], b)
	return d, nil
}

// EntryKind says what an entry carries.
type EntryKind string

// The kinds of entry. All but Void carry something sealed to central.
const (
	EntryApplication EntryKind = "application" // an Application
	EntrySupplement  EntryKind = "supplement"  // a SupplementAnswer to a case
	EntryWithdrawal  EntryKind = "withdrawal"  // a Withdrawal of a case
	EntryAct         EntryKind = "act"         // something staff did at the point
	EntryRating      EntryKind = "rating"      // the resident's rating
	EntryDisplay     EntryKind = "display"     // proof that a notice was shown
	EntryVoid        EntryKind = "void"        // stands for a damaged record so that the chain goes on
)

// KeyID names a key: the first eight bytes of the SHA-256 of its public half.
type KeyID [8]byte

// String gives the id in hexadecimal.
func (k KeyID) String() string { return hex.EncodeToString(k[:]) }

// KeyIDOf names the key whose public half is pub.
func KeyIDOf(pub []byte) KeyID {
	sum := sha256.Sum256(pub)
	return KeyID(sum[:8])
}

// Entry is the journal's envelope around one sealed thing. Its encoding is signed once by the terminal and never
// encoded again. Where it stands in the journal is said by a Position, signed apart, so that a restored terminal
// can chain the same entry again under a new generation.
type Entry struct {
	Kind     EntryKind
	ID       EntryID
	Terminal uint32       // terminal number when it was made
	Code     TrackingCode // the case it opens, or the case it is about
	Papers   []Paper      // ciphertexts that belong to it, in the order of the sealed list
	Evidence Evidence
	Sealed   []byte // packet sealed to central; associated data: suite, kind, id
	Voids    Digest // for a Void: the digest of the record it stands for
}

// Paper names one attachment's ciphertext.
type Paper struct {
	Digest Digest
	Size   int64 // of the ciphertext, in bytes
}

// Position is an entry's place in a terminal's journal. Seq counts from 1 within a generation; Prev is the digest
// of the position before it, so that a gap or a removal shows.
type Position struct {
	Generation uint32
	Seq        uint64
	Prev       Digest // of the previous signed position; zero for the first of a generation
	Entry      Digest // of the signed entry
}

// EntryState is how far an entry has come, seen from its terminal.
type EntryState string

// The states of an entry (DESIGN.md 3).
const (
	Kept         EntryState = "kept"    // on the terminal, P1 done
	Held         EntryState = "held"    // central committed the bytes; its signed ack is stored
	Settled      EntryState = "settled" // the outcome is stored
	DamagedEntry EntryState = "damaged" // unreadable; a void with its digest was sent
	Purged       EntryState = "purged"  // id, code and digest stay
)

// MayBecome reports whether an entry in state s may go to state to.
func (s EntryState) MayBecome(to EntryState) bool {
	switch s {
	case Kept:
		return to == Held || to == DamagedEntry
	case Held:
		return to == Settled
	case Settled, DamagedEntry:
		return to == Purged
	}
	return false
}

// Outcome is what became of an entry at central: "case", "display", or "aside:" and a stable code. An entry set aside
// is work for a person while its clock runs; it is never refused (promise P7).
type Outcome string

// The outcomes that programs tell apart.
const (
	OutcomeCase        Outcome = "case"             // a case was opened, or the case it is about was changed
	OutcomeDisplay     Outcome = "display"          // proof of display was stored; no case comes of it
	OutcomeConflict    Outcome = "aside:conflict"   // the same id came with another digest
	OutcomeSealed      Outcome = "aside:sealed"     // no key of central opens it
	OutcomeUnreadable  Outcome = "aside:unreadable" // opened, but not what its kind promises
	OutcomeInvalid     Outcome = "aside:invalid"    // breaks the form it was filed with
	OutcomeUnknownForm Outcome = "aside:form"       // names a form or service that central never published
	OutcomeUnrouted    Outcome = "aside:unrouted"   // no department answers for it
	OutcomeStatus      Outcome = "aside:status"     // the case it is about cannot take this step
	OutcomeVoid        Outcome = "aside:void"       // stands for a damaged record
	OutcomeStranger    Outcome = "aside:terminal"   // its code is not of the terminal that made it
	OutcomeTraining    Outcome = "aside:training"   // made in training: it counts for nothing
	OutcomeKind        Outcome = "aside:kind"       // of a kind that this version does not act on
	OutcomeRevoked     Outcome = "aside:revoked"    // signed by a key whose use had ended when it came: an operator releases it
)

// Aside reports whether o names something set aside.
func (o Outcome) Aside() bool { return len(o) > 6 && o[:6] == "aside:" }
