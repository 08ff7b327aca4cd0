package receipt

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean makes any string fit to be set in type. Invalid UTF-8 becomes U+FFFD, which prints as a visible sign; white
// space becomes one kind of space; what has no form of its own (controls, bidirectional marks, joiners, variation
// selectors) goes. Everything that has a form stays, so nothing a reader could see is lost here.
func clean(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		if r = cleanRune(r); r >= 0 {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// plain reports whether s needs no cleaning: printable ASCII and the two blocks most receipts are written in.
func plain(s string) bool {
	for _, r := range s {
		if r >= ' ' && r < 0x7F || r >= 0x3001 && r <= 0x9FFF {
			continue
		}
		return false
	}
	return utf8.ValidString(s)
}

// cleanRune returns what is set for r, or -1 for nothing.
func cleanRune(r rune) rune {
	const ideographicSpace, noBreakSpace = 0x3000, 0xA0
	switch {
	case r == ideographicSpace || r == noBreakSpace:
		return r
	case unicode.IsSpace(r) || unicode.In(r, unicode.Z):
		return ' '
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector):
		return -1
	case unicode.Is(unicode.Noncharacter_Code_Point, r):
		return unicode.ReplacementChar
	}
	return r
}
