package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

// Audit keeps who did and saw what, as a chain: each entry is bound to the one before it. Other groups write into
// it within their units of work.
type Audit interface {
	// Record appends an entry for something that no other method writes.
	Record(ctx context.Context, e AuditEntry) error
	// Entries returns entries numbered above after, by number, at most max.
	Entries(ctx context.Context, after uint64, max int) ([]AuditEntry, error)
	// VerifyAudit walks the chain. civic.Damaged, with the number in Args, names the first entry that does not
	// follow; the head is then that of the last good one.
	VerifyAudit(ctx context.Context) (AuditHead, error)
}

// Action is what an audit entry tells.
type Action string

// The actions of the audit.
const (
	ActRead    Action = "read"    // a person read a case
	ActOpen    Action = "open"    // an entry was opened into a case
	ActStep    Action = "step"    // a case took a step; Detail is the status
	ActAssign  Action = "assign"  // a clerk took a case, or gave it back; Detail is who has it now
	ActPublish Action = "publish" // Subject is kind/id, Detail the revision
	ActNotice  Action = "notice"  // a notice took a step; Detail is its state
	ActDraft   Action = "draft"   // a version of a guide's draft was saved; Detail is its number
	ActDrop    Action = "drop"    // a draft was given up
	ActTake    Action = "take"    // an item was withdrawn; Detail is the reason
	ActImport  Action = "import"  // a workbook was published; Detail counts
	ActEnrol   Action = "enrol"   // a code was made, or a terminal joined with it
	ActRevoke  Action = "revoke"
	ActRelease Action = "release" // an entry set aside was given back to be opened; Detail is the department it was given to. Of all with an outcome: Subject is that, Detail how many
	ActClose   Action = "close"   // an entry set aside was closed by hand; the reason stays with it, encrypted
	ActOrder   Action = "order"   // a terminal is to change its key, move or retire; Detail is the task, or "drop"
	ActReplace Action = "replace" // a terminal's new key took over; Detail names its number
	ActRetire  Action = "retire"  // a terminal has sent everything and ended
	ActRescue  Action = "rescue"  // entries from a terminal's disk were taken; Detail counts
	ActKeys    Action = "keys"    // central's keys were changed, copied or tried; Detail says which
	ActStaff   Action = "staff"   // a person was added or changed
	ActOffice  Action = "office"  // a department or service point was added or changed
	ActSignIn  Action = "sign-in"
	ActExport  Action = "export"   // the head left the database
	ActHold    Action = "hold"     // a legal hold was set or lifted; Detail is "set" or "lift"
	ActErase   Action = "erase"    // the personal parts of a case were erased; Detail says by what
	ActBackup  Action = "backup"   // a verified backup was made
	ActRestore Action = "restore"  // this store was restored from a backup; Subject is its id, Detail that in the backup
	ActSignOut Action = "sign-out" // an administrator ended sessions: of Subject, or of everybody else
)

// AuditEntry is one line of the audit. It holds no data of a resident beside the tracking code.
type AuditEntry struct {
	N       uint64
	At      time.Time
	Actor   Actor
	Action  Action
	Subject string // tracking code, login, terminal, or kind/id
	Detail  string
	Digest  civic.Digest // Chain of the entry before and this one
}

// AuditHead is the end of the chain.
type AuditHead struct {
	Store  civic.EntryID `cbor:"1,keyasint"`
	N      uint64        `cbor:"2,keyasint"`
	Digest civic.Digest  `cbor:"3,keyasint"`
}

// Chain returns the digest of e after prev: the SHA-256 of prev and every field, each behind its length.
func Chain(prev civic.Digest, e *AuditEntry) civic.Digest {
	b := append([]byte(nil), prev[:]...)
	b = binary.BigEndian.AppendUint64(b, e.N)
	b = binary.BigEndian.AppendUint64(b, uint64(e.At.UnixMilli()))
	for _, s := range []string{e.Actor.Login, string(e.Actor.Role), string(e.Action), e.Subject, e.Detail} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	return sha256.Sum256(b)
}

// SignHead signs the end of the chain, to be kept outside the database.
func SignHead(key *seal.Signer, h AuditHead) (wire.Signed, error) {
	b, err := wire.Marshal(h)
	if err != nil {
		return wire.Signed{}, err
	}
	return wire.Signed{Payload: b, Signature: key.Sign(seal.DomainAuditHead, b)}, nil
}

// OpenHead verifies and reads what SignHead made.
func OpenHead(pub []byte, s wire.Signed) (h AuditHead, err error) {
	if err := seal.Verify(pub, s.Signature, seal.DomainAuditHead, s.Payload); err != nil {
		return h, err
	}
	return h, wire.Unmarshal(s.Payload, &h)
}
