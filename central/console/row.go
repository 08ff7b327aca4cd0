package console

import (
	"context"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// rows makes the lines of a list.
func (k *Console) rows(ctx context.Context, list []store.Case, by store.Person, lang locale.Lang) ([]view.CaseRow, error) {
	calendar, err := k.opts.Bulletin.Calendar(ctx)
	if err != nil {
		return nil, err
	}
	points, err := k.points(ctx)
	if err != nil {
		return nil, err
	}
	today, names := civic.DateOf(k.opts.Clock()), map[string]string{}
	out := make([]view.CaseRow, len(list))
	for i, c := range list {
		out[i] = row(c, today, calendar, points)
		out[i].Clerk, out[i].ClerkName = c.Clerk, k.who(ctx, lang, store.Actor{Login: c.Clerk}, names)
		out[i].Closed = !by.Holds(civic.RoleClerk) || by.Department != c.Department
		if by.Holds(civic.RoleSupervisor) {
			if out[i].Owner, err = k.departmentName(ctx, lang, c.Department); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// row says of a case what a list shows.
func row(c store.Case, today civic.Date, calendar *civic.Calendar, points map[string]string) view.CaseRow {
	r := view.CaseRow{
		Code: c.Code, Service: c.ServiceName, Status: c.Status, Flags: c.Flags, Filed: c.Filed, Point: points[c.Point],
	}
	if r.Point == "" {
		r.Point = c.Point
	}
	if c.Status.Clock() == civic.NoClock {
		return r
	}
	r.Due, r.DueDays, r.DueKind = c.Due, c.DueDays, c.DueKind
	if c.Due.IsZero() {
		return r
	}
	left, err := civic.Remaining(today, c.Due, c.DueKind, calendar)
	if err != nil {
		// The calendar that gave the date does not reach today any more: calendar days are still true.
		left = int(c.Due.Time().Sub(today.Time()).Hours() / 24)
		r.DueKind = civic.CalendarDays
	}
	r.Left = left
	if c.DueDays > 0 {
		// What is left is counted from the clock as it stands after every pause, so the rest of the limit is used.
		r.Used = min(100, max(0, 100*(c.DueDays-left)/c.DueDays))
	}
	return r
}

// points returns the names of the service points by key.
func (k *Console) points(ctx context.Context) (map[string]string, error) {
	list, err := k.sites(ctx)
	out := map[string]string{}
	for _, p := range list {
		out[p.Point] = p.Name
	}
	return out, err
}
