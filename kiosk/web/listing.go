package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/kiosk/desk"
	"doorstep/sync/civic"
)

// How many things a page of a list holds, so that the frame of a standing screen shows them without scrolling: rows
// of services, and departments in tiles. English names take two lines where Chinese take one; large type and reach
// leave room for fewer.
var (
	rowsOnPage  = room{plain: 7, english: 6, elder: 5, elderEnglish: 4}
	tilesOnPage = room{plain: 18, english: 14, elder: 7, elderEnglish: 6}
)

// room is how many things fit, by how the page is looked at.
type room struct{ plain, english, elder, elderEnglish int }

func (r room) in(k view.Kiosk) int {
	n := r.plain
	switch english := k.Lang == locale.English; {
	case k.Elder && english:
		n = r.elderEnglish
	case k.Elder:
		n = r.elder
	case english:
		n = r.english
	}
	if k.Reach {
		return max(2, n/2)
	}
	return n
}

// paged cuts the part of a list that the request asks for. A page that there is not is the nearest there is.
func paged[T any](c *fiber.Ctx, list []T, size int) ([]T, view.Pager) {
	p := view.Pager{Count: max(1, (len(list)+size-1)/size), Total: len(list)}
	n, err := strconv.Atoi(c.Query("page", "1"))
	if err != nil {
		n = 1
	}
	p.Number = min(max(1, n), p.Count)
	if p.Number > 1 {
		p.Prev = pageURL(c, p.Number-1)
	}
	if p.Number < p.Count {
		p.Next = pageURL(c, p.Number+1)
	}
	from := (p.Number - 1) * size
	return list[from:min(from+size, len(list))], p
}

// pageURL is the address of another page of the same list.
func pageURL(c *fiber.Ctx, n int) string {
	q := url.Values{"page": {strconv.Itoa(n)}}
	if typed := c.Query("q"); typed != "" {
		q.Set("q", typed)
	}
	return c.Path() + "?" + q.Encode()
}

// search lists what a query found.
func (w *Web) search(c *fiber.Ctx) error {
	page := view.Search{Kiosk: w.frame(c), Query: c.Query("q")}
	return w.list(c, page, w.opts.Desk.Search(page.Query, page.Lang))
}

// event lists the services of a life event, those that can be filed here first.
func (w *Web) event(c *fiber.Ctx) error {
	if !slices.Contains(events[:], c.Params("id")) {
		return fiber.ErrNotFound
	}
	page := view.Search{Kiosk: w.frame(c), Event: c.Params("id")}
	return w.list(c, page, w.services(page.Lang, func(g civic.Guide) bool {
		return slices.Contains(g.Events, page.Event)
	}))
}

// department lists the services that a department decides, those that can be filed here first.
func (w *Web) department(c *fiber.Ctx) error {
	page := view.Search{Kiosk: w.frame(c), Department: c.Params("key")}
	found := w.services(page.Lang, func(g civic.Guide) bool { return g.Department == page.Department })
	if len(found) == 0 || !locale.Has("department."+page.Department) {
		return fiber.ErrNotFound
	}
	return w.list(c, page, found)
}

// services returns the services of a kind, those that can be filed here first, else in the order of the catalogue.
func (w *Web) services(lang string, is func(civic.Guide) bool) []desk.Service {
	found := slices.DeleteFunc(w.opts.Desk.Services(lang), func(s desk.Service) bool { return !is(s.Guide()) })
	slices.SortStableFunc(found, func(a, b desk.Service) int {
		switch {
		case a.Here == b.Here:
			return 0
		case a.Here:
			return -1
		}
		return 1
	})
	return found
}

// list shows the part of a list of services that the request asks for.
func (w *Web) list(c *fiber.Ctx, page view.Search, services []desk.Service) error {
	services, page.Pager = paged(c, services, rowsOnPage.in(page.Kiosk))
	for _, s := range services {
		page.Found = append(page.Found, found(s.Name, s.Here, s.Guide()))
	}
	listed(c, c.OriginalURL())
	return w.render(c, "search", page)
}

// listed notes the list that a guide leads back to.
func listed(c *fiber.Ctx, path string) {
	_ = keep(c, func(v *visit) { v.list = path }) // of one who has left nothing is kept
}

// listBefore returns where a guide leads back to.
func (v *visit) listBefore() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return cmp.Or(v.list, "/")
}

func found(name string, here bool, g civic.Guide) view.Found {
	f := view.Found{ID: g.ID, Name: name, Authority: g.Authority, Here: here}
	if limit := g.Decision(); g.Trust.LimitIsFact() {
		f.Days, f.Working = limit.Days, limit.Kind == civic.WorkingDays
	}
	return f
}

// departments lists the departments by how many services they decide, the most first.
func (w *Web) departments(c *fiber.Ctx) error {
	count := map[string]int{}
	for _, s := range w.opts.Desk.Services(visitOf(c).language()) {
		if key := s.Guide().Department; locale.Has("department." + key) {
			count[key]++
		}
	}
	page := view.Departments{Kiosk: w.frame(c)}
	for key, n := range count {
		page.Departments = append(page.Departments, view.Department{Key: key, Count: n})
	}
	slices.SortFunc(page.Departments, func(a, b view.Department) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Key, b.Key))
	})
	page.Departments, page.Pager = paged(c, page.Departments, tilesOnPage.in(page.Kiosk))
	return w.render(c, "departments", page)
}
