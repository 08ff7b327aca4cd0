package civic

import (
	"crypto/ed25519"
	"encoding/base32"
	"encoding/binary"
	"strings"
	"time"
)

// ReceiptQR is the content of the QR code on a receipt, version 1. Printed it is 103 bytes:
//
//	version 1 | code 7 | filed, Unix seconds 4 | confidence and training 1 | secret 10 | entry 16 | signature 64
//
// Numbers are big-endian. The last two bits of the flags byte are the Confidence, bit 7 is training. Entry is the
// first 16 bytes of the SHA-256 of the sealed packet. The signature is the terminal's Ed25519 over qrDomain and
// all bytes before it, so that anyone with the published keys verifies a receipt with no line.
type ReceiptQR struct {
	Code      TrackingCode
	Filed     time.Time // to the second
	Sure      Confidence
	Training  bool
	Secret    Secret
	Entry     [16]byte
	Signature [ed25519.SignatureSize]byte
}

const (
	qrVersion  = 1
	qrSigned   = 1 + 7 + 4 + 1 + 10 + 16
	qrLen      = qrSigned + ed25519.SignatureSize
	qrDomain   = "doorstep receipt v1\n"
	qrTraining = 0x80
	qrPath     = "/R/"
)

var qrBase32 = base32.StdEncoding.WithPadding(base32.NoPadding)

// signed returns the domain string and the bytes the signature covers.
func (q *ReceiptQR) signed() []byte {
	b := append(make([]byte, 0, len(qrDomain)+qrLen), qrDomain...)
	code := q.Code.Bytes()
	b = append(b, qrVersion)
	b = append(b, code[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(q.Filed.Unix()))
	flags := byte(q.Sure)
	if q.Training {
		flags |= qrTraining
	}
	b = append(b, flags)
	b = append(b, q.Secret[:]...)
	return append(b, q.Entry[:]...)
}

// Sign fills in the signature. sign is the terminal's Ed25519 signing function.
func (q *ReceiptQR) Sign(sign func(message []byte) []byte) {
	copy(q.Signature[:], sign(q.signed()))
}

// VerifiedBy reports whether key signed the receipt.
func (q *ReceiptQR) VerifiedBy(key ed25519.PublicKey) bool {
	return len(key) == ed25519.PublicKeySize && ed25519.Verify(key, q.signed(), q.Signature[:])
}

// Token returns the payload in upper-case base32, the last part of the link.
func (q *ReceiptQR) Token() string {
	return qrBase32.EncodeToString(append(q.signed()[len(qrDomain):], q.Signature[:]...))
}

// Link returns the link as printed, all upper case so that the code stays in alphanumeric mode. A host that begins
// with http:// is kept as it is, for a demonstration without certificates.
func (q *ReceiptQR) Link(host string) string {
	h := strings.ToUpper(host)
	if !strings.HasPrefix(h, "HTTP://") && !strings.HasPrefix(h, "HTTPS://") {
		h = "HTTPS://" + h
	}
	return strings.TrimRight(h, "/") + qrPath + q.Token()
}

// ParseReceiptQR reads a scanned link or its token, in any case and with stray spaces. It does not verify the
// signature: VerifiedBy does.
func ParseReceiptQR(s string) (*ReceiptQR, error) {
	if len(s) > 4096 {
		return nil, Refuse(Invalid, "qr", "qr.unreadable")
	}
	s = strings.ToUpper(strings.Join(strings.Fields(s), ""))
	if i := strings.LastIndex(s, qrPath); i >= 0 {
		s = s[i+len(qrPath):]
	}
	b, err := qrBase32.DecodeString(s)
	if err != nil {
		return nil, &Error{Code: Invalid, Field: "qr", Key: "qr.unreadable"}
	}
	if len(b) > 0 && b[0] > qrVersion {
		return nil, Refuse(Unsupported, "qr", "qr.newer")
	}
	if len(b) != qrLen || b[0] != qrVersion || b[12]&^(qrTraining|3) != 0 || Confidence(b[12]&3) > Sure {
		return nil, Refuse(Invalid, "qr", "qr.unreadable")
	}
	q := &ReceiptQR{
		Filed:    time.Unix(int64(binary.BigEndian.Uint32(b[8:12])), 0).UTC(),
		Sure:     Confidence(b[12] & 3),
		Training: b[12]&qrTraining != 0,
		Entry:    [16]byte(b[23:39]),
	}
	if q.Code, err = TrackingCodeFromBytes([7]byte(b[1:8])); err != nil {
		return nil, err
	}
	copy(q.Secret[:], b[13:23])
	copy(q.Signature[:], b[39:])
	// Base32 leaves spare bits in the last character; a second spelling of the same receipt is refused.
	if q.Token() != s {
		return nil, Refuse(Invalid, "qr", "qr.unreadable")
	}
	return q, nil
}
