package wire

import (
	"crypto/ed25519"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
)

// EntryBody is the signed payload of an entry.
type EntryBody struct {
	Kind     civic.EntryKind    `cbor:"1,keyasint"`
	ID       civic.EntryID      `cbor:"2,keyasint"`
	Terminal uint32             `cbor:"3,keyasint"`
	Code     civic.TrackingCode `cbor:"4,keyasint,omitempty"`
	Papers   []paper            `cbor:"5,keyasint,omitempty"`
	Evidence evidence           `cbor:"6,keyasint"`
	Sealed   []byte             `cbor:"7,keyasint,omitempty"`
	Voids    []byte             `cbor:"8,keyasint,omitempty"`
}

type paper struct {
	Digest civic.Digest `cbor:"1,keyasint"`
	Size   int64        `cbor:"2,keyasint"`
}

// evidence holds wall times as Unix milliseconds and monotonic times as nanoseconds since boot.
type evidence struct {
	Wall       int64    `cbor:"1,keyasint"`
	Boot       [16]byte `cbor:"2,keyasint"`
	Mono       int64    `cbor:"3,keyasint"`
	SyncBoot   [16]byte `cbor:"4,keyasint"`
	SyncMono   int64    `cbor:"5,keyasint,omitempty"`
	SyncTime   int64    `cbor:"6,keyasint,omitempty"`
	SyncOffset int64    `cbor:"7,keyasint,omitempty"` // milliseconds
}

// PositionBody is the signed payload of a position.
type PositionBody struct {
	Generation uint32       `cbor:"1,keyasint"`
	Seq        uint64       `cbor:"2,keyasint"`
	Prev       civic.Digest `cbor:"3,keyasint"`
	Entry      civic.Digest `cbor:"4,keyasint"` // of the entry's signed payload
}

// EditionBody is the signed payload of an edition.
type EditionBody struct {
	N         uint64            `cbor:"1,keyasint"`
	Kind      civic.EditionKind `cbor:"2,keyasint"`
	ID        string            `cbor:"3,keyasint"`
	Rev       uint32            `cbor:"4,keyasint"`
	Area      string            `cbor:"5,keyasint,omitempty"`
	Point     string            `cbor:"6,keyasint,omitempty"`
	Terminal  []byte            `cbor:"7,keyasint,omitempty"`
	From      int64             `cbor:"8,keyasint,omitempty"` // Unix milliseconds
	Until     int64             `cbor:"9,keyasint,omitempty"`
	Body      []byte            `cbor:"10,keyasint,omitempty"`
	Tombstone bool              `cbor:"11,keyasint,omitempty"`
}

// SignEntry encodes and signs an entry.
func SignEntry(key *seal.Signer, e *civic.Entry) (Signed, error) {
	body := EntryBody{
		Kind: e.Kind, ID: e.ID, Terminal: e.Terminal, Code: e.Code,
		Evidence: fromEvidence(e.Evidence), Sealed: e.Sealed,
	}
	for _, p := range e.Papers {
		body.Papers = append(body.Papers, paper{p.Digest, p.Size})
	}
	if e.Voids != (civic.Digest{}) {
		body.Voids = e.Voids[:]
	}
	return sign(key, seal.DomainEntry, body)
}

// OpenEntry verifies and reads an entry.
func OpenEntry(key ed25519.PublicKey, s Signed) (*civic.Entry, error) {
	var b EntryBody
	if err := open(key, seal.DomainEntry, s, &b); err != nil {
		return nil, err
	}
	return b.entry()
}

// ReadEntry reads an entry without verifying it, for a terminal that reads its own journal.
func ReadEntry(s Signed) (*civic.Entry, error) {
	var b EntryBody
	if err := decode(s.Payload, &b); err != nil {
		return nil, err
	}
	return b.entry()
}

func (b *EntryBody) entry() (*civic.Entry, error) {
	if len(b.Sealed) > MaxSealed || len(b.Papers) > MaxPapers {
		return nil, civic.Refuse(CodeTooLarge, "entry", "wire.large")
	}
	e := &civic.Entry{
		Kind: b.Kind, ID: b.ID, Terminal: b.Terminal, Code: b.Code,
		Evidence: b.Evidence.civic(), Sealed: b.Sealed,
	}
	for _, p := range b.Papers {
		if p.Size < 0 || p.Size > MaxPaper {
			return nil, civic.Refuse(CodeTooLarge, "entry/papers", "wire.large")
		}
		e.Papers = append(e.Papers, civic.Paper{Digest: p.Digest, Size: p.Size})
	}
	if len(b.Voids) == len(e.Voids) {
		e.Voids = civic.Digest(b.Voids)
	}
	return e, nil
}

