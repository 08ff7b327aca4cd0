package wire

import (
	"github.com/fxamacker/cbor/v2"

	"doorstep/sync/civic"
)

// DecodeNext reads the first of several frames that stand one behind another and returns what follows it. An
// *UnknownFrame error leaves the rest readable; after any other there is no telling where the next one begins.
func DecodeNext(b []byte) (f Frame, rest []byte, err error) {
	raw, rest, err := next(b)
	if err != nil {
		return nil, nil, err
	}
	f, err = Decode(raw)
	return f, rest, err
}

// UnmarshalNext reads what Marshal made from the beginning of b and returns what follows it.
func UnmarshalNext(b []byte, v any) (rest []byte, err error) {
	raw, rest, err := next(b)
	if err != nil {
		return nil, err
	}
	return rest, decode(raw, v)
}

// next cuts the first data item off.
func next(b []byte) (raw cbor.RawMessage, rest []byte, err error) {
	if rest, err = decMode.UnmarshalFirst(b, &raw); err != nil {
		return nil, nil, malformed(err)
	}
	if len(raw) > MaxFrame {
		return nil, nil, civic.Refuse(CodeTooLarge, "frame", "wire.large")
	}
	return raw, rest, nil
}
