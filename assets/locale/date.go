package locale

import (
	"strconv"
	"time"

	"doorstep/sync/civic"
)

// Mark is what is special about a day in the calendar.
type Mark string

// The marks of a day.
const (
	Plain   Mark = ""
	MakeUp  Mark = "makeup"  // a weekend day that is worked, 补班
	Holiday Mark = "holiday" // 放假
)

// Date says a day as people do, with its weekday and its mark: 9月26日(星期六,补班). The year is said only by
// DateYear: on a screen of today's business it is noise.
func Date(lang Lang, d civic.Date, mark Mark) string {
	if d.IsZero() {
		return ""
	}
	return T(lang, "date.day", T(lang, "date.month."+strconv.Itoa(int(d.Month))), d.Day, weekday(lang, d, mark))
}

// DateYear says a day with its year.
func DateYear(lang Lang, d civic.Date, mark Mark) string {
	if d.IsZero() {
		return ""
	}
	return T(lang, "date.full", d.Year, T(lang, "date.month."+strconv.Itoa(int(d.Month))), d.Day, weekday(lang, d, mark))
}

func weekday(lang Lang, d civic.Date, mark Mark) string {
	w := T(lang, "date.weekday."+strconv.Itoa(int(d.Weekday())))
	if mark == Plain {
		return w
	}
	return T(lang, "date.marked", w, T(lang, "date."+string(mark)))
}

// Time says an instant in China: 2026年11月23日 10:42.
func Time(lang Lang, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(civic.China)
	return T(lang, "date.time", t.Year(), T(lang, "date.month."+strconv.Itoa(int(t.Month()))), t.Day(), t.Format("15:04"))
}

// Short says an instant without its year: 11月23日 10:42.
func Short(lang Lang, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(civic.China)
	return T(lang, "date.short", T(lang, "date.month."+strconv.Itoa(int(t.Month()))), t.Day(), t.Format("15:04"))
}

// Left says how much of a limit is left: 还剩 5 个工作日, 今天到期, 已超期 2 个工作日.
func Left(lang Lang, days int, kind civic.DayKind) string {
	unit := "working"
	if kind == civic.CalendarDays {
		unit = "calendar"
	}
	switch {
	case days < 0:
		return Count(lang, "left.late."+unit, -days)
	case days == 0:
		return T(lang, "left.today")
	}
	return Count(lang, "left."+unit, days)
}

// Days says a length: 5 个工作日.
func Days(lang Lang, days int, kind civic.DayKind) string {
	if kind == civic.CalendarDays {
		return Count(lang, "days.calendar", days)
	}
	return Count(lang, "days.working", days)
}

// Count says a sentence with a number. English has its own sentence for one, under the key with ".one"; Chinese
// has the same words there.
func Count(lang Lang, key string, n int) string {
	if n == 1 && Has(key+".one") {
		return T(lang, key+".one", n)
	}
	return T(lang, key, n)
}

// Ago says how long ago an instant was, in the one unit that matters: 3 分钟前.
func Ago(lang Lang, t, now time.Time) string {
	if t.IsZero() {
		return T(lang, "ago.never")
	}
	d := now.Sub(t)
	switch {
	case d < time.Minute:
		return T(lang, "ago.now")
	case d < time.Hour:
		return Count(lang, "ago.minutes", int(d/time.Minute))
	case d < 24*time.Hour:
		return Count(lang, "ago.hours", int(d/time.Hour))
	}
	return Count(lang, "ago.days", int(d/(24*time.Hour)))
}
