package bundle

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"fmt"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

// Version of the file, and its history: a line whenever a reader can notice.
//
//	1  2026-11-25  entries and papers up; custody, outcomes, statuses, editions and needs down
const Version = 1

// Limits of version 1.
const (
	MaxPart    = 8 << 20   // bytes of one file: what a reader must be ready to hold in memory
	MaxOpening = 256 << 10 // bytes of an opening
	MaxPapers  = 1024      // papers that an opening asks after
)

// magic begins every file, so that a person who looks into one sees what it is.
const magic = "doorstep bundle 1\n"

// tail is how a file ends: a CBOR byte string of the signature's length, and the signature.
var tail = []byte{0x58, seal.SignatureSize}

// Opening says who speaks to whom and where the frames behind it begin. One of Up and Down is set.
type Opening struct {
	Version uint32 `cbor:"1,keyasint"`
	Number  uint32 `cbor:"2,keyasint"` // rises over the files that one side writes: the order to take them in
	Up      *Up    `cbor:"3,keyasint,omitempty"`
	Down    *Down  `cbor:"4,keyasint,omitempty"`
}

// Up opens what a terminal wrote. Standing says what Prove says on the line; Papers asks how much central has of
// what the terminal still keeps, the oldest first.
type Up struct {
	Standing wire.ProveBody `cbor:"1,keyasint"`
	Papers   []civic.Digest `cbor:"2,keyasint,omitempty"`
}

// Down opens what central wrote for one terminal. Keys is the keys edition, so that the signature of the file can be
// followed up to the root key as that of a Challenge.
type Down struct {
	Store    civic.EntryID `cbor:"1,keyasint"`
	Terminal civic.KeyID   `cbor:"2,keyasint"`
	Time     int64         `cbor:"3,keyasint"` // central's clock when it was made, Unix milliseconds
	Keys     wire.Signed   `cbor:"4,keyasint"`
	From     Mark          `cbor:"5,keyasint"` // what the terminal must have had before this file
	Through  Mark          `cbor:"6,keyasint"` // what it has after it
}

// Mark is how far the lanes down have come. Outcomes need no mark: they are settled one by one.
type Mark struct {
	Cursor   wire.Cursor `cbor:"1,keyasint"`
	Statuses uint64      `cbor:"2,keyasint"`
	Refill   bool        `cbor:"3,keyasint,omitempty"` // Cursor stands within a complete set that is not at its end
}

// Part is one file, its signature verified.
type Part struct {
	Opening
	Frames  []wire.Frame
	Unknown int // frames of a type that this version does not know, passed over
}

// Keys returns the public key that a file must be signed with, from its opening and the key id that the signature
// names; an error refuses the file.
type Keys func(o Opening, signer civic.KeyID) (ed25519.PublicKey, error)

// writer tells the files of one writer, and of one generation, from others.
func (o *Opening) writer() []byte {
	switch {
	case o.Up != nil:
		return binary.BigEndian.AppendUint32(o.Up.Standing.Key[:], o.Up.Standing.Generation)
	case o.Down != nil:
		return o.Down.Terminal[:]
	}
	return nil
}

// Open reads a file. Of one whose signature does not hold nothing but the opening is looked at, and that by keys
// alone.
func Open(b []byte, keys Keys) (*Part, error) {
	var p Part
	var err error
	var frames []byte
	if p.Opening, frames, err = open(b); err != nil {
		return nil, err
	}
	end := len(b) - len(tail) - seal.SignatureSize
	signed, signature := b[:end], b[end+len(tail):]
	signer, err := seal.SignedBy(signature)
	if err != nil {
		return nil, err
	}
	pub, err := keys(p.Opening, signer)
	if err != nil {
		return nil, err
	}
	if err := seal.Verify(pub, signature, seal.DomainBundle, signed); err != nil {
		return nil, &civic.Error{Code: civic.Untrusted, Field: "bundle", Key: "bundle.untrusted", Err: err}
	}
	for len(frames) > 0 {
		var f wire.Frame
		f, frames, err = wire.DecodeNext(frames)
		var unknown *wire.UnknownFrame
		switch {
		case errors.As(err, &unknown):
			p.Unknown++
		case err != nil:
			return nil, foreign(err)
		default:
			p.Frames = append(p.Frames, f)
		}
	}
	return &p, nil
}

