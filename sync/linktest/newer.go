package linktest

import (
	"github.com/fxamacker/cbor/v2"
)

// Newer returns the bytes of a frame, or of a body, as a later version may send them: with keys that this version does
// not know in every map, of kinds that no map of it has.
func Newer(b []byte) []byte {
	var v any
	if err := cbor.Unmarshal(b, &v); err != nil {
		panic("bug: linktest: " + err.Error())
	}
	return must(deterministic.Marshal(grow(v)))
}

// NewerFrame returns a frame of a type that this version does not know.
func NewerFrame(kind uint8) []byte {
	return must(deterministic.Marshal([]any{kind, map[int]any{1: "later", 7: []int{1, 2, 3}}}))
}

var deterministic = must(cbor.CoreDetEncOptions().EncMode())

func grow(v any) any {
	switch v := v.(type) {
	case map[any]any:
		for key, value := range v {
			v[key] = grow(value)
		}
		v[uint64(90)] = "later"
		v[uint64(91)] = map[uint64]any{1: []any{true, nil, int64(-5), 1.5}}
		v[int64(-1)] = []byte{1, 2, 3}
	case []any:
		for i := range v {
			v[i] = grow(v[i])
		}
	}
	return v
}
