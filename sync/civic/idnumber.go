package civic

import (
	"log/slog"
	"strings"
	"unicode"
)

// IDNumber is a resident identity number after GB 11643: 18 characters, upper case. The permits of Hong Kong,
// Macau and Taiwan residents use the same form under the area codes 810000, 820000 and 830000.
type IDNumber string

// The weights and check characters of GB 11643 (ISO 7064 MOD 11-2).
var idWeights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

const idChecks = "10X98765432"

// firstBirth is the first year of birth that is believed. The standard's own example was born in 1880.
const firstBirth = 1840

// ParseIDNumber reads an 18-digit number, or a 15-digit one of the standard of 1989, which it completes. It checks
// the check character and that the date of birth is a real day, not after today. Area codes are not looked up,
// beyond what can be a province: numbers keep the codes of districts that are no more.
func ParseIDNumber(s string, today Date) (IDNumber, error) {
	n := normal(s)
	if len(n) == 15 && allDigits(n) {
		n = n[:6] + "19" + n[6:]
		n += string(idCheck(n))
	}
	if err := checkPerson(n, today); err != nil {
		return "", err
	}
	if !province(n[:2]) {
		return "", Refuse(Invalid, "", "idnumber.area")
	}
	return IDNumber(n), nil
}

// province reports whether two digits lie where GB/T 2260 has provinces: from 11, Beijing, to 83, Taiwan's permits.
func province(two string) bool { return "11" <= two && two <= "83" }

// checkPerson checks what every 18-character number of a person shares: form, check character, date of birth.
func checkPerson(n string, today Date) error {
	if len(n) != 18 || !allDigits(n[:17]) || n[17] != 'X' && !allDigits(n[17:]) {
		return Refuse(Invalid, "", "idnumber.format")
	}
	if idCheck(n[:17]) != n[17] {
		return Refuse(Invalid, "", "idnumber.checksum")
	}
	birth := IDNumber(n).Birth()
	if birth.IsZero() || birth.Year < firstBirth || today.Before(birth) {
		return Refuse(Invalid, "", "idnumber.birth")
	}
	return nil
}

func idCheck(digits string) byte {
	sum := 0
	for i, w := range idWeights {
		sum += int(digits[i]-'0') * w
	}
	return idChecks[sum%11]
}

// Birth returns the date of birth, zero if there is none.
func (n IDNumber) Birth() Date {
	if len(n) != 18 {
		return Date{}
	}
	d, err := ParseDate(string(n[6:10] + "-" + n[10:12] + "-" + n[12:14]))
	if err != nil {
		return Date{}
	}
	return d
}

// Male reports whether the sequence number is odd.
func (n IDNumber) Male() bool { return len(n) == 18 && n[16]%2 == 1 }

// FromOutside reports whether n is the permit number of a Hong Kong, Macau or Taiwan resident.
func (n IDNumber) FromOutside() bool {
	return len(n) == 18 && (n[:6] == "810000" || n[:6] == "820000" || n[:6] == "830000")
}

// AgeOn returns the age in whole years on a day. Someone born on 29 February has the birthday on 1 March in a
// common year.
func AgeOn(birth, day Date) int {
	age := day.Year - birth.Year
	if day.Month < birth.Month || day.Month == birth.Month && day.Day < birth.Day {
		age--
	}
	return age
}

// Masked keeps the first and the last four characters.
func (n IDNumber) Masked() string { return mask(string(n), 4, 4) }

// LogValue keeps the number out of logs.
func (n IDNumber) LogValue() slog.Value { return slog.StringValue(n.Masked()) }

// mask stars what lies between the first head and the last tail characters; what is too short is starred whole.
func mask(s string, head, tail int) string {
	r := []rune(s)
	if len(r) <= head+tail {
		return strings.Repeat("*", len(r))
	}
	return string(r[:head]) + strings.Repeat("*", len(r)-head-tail) + string(r[len(r)-tail:])
}

// normal turns full-width characters into plain ones and small letters into capitals, and drops white space and
// hyphens. It leaves every other character alone, so that what is no number stays none.
func normal(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		switch {
		case unicode.IsSpace(r), strings.ContainsRune("-‐‑–—", r):
			return -1
		case r >= 'a' && r <= 'z':
			r -= 'a' - 'A'
		}
		return r
	}, s)
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