// open reads the opening, and returns the frames behind it. Nothing of it is verified.
func open(b []byte) (o Opening, frames []byte, err error) {
	if len(b) > MaxPart {
		return o, nil, civic.Refuse(wire.CodeTooLarge, "bundle", "bundle.large")
	}
	end := len(b) - len(tail) - seal.SignatureSize
	if end < len(magic) || !bytes.HasPrefix(b, []byte(magic)) || !bytes.HasPrefix(b[end:], tail) {
		return o, nil, civic.Refuse(civic.Invalid, "bundle", "bundle.foreign")
	}
	if frames, err = wire.UnmarshalNext(b[len(magic):end], &o); err != nil {
		return o, nil, foreign(err)
	}
	if o.Version != Version {
		return o, nil, civic.Refuse(civic.Unsupported, "bundle", "bundle.version")
	}
	if (o.Up == nil) == (o.Down == nil) || end-len(magic)-len(frames) > MaxOpening {
		return o, nil, civic.Refuse(civic.Invalid, "bundle", "bundle.foreign")
	}
	return o, frames, nil
}

func foreign(err error) error {
	return &civic.Error{Code: civic.Invalid, Field: "bundle", Key: "bundle.foreign", Err: err}
}

// Builder gathers the frames of one file.
type Builder struct {
	// Limit bounds the bytes of the frames; 0 is what a file may have. The first frame is taken whatever its size.
	Limit int

	frames []byte
	count  int
}

// room is what frames may fill of a file.
const room = MaxPart - MaxOpening - len(magic) - 2 - seal.SignatureSize

// Add appends a frame. It reports false, and adds nothing, where the file has no room for it; an empty file has room
// for any frame.
func (b *Builder) Add(f wire.Frame) (bool, error) {
	raw, err := wire.Encode(f)
	if err != nil {
		return false, err
	}
	if len(raw) > b.Room() && (b.count > 0 || len(raw) > room) {
		return false, nil
	}
	b.frames, b.count = append(b.frames, raw...), b.count+1
	return true, nil
}

// Room is how many bytes of frames may still be added.
func (b *Builder) Room() int {
	if b.Limit > 0 {
		return min(b.Limit, room) - len(b.frames)
	}
	return room - len(b.frames)
}

// Count is how many frames were added.
func (b *Builder) Count() int { return b.count }

// Seal returns the bytes of the file.
func (b *Builder) Seal(o Opening, key *seal.Signer) ([]byte, error) {
	o.Version = Version
	opening, err := wire.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("encode opening: %w", err)
	}
	if len(opening) > MaxOpening {
		return nil, civic.Refuse(wire.CodeTooLarge, "bundle", "bundle.large")
	}
	file := append([]byte(magic), opening...)
	file = append(file, b.frames...)
	signature := key.Sign(seal.DomainBundle, file)
	return append(append(file, tail...), signature...), nil
}

// From is the Keys of whoever takes only what one terminal wrote.
func From(terminal civic.KeyID, key ed25519.PublicKey) Keys {
	return func(o Opening, _ civic.KeyID) (ed25519.PublicKey, error) {
		if o.Up == nil || o.Up.Standing.Key != terminal {
			return nil, civic.Refuse(civic.NotFound, "bundle", "bundle.elsewhere")
		}
		return key, nil
	}
}

// By is the Keys of whoever takes only what one of central's keys signed.
func By(keys ...ed25519.PublicKey) Keys {
	return func(o Opening, signer civic.KeyID) (ed25519.PublicKey, error) {
		for _, key := range keys {
			if o.Down != nil && civic.KeyIDOf(key) == signer {
				return key, nil
			}
		}
		return nil, civic.Refuse(civic.Untrusted, "bundle", "bundle.stranger")
	}
}
