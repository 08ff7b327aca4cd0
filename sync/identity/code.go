package identity

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"net"
	"strings"

	"doorstep/sync/civic"
)

// Fingerprint names central's root key: the first 80 bits of a SHA-256 over its public half.
type Fingerprint [10]byte

// FingerprintOf returns the fingerprint of a root key.
func FingerprintOf(root ed25519.PublicKey) Fingerprint {
	sum := sha256.Sum256(append([]byte("doorstep root v1\n"), root...))
	return Fingerprint(sum[:10])
}

// String gives the fingerprint in groups with check symbols, to be compared by two people on the telephone.
func (f Fingerprint) String() string { return group(f[:]) }

// Secret is the one-time secret of an enrolment: 60 random bits, the first four bits are zero.
type Secret [8]byte

// Code is what an operator carries from central to a new terminal: where central is, the one-time secret that
// central will know it by, and the fingerprint by which the terminal knows central.
type Code struct {
	Address string // host:port
	Secret  Secret
	Root    Fingerprint
}

const (
	codeVersion = 1
	codeGroups  = 8
	scheme      = "wss://"
)

// NewCode makes a code with a fresh secret.
func NewCode(address string, root ed25519.PublicKey) (Code, error) {
	address, err := cleanAddress(address)
	if err != nil {
		return Code{}, err
	}
	c := Code{Address: address, Root: FingerprintOf(root)}
	if _, err := rand.Read(c.Secret[:]); err != nil {
		panic("bug: identity: random: " + err.Error()) // crypto/rand never fails since Go 1.24
	}
	c.Secret[0] &= 0x0f
	return c, nil
}

// String gives the code as it is shown and typed: wss://host:port/ and eight groups of five symbols. The groups hold
// 160 bits: version 4, check of the address 16, secret 60, fingerprint 80.
func (c Code) String() string {
	head := binary.BigEndian.Uint64(c.Secret[:]) & (1<<60 - 1)
	sum := addressCheck(c.Address)
	b := []byte{codeVersion<<4 | byte(sum>>12), byte(sum >> 4)}
	b = binary.BigEndian.AppendUint64(b, uint64(sum&0xf)<<60|head)
	return scheme + c.Address + "/" + group(append(b, c.Root[:]...))
}

// ParseCode reads a code as people type it: any case, any grouping, full-width characters, O for 0 and I or L for 1,
// with or without wss://. Its refusals say which group is mistyped.
func ParseCode(s string) (Code, error) {
	address, rest, err := splitCode(s)
	if err != nil {
		return Code{}, err
	}
	text, ok := plain(rest)
	if !ok {
		return Code{}, civic.Refuse(civic.Invalid, "code", "enrol.symbol")
	}
	b, bad, ok := ungroup(text, codeGroups)
	switch {
	case bad > 0:
		return Code{}, civic.Refuse(civic.Invalid, "code", "enrol.group", bad)
	case !ok:
		return Code{}, civic.Refuse(civic.Invalid, "code", "enrol.length")
	case b[0]>>4 != codeVersion:
		return Code{}, civic.Refuse(civic.Unsupported, "code", "enrol.newer")
	}
	c := Code{Address: address, Root: Fingerprint(b[10:])}
	if sum := binary.BigEndian.Uint32(b[:4]) >> 12 & 0xffff; sum != uint32(addressCheck(address)) {
		return Code{}, civic.Refuse(civic.Invalid, "code", "enrol.address")
	}
	copy(c.Secret[:], b[2:10])
	c.Secret[0] &= 0x0f
	return c, nil
}

// splitCode parts the address from the groups.
func splitCode(s string) (address, rest string, err error) {
	if len(s) > 1024 {
		return "", "", civic.Refuse(civic.Invalid, "code", "enrol.length")
	}
	s = strings.TrimSpace(narrow(s))
	if len(s) > len(scheme) && strings.EqualFold(s[:len(scheme)], scheme) {
		s = s[len(scheme):]
	}
	i := strings.IndexAny(s, "/ \t\r\n")
	if i < 0 {
		return "", "", civic.Refuse(civic.Invalid, "code", "enrol.length")
	}
	address, err = cleanAddress(s[:i])
	return address, strings.TrimLeft(s[i:], "/"), err
}

// narrow turns what a Chinese input method makes of ASCII back into it.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '。':
			return '.'
		case r == '\u3000':
			return ' '
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		}
		return r
	}, s)
}

// cleanAddress checks host:port and gives it one spelling.
func cleanAddress(s string) (string, error) {
	host, port, err := net.SplitHostPort(strings.ToLower(strings.TrimSpace(s)))
	if err != nil || host == "" || port == "" || len(host) > 253 || strings.ContainsAny(host, "/@?# ") ||
		strings.Trim(port, "0123456789") != "" || len(port) > 5 {
		return "", &civic.Error{Code: civic.Invalid, Field: "code", Key: "enrol.address"}
	}
	return net.JoinHostPort(host, port), nil
}

// addressCheck finds a mistyped address before a line is opened to the wrong machine.
func addressCheck(address string) uint16 {
	sum := sha256.Sum256([]byte("doorstep address v1\n" + address))
	return binary.BigEndian.Uint16(sum[:2])
}
