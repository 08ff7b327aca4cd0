package civic_test

import (
	"strings"
	"testing"
	"time"

	"doorstep/sync/civic"
)

// night is 00:30 on 1 January 2027 in China, when it is still 2026 in London.
var night = time.Date(2026, time.December, 31, 16, 30, 0, 0, time.UTC)

func TestParseDocument(t *testing.T) {
	for _, test := range []struct {
		name   string
		kind   civic.DocumentKind
		number string
		want   string
		key    string
	}{
		{"identity card", civic.ResidentID, "11010519491231002x", "11010519491231002X", ""},
		{"identity card of 15", civic.ResidentID, "110105491231002", "11010519491231002X", ""},
		{"born today in China", civic.ResidentID, "110105202701010016", "110105202701010016", ""},
		{"a slip", civic.ResidentID, "110105194912310021", "", "idnumber.checksum"},
		{"permit as identity card", civic.ResidentID, "810000199001010019", "", "document.kind"},
		{"foreign card as identity card", civic.ResidentID, "911156199001010010", "", "document.kind"},
		{"Hong Kong permit", civic.OutsidePermit, "810000199001010019", "810000199001010019", ""},
		{"Taiwan permit", civic.OutsidePermit, "830000198512310020", "830000198512310020", ""},
		{"identity card as permit", civic.OutsidePermit, "11010519491231002X", "", "document.kind"},
		{"permit, short", civic.OutsidePermit, "81000019900101", "", "idnumber.format"},
		{"ordinary passport", civic.Passport, "e12345678", "E12345678", ""},
		{"newer passport", civic.Passport, "EA1234567", "EA1234567", ""},
		{"return permit", civic.Passport, "H01234567 00", "H0123456700", ""},
		{"Taiwan travel permit", civic.Passport, "12345678", "12345678", ""},
		{"foreign passport, full width", civic.Passport, "Ａｂ１２３４５", "AB12345", ""},
		{"longest", civic.Passport, "ABCDEFGH123456789", "ABCDEFGH123456789", ""},
		{"too long", civic.Passport, "ABCDEFGH1234567890", "", "document.passport"},
		{"too short", civic.Passport, "E123", "", "document.passport"},
		{"other letters", civic.Passport, "Е12345678", "", "document.passport"}, // a Cyrillic Е
		{"a letter whose capital is S", civic.Passport, "ſ1234567", "", "document.passport"},
		{"foreign card", civic.ForeignResident, "944840197703151236", "944840197703151236", ""},
		{"foreign card, a slip", civic.ForeignResident, "944840197703151235", "", "document.foreign"},
		{"foreign card, no province", civic.ForeignResident, "990102194910011231", "", "document.foreign"},
		{"identity card as foreign card", civic.ForeignResident, "11010519491231002X", "", "document.foreign"},
		{"foreign card of before", civic.ForeignResident, "usa110170010101", "USA110170010101", ""},
		{"foreign card of before, no country", civic.ForeignResident, "110110170010101", "", "document.foreign"},
		{"foreign card of before, short", civic.ForeignResident, "USA11017001010", "", "document.foreign"},
		{"company", civic.CreditCode, "91350100m000100y43", "91350100M000100Y43", ""},
		{"company, a slip", civic.CreditCode, "91350100M000100Y44", "", "creditcode.checksum"},
		{"no kind", "", "11010519491231002X", "", "document.unknown"},
		{"unknown kind", "driving-licence", "11010519491231002X", "", "document.unknown"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, err := civic.ParseDocument(test.kind, test.number, night)
			if refused(t, err, test.key) {
				if d != (civic.Document{}) {
					t.Errorf("a document beside %v", err)
				}
				return
			}
			if d.Kind != test.kind || d.Number != test.want {
				t.Errorf("%s %s, want %s", d.Kind, d.Number, test.want)
			}
			if err := d.CheckOn(night); err != nil {
				t.Errorf("read again: %v", err)
			}
		})
	}
}

func TestDocumentTells(t *testing.T) {
	for _, test := range []struct {
		d                  civic.Document
		birth, last, shown string
	}{
		{civic.Document{Kind: civic.ResidentID, Number: "11010519491231002X"}, "1949-12-31", "002X", "1101**********002X"},
		{civic.Document{Kind: civic.ResidentID, Number: "11010519491231002x"}, "1949-12-31", "002X", "1101**********002x"},
		{civic.Document{Kind: civic.OutsidePermit, Number: "810000199001010019"}, "1990-01-01", "0019", "8100**********0019"},
		{civic.Document{Kind: civic.ForeignResident, Number: "944840197703151236"}, "1977-03-15", "1236", "9448**********1236"},
		{civic.Document{Kind: civic.ForeignResident, Number: "USA110170010101"}, "", "0101", "USA1*******0101"},
		{civic.Document{Kind: civic.Passport, Number: "E12345678"}, "", "5678", "E*****678"},
		{civic.Document{Kind: civic.Passport, Number: "AB123"}, "", "B123", "***23"},
		{civic.Document{Kind: civic.CreditCode, Number: "91350100M000100Y43"}, "", "0Y43", "91350100M000100Y43"},
		{civic.Document{}, "", "", ""},
	} {
		if got := test.d.Birth().String(); got != test.birth {
			t.Errorf("%v: born %q, want %q", test.d, got, test.birth)
		}
		if got := test.d.LastFour(); got != test.last {
			t.Errorf("%v: last four %q, want %q", test.d, got, test.last)
		}
		if got := test.d.Masked(); got != test.shown {
			t.Errorf("%v: masked %q, want %q", test.d, got, test.shown)
		}
	}
}

func FuzzParseDocument(f *testing.F) {
	for _, kind := range []civic.DocumentKind{civic.ResidentID, civic.OutsidePermit, civic.Passport, civic.ForeignResident, civic.CreditCode} {
		for _, n := range []string{"11010519491231002X", "810000199001010019", "E12345678", "USA110170010101", "91350100M000100Y43", "ſ１\xff"} {
			f.Add(string(kind), n)
		}
	}
	f.Fuzz(func(t *testing.T, kind, number string) {
		d, err := civic.ParseDocument(civic.DocumentKind(kind), number, night)
		masked := civic.Document{Kind: civic.DocumentKind(kind), Number: number}.Masked()
		if err != nil {
			return
		}
		if back, err := civic.ParseDocument(d.Kind, d.Number, night); err != nil || back != d {
			t.Fatalf("%s %q: read again %v, %v", kind, number, back, err)
		}
		if strings.Trim(d.Number, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" || len(d.LastFour()) != 4 {
			t.Fatalf("%s %q: %q", kind, number, d.Number)
		}
		if d.Kind != civic.CreditCode && (masked == number || d.Masked() == d.Number) {
			t.Fatalf("%s %q is shown whole", kind, number)
		}
	})
}
