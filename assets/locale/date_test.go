package locale_test

import (
	"testing"
	"time"

	"doorstep/assets/locale"
	"doorstep/sync/civic"
)

func TestDates(t *testing.T) {
	makeUp := civic.Date{Year: 2010, Month: time.September, Day: 26}
	instant := time.Date(2026, 11, 23, 2, 42, 0, 0, time.UTC)
	cases := []struct{ got, want string }{
		{locale.Date("zh", makeUp, locale.MakeUp), "9月26日（星期日，补班）"},
		{locale.Date("en", makeUp, locale.MakeUp), "Sunday (a make-up working day), 26 September"},
		{locale.Date("zh", civic.Date{Year: 2026, Month: time.October, Day: 1}, locale.Holiday), "10月1日（星期四，放假）"},
		{locale.Date("zh", civic.Date{}, locale.Plain), ""},
		{locale.DateYear("zh", civic.Date{Year: 2026, Month: time.November, Day: 30}, locale.Plain), "2026年11月30日（星期一）"},
		{locale.DateYear("en", civic.Date{Year: 2026, Month: time.November, Day: 30}, locale.Plain), "Monday, 30 November 2026"},
		{locale.Time("zh", instant), "2026年11月23日 10:42"},
		{locale.Time("en", instant), "23 November 2026, 10:42"},
		{locale.Time("zh", time.Time{}), ""},
		{locale.Short("zh", instant), "11月23日 10:42"},
		{locale.Left("zh", 5, civic.WorkingDays), "还剩 5 个工作日"},
		{locale.Left("en", 1, civic.WorkingDays), "1 working day left"},
		{locale.Left("en", 2, civic.CalendarDays), "2 days left"},
		{locale.Left("zh", 0, civic.WorkingDays), "今天到期"},
		{locale.Left("zh", -3, civic.WorkingDays), "已超期 3 个工作日"},
		{locale.Days("zh", 60, civic.CalendarDays), "60 天"},
		{locale.Ago("zh", instant.Add(-30*time.Second), instant), "刚刚"},
		{locale.Ago("en", instant.Add(-time.Minute), instant), "1 minute ago"},
		{locale.Ago("zh", instant.Add(-27*time.Hour), instant), "1 天前"},
		{locale.Ago("zh", time.Time{}, instant), "从未"},
	}
	for _, c := range cases {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
