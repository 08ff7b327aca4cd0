package civic_test

import (
	"testing"

	"doorstep/sync/civic"
)

func working(n int) civic.Limit { return civic.Limit{Days: n, Kind: civic.WorkingDays} }

func calendarDays(n int) civic.Limit { return civic.Limit{Days: n, Kind: civic.CalendarDays} }

// spans reads pairs of days.
func spans(t testing.TB, days ...string) []civic.Span {
	t.Helper()
	var out []civic.Span
	for i := 0; i < len(days); i += 2 {
		out = append(out, civic.Span{From: day(t, days[i]), To: day(t, days[i+1])})
	}
	return out
}

func TestDueDate(t *testing.T) {
	c := published(t)
	for _, test := range []struct {
		name, start string
		limit       civic.Limit
		stood       []civic.Span
		want, key   string
	}{
		{"reply limit", "2026-09-17", working(civic.ReplyLimit), nil, "2026-09-23", ""},
		{"delivery limit over a holiday", "2026-09-24", working(civic.DeliveryLimit), nil, "2026-10-15", ""},
		{"starting on a day off", "2026-09-26", working(1), nil, "2026-09-28", ""},
		{"calendar days", "2026-09-01", calendarDays(15), nil, "2026-09-16", ""},
		{"last day in the National Day week", "2026-09-16", calendarDays(15), nil, "2026-10-08", ""},
		{"last day on a Saturday", "2026-08-22", calendarDays(7), nil, "2026-08-31", ""},
		{"last day on a Sunday that is worked", "2026-09-10", calendarDays(10), nil, "2026-09-20", ""},
		{"no days", "2026-09-16", working(0), nil, "2026-09-16", ""},
		{"fewer than no days", "2026-09-16", calendarDays(-3), nil, "2026-09-16", ""},
		{"past the calendar", "2026-12-30", working(5), nil, "", "calendar.unpublished"},
		{"calendar days past it", "2026-12-20", calendarDays(15), nil, "", "calendar.unpublished"},
		{"last day of the calendar", "2026-12-21", calendarDays(10), nil, "2026-12-31", ""},

		{"stood two working days", "2026-09-14", working(5), spans(t, "2026-09-16", "2026-09-18"), "2026-09-22", ""},
		{"stood over days off only", "2026-09-30", working(5), spans(t, "2026-10-01", "2026-10-07"), "2026-10-13", ""},
		{"stood and went on the same day", "2026-09-14", working(5), spans(t, "2026-09-16", "2026-09-16"), "2026-09-20", ""},
		{"stopped on the last day", "2026-09-14", working(5), spans(t, "2026-09-20", "2026-09-24"), "2026-09-20", ""},
		{"stopped before it began", "2026-09-14", working(5), spans(t, "2026-09-01", "2026-09-15"), "2026-09-21", ""},
		{"stood twice, told out of order", "2026-09-14", working(5), spans(t, "2026-09-21", "2026-09-22", "2026-09-15", "2026-09-17"), "2026-09-23", ""},
		{"stood twice at once", "2026-09-14", working(5), spans(t, "2026-09-15", "2026-09-17", "2026-09-16", "2026-09-18"), "2026-09-23", ""},
		{"reached by the first stop only", "2026-09-14", working(5), spans(t, "2026-09-16", "2026-09-18", "2026-09-21", "2026-09-22"), "2026-09-23", ""},
		{"a span that runs backwards", "2026-09-14", working(5), spans(t, "2026-09-18", "2026-09-16"), "2026-09-20", ""},
		{"calendar days stood", "2026-08-03", calendarDays(15), spans(t, "2026-08-10", "2026-08-15"), "2026-08-24", ""},
		{"stood past the calendar", "2026-12-20", working(5), spans(t, "2026-12-22", "2027-02-01"), "", "calendar.unpublished"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := civic.DueDate(day(t, test.start), test.limit, c, test.stood...)
			if refused(t, err, test.key); got.String() != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
	for _, limit := range []civic.Limit{working(5), calendarDays(5)} {
		_, err := civic.DueDate(day(t, "2026-09-14"), limit, nil)
		refused(t, err, "calendar.unpublished")
	}
}

// A limit that stood and went on ends where what was left when it stopped ends, counted from the day it went on.
func TestDueDateAgreesWithRemaining(t *testing.T) {
	c := published(t)
	for start := day(t, "2025-09-01"); start.Before(day(t, "2025-11-01")); start = start.Add(1) {
		for stop := 0; stop < 12; stop++ {
			for stand := 0; stand < 20; stand += 3 {
				from := start.Add(stop)
				to := from.Add(stand)
				plain, err := civic.DueDate(start, working(8), c)
				if err != nil {
					t.Fatal(err)
				}
				left, err := civic.Remaining(from, plain, civic.WorkingDays, c)
				if err != nil || left <= 0 {
					continue
				}
				want, err := civic.DueDate(to, working(left), c)
				if err != nil {
					t.Fatal(err)
				}
				got, err := civic.DueDate(start, working(8), c, civic.Span{From: from, To: to})
				if err != nil || got != want {
					t.Fatalf("from %s, stood %s to %s: %s, want %s (%v)", start, from, to, got, want, err)
				}
				used, err := civic.Used(start, got, civic.WorkingDays, c, civic.Span{From: from, To: to})
				if err != nil || used != 8 {
					t.Fatalf("from %s, stood %s to %s: %d used on the last day (%v)", start, from, to, used, err)
				}
			}
		}
	}
}

func TestRemaining(t *testing.T) {
	c := published(t)
	for _, test := range []struct {
		today, due string
		kind       civic.DayKind
		want       int
		key        string
	}{
		{"2026-09-21", "2026-09-23", civic.WorkingDays, 2, ""},
		{"2026-09-23", "2026-09-23", civic.WorkingDays, 0, ""},
		{"2026-09-24", "2026-09-23", civic.WorkingDays, -1, ""},
		{"2026-09-30", "2026-10-08", civic.WorkingDays, 1, ""},
		{"2026-09-30", "2026-10-08", civic.CalendarDays, 8, ""},
		{"2026-10-10", "2026-10-08", civic.CalendarDays, -2, ""},
		{"2027-01-05", "2026-12-31", civic.WorkingDays, 0, "calendar.unpublished"},
		{"2027-01-05", "2026-12-31", civic.CalendarDays, -5, ""},
	} {
		got, err := civic.Remaining(day(t, test.today), day(t, test.due), test.kind, c)
		if refused(t, err, test.key); got != test.want {
			t.Errorf("%s until %s, %s: %d, want %d", test.today, test.due, test.kind, got, test.want)
		}
	}
}

func TestShare(t *testing.T) {
	c := published(t)
	for _, test := range []struct {
		name, today string
		limit       civic.Limit
		stood       []civic.Span
		want        float64
		key         string
	}{
		{"on the first day", "2026-09-14", working(5), nil, 0, ""},
		{"before it", "2026-09-10", working(5), nil, 0, ""},
		{"under way", "2026-09-16", working(5), nil, 0.4, ""},
		{"on the last day", "2026-09-20", working(5), nil, 1, ""},
		{"overdue", "2026-10-20", working(5), nil, 1, ""},
		{"calendar days", "2026-09-17", calendarDays(12), nil, 0.25, ""},
		{"no days", "2026-09-14", working(0), nil, 1, ""},
		{"has stood", "2026-09-21", working(5), spans(t, "2026-09-16", "2026-09-18"), 0.8, ""},
		{"stands", "2026-09-18", working(5), spans(t, "2026-09-16", "2026-12-01"), 0.4, ""},
		{"will stand", "2026-09-16", working(5), spans(t, "2026-09-17", "2026-09-18"), 0.4, ""},
		{"calendar days, has stood", "2026-09-20", calendarDays(12), spans(t, "2026-09-16", "2026-09-19"), 0.25, ""},
		{"past the calendar", "2027-01-05", working(5), nil, 0, "calendar.unpublished"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := civic.Share(day(t, "2026-09-14"), day(t, test.today), test.limit, c, test.stood...)
			if refused(t, err, test.key); got != test.want {
				t.Errorf("%v, want %v", got, test.want)
			}
		})
	}
}
