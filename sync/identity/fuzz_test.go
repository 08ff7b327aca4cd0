package identity_test

import (
	"testing"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/identity"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

// FuzzKeys is that no list of keys, signed by whom it may be, makes a terminal panic or trust a root that is not its
// own, and that what it learns of a true one it keeps.
func FuzzKeys(f *testing.F) {
	root, err := seal.ParseSigner(make([]byte, 32))
	if err != nil {
		f.Fatal(err)
	}
	sign, err := seal.GenerateSigner()
	if err != nil {
		f.Fatal(err)
	}
	keys := identity.CentralKeys{Root: root.Public(), Sign: []identity.Key{{ID: sign.ID.String(), Public: sign.Public(), From: time.Unix(0, 0)}}}
	e, err := keys.SignEdition(root, 1, 1)
	if err != nil {
		f.Fatal(err)
	}
	read, err := wire.ReadEdition(e)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(read.Body, e.Payload, e.Signature)
	f.Add([]byte(`{"root":"","sign":[{"public":"AA=="}],"seal":[{}]}`), []byte{0xa0}, []byte{1})
	own, other := identity.FingerprintOf(root.Public()), identity.FingerprintOf(sign.Public())
	f.Fuzz(func(t *testing.T, body, payload, signature []byte) {
		stranger := identity.NewKeyring(other)
		if _, err := stranger.Learn(wire.Signed{Payload: payload, Signature: signature}); err == nil {
			t.Error("learned from a root that is not its own")
		}
		_, _ = identity.NewKeyring(own).Learn(wire.Signed{Payload: payload, Signature: signature})
		// A list that the root did sign, whatever stands in it.
		signed, err := wire.SignEdition(root, seal.DomainKeys, &civic.Edition{N: 1, Kind: civic.EditionKeys, ID: identity.KeysID, Rev: 1, Body: body})
		if err != nil {
			t.Fatal(err)
		}
		ring := identity.NewKeyring(own)
		if _, err := ring.Learn(signed); err != nil {
			return
		}
		_, _ = ring.Seal()
		if _, err := ring.OpenEdition(signed); err != nil {
			t.Errorf("learned and does not open: %v", err)
		}
	})
}
