package wire

import (
	"doorstep/sync/civic"
)

// Frame is one message. The types that implement it are the whole protocol.
type Frame interface{ frameType() Type }

// Type is a frame's pinned number.
type Type uint8

// The frame types of version 1.
const (
	TypeError     Type = 1
	TypeHello     Type = 2
	TypeChallenge Type = 3
	TypeProve     Type = 4
	TypeEnrol     Type = 5
	TypeWelcome   Type = 6

	TypeEntry   Type = 16
	TypeCustody Type = 17
	TypeOutcome Type = 18
	TypeMissing Type = 19
	TypeNoted   Type = 20

	TypeChunk   Type = 24
	TypeNeed    Type = 25
	TypeLacking Type = 26
	TypeLost    Type = 27

	TypeRefill  Type = 32
	TypeEdition Type = 33
	TypeCaught  Type = 34
	TypeApplied Type = 35
	TypePack    Type = 36

	TypeStatus     Type = 40
	TypeStatusSeen Type = 41

	TypeTelemetry Type = 48
	TypeAsk       Type = 49
	TypeAnswer    Type = 50
	TypePing      Type = 51
	TypePong      Type = 52

	TypeOrder  Type = 56
	TypeRekey  Type = 57
	TypePlaced Type = 58
	TypeEmpty  Type = 59
)

// Signed is a payload with the signature over its exact bytes. It is never encoded again on the way.
type Signed struct {
	Payload   []byte `cbor:"1,keyasint"`
	Signature []byte `cbor:"2,keyasint"`
}

// Error ends a session or answers one frame. Code is stable; the words are the receiver's own.
type Error struct {
	Code  civic.Code `cbor:"1,keyasint"`
	About Type       `cbor:"2,keyasint,omitempty"` // the type of the frame it answers
	After uint32     `cbor:"3,keyasint,omitempty"` // try again after so many milliseconds
	Fatal bool       `cbor:"4,keyasint,omitempty"` // the session ends
}

// Codes of Error beside civic's.
const (
	CodeTooOld       civic.Code = "version-too-old"   // the terminal's newest version is below what central serves
	CodeTooNew       civic.Code = "version-too-new"   // the terminal's oldest version is above what central speaks
	CodeUnknownFrame civic.Code = "unknown-frame"     // a type number not known here
	CodeMalformed    civic.Code = "malformed"         // bytes that are no frame
	CodeTooLarge     civic.Code = "too-large"         // over a limit
	CodeRevoked      civic.Code = "revoked"           // the key may no longer start sessions
	CodeUnknownKey   civic.Code = "unknown-terminal"  // central has no such terminal
	CodeSuperseded   civic.Code = "superseded"        // a newer session of the same key took over
	CodeBusy         civic.Code = "busy"              // come back after After
	CodeForked       civic.Code = "forked"            // the journal does not continue what central holds
	CodeEnrolment    civic.Code = "enrolment-invalid" // unknown, used or expired enrolment code
	CodeDisorder     civic.Code = "out-of-order"      // a frame that this moment of the session does not allow
)

// Hello opens a session, from the terminal, before it says who it is.
type Hello struct {
	Newest uint32   `cbor:"1,keyasint"`
	Oldest uint32   `cbor:"2,keyasint"`
	Nonce  [32]byte `cbor:"3,keyasint"`
}

// Challenge answers Hello: who central is. The payload is a ChallengeBody; the signature, by central's sign key,
// covers the TLS exporter, the Hello frame's bytes and the payload.
type Challenge Signed

// ChallengeBody is the payload of Challenge. Keys is the keys edition, so that a terminal that knows only the root
// fingerprint can follow the signature up to it.
type ChallengeBody struct {
	Version uint32        `cbor:"1,keyasint"`
	Nonce   [32]byte      `cbor:"2,keyasint"`
	Store   civic.EntryID `cbor:"3,keyasint"`
	Time    int64         `cbor:"4,keyasint"` // Unix milliseconds
	Keys    Signed        `cbor:"5,keyasint"` // an EditionBody of kind keys under the root key
}

