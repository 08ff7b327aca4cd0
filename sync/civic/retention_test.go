package civic_test

import (
	"testing"
	"time"

	"doorstep/sync/civic"
)

func TestTermEnds(t *testing.T) {
	at := func(y int, m time.Month, d, h int) time.Time { return time.Date(y, m, d, h, 0, 0, 0, civic.China) }
	tests := []struct {
		name   string
		class  string
		status civic.Status
		ended  time.Time
		until  string
		over   string // first day on which it is over
	}{
		{"permit in March", civic.ClassPermit, civic.Delivered, at(2026, 3, 5, 9), "2036-12-31", "2037-01-01"},
		{"permit at the year's last hour", civic.ClassPermit, civic.Delivered, at(2026, 12, 31, 23), "2036-12-31", "2037-01-01"},
		{"permit at the year's first hour", civic.ClassPermit, civic.Declined, at(2027, 1, 1, 0), "2037-12-31", "2038-01-01"},
		{"benefit", civic.ClassBenefit, civic.Delivered, at(2026, 3, 5, 9), "2056-12-31", "2057-01-01"},
		{"a request", civic.ClassRequest, civic.Delivered, at(2026, 3, 5, 9), "2029-12-31", "2030-01-01"},
		{"withdrawn, whatever its class", civic.ClassRegister, civic.Withdrawn, at(2026, 3, 5, 9), "2027-12-31", "2028-01-01"},
		{"lapsed", civic.ClassBenefit, civic.Lapsed, at(2026, 3, 5, 9), "2027-12-31", "2028-01-01"},
		{"a register", civic.ClassRegister, civic.Delivered, at(2026, 3, 5, 9), "", ""},
		{"a class not known", "long", civic.Delivered, at(2026, 3, 5, 9), "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			term := civic.TermOf(tt.class, tt.status, nil)
			until, ends := term.Until(tt.ended)
			if ends != (tt.until != "") || until.String() != tt.until {
				t.Fatalf("kept until %s, want %s", until, tt.until)
			}
			if !ends {
				if before, ok := term.Over(civic.Date{Year: 9999, Month: 12, Day: 31}); ok {
					t.Fatalf("over before %s", before)
				}
				return
			}
			first, err := civic.ParseDate(tt.over)
			if err != nil {
				t.Fatal(err)
			}
			if before, _ := term.Over(until); tt.ended.Before(before) {
				t.Error("over on its last day")
			}
			if before, _ := term.Over(first); !tt.ended.Before(before) {
				t.Error("not over on the day after")
			}
		})
	}
}

func TestTermsByPolicy(t *testing.T) {
	for name, tt := range map[string]struct {
		class       string
		years, want int
	}{
		"lengthened":               {civic.ClassPermit, 30, 30},
		"for ever":                 {civic.ClassPermit, civic.Forever, civic.Forever},
		"below the law's shortest": {civic.ClassBenefit, 3, 10},
		"a register stays":         {civic.ClassRegister, 10, civic.Forever},
		"our own shortened":        {civic.ClassRequest, 1, 1},
		"none":                     {civic.ClassRequest, 0, 3},
		"nonsense":                 {civic.ClassRequest, -7, 3},
	} {
		t.Run(name, func(t *testing.T) {
			if got := civic.TermOf(tt.class, civic.Delivered, map[string]int{tt.class: tt.years}).Years; got != tt.want {
				t.Fatalf("%d years, want %d", got, tt.want)
			}
		})
	}
}

// TestTermsCoverEveryEnd: each ended case of a known class has exactly one term.
func TestTermsCoverEveryEnd(t *testing.T) {
	for _, class := range []string{civic.ClassPermit, civic.ClassBenefit, civic.ClassRegister, civic.ClassLetter, civic.ClassRequest} {
		for _, s := range civic.Statuses() {
			n := 0
			for _, term := range civic.Terms(nil) {
				for _, in := range term.Statuses() {
					if in == s && term.Covers(class, s) {
						n++
					}
				}
			}
			if want := map[bool]int{true: 1, false: 0}[s.Ended()]; n != want {
				t.Errorf("%s ended %s has %d terms, want %d", class, s, n, want)
			}
		}
	}
}
