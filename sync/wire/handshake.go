package wire

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
)

// Transcript is what both ends of a connection have seen of its handshake. Every signature of the handshake covers
// it, so that none is of use on another connection.
type Transcript struct {
	Binding   []byte // Conn.Binding
	Hello     []byte // the frame's bytes
	Challenge []byte // the frame's bytes; nil until it is made
}

// SignChallenge makes central's answer to Hello.
func (t Transcript) SignChallenge(key *seal.Signer, b ChallengeBody) (*Challenge, error) {
	payload, err := Marshal(b)
	if err != nil {
		return nil, err
	}
	return &Challenge{payload, key.Sign(seal.DomainChallenge, t.Binding, t.Hello, payload)}, nil
}

// VerifyChallenge reports by a nil error that key made c for this very connection.
func (t Transcript) VerifyChallenge(key ed25519.PublicKey, c *Challenge) error {
	return seal.Verify(key, c.Signature, seal.DomainChallenge, t.Binding, t.Hello, c.Payload)
}

// SignProve makes a terminal's proof.
func (t Transcript) SignProve(key *seal.Signer, b ProveBody) (*Prove, error) {
	payload, err := Marshal(b)
	if err != nil {
		return nil, err
	}
	return &Prove{payload, key.Sign(seal.DomainProof, t.Binding, t.Hello, t.Challenge, payload)}, nil
}

// VerifyProve reports by a nil error that key made p for this very connection.
func (t Transcript) VerifyProve(key ed25519.PublicKey, p *Prove) error {
	return seal.Verify(key, p.Signature, seal.DomainProof, t.Binding, t.Hello, t.Challenge, p.Payload)
}

// SignEnrol makes a new terminal's request. It fills in the key and the proof of the secret.
func (t Transcript) SignEnrol(key *seal.Signer, secret []byte, b EnrolBody) (*Enrol, error) {
	b.PublicKey = key.Public()
	b.Proof = t.enrolmentProof(secret, b.PublicKey)
	payload, err := Marshal(b)
	if err != nil {
		return nil, err
	}
	return &Enrol{payload, key.Sign(seal.DomainEnrol, t.Binding, t.Hello, t.Challenge, payload)}, nil
}

// OpenEnrol reads a request and verifies that it was made with the key it names. Whether it knows a secret is asked
// of ProvesEnrolment.
func (t Transcript) OpenEnrol(e *Enrol) (EnrolBody, error) {
	var b EnrolBody
	if err := Unmarshal(e.Payload, &b); err != nil {
		return b, err
	}
	return b, seal.Verify(b.PublicKey, e.Signature, seal.DomainEnrol, t.Binding, t.Hello, t.Challenge, e.Payload)
}

// ProvesEnrolment reports whether whoever made b knows the secret.
func (t Transcript) ProvesEnrolment(b EnrolBody, secret []byte) bool {
	return len(secret) > 0 && hmac.Equal(b.Proof, t.enrolmentProof(secret, b.PublicKey))
}

// enrolmentProof is the HMAC of the same message that the signature covers, with the public key as payload.
func (t Transcript) enrolmentProof(secret, publicKey []byte) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write(seal.Message(seal.DomainEnrol, t.Binding, t.Hello, t.Challenge, publicKey))
	return mac.Sum(nil)
}

// CursorOf and Cursor.Civic turn a cursor into the wire's form and back.
func CursorOf(c civic.Cursor) Cursor { return Cursor(c) }

// Civic returns the cursor as civic's noun.
func (c Cursor) Civic() civic.Cursor { return civic.Cursor(c) }