// Prove says who the terminal is and how far it has come. The payload is a ProveBody; the signature, by the
// terminal's key, covers the TLS exporter, the bytes of the Hello and Challenge frames and the payload.
type Prove Signed

// ProveBody is the payload of Prove.
type ProveBody struct {
	Key        civic.KeyID `cbor:"1,keyasint"`
	Generation uint32      `cbor:"2,keyasint"`
	Boot       [16]byte    `cbor:"3,keyasint"`
	Wall       int64       `cbor:"4,keyasint"` // the terminal's clock, Unix milliseconds
	Cursor     Cursor      `cbor:"5,keyasint"`
	Head       Head        `cbor:"6,keyasint"`            // the journal's last position
	Statuses   uint64      `cbor:"7,keyasint"`            // last status number stored
	Agent      string      `cbor:"8,keyasint"`            // program version, for the operator
	Settled    uint64      `cbor:"9,keyasint"`            // every entry through this seq has its outcome stored
	Unpacks    bool        `cbor:"10,keyasint,omitempty"` // editions may come as Pack
}

// Cursor is civic.Cursor on the wire.
type Cursor struct {
	Store civic.EntryID `cbor:"1,keyasint"`
	N     uint64        `cbor:"2,keyasint"`
	Tag   civic.Digest  `cbor:"3,keyasint"`
}

// Head is a place in a terminal's journal: the last seq of a generation and the digest of its signed position.
type Head struct {
	Generation uint32       `cbor:"1,keyasint"`
	Seq        uint64       `cbor:"2,keyasint"`
	Digest     civic.Digest `cbor:"3,keyasint"`
}

// Enrol asks for a place in the fleet, instead of Prove. The payload is an EnrolBody; the signature, by the
// terminal's new key, covers what Prove's does, in a domain of its own. After the Welcome the terminal closes the
// connection and opens a session by Prove.
type Enrol Signed

// EnrolBody is the payload of Enrol. Proof is HMAC-SHA256 under the enrolment code's secret (eight bytes) over the
// same message as the signature, with the public key in place of the payload: central learns that the code is at hand, and no
// other learns the code.
type EnrolBody struct {
	PublicKey []byte   `cbor:"1,keyasint"`
	Proof     []byte   `cbor:"2,keyasint"`
	Boot      [16]byte `cbor:"3,keyasint"`
	Wall      int64    `cbor:"4,keyasint"`
	Agent     string   `cbor:"5,keyasint"`
	// Of a terminal that was enrolled before, here or at a central that is no more.
	Number     uint32 `cbor:"19,keyasint,omitempty"` // its number until now
	Generation uint32 `cbor:"20,keyasint,omitempty"` // its generation until now: the next is a later one
}

// Welcome answers Prove and Enrol: the session is open.
type Welcome struct {
	Time       int64   `cbor:"1,keyasint"` // central's clock, Unix milliseconds
	Number     uint32  `cbor:"2,keyasint"` // terminal number of the generation
	Generation uint32  `cbor:"3,keyasint"`
	Point      string  `cbor:"4,keyasint"`
	Area       string  `cbor:"5,keyasint"`
	Custody    *Signed `cbor:"6,keyasint,omitempty"` // a CustodyBody; absent if nothing is held of this generation
	PointName  string  `cbor:"7,keyasint,omitempty"`
}

// Entry carries one journal entry up.
type Entry struct {
	Body     Signed `cbor:"1,keyasint"` // an EntryBody
	Position Signed `cbor:"2,keyasint"` // a PositionBody
}

// Custody tells how far central holds a journal. It is cumulative and signed; the terminal keeps the last one.
type Custody Signed

// CustodyBody is the payload of Custody.
type CustodyBody struct {
	Store    civic.EntryID `cbor:"1,keyasint"`
	Terminal civic.KeyID   `cbor:"2,keyasint"`
	Through  Head          `cbor:"3,keyasint"` // every entry of the generation through this seq is committed
	Safe     uint64        `cbor:"4,keyasint"` // covered by a verified backup of central through this seq
	Time     int64         `cbor:"5,keyasint"` // of the commit, Unix milliseconds
}

