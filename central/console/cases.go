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

// views are the filters of the list, in their order.
var views = [...]string{"open", "late", "waiting", "ended", "all"}

// filterOf says which cases a view shows.
func filterOf(view, query string, today civic.Date) store.Filter {
	f := store.Filter{Named: query}
	for _, s := range civic.Statuses() {
		var in bool
		switch view {
		case "open":
			in = s.Clock() != civic.NoClock || s == civic.Paused
		case "late":
			in = s.Clock() != civic.NoClock
		case "waiting":
			in = s == civic.Supplement
		case "ended":
			in = s.Ended()
		default:
			return f
		}
		if in {
			f.Statuses = append(f.Statuses, s)
		}
	}
	if view == "late" {
		f.DueBefore = today
	}
	return f
}

// cases lists the cases of the reader by deadline. It shows no personal data: reading a case is what the audit
// records, and a list is no such look.
func (k *Console) cases(c *fiber.Ctx) error {
	r, ctx := readerOf(c), ctxOf(c)
	filter := view.CaseFilter{View: c.Query("view"), Query: strings.TrimSpace(c.Query("q"))}
	if code, err := civic.ParseTrackingCode(filter.Query); err == nil {
		return seeOther(c, "/cases/"+code.String())
	}
	today := civic.DateOf(k.opts.Clock())
	if !known(filter.View) {
		filter.View = views[0]
	}
	page := view.ConsoleCases{Console: k.frame(c, "cases"), Filter: filter, Counts: map[string]int{}}
	for _, v := range views {
		n, err := k.opts.Casework.Count(ctx, r.Person, filterOf(v, filter.Query, today))
		if err != nil {
			return err
		}
		page.Counts[v] = n
	}
	page.Total = page.Counts[filter.View]
	trail := cursors(c)
	rows, more, err := k.page(ctx, r.Person, filterOf(filter.View, filter.Query, today), trail)
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

func known(name string) bool {
	for _, v := range views {
		if v == name {
			return true
		}
	}
	return false
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
	if f.Query != "" {
		q.Set("q", f.Query)
	}
	if len(trail) > 0 {
		q["after"] = trail
	}
	return "/cases?" + q.Encode()
}
