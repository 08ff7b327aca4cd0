package civic_test

import (
	"testing"

	"doorstep/sync/civic"
)

func TestParsePhone(t *testing.T) {
	for _, test := range []struct{ name, in, want, key string }{
		{"mobile", "13800138000", "13800138000", ""},
		{"mobile, newer prefix", "19912345678", "19912345678", ""},
		{"mobile in groups", "138 0013-8000", "13800138000", ""},
		{"mobile, full width", "１３８００１３８０００", "13800138000", ""},
		{"mobile with country code", "+86 138 0013 8000", "13800138000", ""},
		{"full-width plus", "＋８６１３８００１３８０００", "13800138000", ""},
		{"country code by 00", "008613800138000", "13800138000", ""},
		{"country code alone", "8613800138000", "13800138000", ""},
		{"fixed, Guangzhou", "020-83123456", "020-83123456", ""},
		{"fixed without hyphen", "02083123456", "020-83123456", ""},
		{"fixed, parentheses", "（020）8312 3456", "020-83123456", ""},
		{"fixed, Beijing", "01065123456", "010-65123456", ""},
		{"fixed, four-digit area, eight digits", "0755-83123456", "0755-83123456", ""},
		{"fixed, four-digit area, seven digits", "0763-3123456", "0763-3123456", ""},
		{"fixed from abroad", "+86 20 8312 3456", "020-83123456", ""},
		{"fixed from abroad, zero kept", "+86 020 8312 3456", "020-83123456", ""},
		{"Beijing from abroad", "+86 10 6512 3456", "010-65123456", ""},
		{"local, eight digits", "83123456", "83123456", ""},
		{"local, seven digits", "3123456", "3123456", ""},
		{"Hong Kong", "+852 9123 4567", "+85291234567", ""},
		{"abroad by 00", "00852 91234567", "+85291234567", ""},
		{"United States", "+1 (202) 555-0123", "+12025550123", ""},
		{"empty", "", "", "phone.format"},
		{"plus alone", "+", "", "phone.format"},
		{"country code and nothing", "+86", "", "phone.format"},
		{"ten digits", "1380013800", "", "phone.format"},
		{"twelve digits", "138001380001", "", "phone.format"},
		{"no mobile prefix", "12800138000", "", "phone.format"},
		{"emergency", "110", "", "phone.format"},
		{"area code alone", "020", "", "phone.format"},
		{"local part begins with 1", "020-13123456", "", "phone.format"},
		{"plus inside", "138+00138000", "", "phone.format"},
		{"letters", "1380013800O", "", "phone.format"},
		{"too long abroad", "+1234567890123456", "", "phone.format"},
		{"abroad from 0", "+0123456789", "", "phone.format"},
		{"no text", "\xff3800138000", "", "phone.format"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := civic.ParsePhone(test.in)
			if refused(t, err, test.key); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
			refused(t, civic.CheckPhone(test.in), test.key)
		})
	}
}

func TestMaskPhone(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"13800138000", "138****8000"},
		{"020-83123456", "020*****3456"},
		{"+85291234567", "+85*****4567"},
		{"83123456", "****3456"},
		{"3123456", "***3456"},
		{"110", "***"},
		{"", ""},
	} {
		if got := civic.MaskPhone(test.in); got != test.want {
			t.Errorf("%q: %q, want %q", test.in, got, test.want)
		}
	}
}

func FuzzParsePhone(f *testing.F) {
	for _, s := range []string{"13800138000", "+86 20 8312 3456", "（020）83123456", "+85291234567", "0086", "+", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := civic.ParsePhone(s)
		if err != nil {
			return
		}
		if back, err := civic.ParsePhone(n); err != nil || back != n {
			t.Fatalf("%q: %q, read again %q, %v", s, n, back, err)
		}
		if civic.MaskPhone(n) == n {
			t.Fatalf("%q is shown whole", s)
		}
	})
}
