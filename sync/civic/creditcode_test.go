package civic_test

import (
	"strings"
	"testing"

	"doorstep/sync/civic"
)

func TestParseCreditCode(t *testing.T) {
	for _, test := range []struct{ name, in, want, key string }{
		{"standard", "91350100M000100Y43", "91350100M000100Y43", ""},
		{"real, U", "11440100007482559U", "11440100007482559U", ""},
		{"real, K", "11440100007483180K", "11440100007483180K", ""},
		{"real, Q", "11440100007483172Q", "11440100007483172Q", ""},
		{"real, H", "11440100007482575H", "11440100007482575H", ""},
		{"real, 4", "114401130075236724", "114401130075236724", ""},
		{"real, 7", "114401005799639727", "114401005799639727", ""},
		{"real, T", "12441500196720244T", "12441500196720244T", ""},
		{"real, letters", "114409815813799354", "114409815813799354", ""},
		{"sum divides by 31", "91440101MA50122180", "91440101MA50122180", ""},
		{"organisation check X", "91440101MA500148XL", "91440101MA500148XL", ""},
		{"organisation check 0", "91440101MA5001850E", "91440101MA5001850E", ""},
		{"small, full width, spaces", "９１３５０１００ m000100y43", "91350100M000100Y43", ""},
		{"organisation check alone wrong", "91440101MA50003710", "", "creditcode.checksum"},
		{"published wrongly", "91310115MA1H8R7C6D", "", "creditcode.checksum"},
		{"last character wrong", "91350100M000100Y44", "", "creditcode.checksum"},
		{"made up", "11440100MB2C91004X", "", "creditcode.checksum"},
		{"street hall", "TE4401135000001170", "", "creditcode.checksum"},
		{"letter O", "9135O100M000100Y43", "", "creditcode.format"},
		{"letter I", "9135I100M000100Y43", "", "creditcode.format"},
		{"short", "91350100M000100Y4", "", "creditcode.format"},
		{"empty", "", "", "creditcode.format"},
		{"18 bytes, no letters", "统一社会信用", "", "creditcode.format"},
		{"a letter whose capital is I", "91350100M000100ıY", "", "creditcode.format"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := civic.ParseCreditCode(test.in)
			if refused(t, err, test.key); c != test.want {
				t.Errorf("%q, want %q", c, test.want)
			}
		})
	}
}

// MOD 31 with weights prime to it shows every single slip; the two checks together show every change of neighbours
// in these codes.
func TestCreditCodeFindsEverySlip(t *testing.T) {
	for _, good := range []string{"91350100M000100Y43", "91440101MA50122180", "12441500196720244T"} {
		for i := range good {
			for _, d := range "0123456789ABCDEFGHJKLMNPQRTUWXY" {
				slip := good[:i] + string(d) + good[i+1:]
				if _, err := civic.ParseCreditCode(slip); (err == nil) != (slip == good) {
					t.Errorf("%s for %s: %v", slip, good, err)
				}
			}
			if i > 0 && good[i-1] != good[i] {
				slip := good[:i-1] + good[i:i+1] + good[i-1:i] + good[i+1:]
				if _, err := civic.ParseCreditCode(slip); err == nil {
					t.Errorf("%s for %s: two neighbours changed places unseen", slip, good)
				}
			}
		}
	}
}

func TestParseBody(t *testing.T) {
	for _, test := range []struct{ in, want, key string }{
		{"TE4401135000001170", "TE4401135000001170", ""},
		{" te4401135000001170 ", "TE4401135000001170", ""},
		{"11440100MB2C91004X", "11440100MB2C91004X", ""},
		{"11440100007483180K", "11440100007483180K", ""},
		{"TE440113500000117", "", "body.format"},
		{"TE440113500000117街", "", "body.format"},
		{"", "", "body.format"},
	} {
		c, err := civic.ParseBody(test.in)
		if refused(t, err, test.key); c != test.want {
			t.Errorf("%q: %q, want %q", test.in, c, test.want)
		}
	}
}

func TestParseItemCode(t *testing.T) {
	long := strings.Repeat("9", 64)
	for _, test := range []struct{ in, want, key string }{
		{"TE44011350000011705442106041002", "TE44011350000011705442106041002", ""},
		{" 442106041002\n", "442106041002", ""},
		{"ab-12", "ab-12", ""}, // as its authority wrote it
		{long, long, ""},
		{long + "9", "", "item.format"},
		{"", "", "item.format"},
		{"--", "", "item.format"},
		{"44 21", "", "item.format"},
		{"事项1", "", "item.format"},
		{"ſ1", "", "item.format"},
	} {
		c, err := civic.ParseItemCode(test.in)
		if refused(t, err, test.key); c != test.want {
			t.Errorf("%q: %q, want %q", test.in, c, test.want)
		}
	}
}

func FuzzParseCreditCode(f *testing.F) {
	for _, s := range []string{"91350100M000100Y43", "91440101MA50122180", "TE4401135000001170", "９１３５０１００m000100y43", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := civic.ParseCreditCode(s)
		if err != nil {
			return
		}
		if back, err := civic.ParseCreditCode(c); err != nil || back != c {
			t.Fatalf("%q: read again %q, %v", s, back, err)
		}
		if body, err := civic.ParseBody(s); err != nil || body != c {
			t.Fatalf("%q: as a body %q, %v", s, body, err)
		}
	})
}

func TestParseOrganisation(t *testing.T) {
	for _, test := range []struct{ name, in, want, key string }{
		{"published", "006939748", "006939748", ""},
		{"hyphen and full width", "００６９３９７４-8", "006939748", ""},
		{"check X", "ma500148x", "MA500148X", ""},
		{"check wrong", "006939747", "", "organisation.checksum"},
		{"two changed places", "009639748", "", "organisation.checksum"},
		{"short", "06939748", "", "organisation.format"},
		{"letter as check", "00693974A", "", "organisation.format"},
		{"empty", "", "", "organisation.format"},
		{"Han", "化龙镇人民政府办公", "", "organisation.format"},
	} {
		got, err := civic.ParseOrganisation(test.in)
		if refused(t, err, test.key); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
