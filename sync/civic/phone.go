package civic

import "strings"

// ParsePhone reads a telephone number as people type it and returns it in one form: digits, a hyphen between area
// code and number, a plus before a foreign one. It knows mobile and fixed numbers of the mainland, and takes what
// follows +, or 00, and a country code as it comes.
func ParsePhone(s string) (string, error) {
	n := strings.NewReplacer("(", "", ")", "").Replace(normal(s))
	n, abroad := strings.CutPrefix(n, "+")
	if !abroad {
		n, abroad = strings.CutPrefix(n, "00")
	}
	if !allDigits(n) {
		return "", Refuse(Invalid, "", "phone.format")
	}
	if home, ok := strings.CutPrefix(n, "86"); ok && (abroad || len(n) == 13) {
		if n, abroad = home, false; n != "" && n[0] != '1' && n[0] != '0' {
			n = "0" + n // +86 20 8312 3456: the zero of the area code is not dialled from abroad
		} else if strings.HasPrefix(n, "10") {
			n = "0" + n // +86 10: no mobile number begins so
		}
	}
	switch {
	case abroad && len(n) >= 7 && len(n) <= 15 && n[0] != '0':
		return "+" + n, nil
	case abroad:
	case len(n) == 11 && n[0] == '1' && n[1] >= '3':
		return n, nil
	case len(n) >= 10 && len(n) <= 12 && n[0] == '0' && n[1] != '0':
		return fixedLine(n)
	case (len(n) == 7 || len(n) == 8) && n[0] >= '2':
		return n, nil
	}
	return "", Refuse(Invalid, "", "phone.format")
}

// fixedLine sets the hyphen after the area code: three digits for 010 and 02x, else four.
func fixedLine(n string) (string, error) {
	area := 4
	if n[1] == '1' || n[1] == '2' {
		area = 3
	}
	if rest := n[area:]; (len(rest) == 7 || len(rest) == 8) && rest[0] >= '2' {
		return n[:area] + "-" + rest, nil
	}
	return "", Refuse(Invalid, "", "phone.format")
}

// CheckPhone reports whether ParsePhone takes s.
func CheckPhone(s string) error {
	_, err := ParsePhone(s)
	return err
}

// MaskPhone keeps the last four digits, and the first three of a number that is long enough to stay unknown.
func MaskPhone(s string) string {
	if len(s) < 11 {
		return mask(s, 0, 4)
	}
	return mask(s, 3, 4)
}
