package console

import (
	"context"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/view"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// perPage is how many cases stand on a page.
const perPage = 50

// views are the first filter of the list, in their order. A clerk has all of them, a supervisor those of no person.
var views = [...]string{"mine", "free", "open", "late", "waiting", "ended", "all"}

// filterOf says which cases a view shows to a person, under the other filters.
func filterOf(f view.CaseFilter, v string, by store.Person, today civic.Date) store.Filter {
	out := store.Filter{
		Named: f.Query, Service: f.Service, Point: f.Point, Owing: f.Owing,
		FiledFrom: dayOf(f.From), FiledTo: dayOf(f.To),
	}
	for _, s := range civic.Statuses() {
		if inView(v, s) && (f.Status == "" || f.Status == string(s)) {
			out.Statuses = append(out.Statuses, s)
		}
	}
	if len(out.Statuses) == 0 {
		out.Statuses = []civic.Status{"none"} // a status that the view does not have: nothing is shown
	}
	switch v {
	case "late":
		out.DueBefore = today
	case "mine":
		out.Clerk = by.Login
	case "free":
		out.Free = true
	}
	return out
}

// inView reports whether a view shows cases in a status.
func inView(v string, s civic.Status) bool {
	switch v {
	case "mine", "open", "free":
		return s.Clock() != civic.NoClock || s == civic.Paused || s == civic.Supplement && v == "mine"
	case "late":
		return s.Clock() != civic.NoClock
	case "waiting":
		return s == civic.Supplement
	case "ended":
		return s.Ended()
	}
	return true
}

// dayOf reads a day of the filter; what is none does not restrict.
func dayOf(s string) civic.Date {
	d, err := civic.ParseDate(s)
	if err != nil {
		return civic.Date{}
	}
	return d
}

// typedFilter reads the filter in the URL.
func typedFilter(c *fiber.Ctx) view.CaseFilter {
	f := view.CaseFilter{
		View: c.Query("view"), Query: strings.TrimSpace(c.Query("q")), Status: c.Query("status"), Service: c.Query("service"),
		Point: c.Query("point"), From: c.Query("from"), To: c.Query("to"), Owing: c.Query("owing") != "",
	}
	if dayOf(f.From).IsZero() {
		f.From = ""
	}
	if dayOf(f.To).IsZero() {
		f.To = ""
	}
	f.Narrowed = f.Query+f.Status+f.Service+f.Point+f.From+f.To != "" || f.Owing
	return f
}

// cases lists the cases of the reader by deadline. It shows no personal data: reading a case is what the audit
// records, and a list is no such look.
func (k *Console) cases(c *fiber.Ctx) error {
	r, ctx := readerOf(c), ctxOf(c)
	filter := typedFilter(c)
	if code, err := civic.ParseTrackingCode(filter.Query); err == nil {
		return seeOther(c, "/cases/"+code.String())
	}
	k.present.gone(r.Login)
	today := civic.DateOf(k.opts.Clock())
	page := view.ConsoleCases{Console: k.frame(c, "cases"), Counts: map[string]int{}, Clerks: r.Holds(civic.RoleClerk)}
	for _, v := range views {
		if (v == "mine" || v == "free") && !page.Clerks {
			continue
		}
		n, err := k.opts.Casework.Count(ctx, r.Person, filterOf(filter, v, r.Person, today))
		if err != nil {
			return err
		}
		page.Counts[v] = n
		of := filter
		of.View = v
		page.Views = append(page.Views, view.CaseView{ID: v, URL: listURL(of, nil), Count: n})
	}
	if _, known := page.Counts[filter.View]; !known {
		// Whoever has taken cases begins with them, others with the department's.
		if filter.View = "open"; page.Counts["mine"] > 0 {
			filter.View = "mine"
		}
	}
	page.Filter, page.Total = filter, page.Counts[filter.View]
	if err := k.choices(c, &page); err != nil {
		return err
	}
	trail := cursors(c)
	rows, more, err := k.page(ctx, r.Person, filterOf(filter, filter.View, r.Person, today), trail)
	if err != nil {
		return err
	}
	if page.Rows, err = k.rows(ctx, rows, r.Person, page.Lang); err != nil {
		return err
	}
	if len(trail) > 0 {
		page.PrevURL = listURL(filter, trail[:len(trail)-1])
	}
	if more {
		page.NextURL = listURL(filter, append(trail, cursor(rows[len(rows)-1].Case)))
	}
	return k.render(c, "cases", page)
}

// choices fills in what the filters may be set to: the statuses of the view, the services of the reader's department
// and the points that there are.
func (k *Console) choices(c *fiber.Ctx, page *view.ConsoleCases) error {
	r := readerOf(c)
	for _, s := range civic.Statuses() {
		if inView(page.Filter.View, s) {
			page.Statuses = append(page.Statuses, s)
		}
	}
	guides, err := k.opts.Bulletin.Guides(ctxOf(c))
	if err != nil {
		return err
	}
	for _, g := range guides {
		if g.FiledHere() && (r.Holds(civic.RoleSupervisor) || g.Department == r.Department) {
			page.Services = append(page.Services, view.OfficeChoice{Key: g.ID, Name: nameIn(page.Lang, g.Name, g.NameEN)})
		}
	}
	sites, err := k.sites(ctxOf(c))
	for _, p := range sites {
		page.Points = append(page.Points, view.OfficeChoice{Key: p.Point, Name: p.Name})
	}
	return err
}

// page returns the cases after the last cursor of the trail, and whether there are more.
func (k *Console) page(ctx context.Context, by store.Person, f store.Filter, trail []string) (list []store.Case, more bool, err error) {
	if len(trail) > 0 {
		if f.After, err = readCursor(trail[len(trail)-1]); err != nil {
			return nil, false, err
		}
	}
	f.Max = perPage + 1
	list, err = k.opts.Casework.List(ctx, by, f)
	if len(list) > perPage {
		return list[:perPage], true, err
	}
	return list, false, err
}

// maxTrail bounds how many pages back the URL remembers.
const maxTrail = 40

// cursors returns where each page that the reader came through ended: the list goes on after the last of them, and
// back by dropping it. Cases opened meanwhile thus never shift a page.
func cursors(c *fiber.Ctx) []string {
	var out []string
	for _, b := range c.Context().QueryArgs().PeekMulti("after") {
		out = append(out, string(b))
	}
	return out[max(0, len(out)-maxTrail):]
}

// cursor names a case's place in the list.
func cursor(c civic.Case) string { return c.Code.Digits() + c.Due.String() }

func readCursor(s string) (*civic.Case, error) {
	code, day := s[:min(len(s), 16)], s[min(len(s), 16):]
	var at civic.Case
	var err error
	if at.Code, err = civic.ParseTrackingCode(code); err != nil {
		return nil, err
	}
	if day != "" {
		at.Due, err = civic.ParseDate(day)
	}
	return &at, err
}

func listURL(f view.CaseFilter, trail []string) string {
	q := url.Values{"view": {f.View}}
	for name, value := range map[string]string{
		"q": f.Query, "status": f.Status, "service": f.Service, "point": f.Point, "from": f.From, "to": f.To,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if f.Owing {
		q.Set("owing", "1")
	}
	if len(trail) > 0 {
		q["after"] = trail
	}
	return "/cases?" + q.Encode()
}
