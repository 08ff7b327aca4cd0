package notices

import (
	"errors"
	"time"

	"doorstep/sync/civic"
)

// Display decides whether the time of display that a text gives is as long as the law wants for its kind. start is when
// it will first be shown; it does not count (民法典 201). A notice without end is shown until it is withdrawn, and
// always long enough. unsure means that the calendar does not reach so far: then nobody is refused.
func Display(c civic.NoticeCategory, start, until time.Time, cal *civic.Calendar) (refusal *civic.Error, unsure bool) {
	if c.Days == 0 || until.IsZero() {
		return nil, false
	}
	first, err := LastDay(c, start, cal)
	if err != nil {
		return nil, true
	}
	if last := civic.DateOf(until.Add(-time.Millisecond)); last.Before(first) {
		key := "notice.display.calendar"
		if c.Kind == civic.WorkingDays {
			key = "notice.display.working"
		}
		return civic.Refuse(civic.Invalid, "until", key, c.Law, c.Days, first), false
	}
	return nil, false
}

// LastDay returns the first day that the law would let be the last of a display, civic.Unpublished where the calendar
// does not reach. Plain days whose last is off run on to the next working day (民法典 203), where that is known.
func LastDay(c civic.NoticeCategory, start time.Time, cal *civic.Calendar) (civic.Date, error) {
	day := civic.DateOf(start)
	d, err := civic.DueDate(day, civic.Limit{Days: c.Days, Kind: c.Kind}, cal)
	if c.Kind == civic.CalendarDays && errors.Is(err, &civic.Error{Code: civic.Unpublished}) {
		return day.Add(c.Days), nil
	}
	return d, err
}
