package civic_test

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"doorstep/sync/civic"
)

// published is the calendar that the product ships.
func published(t testing.TB) *civic.Calendar {
	t.Helper()
	b, err := os.ReadFile("../../assets/calendar/holidays.csv")
	if err != nil {
		t.Fatal(err)
	}
	c, err := civic.ParseCalendar(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The figures are those of the notices of the State Council for these years.
func TestCalendarYears(t *testing.T) {
	c := published(t)
	for _, test := range []struct {
		year, off, working int
		makeup             string
	}{
		{2010, 29, 250, "02-20 02-21 06-12 06-13 09-19 09-25 09-26 10-09"},
		{2024, 28, 251, "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12"},
		{2025, 28, 248, "01-26 02-08 04-27 09-28 10-11"},
		{2026, 33, 248, "01-04 02-14 02-28 05-09 09-20 10-10"},
	} {
		var off, working int
		var makeup []string
		for d := (civic.Date{Year: test.year, Month: 1, Day: 1}); d.Year == test.year; d = d.Add(1) {
			works, err := c.Works(d)
			if err != nil {
				t.Fatal(err)
			}
			if works {
				working++
			}
			switch n, named := c.Named(d); {
			case named && n.Off:
				off++
			case named:
				makeup = append(makeup, d.String()[5:])
				if !works {
					t.Errorf("%s is worked in exchange", d)
				}
			}
		}
		if off != test.off || working != test.working || strings.Join(makeup, " ") != test.makeup {
			t.Errorf("%d: %d named off, %d working days, worked in exchange %v", test.year, off, working, makeup)
		}
	}
}

func TestCalendarPublished(t *testing.T) {
	c := published(t)
	var years []int
	for y := 2000; y < 2040; y++ {
		if c.Published(y) {
			years = append(years, y)
		}
	}
	if want := []int{2010, 2024, 2025, 2026}; !slices.Equal(years, want) {
		t.Errorf("published %v, want %v", years, want)
	}
	// The notice of a year can name days at the end of the year before: that does not publish it.
	c.Days["2029-12-31"] = civic.NamedDay{Off: true, Name: "元旦"}
	if c.Published(2029) {
		t.Error("2029 is published by one day of December")
	}
	var none *civic.Calendar
	if none.Published(2026) {
		t.Error("no calendar publishes a year")
	}
	if _, named := none.Named(day(t, "2026-01-01")); named {
		t.Error("no calendar names a day")
	}
	_, err := none.Works(day(t, "2026-01-01"))
	refused(t, err, "calendar.unpublished")
}

func TestCalendarAdd(t *testing.T) {
	c := published(t)
	for _, test := range []struct {
		name, start string
		n           int
		want, key   string
	}{
		{"ends on a Sunday that is worked", "2010-09-17", 5, "2010-09-26", ""},
		{"over the National Day week", "2010-09-30", 3, "2010-10-11", ""},
		{"over the Spring Festival", "2026-02-13", 5, "2026-02-27", ""},
		{"National Day 2024", "2024-09-27", 20, "2024-10-30", ""},
		{"National Day 2025", "2025-09-26", 20, "2025-10-30", ""},
		{"Spring Festival 2026", "2026-02-12", 20, "2026-03-18", ""},
		{"into the next published year", "2025-12-31", 1, "2026-01-04", ""},
		{"from a day off", "2026-10-03", 1, "2026-10-08", ""},
		{"no days", "2026-10-03", 0, "2026-10-03", ""},
		{"fewer than none", "2026-10-03", -2, "2026-10-03", ""},
		{"no days, unpublished", "2027-05-01", 0, "2027-05-01", ""},
		{"last day of the calendar", "2026-12-30", 1, "2026-12-31", ""},
		{"past the calendar", "2026-12-30", 2, "", "calendar.unpublished"},
		{"out of a gap", "2023-12-29", 1, "", "calendar.unpublished"},
		{"beyond all measure", "2026-01-01", 1 << 60, "", "calendar.unpublished"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := c.Add(day(t, test.start), test.n)
			if refused(t, err, test.key); got.String() != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

func TestCalendarBetween(t *testing.T) {
	c := published(t)
	for _, test := range []struct {
		from, to string
		want     int
		key      string
	}{
		{"2026-09-26", "2026-09-26", 0, ""},
		{"2010-09-17", "2010-09-26", 5, ""},
		{"2010-09-26", "2010-09-17", -5, ""},
		{"2026-10-01", "2026-10-07", 0, ""},
		{"2024-12-31", "2025-12-31", 248, ""},
		{"2026-12-31", "2027-01-01", 0, "calendar.unpublished"},
		{"2027-01-01", "2026-12-31", 0, "calendar.unpublished"},
		{"2010-12-31", "2024-01-02", 0, "calendar.unpublished"},
	} {
		got, err := c.Between(day(t, test.from), day(t, test.to))
		if refused(t, err, test.key); got != test.want {
			t.Errorf("%s to %s: %d, want %d", test.from, test.to, got, test.want)
		}
	}
}

// Counting there and back agrees for every day and length that the calendar reaches.
func TestCalendarAddAgreesWithBetween(t *testing.T) {
	c := published(t)
	for d := day(t, "2024-01-01"); d.Before(day(t, "2026-11-01")); d = d.Add(3) {
		for _, n := range []int{1, 2, 5, 10, 20} {
			end, err := c.Add(d, n)
			if err != nil {
				t.Fatal(err)
			}
			if back, err := c.Between(d, end); err != nil || back != n {
				t.Fatalf("%s + %d = %s, but %d between (%v)", d, n, end, back, err)
			}
			if works, err := c.Works(end); err != nil || !works {
				t.Fatalf("%s + %d = %s, which is off (%v)", d, n, end, err)
			}
		}
	}
}

func TestCalendarTravelsAsJSON(t *testing.T) {
	c := published(t)
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var back civic.Calendar
	if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(&back, c) {
		t.Errorf("another calendar came back (%v)", err)
	}
}

func TestParseCalendarRefuses(t *testing.T) {
	const head = "date,is_off_day,name\n"
	for _, test := range []struct{ name, in, want string }{
		{"no such day", head + "2026-02-30,true,春节\n", "line 2"},
		{"neither on nor off", head + "2026-01-01,yes,元旦\n", "line 2"},
		{"a column short", "date,is_off_day\n2026-01-01,true\n", "line 2"},
		{"rows of unequal length", head + "2026-01-01,true\n", "read calendar"},
		{"a day twice", head + "2026-01-01,true,元旦\n2026-01-01,false,元旦\n", "named twice"},
		{"an open quote", head + "\"2026-01-01,true,元旦\n", "read calendar"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := civic.ParseCalendar(strings.NewReader(test.in))
			if err == nil || c != nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("calendar %v, err %v, want %q", c, err, test.want)
			}
		})
	}
	if c, err := civic.ParseCalendar(strings.NewReader("")); err != nil || c.Published(2026) {
		t.Errorf("an empty file: %v, %v", c, err)
	}
}

func FuzzParseCalendar(f *testing.F) {
	f.Add("date,is_off_day,name,source\n2026-01-01,true,元旦,x\n2026-01-04,false,元旦,x\n", "2026-01-01", 5)
	f.Add("", "2026-12-31", 1)
	f.Fuzz(func(t *testing.T, csv, start string, n int) {
		c, err := civic.ParseCalendar(strings.NewReader(csv))
		d, bad := civic.ParseDate(start)
		if err != nil || bad != nil {
			return
		}
		end, err := c.Add(d, n%1000)
		if err != nil || n%1000 <= 0 {
			return
		}
		if back, err := c.Between(d, end); err != nil || back != n%1000 {
			t.Fatalf("%s + %d = %s, but %d between (%v)", d, n%1000, end, back, err)
		}
	})
}
