package identity

import (
	"encoding/base32"
	"strings"
)

// alphabet is Crockford's: no letter that is taken for a digit or another letter, and none that must be spelled.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

var symbols = base32.NewEncoding(alphabet).WithPadding(base32.NoPadding)

// groupLen is the symbols of a group before its check symbol.
const groupLen = 4

// group writes b in groups of four symbols and a check symbol.
func group(b []byte) string {
	s := symbols.EncodeToString(b)
	var out strings.Builder
	for i := 0; i < len(s); i += groupLen {
		if i > 0 {
			out.WriteByte('-')
		}
		out.WriteString(s[i : i+groupLen])
		out.WriteByte(check(i/groupLen, s[i:i+groupLen]))
	}
	return out.String()
}

// ungroup reads n groups that plain has prepared. bad is the number of the first group, from 1, that does not
// match its check symbol; it is 0 where none is at fault.
func ungroup(s string, n int) (b []byte, bad int, ok bool) {
	if len(s) != n*(groupLen+1) {
		return nil, 0, false
	}
	var data strings.Builder
	for g := range n {
		part := s[g*(groupLen+1) : (g+1)*(groupLen+1)]
		if check(g, part[:groupLen]) != part[groupLen] {
			return nil, g + 1, false
		}
		data.WriteString(part[:groupLen])
	}
	b, err := symbols.DecodeString(data.String())
	return b, 0, err == nil
}

// check returns the check symbol of the g-th group: a sum over GF(32) in which the group's number and each symbol
// have a weight of their own. It finds every wrong symbol, every two symbols exchanged and every two groups
// exchanged.
func check(g int, s string) byte {
	sum := g % len(alphabet)
	for i := range len(s) {
		sum = double(sum) ^ strings.IndexByte(alphabet, s[i])
	}
	return alphabet[double(sum)]
}

// double multiplies by x in GF(2)[x] modulo x^5 + x^2 + 1.
func double(v int) int {
	v <<= 1
	if v&32 != 0 {
		v ^= 0b100101
	}
	return v
}

// plain turns what a person typed into symbols: separators go, letters that look like digits become them. ok is
// false where something is left that is no symbol.
func plain(s string) (out string, ok bool) {
	var b strings.Builder
	for _, r := range strings.ToUpper(s) {
		switch {
		case strings.ContainsRune(" \t\r\n-‐‑–—_.,·", r):
			continue
		case r == 'O':
			r = '0'
		case r == 'I' || r == 'L':
			r = '1'
		}
		if r > 'Z' || !strings.ContainsRune(alphabet, r) {
			return "", false
		}
		b.WriteRune(r)
	}
	return b.String(), true
}
