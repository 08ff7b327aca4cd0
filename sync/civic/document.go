package civic

import (
	"log/slog"
	"strings"
	"time"
)

// DocumentKind names the kinds of document a party can be known by.
type DocumentKind string

// The kinds of document.
const (
	ResidentID      DocumentKind = "resident-id"      // 居民身份证
	OutsidePermit   DocumentKind = "outside-permit"   // 港澳台居民居住证
	Passport        DocumentKind = "passport"         // 护照
	ForeignResident DocumentKind = "foreign-resident" // 外国人永久居留身份证
	CreditCode      DocumentKind = "credit-code"      // 统一社会信用代码
)

// Document is what a person or an organisation is known by.
type Document struct {
	Kind   DocumentKind `json:"kind"`
	Number string       `json:"number"`
}

// ParseDocument normalises a number and checks it as its kind requires, on the day of now.
func ParseDocument(kind DocumentKind, number string, now time.Time) (Document, error) {
	n := normal(number)
	switch kind {
	case ResidentID, OutsidePermit:
		if foreignCard(n) && checkPerson(n, DateOf(now)) == nil {
			return Document{}, Refuse(Invalid, "", "document.kind")
		}
		id, err := ParseIDNumber(n, DateOf(now))
		if err != nil {
			return Document{}, err
		}
		if id.FromOutside() != (kind == OutsidePermit) {
			return Document{}, Refuse(Invalid, "", "document.kind")
		}
		n = string(id)
	case ForeignResident:
		if !foreignOld(n) && (!foreignCard(n) || checkPerson(n, DateOf(now)) != nil) {
			return Document{}, Refuse(Invalid, "", "document.foreign")
		}
	case Passport:
		if len(n) < 5 || len(n) > 17 || !alphanumeric(n) {
			return Document{}, Refuse(Invalid, "", "document.passport")
		}
	case CreditCode:
		c, err := ParseCreditCode(n)
		if err != nil {
			return Document{}, err
		}
		n = c
	default:
		return Document{}, Refuse(Invalid, "kind", "document.unknown")
	}
	return Document{Kind: kind, Number: n}, nil
}

// foreignCard reports whether n has the form of the card issued since December 2023: 9, the province that issued
// it, the country in digits, then date of birth, sequence and check as in a resident's number.
func foreignCard(n string) bool {
	return len(n) == 18 && n[0] == '9' && province(n[1:3])
}

// foreignOld reports whether n has the form of the card before it: the country in three letters, then digits.
func foreignOld(n string) bool {
	return len(n) == 15 && letters(n[:3]) && allDigits(n[3:])
}

// CheckOn reports whether ParseDocument takes d on the day of now.
func (d Document) CheckOn(now time.Time) error {
	_, err := ParseDocument(d.Kind, d.Number, now)
	return err
}

// Birth returns the date of birth that the number carries, zero if it carries none.
func (d Document) Birth() Date {
	if d.Kind == ResidentID || d.Kind == OutsidePermit || d.Kind == ForeignResident {
		return IDNumber(normal(d.Number)).Birth()
	}
	return Date{}
}

// LastFour returns the last four characters of the number in upper case, as asked in a look-up.
func (d Document) LastFour() string {
	n := normal(d.Number)
	if len(n) < 4 {
		return n
	}
	return n[len(n)-4:]
}

// Masked keeps enough of the number for its holder to know it by. Credit codes are public and stay whole.
func (d Document) Masked() string {
	switch {
	case d.Kind == CreditCode:
		return d.Number
	case len(d.Number) >= 15:
		return mask(d.Number, 4, 4)
	case len(d.Number) >= 8:
		return mask(d.Number, 1, 3)
	}
	return mask(d.Number, 0, 2)
}

// LogValue keeps the number out of logs.
func (d Document) LogValue() slog.Value { return slog.StringValue(string(d.Kind)) }

const (
	capitals      = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	plainAlphabet = capitals + "0123456789"
)

func letters(s string) bool { return strings.Trim(s, capitals) == "" }

func alphanumeric(s string) bool { return strings.Trim(s, plainAlphabet) == "" }
