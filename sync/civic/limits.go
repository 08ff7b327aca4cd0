package civic

import "slices"

// The limits that hold for every case, in working days (行政许可法 32, 44).
const (
	ReplyLimit    = 5  // to tell whether an application is accepted, or all that is missing
	DeliveryLimit = 10 // to deliver what was decided
)

// Span is a stretch during which a clock stood. The day From on which it stopped was still counted; counting went on
// with the day after To, as a limit begins with the day after its start.
type Span struct{ From, To Date }

// DueDate returns the last day of a limit that begins on start, which does not count (民法典 201). Days on which the
// clock stood do not count either. A limit in calendar days whose last day is off ends on the next working day
// (民法典 203). A limit of no days ends on start. What the calendar does not reach is civic.Unpublished: then days are
// told and no date.
func DueDate(start Date, limit Limit, c *Calendar, stood ...Span) (Date, error) {
	due, err := c.after(start, max(0, limit.Days), limit.Kind)
	if err != nil {
		return Date{}, err
	}
	for _, s := range disjoint(start, stood) {
		if !s.From.Before(due) {
			break
		}
		days, err := c.days(s.From, s.To, limit.Kind)
		if err != nil {
			return Date{}, err
		}
		if due, err = c.after(due, days, limit.Kind); err != nil {
			return Date{}, err
		}
	}
	for limit.Kind != WorkingDays {
		works, err := c.Works(due)
		if err != nil {
			return Date{}, err
		}
		if works {
			break
		}
		due = due.Add(1)
	}
	return due, nil
}

// Remaining counts the days of a limit's kind left on today until due, today not counted; negative when overdue.
func Remaining(today, due Date, kind DayKind, c *Calendar) (int, error) {
	return c.days(today, due, kind)
}

// Used counts the days of a limit's kind that have been used by the end of today, start and the days on which the
// clock stood not counted.
func Used(start, today Date, kind DayKind, c *Calendar, stood ...Span) (int, error) {
	used, err := c.days(start, today, kind)
	if err != nil {
		return 0, err
	}
	for _, s := range disjoint(start, stood) {
		if !s.From.Before(today) {
			break
		}
		if today.Before(s.To) {
			s.To = today
		}
		days, err := c.days(s.From, s.To, kind)
		if err != nil {
			return 0, err
		}
		used -= days
	}
	return max(0, used), nil
}

// Share returns how much of a limit has been used by the end of today, for a bar: from 0 to 1, which it keeps when
// the limit has passed. A limit of no days is used at once.
func Share(start, today Date, limit Limit, c *Calendar, stood ...Span) (float64, error) {
	if limit.Days <= 0 {
		return 1, nil
	}
	used, err := Used(start, today, limit.Kind, c, stood...)
	if err != nil {
		return 0, err
	}
	return min(1, float64(used)/float64(limit.Days)), nil
}

// disjoint returns the spans in the order of time, cut so that no day is in two of them and none is before start.
func disjoint(start Date, spans []Span) []Span {
	spans = slices.Clone(spans)
	slices.SortFunc(spans, func(a, b Span) int { return a.From.Time().Compare(b.From.Time()) })
	var out []Span
	at := start
	for _, s := range spans {
		if s.From.Before(at) {
			s.From = at
		}
		if s.From.Before(s.To) {
			out, at = append(out, s), s.To
		}
	}
	return out
}

// after returns the day n days of a kind after d.
func (c *Calendar) after(d Date, n int, kind DayKind) (Date, error) {
	if kind == WorkingDays {
		return c.Add(d, n)
	}
	return d.Add(n), nil
}

// days counts the days of a kind after from, up to and including to.
func (c *Calendar) days(from, to Date, kind DayKind) (int, error) {
	if kind == WorkingDays {
		return c.Between(from, to)
	}
	return int(to.Time().Sub(from.Time()).Hours() / 24), nil
}
