package desk

import (
	"time"

	"doorstep/sync/civic"
)

// dueBy returns the last day of a limit of n working days that begins with filing, or the zero Date where no day
// may be promised: the clock was unsure, the calendar is not published so far, or there is no limit. The paper then
// prints the number of days.
func (d *Desk) dueBy(filed time.Time, sure civic.Confidence, n int) civic.Date {
	calendar := d.shelf.Load().calendar
	if calendar == nil || sure == civic.Unsure || n <= 0 {
		return civic.Date{}
	}
	day, err := calendar.Add(civic.DateOf(filed), n)
	if err != nil {
		return civic.Date{}
	}
	return day
}
