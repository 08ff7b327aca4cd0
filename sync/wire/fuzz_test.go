package wire_test

import (
	"bytes"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// FuzzBody is that no payload makes the reader of any body panic, and that what is read is within the limits.
func FuzzBody(f *testing.F) {
	for _, s := range append(tell(f).samples, full(f)...) {
		switch x := s.frame.(type) {
		case *wire.Challenge:
			f.Add(x.Payload)
		case *wire.Prove:
			f.Add(x.Payload)
		case *wire.Enrol:
			f.Add(x.Payload)
		case *wire.Custody:
			f.Add(x.Payload)
		case *wire.Entry:
			f.Add(x.Body.Payload)
			f.Add(x.Position.Payload)
		case *wire.Edition:
			f.Add(x.Edition.Payload)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		given := bytes.Clone(b)
		for _, body := range []any{new(wire.ChallengeBody), new(wire.ProveBody), new(wire.EnrolBody), new(wire.CustodyBody)} {
			_ = wire.Unmarshal(b, body)
		}
		signed := wire.Signed{Payload: b}
		if e, err := wire.ReadEntry(signed); err == nil {
			if len(e.Sealed) > wire.MaxSealed || len(e.Papers) > wire.MaxPapers {
				t.Errorf("%d bytes, %d papers", len(e.Sealed), len(e.Papers))
			}
			for _, p := range e.Papers {
				if p.Size < 0 || p.Size > wire.MaxPaper {
					t.Errorf("a paper of %d bytes", p.Size)
				}
			}
		}
		if p, err := wire.ReadPosition(signed); err == nil {
			if again, err := wire.Marshal(wire.PositionBody(p)); err != nil {
				t.Errorf("%+v does not encode: %v", p, err)
			} else if q, err := wire.ReadPosition(wire.Signed{Payload: again}); err != nil || q != p {
				t.Errorf("%+v reads back as %+v, %v", p, q, err)
			}
		}
		if e, err := wire.ReadEdition(signed); err == nil && e.Scope.Terminal != (civic.KeyID{}) && len(b) < 8 {
			t.Error("a terminal from nowhere")
		}
		if !bytes.Equal(b, given) {
			t.Error("reading changed the bytes, which are signed")
		}
	})
}

// FuzzSigned is that a frame of any bytes, decoded or not, does not change when it is passed on: what is signed is
// kept as it was received.
func FuzzSigned(f *testing.F) {
	f.Add([]byte{0xa0}, []byte{1})
	f.Fuzz(func(t *testing.T, payload, signature []byte) {
		b, err := wire.Encode(&wire.Edition{Edition: wire.Signed{Payload: payload, Signature: signature}})
		if err != nil {
			return
		}
		if err := cbor.Wellformed(b); err != nil {
			t.Fatal(err)
		}
		frame, err := wire.Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		got := frame.(*wire.Edition).Edition
		if !bytes.Equal(got.Payload, payload) || !bytes.Equal(got.Signature, signature) {
			t.Errorf("%x, %x came as %x, %x", payload, signature, got.Payload, got.Signature)
		}
	})
}
