package boltstore

import (
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// Records and values are CBOR: maps with small integer keys, so that a later version can add to them. Keys are never
// used again for another meaning, and keys that are not known are passed over.
var encMode, decMode = modes()

func modes() (cbor.EncMode, cbor.DecMode) {
	enc, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic("bug: boltstore: " + err.Error())
	}
	dec, err := cbor.DecOptions{TagsMd: cbor.TagsForbidden, MaxNestedLevels: 8}.DecMode()
	if err != nil {
		panic("bug: boltstore: " + err.Error())
	}
	return enc, dec
}

func encode(v any) ([]byte, error) {
	b, err := encMode.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	return b, nil
}

// decode reads what encode wrote into v, which shares no memory with b.
func decode(b []byte, v any) error {
	if err := decMode.Unmarshal(b, v); err != nil {
		return fmt.Errorf("decode record: %w", err)
	}
	return nil
}
