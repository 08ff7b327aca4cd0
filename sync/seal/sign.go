package seal

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/binary"
	"fmt"

	"doorstep/sync/civic"
)

// SignatureSize is the length of every signature: suite, key id, Ed25519.
const SignatureSize = headerLen + ed25519.SignatureSize

// Domain separates signatures of one purpose from all others. It ends with a line feed, which no other domain
// holds, so that no domain is a prefix of another.
type Domain string

// The domains of version 1.
const (
	DomainEntry     Domain = "doorstep entry v1\n"
	DomainPosition  Domain = "doorstep position v1\n"
	DomainEdition   Domain = "doorstep edition v1\n"
	DomainKeys      Domain = "doorstep keys v1\n"
	DomainCustody   Domain = "doorstep custody v1\n"
	DomainChallenge Domain = "doorstep challenge v1\n"
	DomainProof     Domain = "doorstep proof v1\n"
	DomainEnrol     Domain = "doorstep enrol v1\n"
	DomainRekey     Domain = "doorstep rekey v1\n"
	DomainBundle    Domain = "doorstep bundle v1\n"
	DomainAuditHead Domain = "doorstep audit head v1\n"
)

// Signer is an Ed25519 key: a terminal's, central's, or the root.
type Signer struct {
	ID  civic.KeyID
	key ed25519.PrivateKey
}

// GenerateSigner makes a new signing key.
func GenerateSigner() (*Signer, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("generate signing key: %w", err)
	}
	return signer(key), nil
}

// ParseSigner reads the seed that Signer.Seed returned.
func ParseSigner(seed []byte) (*Signer, error) {
	if len(seed) != ed25519.SeedSize {
		return nil, civic.Refuse(civic.Invalid, "key", "keys.unreadable")
	}
	return signer(ed25519.NewKeyFromSeed(seed)), nil
}

func signer(key ed25519.PrivateKey) *Signer {
	return &Signer{ID: civic.KeyIDOf(key.Public().(ed25519.PublicKey)), key: key}
}

// Seed returns the secret half, 32 bytes.
func (s *Signer) Seed() []byte { return s.key.Seed() }

// Public returns the public half, 32 bytes.
func (s *Signer) Public() ed25519.PublicKey { return s.key.Public().(ed25519.PublicKey) }

// Sign signs the domain and the parts, each with its length before it, so that no two lists of parts read alike.
func (s *Signer) Sign(domain Domain, parts ...[]byte) []byte {
	sig := make([]byte, 0, SignatureSize)
	sig = append(sig, Suite1)
	sig = append(sig, s.ID[:]...)
	return append(sig, ed25519.Sign(s.key, Message(domain, parts...))...)
}

// SignRaw signs message as it is, for payloads that carry their own domain and no header, as the receipt QR.
func (s *Signer) SignRaw(message []byte) []byte { return ed25519.Sign(s.key, message) }

// SignedBy names the key of a signature, to look it up before Verify.
func SignedBy(sig []byte) (civic.KeyID, error) {
	if len(sig) != SignatureSize {
		return civic.KeyID{}, civic.Refuse(civic.Untrusted, "signature", "seal.signature")
	}
	if sig[0] != Suite1 {
		return civic.KeyID{}, civic.Refuse(civic.Unsupported, "signature", "seal.suite")
	}
	return civic.KeyID(sig[1:headerLen]), nil
}

// Verify reports by a nil error that pub signed the domain and the parts.
func Verify(pub ed25519.PublicKey, sig []byte, domain Domain, parts ...[]byte) error {
	id, err := SignedBy(sig)
	if err != nil {
		return err
	}
	if len(pub) != ed25519.PublicKeySize || id != civic.KeyIDOf(pub) ||
		!ed25519.Verify(pub, Message(domain, parts...), sig[headerLen:]) {
		return civic.Refuse(civic.Untrusted, "signature", "seal.signature")
	}
	return nil
}

// Message returns what Sign signs: the domain and the parts, each behind its length as four bytes.
func Message(domain Domain, parts ...[]byte) []byte {
	b := []byte(domain)
	for _, p := range parts {
		b = binary.BigEndian.AppendUint32(b, uint32(len(p)))
		b = append(b, p...)
	}
	return b
}