// Outcome tells what became of one entry. It may come again.
type Outcome struct {
	Entry   civic.EntryID `cbor:"1,keyasint"`
	Seq     uint64        `cbor:"2,keyasint"`
	Outcome civic.Outcome `cbor:"3,keyasint"`
}

// Missing tells a central that was restored from a backup, or took the place of another, what the terminal knows of
// and keeps no bytes of. It comes at the beginning of sessions until a Noted answers it.
type Missing struct {
	Store    civic.EntryID   `cbor:"1,keyasint"` // of the central that had it
	Entries  []MissingEntry  `cbor:"2,keyasint,omitempty"`
	Statuses []MissingStatus `cbor:"3,keyasint,omitempty"`
	More     uint64          `cbor:"4,keyasint,omitempty"` // entries left out of the list
}

// MaxMissing bounds each list of a Missing: what a terminal lost beyond it is counted in More.
const MaxMissing = 1000

// MissingEntry is one entry that central once had and the terminal no longer keeps.
type MissingEntry struct {
	ID     civic.EntryID      `cbor:"1,keyasint"`
	Digest civic.Digest       `cbor:"2,keyasint"` // of the signed payload
	Kind   civic.EntryKind    `cbor:"3,keyasint"`
	Code   civic.TrackingCode `cbor:"4,keyasint,omitempty"`
	Taken  int64              `cbor:"5,keyasint"` // filing time, Unix milliseconds
}

// MissingStatus is the number of the last status that central told of a case.
type MissingStatus struct {
	Code civic.TrackingCode `cbor:"1,keyasint"`
	N    uint64             `cbor:"2,keyasint"`
}

// Noted answers Missing: central has listed what is lost.
type Noted struct {
	Store civic.EntryID `cbor:"1,keyasint"` // as in Missing
}

// Lacking asks for papers of held entries that central does not have whole. A terminal that took one for sent, as one is
// whose central was put back, sends it again; one that it does not keep, or has not sent yet, is passed over.
type Lacking struct {
	Papers []civic.Digest `cbor:"1,keyasint"`
}

// MaxLacking bounds the list of a Lacking.
const MaxLacking = 16

// Lost lists papers of held entries that the terminal no longer has the bytes of and had not sent whole: they will not
// come. One that arrives all the same, as from a stick written before, was not lost.
type Lost struct {
	Papers []civic.Digest `cbor:"1,keyasint"`
}

// MaxLost bounds the list of a Lost.
const MaxLost = 16

// Chunk carries part of a paper's ciphertext up. A chunk at an offset that central already has is harmless.
type Chunk struct {
	Digest civic.Digest `cbor:"1,keyasint"`
	Offset int64        `cbor:"2,keyasint"`
	Size   int64        `cbor:"3,keyasint"` // of the whole paper
	Data   []byte       `cbor:"4,keyasint"`
}

// Need tells how much of a paper central has synced to disk. It answers a Chunk, and an empty Chunk (a question).
type Need struct {
	Digest civic.Digest `cbor:"1,keyasint"`
	Have   int64        `cbor:"2,keyasint"` // bytes from the start
	Done   bool         `cbor:"3,keyasint"` // whole, and its digest verified
}

// Refill says that the terminal's cursor is not one of this central's: what follows is the complete set for it,
// and what it does not name by the next Caught is to go.
type Refill struct {
	Store civic.EntryID `cbor:"1,keyasint"`
}

// Edition carries one edition down.
type Edition struct {
	Edition Signed       `cbor:"1,keyasint"` // an EditionBody
	Tag     civic.Digest `cbor:"2,keyasint"` // central's chain value at its number
}

// Pack carries editions down together: a zstd frame of the CBOR array of their Edition maps, in order. It is sent only
// to a terminal that asked for it, and means the same as the Edition frames one after the other.
type Pack struct {
	Zstd []byte `cbor:"1,keyasint"`
}

// Caught tells that every edition in the terminal's scope through the cursor has been sent.
type Caught struct {
	Cursor Cursor `cbor:"1,keyasint"`
}

// Applied tells that the terminal stored everything through the cursor.
type Applied struct {
	Cursor Cursor `cbor:"1,keyasint"`
}

