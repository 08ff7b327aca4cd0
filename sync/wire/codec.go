package wire

import (
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"doorstep/sync/civic"
)

// blank makes an empty frame of a type. A type that is not here is unknown to this version.
var blank = map[Type]func() Frame{
	TypeError:      func() Frame { return new(Error) },
	TypeHello:      func() Frame { return new(Hello) },
	TypeChallenge:  func() Frame { return new(Challenge) },
	TypeProve:      func() Frame { return new(Prove) },
	TypeEnrol:      func() Frame { return new(Enrol) },
	TypeWelcome:    func() Frame { return new(Welcome) },
	TypeEntry:      func() Frame { return new(Entry) },
	TypeCustody:    func() Frame { return new(Custody) },
	TypeOutcome:    func() Frame { return new(Outcome) },
	TypeMissing:    func() Frame { return new(Missing) },
	TypeNoted:      func() Frame { return new(Noted) },
	TypeChunk:      func() Frame { return new(Chunk) },
	TypeNeed:       func() Frame { return new(Need) },
	TypeLacking:    func() Frame { return new(Lacking) },
	TypeLost:       func() Frame { return new(Lost) },
	TypeRefill:     func() Frame { return new(Refill) },
	TypeEdition:    func() Frame { return new(Edition) },
	TypeCaught:     func() Frame { return new(Caught) },
	TypeApplied:    func() Frame { return new(Applied) },
	TypePack:       func() Frame { return new(Pack) },
	TypeStatus:     func() Frame { return new(Status) },
	TypeStatusSeen: func() Frame { return new(StatusSeen) },
	TypeTelemetry:  func() Frame { return new(Telemetry) },
	TypeAsk:        func() Frame { return new(Ask) },
	TypeAnswer:     func() Frame { return new(Answer) },
	TypePing:       func() Frame { return new(Ping) },
	TypePong:       func() Frame { return new(Pong) },
	TypeOrder:      func() Frame { return new(Order) },
	TypeRekey:      func() Frame { return new(Rekey) },
	TypePlaced:     func() Frame { return new(Placed) },
	TypeEmpty:      func() Frame { return new(Empty) },
}

// encMode writes the deterministic form of RFC 8949 4.2; decMode bounds what a stranger can make us build.
var encMode, decMode = modes()

func modes() (cbor.EncMode, cbor.DecMode) {
	enc, err := cbor.EncOptions{Sort: cbor.SortCoreDeterministic, ShortestFloat: cbor.ShortestFloat16}.EncMode()
	if err != nil {
		panic("bug: wire: " + err.Error())
	}
	dec, err := cbor.DecOptions{
		DupMapKey:        cbor.DupMapKeyEnforcedAPF,
		IndefLength:      cbor.IndefLengthForbidden,
		TagsMd:           cbor.TagsForbidden,
		MaxNestedLevels:  8,
		MaxArrayElements: 4096,
		MaxMapPairs:      256,
	}.DecMode()
	if err != nil {
		panic("bug: wire: " + err.Error())
	}
	return enc, dec
}

// rawFrame is the outer array.
type rawFrame struct {
	_    struct{} `cbor:",toarray"`
	Type Type
	Body cbor.RawMessage
}

// UnknownFrame is the error of Decode for a well-formed frame of a type this version does not know. A receiver
// answers it with CodeUnknownFrame and goes on.
type UnknownFrame struct{ Type Type }

// Error names the type.
func (e *UnknownFrame) Error() string { return fmt.Sprintf("unknown frame type %d", e.Type) }

// Encode returns the bytes of f.
func Encode(f Frame) ([]byte, error) {
	body, err := encMode.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("encode frame %d: %w", f.frameType(), err)
	}
	b, err := encMode.Marshal(rawFrame{Type: f.frameType(), Body: body})
	if err != nil {
		return nil, fmt.Errorf("encode frame %d: %w", f.frameType(), err)
	}
	if len(b) > MaxFrame {
		return nil, civic.Refuse(CodeTooLarge, "frame", "wire.large")
	}
	return b, nil
}

// Decode reads one frame. The result shares no memory with b.
func Decode(b []byte) (Frame, error) {
	if len(b) > MaxFrame {
		return nil, civic.Refuse(CodeTooLarge, "frame", "wire.large")
	}
	var raw rawFrame
	if err := decMode.Unmarshal(b, &raw); err != nil {
		return nil, malformed(err)
	}
	empty, ok := blank[raw.Type]
	if !ok {
		return nil, &UnknownFrame{raw.Type}
	}
	f := empty()
	if err := decode(raw.Body, f); err != nil {
		return nil, err
	}
	return f, nil
}

// decode reads a map with integer keys. Null, which the library would read as an empty map, is none.
func decode(b []byte, v any) error {
	const majorMap = 5
	if len(b) == 0 || b[0]>>5 != majorMap {
		return malformed(errors.New("not a map"))
	}
	if err := decMode.Unmarshal(b, v); err != nil {
		return malformed(err)
	}
	return nil
}

func malformed(err error) error {
	return &civic.Error{Code: CodeMalformed, Field: "frame", Key: "wire.malformed", Err: err}
}

// IsMalformed reports whether err says that bytes were no frame.
func IsMalformed(err error) bool { return errors.Is(err, &civic.Error{Code: CodeMalformed}) }
