package ime

import (
	"encoding/hex"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// coded returns the Chinese characters whose code the keys are: in Unicode, with or without U+ before it, then in
// GB 18030. Other characters, and the private places where old systems kept characters they lacked, are not
// offered: text holding them could not be compared with another register's.
func coded(keys string, limit int) []Candidate {
	digits := strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(keys)), "U+")
	var out []Candidate
	offer := func(r rune) {
		if unicode.Is(unicode.Han, r) && len(out) < limit && (len(out) == 0 || out[0].Text != string(r)) {
			out = append(out, Candidate{Text: string(r)})
		}
	}
	if n, err := strconv.ParseUint(digits, 16, 32); err == nil && len(digits) >= 4 && len(digits) <= 6 && n <= unicode.MaxRune {
		offer(rune(n))
	}
	if raw, err := hex.DecodeString(digits); err == nil && (len(raw) == 2 || len(raw) == 4) {
		if text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw); err == nil && utf8.RuneCount(text) == 1 {
			r, _ := utf8.DecodeRune(text)
			offer(r)
		}
	}
	return out
}
