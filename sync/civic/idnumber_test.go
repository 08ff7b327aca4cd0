package civic_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"doorstep/sync/civic"
)

func TestParseIDNumber(t *testing.T) {
	for _, test := range []struct{ name, in, want, key string }{
		{"standard, X", "11010519491231002X", "11010519491231002X", ""},
		{"standard, woman born 1880", "440524188001010014", "440524188001010014", ""},
		{"standard, Anhui", "34052419800101001X", "34052419800101001X", ""},
		{"small x", "11010519491231002x", "11010519491231002X", ""},
		{"full width", "１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X", ""},
		{"typed in groups", " 110105 1949-1231 002X\n", "11010519491231002X", ""},
		{"15 digits", "110105491231002", "11010519491231002X", ""},
		{"15 digits, full width", "４４０５２４８８０１０１００１", "440524198801010011", ""},
		{"district that is no more", "440116200002290019", "440116200002290019", ""},
		{"leap day", "440116200002290019", "440116200002290019", ""},
		{"Hong Kong permit", "810000199001010019", "810000199001010019", ""},
		{"empty", "", "", "idnumber.format"},
		{"17 digits", "11010519491231002", "", "idnumber.format"},
		{"19 digits", "11010519491231002X1", "", "idnumber.format"},
		{"X inside", "1101051949123100X2", "", "idnumber.format"},
		{"15 with a letter", "11010549123100X", "", "idnumber.format"},
		{"another letter", "11010519491231002Y", "", "idnumber.format"},
		{"18 bytes, no digits", "一二三四五六", "", "idnumber.format"},
		{"no text", "1101051949123100\xff\xfe", "", "idnumber.format"},
		{"one digit wrong", "11010519491231003X", "", "idnumber.checksum"},
		{"30 February", "440524199002300011", "", "idnumber.checksum"},
		{"29 February of a common year", "440116199002290013", "", "idnumber.birth"},
		{"29 February 1900", "440105190002290013", "", "idnumber.birth"},
		{"15 digits, no such day", "440105490230001", "", "idnumber.birth"},
		{"too old", "440102183912310015", "", "idnumber.birth"},
		{"tomorrow", "110105202701010016", "", "idnumber.birth"},
		{"no province below 11", "080102194910011237", "", "idnumber.area"},
		{"no province above 83", "990102194910011231", "", "idnumber.area"},
		{"foreign resident's card", "911156199001010010", "", "idnumber.area"},
	} {
		t.Run(test.name, func(t *testing.T) {
			n, err := civic.ParseIDNumber(test.in, day(t, "2026-12-31"))
			if refused(t, err, test.key); string(n) != test.want {
				t.Errorf("%q, want %q", string(n), test.want)
			}
		})
	}
}

func TestIDNumberBornToday(t *testing.T) {
	if _, err := civic.ParseIDNumber("110105202701010016", day(t, "2027-01-01")); err != nil {
		t.Errorf("a child born today: %v", err)
	}
}

// GB 11643 uses ISO 7064 MOD 11-2: every single slip and every change of neighbours shows.
func TestIDNumberFindsEverySlip(t *testing.T) {
	today := day(t, "2026-09-26")
	for _, good := range []string{"11010519491231002X", "440524188001010014", "810000199001010019"} {
		for i := range good {
			for _, d := range "0123456789X" {
				slip := good[:i] + string(d) + good[i+1:]
				if _, err := civic.ParseIDNumber(slip, today); (err == nil) != (slip == good) {
					t.Errorf("%s for %s: %v", slip, good, err)
				}
			}
			if i > 0 && good[i-1] != good[i] {
				slip := good[:i-1] + good[i:i+1] + good[i-1:i] + good[i+1:]
				if _, err := civic.ParseIDNumber(slip, today); err == nil {
					t.Errorf("%s for %s: two neighbours changed places unseen", slip, good)
				}
			}
		}
	}
}

func TestIDNumberTells(t *testing.T) {
	for _, test := range []struct {
		n       civic.IDNumber
		birth   string
		male    bool
		outside bool
		masked  string
	}{
		{"11010519491231002X", "1949-12-31", false, false, "1101**********002X"},
		{"34052419800101001X", "1980-01-01", true, false, "3405**********001X"},
		{"810000199001010019", "1990-01-01", true, true, "8100**********0019"},
		{"830000198512310020", "1985-12-31", false, true, "8300**********0020"},
		{"", "", false, false, ""},
		{"12345678", "", false, false, "********"},
	} {
		if got := test.n.Birth().String(); got != test.birth {
			t.Errorf("%s born %s, want %s", test.n, got, test.birth)
		}
		if test.n.Male() != test.male || test.n.FromOutside() != test.outside {
			t.Errorf("%s: male %v, from outside %v", test.n, test.n.Male(), test.n.FromOutside())
		}
		if got := test.n.Masked(); got != test.masked {
			t.Errorf("%s masked %s, want %s", test.n, got, test.masked)
		}
	}
}

func TestAgeOn(t *testing.T) {
	for _, test := range []struct {
		birth, on string
		want      int
	}{
		{"2012-09-26", "2026-09-25", 13},
		{"2012-09-26", "2026-09-26", 14},
		{"2012-09-26", "2026-12-31", 14},
		{"2012-10-01", "2026-09-30", 13},
		{"2012-02-29", "2026-02-28", 13},
		{"2012-02-29", "2026-03-01", 14},
		{"2012-02-29", "2024-02-29", 12},
		{"2026-09-26", "2026-09-26", 0},
		{"1946-09-26", "2026-09-26", 80},
	} {
		if got := civic.AgeOn(day(t, test.birth), day(t, test.on)); got != test.want {
			t.Errorf("born %s, on %s: %d, want %d", test.birth, test.on, got, test.want)
		}
	}
}

// Numbers and documents that stray into a log come out masked.
func TestLogsHoldNoNumber(t *testing.T) {
	const number = "11010519491231002X"
	var b bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&b, nil))
	log.Info("seen", "number", civic.IDNumber(number), "document", civic.Document{Kind: civic.ResidentID, Number: number})
	if strings.Contains(b.String(), "19491231") || !strings.Contains(b.String(), "1101**********002X") {
		t.Errorf("log: %s", b.String())
	}
}

func FuzzParseIDNumber(f *testing.F) {
	for _, s := range []string{"11010519491231002X", "110105491231002", "１１０１０５１９４９１２３１００２Ｘ", "810000199001010019", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		today := day(t, "2026-09-26")
		n, err := civic.ParseIDNumber(s, today)
		if err != nil {
			if n != "" {
				t.Fatalf("%q: a number beside %v", s, err)
			}
			return
		}
		if back, err := civic.ParseIDNumber(string(n), today); err != nil || back != n {
			t.Fatalf("%q: read again %q, %v", s, string(back), err)
		}
		if b := n.Birth(); len(n) != 18 || b.IsZero() || today.Before(b) || civic.AgeOn(b, today) < 0 {
			t.Fatalf("%q: %d characters, born %s", s, len(n), b)
		}
		if m := n.Masked(); len(m) != 18 || strings.Contains(m, string(n[4:14])) {
			t.Fatalf("%q masked %s", s, m)
		}
	})
}
