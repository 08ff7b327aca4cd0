package console

import (
	"time"

	"doorstep/central/store"
	"doorstep/sync/civic"
)

// period is the stretch of time that a board shows.
type period struct {
	kind     string     // week, month, quarter
	from, to civic.Date // to is the day after its last
}

// periods are the kinds, in the order they are offered.
var periods = [...]string{"week", "month", "quarter"}

// periodOn returns the period of a kind that a day lies in; an unknown kind is a month.
func periodOn(kind string, on civic.Date) period {
	switch kind {
	case "week":
		monday := on.Add(-(int(on.Weekday()) + 6) % 7)
		return period{kind, monday, monday.Add(7)}
	case "quarter":
		first := on.Month - (on.Month-1)%3
		return period{kind, civic.Date{Year: on.Year, Month: first, Day: 1}, month(on.Year, first+3)}
	}
	return period{"month", civic.Date{Year: on.Year, Month: on.Month, Day: 1}, month(on.Year, on.Month+1)}
}

// month returns the first day of a month that may lie beyond its year.
func month(year int, m time.Month) civic.Date {
	return civic.DateOf(time.Date(year, m, 1, 0, 0, 0, 0, civic.China))
}

func (p period) before() period { return periodOn(p.kind, p.from.Add(-1)) }
func (p period) after() period  { return periodOn(p.kind, p.to) }

func (p period) span() store.Span { return store.Span{From: p.from.Time(), To: p.to.Time()} }

// runs reports whether a day lies in the period, so that it is not over.
func (p period) runs(today civic.Date) bool { return !today.Before(p.from) && today.Before(p.to) }

// until returns the period up to and with as many days as q has gone through by today, to be compared with it: a month
// that is half over is held against half a month.
func (p period) until(q period, today civic.Date) store.Span {
	s := p.span()
	if q.runs(today) {
		if end := p.from.Time().Add(today.Add(1).Time().Sub(q.from.Time())); end.Before(s.To) {
			s.To = end
		}
	}
	return s
}

// step is one bar of the time axis: a day of a week, else a week from Monday, cut at the period's ends.
type step struct{ from, to civic.Date }

// oneDay and oneWeek are the lengths of steps: in China's zone every day has as many hours.
const (
	oneDay  = 24 * time.Hour
	oneWeek = 7 * oneDay
)

// steps returns the steps of the period and their length.
func (p period) steps() ([]step, time.Duration) {
	length, first := oneWeek, periodOn("week", p.from).from
	if p.kind == "week" {
		length, first = oneDay, p.from
	}
	var out []step
	for at := first; at.Before(p.to); at = at.Add(int(length / oneDay)) {
		s := step{at, at.Add(int(length / oneDay))}
		if s.from.Before(p.from) {
			s.from = p.from
		}
		if p.to.Before(s.to) {
			s.to = p.to
		}
		out = append(out, s)
	}
	return out, length
}

// origin is where the first step would begin were it not cut.
func (p period) origin() time.Time {
	if p.kind == "week" {
		return p.from.Time()
	}
	return periodOn("week", p.from).from.Time()
}
