package storetest

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// Department is one of those among which a Year is shared out.
type Department struct {
	Key    string
	Share  int     // of the cases, against the others' shares
	OnTime float64 // of its decisions
}

// Year is what a made-up year of cases is made of.
type Year struct {
	Seed        uint64 // the same seed makes the same year
	Cases       int
	Until       time.Time // its last instant
	Departments []Department
	Points      []string // the first is the busiest
}

// Fill fills a store with a year of cases: more on Mondays and in the weeks after holidays, more at some points than at
// others, most decided on time, some late, some stopped by a special procedure, withdrawn, lapsed, not accepted or still
// running.
func (y Year) Fill(t testing.TB, s store.Store) {
	t.Helper()
	m := NewMachine(t, 1)
	random := rand.New(rand.NewPCG(y.Seed, y.Seed))
	const batch = 500
	for done := 0; done < y.Cases; done += batch {
		var items []store.Item
		var lives []life
		for i := range min(batch, y.Cases-done) {
			items = append(items, m.Next(t, civic.EntryApplication, civic.NewTrackingCode(1, uint32(done+i+1))))
			lives = append(lives, y.life(random))
		}
		if _, err := s.Hold(t.Context(), m.Key.ID, 1, items, y.Until); err != nil {
			t.Fatal(err)
		}
		y.lead(t, s, items, lives)
	}
}

// lead opens cases and takes each through its life, many at once so that they share commits.
func (y Year) lead(t testing.TB, s store.Store, items []store.Item, lives []life) {
	t.Helper()
	work := make(chan int)
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for i := range work {
				if err := lives[i].lead(t, s, &items[i]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range items {
		work <- i
	}
	close(work)
	wg.Wait()
}

// life is one case of a year.
type life struct {
	department, point string
	filed             time.Time
	steps             []store.Step
}

// life draws one.
func (y Year) life(r *rand.Rand) life {
	d := y.Departments[0]
	shares := 0
	for _, x := range y.Departments {
		shares += x.Share
	}
	for at, n := r.IntN(shares), 0; n < len(y.Departments); n++ {
		if d = y.Departments[n]; at < d.Share {
			break
		}
		at -= d.Share
	}
	l := life{department: d.Key, point: y.Points[min(int(r.ExpFloat64()*float64(len(y.Points))/3), len(y.Points)-1)]}
	l.filed = y.filed(r)
	hours := func(n float64) time.Duration { return time.Duration(n * float64(time.Hour)) }
	at, due := l.filed.Add(hours(2+r.Float64()*70)), civic.DateOf(l.filed).Add(7)
	add := func(to civic.Status, role civic.Role, next civic.Date) {
		if at.Before(y.Until) {
			l.steps = append(l.steps, store.Step{To: to, At: at, Actor: store.Actor{Login: "liu", Role: role}, Words: "经审查。", Clock: store.Running{Due: next, Days: 10, Kind: civic.WorkingDays}})
		} else {
			at = y.Until.Add(time.Hour) // nothing after it either
		}
		due = next
	}
	switch what := r.Float64(); {
	case what < 0.04:
		add(civic.Declined, civic.RoleClerk, civic.Date{})
		return l
	case what < 0.07:
		add(civic.Withdrawn, civic.RoleResident, civic.Date{})
		return l
	}
	add(civic.Accepted, civic.RoleClerk, civic.DateOf(at).Add(14))
	if r.Float64() < 0.06 {
		at = at.Add(hours(24))
		add(civic.Paused, civic.RoleClerk, civic.Date{})
		at = at.Add(hours(24 * 20))
		add(civic.Accepted, civic.RoleClerk, civic.DateOf(at).Add(12))
	}
	last := due.Add(1).Time() // the first instant that is late
	if r.Float64() < d.OnTime {
		at = at.Add(time.Duration(r.Float64() * float64(last.Sub(at))))
	} else {
		at = last.Add(hours(r.Float64() * 24 * 9))
	}
	to := civic.Granted
	if r.Float64() < 0.05 {
		to = civic.Refused
	}
	add(to, civic.RoleClerk, civic.DateOf(at).Add(14))
	return l
}

// filed draws an hour of work: fewer on weekends, more on Mondays.
func (y Year) filed(r *rand.Rand) time.Time {
	for {
		day := civic.DateOf(y.Until).Add(-r.IntN(365))
		keep := map[time.Weekday]float64{time.Monday: 1, time.Saturday: 0.25, time.Sunday: 0.2}[day.Weekday()]
		if keep == 0 {
			keep = 0.75
		}
		at := day.Time().Add(8*time.Hour + time.Duration(r.Float64()*float64(9*time.Hour)))
		if r.Float64() < keep && at.Before(y.Until) {
			return at
		}
	}
}

// lead opens the case of an item and takes its steps.
func (l *life) lead(t testing.TB, s store.Store, it *store.Item) error {
	n := NewCase(t, refOf(*it), &it.Entry)
	n.Retention = civic.ClassPermit
	n.Case.Department, n.Case.Point, n.Case.Filed, n.Case.Since = l.department, l.point, l.filed, l.filed
	n.Case.Due = civic.DateOf(l.filed).Add(7)
	if err := s.Open(t.Context(), n); err != nil {
		return fmt.Errorf("open a made-up case: %w", err)
	}
	for i, step := range l.steps {
		step.Code, step.Version = it.Entry.Code, uint64(i+1)
		if err := s.Step(t.Context(), step); err != nil {
			return fmt.Errorf("step of a made-up case: %w", err)
		}
	}
	return nil
}
