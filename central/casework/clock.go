package casework

import (
	"doorstep/sync/civic"

	"doorstep/central/store"
)

// SupplementDays is how many working days a resident has to answer a supplement unless the clerk gives more or
// fewer, MaxSupplementDays the most a clerk may give.
const (
	SupplementDays    = 20
	MaxSupplementDays = 60
)

// ReplyClock runs from the day on which an application, or its supplement, was filed.
func ReplyClock(cal *civic.Calendar, filed civic.Date) store.Running {
	return running(cal, filed, civic.Limit{Days: civic.ReplyLimit, Kind: civic.WorkingDays})
}

// DecisionClock runs from the day of acceptance, by the limit of the guide.
func DecisionClock(cal *civic.Calendar, accepted civic.Date, l civic.Limit) store.Running {
	return running(cal, accepted, l)
}

// DeliveryClock runs from the day of the decision.
func DeliveryClock(cal *civic.Calendar, decided civic.Date) store.Running {
	return running(cal, decided, civic.Limit{Days: civic.DeliveryLimit, Kind: civic.WorkingDays})
}

// SupplementClock stops the reply clock and gives the resident days to answer.
func SupplementClock(cal *civic.Calendar, asked civic.Date, days int) store.Running {
	if days == 0 {
		days = SupplementDays
	}
	r := running(cal, asked, civic.Limit{Days: days, Kind: civic.WorkingDays})
	return store.Running{Until: r.Due, Days: r.Days, Kind: r.Kind}
}

// running ends l after from. Beyond the published calendar the days stand without a date.
func running(cal *civic.Calendar, from civic.Date, l civic.Limit) store.Running {
	if l.Days == 0 {
		return store.Running{}
	}
	r := store.Running{Days: l.Days, Kind: l.Kind}
	if due, err := civic.DueDate(from, l, cal); err == nil {
		r.Due = due
	}
	return r
}

// Stopped keeps what is left of a running clock on the day it stops. Where the last day is not known, the whole
// limit is kept: what was used of it cannot be counted.
func Stopped(cal *civic.Calendar, c civic.Case, today civic.Date) store.Running {
	r := store.Running{Days: c.DueDays, Kind: c.DueKind, Rest: c.DueDays}
	if c.Due.IsZero() {
		return r
	}
	if left, err := civic.Remaining(today, c.Due, c.DueKind, cal); err == nil {
		r.Rest = max(0, left)
	}
	return r
}

// Resumed runs what was left from the day the clock goes on.
func Resumed(cal *civic.Calendar, c store.Case, today civic.Date) store.Running {
	if c.DueDays == 0 {
		return store.Running{} // the guide gives no limit
	}
	r := store.Running{Days: c.DueDays, Kind: c.DueKind}
	if due, err := civic.DueDate(today, civic.Limit{Days: c.Rest, Kind: c.DueKind}, cal); err == nil {
		r.Due = due
	}
	return r
}

// unchanged lets a clock run on as it is.
func unchanged(c store.Case) store.Running {
	return store.Running{Due: c.Due, Days: c.DueDays, Kind: c.DueKind, Until: c.Until, Rest: c.Rest}
}

// Overdue reports whether the running clock of a case ended before today.
func Overdue(c civic.Case, today civic.Date) bool {
	return c.Status.Clock() != civic.NoClock && !c.Due.IsZero() && c.Due.Before(today)
}
