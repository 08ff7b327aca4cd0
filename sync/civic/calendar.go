package civic

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"time"
)

// Calendar knows which days are worked. It holds only the days that a State Council notice names: days off and
// weekend days worked in exchange (补班). Every other weekday is worked and every other weekend day is off. A year
// whose New Year's Day is not named has not been published, and nothing can be counted into it.
type Calendar struct {
	Days map[string]NamedDay `json:"days"` // by Date.String
}

// NamedDay is a day that a notice names.
type NamedDay struct {
	Off  bool   `json:"off"`
	Name string `json:"name"` // 春节
}

// ParseCalendar reads a CSV with the columns date, is_off_day, name and any others, below a line that names them.
// A day named twice is refused.
func ParseCalendar(r io.Reader) (*Calendar, error) {
	rows := csv.NewReader(r)
	c := &Calendar{Days: map[string]NamedDay{}}
	for line := 1; ; line++ {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return c, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read calendar: %w", err)
		}
		if line == 1 {
			continue
		}
		if len(row) < 3 || row[1] != "true" && row[1] != "false" {
			return nil, fmt.Errorf("read calendar: line %d: want date, true or false, name", line)
		}
		d, err := ParseDate(row[0])
		if err != nil {
			return nil, fmt.Errorf("read calendar: line %d: %w", line, err)
		}
		if _, twice := c.Days[d.String()]; twice {
			return nil, fmt.Errorf("read calendar: line %d: %s is named twice", line, d)
		}
		c.Days[d.String()] = NamedDay{Off: row[1] == "true", Name: row[2]}
	}
}

// Published reports whether the holidays of a year are known.
func (c *Calendar) Published(year int) bool {
	if c == nil {
		return false
	}
	// New Year's Day is named in every notice; the last days of the year before may be too.
	_, ok := c.Days[Date{year, time.January, 1}.String()]
	return ok
}

// Named returns what the notices say of a day, if anything.
func (c *Calendar) Named(d Date) (NamedDay, bool) {
	if c == nil {
		return NamedDay{}, false
	}
	n, ok := c.Days[d.String()]
	return n, ok
}

// Works reports whether d is a working day. A day of a year that has not been published is civic.Unpublished.
func (c *Calendar) Works(d Date) (bool, error) {
	if !c.Published(d.Year) {
		return false, Refuse(Unpublished, "", "calendar.unpublished", d.Year)
	}
	if n, ok := c.Days[d.String()]; ok {
		return !n.Off, nil
	}
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday, nil
}

// Add returns the nth working day after start, which itself does not count (民法典 201). With n = 0 or less it
// returns start, worked or not.
func (c *Calendar) Add(start Date, n int) (Date, error) {
	d := start
	for n > 0 {
		d = d.Add(1)
		works, err := c.Works(d)
		if err != nil {
			return Date{}, err
		}
		if works {
			n--
		}
	}
	return d, nil
}

// Between counts the working days after from, up to and including to. It is negative where to comes first.
func (c *Calendar) Between(from, to Date) (int, error) {
	if to.Before(from) {
		n, err := c.Between(to, from)
		return -n, err
	}
	n := 0
	for d := from.Add(1); !to.Before(d); d = d.Add(1) {
		works, err := c.Works(d)
		if err != nil {
			return 0, err
		}
		if works {
			n++
		}
	}
	return n, nil
}