// Status carries one case's state down, encrypted under the receipt secret.
type Status struct {
	N      uint64             `cbor:"1,keyasint"` // numbers the point's statuses
	Code   civic.TrackingCode `cbor:"2,keyasint"`
	Locked []byte             `cbor:"3,keyasint"`
}

// StatusSeen tells that the terminal stored every status through N.
type StatusSeen struct {
	N uint64 `cbor:"1,keyasint"`
}

// Telemetry is what the operator sees of a terminal. It holds no personal data.
type Telemetry struct {
	Queue   uint64 `cbor:"1,keyasint"`           // entries not held by central
	Oldest  int64  `cbor:"2,keyasint,omitempty"` // filing time of the oldest of them, Unix milliseconds
	Free    int64  `cbor:"3,keyasint,omitempty"` // bytes free on the store's disk
	Offset  int64  `cbor:"4,keyasint,omitempty"` // wall clock less central's, milliseconds
	Printer string `cbor:"5,keyasint,omitempty"` // printer state name
	Unshown uint64 `cbor:"6,keyasint,omitempty"` // entries saved whose receipt was not shown
	Damaged uint64 `cbor:"7,keyasint,omitempty"` // records found damaged
	Agent   string `cbor:"8,keyasint,omitempty"` // program version
	Lost    uint64 `cbor:"9,keyasint,omitempty"` // papers as in frame Lost
}

// Ask looks up a case by its code and the last four characters of the document used.
type Ask struct {
	ID       uint64             `cbor:"1,keyasint"` // matches the Answer
	Code     civic.TrackingCode `cbor:"2,keyasint"`
	LastFour string             `cbor:"3,keyasint"`
}

// Answer answers an Ask. Status is a civic.StatusNotice as JSON; Code says why there is none.
type Answer struct {
	ID     uint64     `cbor:"1,keyasint"`
	Code   civic.Code `cbor:"2,keyasint,omitempty"`
	Status []byte     `cbor:"3,keyasint,omitempty"`
}

// Ping asks for a Pong with the same number: the heartbeat of both sides.
type Ping struct {
	ID uint64 `cbor:"1,keyasint"`
}

// Pong answers a Ping with central's or the terminal's clock.
type Pong struct {
	ID   uint64 `cbor:"1,keyasint"`
	Time int64  `cbor:"2,keyasint"` // Unix milliseconds
}

func (*Error) frameType() Type      { return TypeError }
func (*Hello) frameType() Type      { return TypeHello }
func (*Challenge) frameType() Type  { return TypeChallenge }
func (*Prove) frameType() Type      { return TypeProve }
func (*Enrol) frameType() Type      { return TypeEnrol }
func (*Welcome) frameType() Type    { return TypeWelcome }
func (*Entry) frameType() Type      { return TypeEntry }
func (*Custody) frameType() Type    { return TypeCustody }
func (*Outcome) frameType() Type    { return TypeOutcome }
func (*Missing) frameType() Type    { return TypeMissing }
func (*Noted) frameType() Type      { return TypeNoted }
func (*Lacking) frameType() Type    { return TypeLacking }
func (*Lost) frameType() Type       { return TypeLost }
func (*Chunk) frameType() Type      { return TypeChunk }
func (*Need) frameType() Type       { return TypeNeed }
func (*Refill) frameType() Type     { return TypeRefill }
func (*Edition) frameType() Type    { return TypeEdition }
func (*Pack) frameType() Type       { return TypePack }
func (*Caught) frameType() Type     { return TypeCaught }
func (*Applied) frameType() Type    { return TypeApplied }
func (*Status) frameType() Type     { return TypeStatus }
func (*StatusSeen) frameType() Type { return TypeStatusSeen }
func (*Telemetry) frameType() Type  { return TypeTelemetry }
func (*Ask) frameType() Type        { return TypeAsk }
func (*Answer) frameType() Type     { return TypeAnswer }
func (*Ping) frameType() Type       { return TypePing }
func (*Pong) frameType() Type       { return TypePong }

// TypeOf returns the type number of a frame.
func TypeOf(f Frame) Type { return f.frameType() }
