package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"fmt"

	"doorstep/sync/civic"
)

// Purpose separates the keys that one receipt secret gives.
type Purpose string

// The purposes of a receipt secret.
const (
	ForReceipt Purpose = "doorstep receipt content v1" // the receipt kept at the terminal
	ForStatus  Purpose = "doorstep status v1"          // the statuses sent to the point
	ForPrint   Purpose = "doorstep print job v1"       // a print job, under a key that lives in memory
)

// NewSecret draws the 80 random bits that go on a resident's paper.
func NewSecret() civic.Secret {
	var s civic.Secret
	if _, err := rand.Read(s[:]); err != nil {
		panic("bug: seal: random: " + err.Error()) // crypto/rand never fails since Go 1.24
	}
	return s
}

// Lock encrypts plain under secret for one purpose, bound to code: suite, nonce, AES-256-GCM ciphertext.
func Lock(secret civic.Secret, purpose Purpose, code civic.TrackingCode, plain []byte) ([]byte, error) {
	aead, err := aeadOf(secret, purpose)
	if err != nil {
		return nil, err
	}
	aad := code.Bytes()
	return append([]byte{Suite1}, aead.Seal(nil, nil, compress(plain), aad[:])...), nil
}

// Unlock decrypts what Lock made from the same secret, purpose and code.
func Unlock(secret civic.Secret, purpose Purpose, code civic.TrackingCode, locked []byte) ([]byte, error) {
	if len(locked) == 0 {
		return nil, civic.Refuse(civic.Invalid, "packet", "seal.short")
	}
	if locked[0] != Suite1 {
		return nil, civic.Refuse(civic.Unsupported, "packet", "seal.suite")
	}
	aead, err := aeadOf(secret, purpose)
	if err != nil {
		return nil, err
	}
	aad := code.Bytes()
	packed, err := aead.Open(nil, nil, locked[1:], aad[:])
	if err != nil {
		return nil, &civic.Error{Code: civic.Untrusted, Field: "packet", Key: "seal.broken", Err: err}
	}
	return decompress(packed)
}

// aeadOf derives the key of a purpose. Its nonces are random: a secret locks a handful of things in its life.
func aeadOf(secret civic.Secret, purpose Purpose) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, secret[:], nil, string(purpose), 32)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}
