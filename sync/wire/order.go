package wire

import (
	"crypto/ed25519"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
)

// Order asks a terminal for something that an operator wants of it.
type Order struct {
	N    uint64 `cbor:"1,keyasint"` // names the order in the answers
	Task string `cbor:"2,keyasint"`
}

// The tasks of an Order. A terminal that does not know one answers CodeUnsupported and goes on.
const (
	TaskRotate = "rotate" // change the key
	TaskMove   = "move"   // once everything is settled, change the key for another place
	TaskRetire = "retire" // begin nothing new, and say Empty once everything is settled
)

// Rekey presents the key that is to follow the terminal's own. The payload is a RekeyBody; the signature is by the new
// key. Whose key it follows is known from the session.
type Rekey Signed

// RekeyBody is the payload of Rekey.
type RekeyBody struct {
	Order     uint64      `cbor:"1,keyasint"`
	PublicKey []byte      `cbor:"2,keyasint"`
	Follows   civic.KeyID `cbor:"3,keyasint"`
}

// Placed answers Rekey with the place of the new key, which begins to serve with the first session it proves.
type Placed struct {
	Order      uint64 `cbor:"1,keyasint"`
	Number     uint32 `cbor:"2,keyasint"`
	Generation uint32 `cbor:"3,keyasint"`
	Point      string `cbor:"4,keyasint"`
	Area       string `cbor:"5,keyasint"`
	PointName  string `cbor:"7,keyasint,omitempty"`
}

// Empty tells that a terminal that is to retire has sent everything.
type Empty struct {
	Order uint64 `cbor:"1,keyasint"`
}

func (*Order) frameType() Type  { return TypeOrder }
func (*Rekey) frameType() Type  { return TypeRekey }
func (*Placed) frameType() Type { return TypePlaced }
func (*Empty) frameType() Type  { return TypeEmpty }

// SignRekey presents next as the key after follows.
func SignRekey(next *seal.Signer, order uint64, follows civic.KeyID) (*Rekey, error) {
	s, err := sign(next, seal.DomainRekey, RekeyBody{Order: order, PublicKey: next.Public(), Follows: follows})
	return (*Rekey)(&s), err
}

// OpenRekey reads a Rekey and verifies that it was made with the key that it presents.
func OpenRekey(r *Rekey) (RekeyBody, error) {
	var b RekeyBody
	if err := decode(r.Payload, &b); err != nil {
		return b, err
	}
	return b, seal.Verify(ed25519.PublicKey(b.PublicKey), r.Signature, seal.DomainRekey, r.Payload)
}

// Welcome returns the place as an enrolment would have given it.
func (p *Placed) Welcome() Welcome {
	return Welcome{Number: p.Number, Generation: p.Generation, Point: p.Point, PointName: p.PointName, Area: p.Area}
}
