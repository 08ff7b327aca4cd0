// Package seal does the cryptography of Doorstep with the standard library's primitives: it seals what a terminal
// took in to central ([Seal], [Keyring.Open]), encrypts what only the paper in a resident's hand may open
// ([Lock], [Unlock]) and signs what travels ([Signer.Sign], [Verify]).
//
// Every packet and signature begins with a suite byte and the id of the key used, so that keys rotate and suites
// change while old bytes stay readable. Suite 1 is HPKE (RFC 9180) with MLKEM768-X25519, HKDF-SHA256 and
// AES-256-GCM, and Ed25519. Suite 3 is reserved for SM2, SM3 and SM4.
//
// The functions are safe for concurrent use and keep no state. What they refuse is a *civic.Error with the codes
// civic.Untrusted, civic.Unsupported or civic.Invalid; no error text holds key material or content.
package seal

import (
	"crypto/hpke"
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"

	"doorstep/sync/civic"
)

// Suite1 is the only suite this version makes and opens.
const Suite1 = 1

// MaxPlain bounds what Open will decompress, in bytes: the largest attachment a policy may allow, and room.
const MaxPlain = 64 << 20

const (
	headerLen = 1 + 8 // suite, key id
	infoV1    = "doorstep seal v1"
)

// Context is what a packet is bound to beside its key: opened as anything else it fails. Index tells apart the
// packets of one entry: 0 is the entry itself, 1 and up its papers in order.
type Context struct {
	Kind  civic.EntryKind
	Entry civic.EntryID
	Index uint32
}

// aad is suite, kind with its length, entry id and index.
func (c Context) aad() []byte {
	b := []byte{Suite1, byte(len(c.Kind))}
	b = append(b, c.Kind...)
	b = append(b, c.Entry[:]...)
	return binary.BigEndian.AppendUint32(b, c.Index)
}

// PublicKey seals to central. Terminals receive it in the keys edition.
type PublicKey struct {
	ID  civic.KeyID
	pub hpke.PublicKey
}

// PrivateKey opens what was sealed to its public half.
type PrivateKey struct {
	ID   civic.KeyID
	priv hpke.PrivateKey
}

// GenerateKey makes a new sealing key for central.
func GenerateKey() (*PrivateKey, error) {
	k, err := hpke.MLKEM768X25519().GenerateKey()
	if err != nil {
		return nil, fmt.Errorf("generate seal key: %w", err)
	}
	return wrap(k), nil
}

// ParsePrivateKey reads what PrivateKey.Bytes wrote.
func ParsePrivateKey(b []byte) (*PrivateKey, error) {
	k, err := hpke.MLKEM768X25519().NewPrivateKey(b)
	if err != nil {
		return nil, fmt.Errorf("read seal key: %w", err)
	}
	return wrap(k), nil
}

func wrap(k hpke.PrivateKey) *PrivateKey {
	return &PrivateKey{ID: civic.KeyIDOf(k.PublicKey().Bytes()), priv: k}
}

// Bytes returns the secret half, 32 bytes.
func (k *PrivateKey) Bytes() ([]byte, error) { return k.priv.Bytes() }

// Public returns the half that terminals get.
func (k *PrivateKey) Public() *PublicKey { return &PublicKey{ID: k.ID, pub: k.priv.PublicKey()} }

// ParsePublicKey reads what PublicKey.Bytes wrote.
func ParsePublicKey(b []byte) (*PublicKey, error) {
	k, err := hpke.MLKEM768X25519().NewPublicKey(b)
	if err != nil {
		return nil, &civic.Error{Code: civic.Untrusted, Key: "keys.unreadable", Err: err}
	}
	return &PublicKey{ID: civic.KeyIDOf(b), pub: k}, nil
}

// Bytes returns the public key, 1,216 bytes.
func (k *PublicKey) Bytes() []byte { return k.pub.Bytes() }

// Seal compresses plain and encrypts it to pub, bound to ctx. The sender cannot open the result. The packet is
// suite, key id, encapsulated key, ciphertext: about 1,145 bytes more than the compressed content.
func Seal(pub *PublicKey, ctx Context, plain []byte) ([]byte, error) {
	enc, sender, err := hpke.NewSender(pub.pub, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(infoV1))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	ct, err := sender.Seal(ctx.aad(), compress(plain))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	packet := make([]byte, 0, headerLen+len(enc)+len(ct))
	packet = append(packet, Suite1)
	packet = append(packet, pub.ID[:]...)
	packet = append(packet, enc...)
	return append(packet, ct...), nil
}

// Keyring holds central's sealing keys by id: the current one and those before it.
type Keyring map[civic.KeyID]*PrivateKey

// Open decrypts a packet that Seal made with the same context for one of the ring's keys.
func (r Keyring) Open(ctx Context, packet []byte) ([]byte, error) {
	if len(packet) < headerLen {
		return nil, civic.Refuse(civic.Invalid, "packet", "seal.short")
	}
	if packet[0] != Suite1 {
		return nil, civic.Refuse(civic.Unsupported, "packet", "seal.suite")
	}
	key, ok := r[civic.KeyID(packet[1:headerLen])]
	if !ok {
		return nil, civic.Refuse(civic.NotFound, "packet", "seal.key")
	}
	body := packet[headerLen:]
	if len(body) < encapsulated {
		return nil, civic.Refuse(civic.Invalid, "packet", "seal.short")
	}
	rcpt, err := hpke.NewRecipient(body[:encapsulated], key.priv, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(infoV1))
	if err != nil {
		return nil, &civic.Error{Code: civic.Untrusted, Field: "packet", Key: "seal.broken", Err: err}
	}
	packed, err := rcpt.Open(ctx.aad(), body[encapsulated:])
	if err != nil {
		return nil, &civic.Error{Code: civic.Untrusted, Field: "packet", Key: "seal.broken", Err: err}
	}
	return decompress(packed)
}

// encapsulated is the length of an MLKEM768-X25519 encapsulated key: 1,088 bytes of ML-KEM-768 ciphertext and a
// 32-byte X25519 point.
const encapsulated = 1088 + 32

// encoder is shared: EncodeAll is safe for concurrent use and making a writer costs more than a small packet.
var encoder = sync.OnceValue(func() *zstd.Encoder {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		panic("bug: seal: zstd writer: " + err.Error())
	}
	return w
})

// compress packs b with zstd: sealed bytes no longer compress, so it happens before.
func compress(b []byte) []byte { return encoder().EncodeAll(b, nil) }

// decoder is shared as encoder is; its bound on memory is what keeps a small packet from filling central's.
var decoder = sync.OnceValue(func() *zstd.Decoder {
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(MaxPlain))
	if err != nil {
		panic("bug: seal: zstd reader: " + err.Error())
	}
	return r
})

// decompress unpacks at most MaxPlain bytes.
func decompress(b []byte) ([]byte, error) {
	out, err := decoder().DecodeAll(b, nil)
	if err != nil {
		return nil, &civic.Error{Code: civic.Invalid, Field: "packet", Key: "seal.packed", Err: err}
	}
	return out, nil
}
