package civic

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// TrackingCode is the number on a receipt: 16 digits, of which 5 are the terminal number, 9 are random and the
// last 2 are ISO 7064 MOD 97-10 check digits. It is an identifier, not a secret. The zero code is none.
type TrackingCode uint64

// The parts of a tracking code.
const (
	maxTerminal = 99_999
	maxRandom   = 999_999_999
	codeLimit   = 10_000_000_000_000_000
)

// NewTrackingCode makes the code of a terminal number and nine random digits; both are taken modulo their range.
// Terminal 0 is training.
func NewTrackingCode(terminal, random uint32) TrackingCode {
	return withCheck(uint64(terminal%(maxTerminal+1))*(maxRandom+1) + uint64(random%(maxRandom+1)))
}

// withCheck appends the check digits, 02 to 98, to the 14 digits before them.
func withCheck(base uint64) TrackingCode { return TrackingCode(base*100 + (98 - base*100%97)) }

// ParseTrackingCode reads a code as people type or scan it: spaces, hyphens and full-width digits are welcome.
func ParseTrackingCode(s string) (TrackingCode, error) {
	var v uint64
	n := 0
	for _, r := range s {
		switch {
		case r >= '０' && r <= '９':
			r -= '０' - '0'
		case strings.ContainsRune(" \t\u00a0\u3000-‐‑–—－", r):
			continue
		}
		if r < '0' || r > '9' || n == 16 {
			return 0, Refuse(Invalid, "code", "code.length")
		}
		v = v*10 + uint64(r-'0')
		n++
	}
	if n != 16 {
		return 0, Refuse(Invalid, "code", "code.length")
	}
	return checked(v)
}

// checked compares with the check digits as they are made: 00, 01 and 99 leave the same remainder as 97, 98 and 02,
// and would give one receipt two numbers.
func checked(v uint64) (TrackingCode, error) {
	if v >= codeLimit || withCheck(v/100) != TrackingCode(v) {
		return 0, Refuse(Invalid, "code", "code.checksum")
	}
	return TrackingCode(v), nil
}

// Digits gives the 16 digits without a break.
func (c TrackingCode) Digits() string { return fmt.Sprintf("%016d", uint64(c)) }

// String gives the code as printed, 4-4-4-4.
func (c TrackingCode) String() string {
	d := c.Digits()
	return d[:4] + "-" + d[4:8] + "-" + d[8:12] + "-" + d[12:]
}

// Terminal returns the terminal number in the code.
func (c TrackingCode) Terminal() uint32 { return uint32(uint64(c) / 100 / (maxRandom + 1)) }

// Training reports whether the code was made in training mode and counts for nothing.
func (c TrackingCode) Training() bool { return c != 0 && c.Terminal() == 0 }

// Bytes gives the code as seven big-endian bytes, as in the receipt QR.
func (c TrackingCode) Bytes() [7]byte {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(c))
	return [7]byte(b[1:])
}

// TrackingCodeFromBytes reads what Bytes gives and checks it.
func TrackingCodeFromBytes(b [7]byte) (TrackingCode, error) {
	var w [8]byte
	copy(w[1:], b[:])
	return checked(binary.BigEndian.Uint64(w[:]))
}

// MarshalText writes the 16 digits; the zero code is empty.
func (c TrackingCode) MarshalText() ([]byte, error) {
	if c == 0 {
		return nil, nil
	}
	return []byte(c.Digits()), nil
}

// UnmarshalText reads what MarshalText wrote.
func (c *TrackingCode) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*c = 0
		return nil
	}
	v, err := ParseTrackingCode(string(b))
	if err == nil {
		*c = v
	}
	return err
}