// SignPosition chains an entry: it signs the position after prev.
func SignPosition(key *seal.Signer, p civic.Position) (Signed, error) {
	return sign(key, seal.DomainPosition, PositionBody(p))
}

// OpenPosition verifies and reads a position.
func OpenPosition(key ed25519.PublicKey, s Signed) (civic.Position, error) {
	var b PositionBody
	err := open(key, seal.DomainPosition, s, &b)
	return civic.Position(b), err
}

// ReadPosition reads a position without verifying it.
func ReadPosition(s Signed) (civic.Position, error) {
	var b PositionBody
	err := decode(s.Payload, &b)
	return civic.Position(b), err
}

// SignEdition encodes and signs an edition. domain is seal.DomainKeys for the keys edition and
// seal.DomainEdition for all others.
func SignEdition(key *seal.Signer, domain seal.Domain, e *civic.Edition) (Signed, error) {
	b := EditionBody{
		N: e.N, Kind: e.Kind, ID: e.ID, Rev: e.Rev, Area: e.Scope.Area, Point: e.Scope.Point,
		From: millis(e.From), Until: millis(e.Until), Body: e.Body, Tombstone: e.Tombstone,
	}
	if e.Scope.Terminal != (civic.KeyID{}) {
		b.Terminal = e.Scope.Terminal[:]
	}
	return sign(key, domain, b)
}

// OpenEdition verifies and reads an edition.
func OpenEdition(key ed25519.PublicKey, domain seal.Domain, s Signed) (*civic.Edition, error) {
	if err := seal.Verify(key, s.Signature, domain, s.Payload); err != nil {
		return nil, err
	}
	return ReadEdition(s)
}

// ReadEdition reads an edition without verifying it.
func ReadEdition(s Signed) (*civic.Edition, error) {
	var b EditionBody
	if err := decode(s.Payload, &b); err != nil {
		return nil, err
	}
	e := &civic.Edition{
		N: b.N, Kind: b.Kind, ID: b.ID, Rev: b.Rev, Scope: civic.Scope{Area: b.Area, Point: b.Point},
		From: instant(b.From), Until: instant(b.Until), Body: b.Body, Tombstone: b.Tombstone,
	}
	if len(b.Terminal) == len(e.Scope.Terminal) {
		e.Scope.Terminal = civic.KeyID(b.Terminal)
	}
	return e, nil
}

// SignCustody encodes and signs how far central holds a journal.
func SignCustody(key *seal.Signer, c CustodyBody) (Signed, error) {
	return sign(key, seal.DomainCustody, c)
}

// OpenCustody verifies and reads a custody ack.
func OpenCustody(key ed25519.PublicKey, s Signed) (c CustodyBody, err error) {
	err = open(key, seal.DomainCustody, s, &c)
	return c, err
}

// Digest names signed bytes: the SHA-256 of the payload. A position chains to the digest of the position before.
func (s Signed) Digest() civic.Digest { return civic.DigestOf(s.Payload) }

// Marshal encodes a handshake payload, as ChallengeBody, in the deterministic form.
func Marshal(v any) ([]byte, error) { return encMode.Marshal(v) }

// Unmarshal decodes what Marshal made, within the decoder's bounds.
func Unmarshal(b []byte, v any) error { return decode(b, v) }

func sign(key *seal.Signer, domain seal.Domain, v any) (Signed, error) {
	b, err := encMode.Marshal(v)
	if err != nil {
		return Signed{}, err
	}
	return Signed{Payload: b, Signature: key.Sign(domain, b)}, nil
}

func open(key ed25519.PublicKey, domain seal.Domain, s Signed, v any) error {
	if err := seal.Verify(key, s.Signature, domain, s.Payload); err != nil {
		return err
	}
	return decode(s.Payload, v)
}

func fromEvidence(e civic.Evidence) evidence {
	return evidence{
		Wall: millis(e.Wall), Boot: e.Boot, Mono: int64(e.Mono),
		SyncBoot: e.SyncBoot, SyncMono: int64(e.SyncMono), SyncTime: millis(e.SyncTime),
		SyncOffset: e.SyncOffset.Milliseconds(),
	}
}

func (e evidence) civic() civic.Evidence {
	return civic.Evidence{
		Wall: instant(e.Wall), Boot: e.Boot, Mono: time.Duration(e.Mono),
		SyncBoot: e.SyncBoot, SyncMono: time.Duration(e.SyncMono), SyncTime: instant(e.SyncTime),
		SyncOffset: time.Duration(e.SyncOffset) * time.Millisecond,
	}
}

// millis and instant carry a time as Unix milliseconds; the zero time is 0.
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
