package civic

import "strings"

// The alphabet and weights of GB 32100-2015, and those of the organisation code of GB 11714 inside it.
const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

var (
	creditWeights = [17]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}
	orgWeights    = [8]int{3, 7, 9, 10, 5, 8, 4, 2}
)

// ParseCreditCode reads a unified social credit code and checks both of its check characters.
func ParseCreditCode(s string) (string, error) {
	c := normal(s)
	if len(c) != 18 || strings.Trim(c, creditAlphabet) != "" {
		return "", Refuse(Invalid, "", "creditcode.format")
	}
	sum := 0
	for i, w := range creditWeights {
		sum += strings.IndexByte(creditAlphabet, c[i]) * w
	}
	// Where the sum divides by 31 the check is 0: a naive 31-0 would run past the alphabet.
	if c[17] != creditAlphabet[(31-sum%31)%31] || c[16] != orgCheck(c[8:16]) {
		return "", Refuse(Invalid, "", "creditcode.checksum")
	}
	return c, nil
}

// orgCheck returns the check character of an organisation code: letters count from A=10.
func orgCheck(code string) byte {
	sum := 0
	for i, w := range orgWeights {
		v := int(code[i] - '0')
		if code[i] >= 'A' {
			v = int(code[i]-'A') + 10
		}
		sum += v * w
	}
	switch r := 11 - sum%11; r {
	case 10:
		return 'X'
	case 11:
		return '0'
	default:
		return byte('0' + r)
	}
}

// ParseOrganisation reads an organisation code of GB 11714, nine characters, and checks its last: what stands in a
// credit code from the ninth character on, and at the beginning of an index number (索引号).
func ParseOrganisation(s string) (string, error) {
	c := normal(s)
	if len(c) != 9 || strings.Trim(c[:8], plainAlphabet) != "" || strings.Trim(c[8:], "0123456789X") != "" {
		return "", Refuse(Invalid, "", "organisation.format")
	}
	if c[8] != orgCheck(c[:8]) {
		return "", Refuse(Invalid, "", "organisation.checksum")
	}
	return c, nil
}

// ParseBody reads the code of an implementing body. Street halls use 18 characters of the same form that fail its
// check, as TE4401135000001170, so only the form is required.
func ParseBody(s string) (string, error) {
	c := normal(s)
	if len(c) != 18 || !alphanumeric(c) {
		return "", Refuse(Invalid, "", "body.format")
	}
	return c, nil
}

// ParseItemCode takes an item code as its authority wrote it: letters, digits and hyphens, at most 64.
func ParseItemCode(s string) (string, error) {
	c := strings.TrimSpace(s)
	bare := strings.ReplaceAll(c, "-", "")
	if bare == "" || len(c) > 64 || strings.Trim(bare, plainAlphabet+"abcdefghijklmnopqrstuvwxyz") != "" {
		return "", Refuse(Invalid, "", "item.format")
	}
	return c, nil
}
