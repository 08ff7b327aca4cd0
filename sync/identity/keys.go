package identity

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

// KeysID is the id of the one edition of kind keys.
const KeysID = "central"

// CentralKeys is the JSON body of the keys edition. The first key of each list is the one in use. A key that is no
// longer named is no longer trusted.
type CentralKeys struct {
	Root []byte `json:"root"` // Ed25519 public key; its fingerprint is what a terminal was enrolled with
	Sign []Key  `json:"sign"` // Ed25519
	Seal []Key  `json:"seal"` // MLKEM768-X25519
}

// Key is the public half of one of central's keys. The dates are for people and for audits: a terminal goes by the
// order and presence of keys alone, since its clock may be wrong.
type Key struct {
	ID     string    `json:"id"`
	Public []byte    `json:"public"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until,omitzero"`
}

// SignEdition makes the list edition n, revision rev, under the root key.
func (k CentralKeys) SignEdition(root *seal.Signer, n uint64, rev uint32) (wire.Signed, error) {
	body, err := json.Marshal(k)
	if err != nil {
		return wire.Signed{}, fmt.Errorf("encode keys: %w", err)
	}
	return wire.SignEdition(root, seal.DomainKeys, &civic.Edition{
		N: n, Kind: civic.EditionKeys, ID: KeysID, Rev: rev, Body: body,
	})
}

// OpenKeys verifies a keys edition up to the root key that has the fingerprint, and reads it.
func OpenKeys(root Fingerprint, s wire.Signed) (CentralKeys, *civic.Edition, error) {
	var keys CentralKeys
	unverified, err := wire.ReadEdition(s)
	if err != nil {
		return keys, nil, err
	}
	if err := json.Unmarshal(unverified.Body, &keys); err != nil {
		return CentralKeys{}, nil, &civic.Error{Code: civic.Untrusted, Field: "keys", Key: "keys.unreadable", Err: err}
	}
	if len(keys.Root) != ed25519.PublicKeySize || FingerprintOf(keys.Root) != root {
		return CentralKeys{}, nil, civic.Refuse(civic.Untrusted, "keys", "keys.root")
	}
	e, err := wire.OpenEdition(keys.Root, seal.DomainKeys, s)
	if err != nil {
		return CentralKeys{}, nil, err
	}
	if e.Kind != civic.EditionKeys || e.Tombstone {
		return CentralKeys{}, nil, civic.Refuse(civic.Untrusted, "keys", "keys.unreadable")
	}
	return keys, e, nil
}

// Keyring is what a terminal holds of central's keys. It starts empty, learns from keys editions, on disk or from
// the line, and never forgets for lack of news: a stale list goes on sealing. It is safe for concurrent use.
type Keyring struct {
	root Fingerprint

	mu   sync.RWMutex // guards all below
	rev  uint32
	sign map[civic.KeyID]ed25519.PublicKey
	seal *seal.PublicKey
}

// NewKeyring returns an empty ring that trusts one root key.
func NewKeyring(root Fingerprint) *Keyring { return &Keyring{root: root} }

// Root returns the fingerprint that the ring trusts.
func (k *Keyring) Root() Fingerprint { return k.root }

// Learn takes in a keys edition. news tells whether it replaced what the ring held; an older revision is verified
// and changes nothing, so that a list put back does not bring a withdrawn key back to life.
func (k *Keyring) Learn(s wire.Signed) (news bool, err error) {
	keys, e, err := OpenKeys(k.root, s)
	if err != nil {
		return false, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.sign != nil && e.Rev <= k.rev {
		return false, nil
	}
	sign := map[civic.KeyID]ed25519.PublicKey{}
	for _, key := range keys.Sign {
		if len(key.Public) == ed25519.PublicKeySize {
			sign[civic.KeyIDOf(key.Public)] = key.Public
		}
	}
	k.rev, k.sign = e.Rev, sign
	// The first seal key that this version can use: one of a suite it does not know must not stop taking in.
	for _, key := range keys.Seal {
		if pub, err := seal.ParsePublicKey(key.Public); err == nil {
			k.seal = pub
			break
		}
	}
	return true, nil
}

// Seal returns the key to seal to. It is civic.Unavailable until the ring has learned of one.
func (k *Keyring) Seal() (*seal.PublicKey, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if k.seal == nil {
		return nil, civic.Refuse(civic.Unavailable, "keys", "keys.absent")
	}
	return k.seal, nil
}

// Sign returns the sign key with an id, civic.Untrusted where the ring does not hold it.
func (k *Keyring) Sign(id civic.KeyID) (ed25519.PublicKey, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	pub, ok := k.sign[id]
	if !ok {
		return nil, civic.Refuse(civic.Untrusted, "keys", "keys.unknown")
	}
	return pub, nil
}

// SignedBy returns the sign key that a signature names.
func (k *Keyring) SignedBy(signature []byte) (ed25519.PublicKey, error) {
	id, err := seal.SignedBy(signature)
	if err != nil {
		return nil, err
	}
	return k.Sign(id)
}

// OpenEdition verifies an edition of any kind and reads it. A keys edition is verified up to the root, but not
// learned.
func (k *Keyring) OpenEdition(s wire.Signed) (*civic.Edition, error) {
	e, err := wire.ReadEdition(s)
	if err != nil {
		return nil, err
	}
	if e.Kind == civic.EditionKeys {
		_, e, err = OpenKeys(k.root, s)
		return e, err
	}
	pub, err := k.SignedBy(s.Signature)
	if err != nil {
		return nil, err
	}
	return wire.OpenEdition(pub, seal.DomainEdition, s)
}

// OpenCustody verifies a custody ack and reads it.
func (k *Keyring) OpenCustody(s wire.Signed) (wire.CustodyBody, error) {
	pub, err := k.SignedBy(s.Signature)
	if err != nil {
		return wire.CustodyBody{}, err
	}
	return wire.OpenCustody(pub, s)
}
