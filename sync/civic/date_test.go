package civic_test

import (
	"encoding/json"
	"testing"
	"time"

	"doorstep/sync/civic"
)

func TestParseDate(t *testing.T) {
	for _, test := range []struct{ in, key string }{
		{"2026-09-26", ""},
		{"2024-02-29", ""},
		{"2026-02-29", "date.format"},
		{"2026-13-01", "date.format"},
		{"2026-9-26", "date.format"},
		{"26-09-2026", "date.format"},
		{"2026-09-26T00:00:00Z", "date.format"},
		{"", "date.format"},
	} {
		d, err := civic.ParseDate(test.in)
		if !refused(t, err, test.key) && d.String() != test.in {
			t.Errorf("%q: %s", test.in, d)
		}
	}
}

// A statutory day begins at midnight in China, wherever the machine stands.
func TestDateOf(t *testing.T) {
	for _, test := range []struct {
		at   time.Time
		want string
	}{
		{time.Date(2026, 12, 31, 15, 59, 59, 0, time.UTC), "2026-12-31"},
		{time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC), "2027-01-01"},
		{time.Date(2026, 12, 31, 23, 0, 0, 0, time.FixedZone("", -5*60*60)), "2027-01-01"},
	} {
		if got := civic.DateOf(test.at); got.String() != test.want {
			t.Errorf("%s: %s, want %s", test.at, got, test.want)
		}
	}
}

func TestDateCounts(t *testing.T) {
	d := day(t, "2024-02-28")
	if got := d.Add(2).String(); got != "2024-03-01" {
		t.Errorf("two days on: %s", got)
	}
	if got := d.Add(-59).String(); got != "2023-12-31" {
		t.Errorf("59 days back: %s", got)
	}
	if !d.Before(d.Add(1)) || d.Before(d) || d.Add(1).Before(d) {
		t.Error("days are out of order")
	}
	if d.Weekday() != time.Wednesday {
		t.Errorf("28 February 2024 is a %s", d.Weekday())
	}
}

func TestDateJSON(t *testing.T) {
	type holder struct {
		Due  civic.Date `json:"due"`
		None civic.Date `json:"none"`
		Left civic.Date `json:"left,omitzero"`
	}
	in := holder{Due: day(t, "2026-09-26")}
	b, err := json.Marshal(in)
	if err != nil || string(b) != `{"due":"2026-09-26","none":""}` {
		t.Errorf("%s, %v", b, err)
	}
	var out holder
	if err := json.Unmarshal(b, &out); err != nil || out != in {
		t.Errorf("%+v, %v", out, err)
	}
	if err := json.Unmarshal([]byte(`{"due":"2026-02-30"}`), &out); err == nil {
		t.Error("30 February was read")
	}
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026-09-26", "0000-01-01", "9999-12-31", "2026-02-29", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := civic.ParseDate(s)
		if err == nil && (d.String() != s || d.Add(1).Add(-1) != d) {
			t.Fatalf("%q: %s", s, d)
		}
	})
}
