package civic

import (
	"fmt"
	"time"
)

// Date is a calendar day without time or zone, as statutes count them. The zero Date is no day.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// China is the zone in which every statutory day begins and ends. It has no summer time since 1991, so a fixed
// offset serves and needs no zone database on the terminal.
var China = time.FixedZone("UTC+8", 8*60*60)

// DateOf returns the day on which t falls in China.
func DateOf(t time.Time) Date {
	y, m, d := t.In(China).Date()
	return Date{y, m, d}
}

// ParseDate reads a day as 2026-09-26 and refuses days that do not exist.
func ParseDate(s string) (Date, error) {
	t, err := time.ParseInLocation(time.DateOnly, s, China)
	if err != nil {
		return Date{}, &Error{Code: Invalid, Key: "date.format", Err: err}
	}
	return DateOf(t), nil
}

// IsZero reports whether d is no day.
func (d Date) IsZero() bool { return d == Date{} }

// Time returns the first instant of d in China.
func (d Date) Time() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, China) }

// Add returns the day n calendar days after d; n may be negative.
func (d Date) Add(n int) Date { return DateOf(d.Time().AddDate(0, 0, n)) }

// Before reports whether d is earlier than e.
func (d Date) Before(e Date) bool { return d.Time().Before(e.Time()) }

// Weekday returns the day of the week of d.
func (d Date) Weekday() time.Weekday { return d.Time().Weekday() }

// String gives d as 2026-09-26, or nothing for the zero Date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// MarshalText writes d as String does.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	v, err := ParseDate(string(b))
	if err == nil {
		*d = v
	}
	return err
}

// DayKind says how the days of a limit are counted.
type DayKind string

// Limits of the Administrative Licensing Law are working days (article 82); other laws' plain days are not.
const (
	WorkingDays  DayKind = "working"  // 工作日
	CalendarDays DayKind = "calendar" // 自然日
)
