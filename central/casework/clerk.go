package casework

import (
	"context"
	"strings"
	"unicode/utf8"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// MaxWords bounds what a clerk writes, in characters; MaxOwes the lines of a checklist.
const (
	MaxWords = 4000
	MaxOwes  = 40
)

// List returns a page of cases by deadline, without personal data. A clerk sees the own department only, a
// supervisor every one.
func (w *Casework) List(ctx context.Context, by store.Person, f store.Filter) ([]store.Case, error) {
	if err := within(by, &f); err != nil {
		return nil, err
	}
	list, err := w.o.Store.Cases(ctx, f)
	today := civic.DateOf(w.o.Now())
	for i := range list {
		list[i].Flags.Overdue = Overdue(list[i].Case, today)
	}
	return list, err
}

// Count returns how many cases List would give on all its pages.
func (w *Casework) Count(ctx context.Context, by store.Person, f store.Filter) (int, error) {
	if err := within(by, &f); err != nil {
		return 0, err
	}
	return w.o.Store.Count(ctx, f)
}

// within narrows a filter to what a person may see.
func within(by store.Person, f *store.Filter) error {
	switch {
	case by.Holds(civic.RoleSupervisor):
	case by.Holds(civic.RoleClerk) && by.Department != "":
		f.Department = by.Department
	default:
		return civic.Refuse(civic.Forbidden, "role", "case.role")
	}
	return nil
}

// Open returns a whole case to a clerk of its department and writes the look into the audit (promise P12).
func (w *Casework) Open(ctx context.Context, code civic.TrackingCode, by store.Person, reason string) (store.Dossier, error) {
	if _, err := w.assigned(ctx, code, by); err != nil {
		return store.Dossier{}, err
	}
	d, err := w.o.Store.Read(ctx, code, clerk(by), reason, w.o.Now())
	d.Case.Flags.Overdue = Overdue(d.Case.Case, civic.DateOf(w.o.Now()))
	return d, err
}

// Request is what a clerk asks a resident to supply: once, with everything listed.
type Request struct {
	Owes  []string // a line for each thing
	Words string   // explanation; may be empty
	Days  int      // working days to answer; 0 is SupplementDays
}

// Supplement asks the resident to supply what is missing and stops the reply clock.
func (w *Casework) Supplement(ctx context.Context, code civic.TrackingCode, version uint64, by store.Person, r Request) error {
	owes := make([]string, 0, len(r.Owes))
	for _, line := range r.Owes {
		if line = strings.TrimSpace(line); line != "" {
			owes = append(owes, line)
		}
	}
	if len(owes) > MaxOwes || r.Days < 0 || r.Days > MaxSupplementDays {
		return civic.Refuse(civic.Invalid, "owes", "case.many", MaxOwes, MaxSupplementDays)
	}
	return w.act(ctx, code, version, by, r.Words, func(c store.Case, cal *civic.Calendar, today civic.Date) store.Step {
		return store.Step{To: civic.Supplement, Owes: owes, Clock: SupplementClock(cal, today, r.Days), Flags: c.Flags}
	})
}

// Accept accepts an application and starts the decision clock.
func (w *Casework) Accept(ctx context.Context, code civic.TrackingCode, version uint64, by store.Person) error {
	c, err := w.assigned(ctx, code, by)
	if err != nil {
		return err
	}
	limit, err := w.limit(ctx, c)
	if err != nil {
		return err
	}
	return w.act(ctx, code, version, by, "", func(c store.Case, cal *civic.Calendar, today civic.Date) store.Step {
		return store.Step{To: civic.Accepted, Clock: DecisionClock(cal, today, limit), Flags: c.Flags}
	})
}

// Decline tells the resident that the application is not accepted, and why.
func (w *Casework) Decline(ctx context.Context, code civic.TrackingCode, version uint64, by store.Person, words string) error {
	return w.act(ctx, code, version, by, words, func(c store.Case, _ *civic.Calendar, _ civic.Date) store.Step {
		return store.Step{To: civic.Declined, Flags: c.Flags}
	})
}

// Pause stops the decision clock for a special procedure (hearing, inspection, expert review), and says which.
func (w *Casework) Pause(ctx context.Context, code civic.TrackingCode, version uint64, by store.Person, words string) error {
	if strings.TrimSpace(words) == "" {
		return civic.Refuse(civic.Missing, "words", "case.words")
	}
	return w.act(ctx, code, version, by, words, func(c store.Case, cal *civic.Calendar, today civic.Date) store.Step {
		return store.Step{To: civic.Paused, Clock: Stopped(cal, c.Case, today), Flags: c.Flags}
	})
}

// Resume ends a special procedure: the days that were left run on.
func (w *Casework) Resume(ctx context.Context, code civic.TrackingCode, version uint64, by store.Person) error {
	return w.act(ctx, code, version, by, "", func(c store.Case, cal *civic.Calendar, today civic.Date) store.Step {
		return store.Step{To: civic.Accepted, Clock: Resumed(cal, c, today), Flags: c.Flags}
	})
}

// Decide decides a case with the text of the decision document and starts the delivery clock. Granting a claim does
// what it asks to the case that it is about, in the same unit of work.
func (w *Casework) Decide(ctx context.Context, code civic.TrackingCode, version uint64, by store.Person, granted bool, words string) error {
	to, upon := civic.Refused, (*store.Upon)(nil)
	if granted {
		to = civic.Granted
		c, err := w.assigned(ctx, code, by)
		if err != nil {
			return err
		}
		if upon, err = w.upon(ctx, &c, by); err != nil {
			return err
		}
	}
	return w.act(ctx, code, version, by, words, func(c store.Case, cal *civic.Calendar, today civic.Date) store.Step {
		return store.Step{To: to, Clock: DeliveryClock(cal, today), Flags: c.Flags, Upon: upon}
	})
}

// Deliver records that the decision reached the resident; words say how, and may be empty.
func (w *Casework) Deliver(ctx context.Context, code civic.TrackingCode, version uint64, by store.Person, words string) error {
	return w.act(ctx, code, version, by, words, func(c store.Case, _ *civic.Calendar, _ civic.Date) store.Step {
		return store.Step{To: civic.Delivered, Flags: c.Flags}
	})
}

// act takes a clerk's step at the version that the clerk saw.
func (w *Casework) act(ctx context.Context, code civic.TrackingCode, version uint64, by store.Person, words string,
	next func(store.Case, *civic.Calendar, civic.Date) store.Step,
) error {
	if utf8.RuneCountInString(words) > MaxWords || !utf8.ValidString(words) {
		return civic.Refuse(civic.Invalid, "words", "case.long", MaxWords)
	}
	c, err := w.assigned(ctx, code, by)
	if err != nil {
		return err
	}
	if c.Version != version {
		return civic.Refuse(civic.Conflict, "version", "case.changed")
	}
	cal, err := w.o.Publish.Calendar(ctx)
	if err != nil {
		return err
	}
	now := w.o.Now()
	s := next(c, cal, civic.DateOf(now))
	s.Actor, s.At, s.Words = clerk(by), now, strings.TrimSpace(words)
	return w.issue(ctx, c, s)
}

// assigned returns a case to a clerk of its department. Others learn only that it is not theirs.
func (w *Casework) assigned(ctx context.Context, code civic.TrackingCode, by store.Person) (store.Case, error) {
	c, err := w.o.Store.Case(ctx, code)
	if err != nil {
		return c, err
	}
	if !by.Holds(civic.RoleClerk) || by.Department != c.Department {
		return store.Case{}, civic.Refuse(civic.Forbidden, "department", "case.other")
	}
	return c, nil
}

func clerk(p store.Person) store.Actor { return store.Actor{Login: p.Login, Role: civic.RoleClerk} }

func (w *Casework) limit(ctx context.Context, c store.Case) (civic.Limit, error) {
	g, err := w.o.Publish.Guide(ctx, c.Guide)
	if err != nil {
		return civic.Limit{}, err
	}
	return g.Decision(), nil
}
