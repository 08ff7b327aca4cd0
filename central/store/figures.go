package store

import (
	"context"
	"time"

	"doorstep/sync/civic"
)

// Figures counts cases for the board. What is counted is defined here and nowhere else; the counts hold no personal
// data and go on when a case is erased.
//
//   - Received (收件): a case counts in the span in which it was filed, by its filed time.
//   - Decided (办结): a case counts in the span in which the department gave its word: granted, refused, or not
//     accepted. It counts once, with the first of these steps. What the resident withdrew, and what lapsed because
//     nothing was supplied, is no word of the department.
//   - On time (按时): the word was given on or before the last day of the clock that ran then: the decision clock for
//     granted and refused, the reply clock for not accepted. That day has moved already with every supplement, special
//     procedure, extension and deemed acceptance, as the law moves it; so has the day to compare with.
//   - Late (逾期): it was given after that day.
//   - Undated: no such day was known: the guide sets no limit, or the calendar of the year was not published. It is in
//     Decided and in neither share: a share on time is OnTime of OnTime and Late.
type Figures interface {
	// Figures counts the cases of a span by an axis; an entry without any case is not returned. Order is that of Key.
	Figures(ctx context.Context, q FigureQuery) ([]Figure, error)
}

// FigureQuery says what is counted. From is in the span, To is not.
type FigureQuery struct {
	From, To   time.Time
	Department string // empty: all
	Point      string // empty: all
	By         Axis
	Step       time.Duration // for ByTime: the length of one entry
	Origin     time.Time     // for ByTime: where step 0 begins, not after From; zero is From
}

// First returns where step 0 of a count by time begins.
func (q *FigureQuery) First() time.Time {
	if q.Origin.IsZero() {
		return q.From
	}
	return q.Origin
}

// Axis is what the entries of a count stand for.
type Axis string

// The axes.
const (
	ByTime       Axis = "time" // Key is the number of the step, from 0
	ByDepartment Axis = "department"
	ByPoint      Axis = "point"
)

// Figure is one entry of a count.
type Figure struct {
	Key      string // department or point
	Step     int    // for ByTime
	Received int
	Decided  int
	OnTime   int
	Late     int
}

// Undated returns how many decided cases were measured against no day.
func (f *Figure) Undated() int { return f.Decided - f.OnTime - f.Late }

// Share returns the hundredths that were on time, rounded but never to 100 while one was late; false where nothing was
// measured.
func (f *Figure) Share() (percent int, measured bool) {
	all := f.OnTime + f.Late
	if all == 0 {
		return 0, false
	}
	percent = (200*f.OnTime + all) / (2 * all)
	if f.Late > 0 {
		percent = min(percent, 99)
	}
	return percent, true
}

// Timely says how a department's word stood to the clock that ran when it was given.
type Timely int

// The judgements of a case; NotDecided until the department has given its word.
const (
	NotDecided Timely = iota
	OnTime
	Late
	Undated
)

// Judge returns how the word that a step gives stands to the clock of the case before it; NotDecided where the step
// gives none.
func Judge(c *civic.Case, s *Step) Timely {
	switch {
	case s.To == c.Status || s.To != civic.Granted && s.To != civic.Refused && s.To != civic.Declined:
		return NotDecided
	case c.Due.IsZero():
		return Undated
	case c.Due.Before(civic.DateOf(s.At)):
		return Late
	}
	return OnTime
}
