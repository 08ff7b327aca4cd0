package civic_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"doorstep/sync/civic"
)

func TestTrackingCodeVectors(t *testing.T) {
	// Check digits worked out apart from this package: 98 - (14 digits * 100 mod 97).
	for _, test := range []struct {
		terminal, random uint32
		want             string
	}{
		{0, 0, "0000-0000-0000-0098"},
		{0, 123456789, "0000-0123-4567-8978"},
		{1, 1, "0000-1000-0000-0190"},
		{7, 123456789, "0000-7123-4567-8943"},
		{440, 5, "0044-0000-0000-0517"},
		{12345, 678901234, "1234-5678-9012-3428"},
		{99999, 999999999, "9999-9999-9999-9939"},
	} {
		c := civic.NewTrackingCode(test.terminal, test.random)
		if c.String() != test.want {
			t.Errorf("terminal %d, random %d: %s, want %s", test.terminal, test.random, c, test.want)
		}
		if c.Terminal() != test.terminal || c.Training() != (test.terminal == 0) {
			t.Errorf("%s: terminal %d, training %v", c, c.Terminal(), c.Training())
		}
		if back, err := civic.TrackingCodeFromBytes(c.Bytes()); err != nil || back != c {
			t.Errorf("%s: from bytes %s, %v", c, back, err)
		}
	}
}

func TestNewTrackingCodeOutOfRange(t *testing.T) {
	if a, b := civic.NewTrackingCode(100_012, 1_000_000_005), civic.NewTrackingCode(12, 5); a != b {
		t.Errorf("%s, want %s: both parts modulo their range", a, b)
	}
}

func TestParseTrackingCode(t *testing.T) {
	for _, test := range []struct{ name, in, key string }{
		{"as printed", "1234-5678-9012-3428", ""},
		{"plain", "1234567890123428", ""},
		{"spaces", " 1234 5678\t9012\u00a03428 ", ""},
		{"full width", "１２３４－５６７８－９０１２　３４２８", ""},
		{"other hyphens", "1234‐5678–9012—3428", ""},
		{"empty", "", "code.length"},
		{"short", "1234-5678-9012-342", "code.length"},
		{"long", "1234-5678-9012-34280", "code.length"},
		{"a letter", "1234-5678-9012-342B", "code.length"},
		{"other digits", "١٢٣٤٥٦٧٨٩٠١٢٣٤٢٨", "code.length"},
		{"no text", "\xff234567890123428", "code.length"},
		{"a wrong digit", "1234-5678-9012-3429", "code.checksum"},
		{"none", "0000-0000-0000-0000", "code.checksum"},
		{"check digits 97 too high", "0000-0000-0000-0001", "code.checksum"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := civic.ParseTrackingCode(test.in)
			if !refused(t, err, test.key) && c != 1234567890123428 {
				t.Errorf("%s", c)
			}
		})
	}
}

// Check digits below 02 or above 98 leave the remainder of a true code too: each receipt has one number.
func TestOneSpellingOfCheckDigits(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		base := civic.NewTrackingCode(uint32(r.IntN(100_000)), uint32(r.IntN(1_000_000_000))) / 100
		taken := 0
		for check := range civic.TrackingCode(100) {
			if _, err := civic.ParseTrackingCode((base*100 + check).Digits()); err == nil {
				taken++
			}
		}
		if taken != 1 {
			t.Fatalf("%014d takes %d pairs of check digits", base, taken)
		}
	}
}

func TestTrackingCodeFindsEverySlip(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		good := civic.NewTrackingCode(uint32(r.IntN(100_000)), uint32(r.IntN(1_000_000_000))).Digits()
		for i := range good {
			for d := byte('0'); d <= '9'; d++ {
				slip := []byte(good)
				slip[i] = d
				if _, err := civic.ParseTrackingCode(string(slip)); (err == nil) != (d == good[i]) {
					t.Fatalf("%s for %s: %v", slip, good, err)
				}
			}
			if i == 0 || good[i-1] == good[i] {
				continue
			}
			slip := []byte(good)
			slip[i-1], slip[i] = slip[i], slip[i-1]
			if _, err := civic.ParseTrackingCode(string(slip)); err == nil {
				t.Fatalf("%s for %s: two neighbours changed places unseen", slip, good)
			}
		}
	}
}

func TestTrackingCodeFromBytesRefuses(t *testing.T) {
	// The first number above 16 digits whose check digits are right, 10000000000000036 = 0x2386f26fc10024.
	beyond := [7]byte{0x23, 0x86, 0xf2, 0x6f, 0xc1, 0x00, 0x24}
	for _, b := range [][7]byte{beyond, {}, {6: 1}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}} {
		if c, err := civic.TrackingCodeFromBytes(b); err == nil {
			t.Errorf("%x: %s", b, c)
		}
	}
}

func TestTrackingCodeJSON(t *testing.T) {
	type holder struct {
		Code civic.TrackingCode `json:"code"`
	}
	for _, c := range []civic.TrackingCode{0, civic.NewTrackingCode(3, 4)} {
		b, err := json.Marshal(holder{c})
		if err != nil {
			t.Fatal(err)
		}
		if strings.ContainsRune(string(b), '-') {
			t.Errorf("%s: machines get plain digits", b)
		}
		var back holder
		if err := json.Unmarshal(b, &back); err != nil || back.Code != c {
			t.Errorf("%s: %s, %v", b, back.Code, err)
		}
	}
	var h holder
	if err := json.Unmarshal([]byte(`{"code":"1234567890123429"}`), &h); err == nil || h.Code != 0 {
		t.Errorf("a wrong code was read: %s, %v", h.Code, err)
	}
}

func FuzzParseTrackingCode(f *testing.F) {
	for _, s := range []string{"1234-5678-9012-3428", "１２３４５６７８９０１２３４２８", "", "0000000000000098", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := civic.ParseTrackingCode(s)
		if err != nil {
			if c != 0 {
				t.Fatalf("%q: %s beside %v", s, c, err)
			}
			return
		}
		for _, again := range []string{c.String(), c.Digits()} {
			if back, err := civic.ParseTrackingCode(again); err != nil || back != c {
				t.Fatalf("%q: %s, %v", again, back, err)
			}
		}
		if civic.NewTrackingCode(c.Terminal(), uint32(uint64(c)/100%1_000_000_000)) != c {
			t.Fatalf("%s is not a code that a terminal makes", c)
		}
		if back, err := civic.TrackingCodeFromBytes(c.Bytes()); err != nil || back != c {
			t.Fatalf("%s: from bytes %s, %v", c, back, err)
		}
	})
}
