package web

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/view"
	"doorstep/sync/civic"
)

// events are the tiles of the first page, in the order of a life.
var events = [...]string{"birth", "school", "work", "marriage", "health", "old-age", "housing", "business"}

// home shows the search field and the life events.
func (w *Web) home(c *fiber.Ctx) error {
	count := map[string]int{}
	for _, s := range w.opts.Desk.Services(visitOf(c).language()) {
		for _, e := range s.Guide().Events {
			count[e]++
		}
	}
	page := view.Home{Kiosk: w.frame(c)}
	for _, id := range events {
		page.Events = append(page.Events, view.Event{ID: id, Count: count[id]})
	}
	err := w.opts.Desk.Ready(ctxOf(c))
	page.Ready, page.Reason = err == nil, sentence(page.Lang, err)
	return w.render(c, "home", page)
}

// search lists what a query found.
func (w *Web) search(c *fiber.Ctx) error {
	page := view.Search{Kiosk: w.frame(c), Query: c.Query("q")}
	for _, s := range w.opts.Desk.Search(page.Query, page.Lang) {
		page.Found = append(page.Found, found(s.Name, s.Here, s.Guide()))
	}
	return w.render(c, "search", page)
}

// event lists the services of a life event.
func (w *Web) event(c *fiber.Ctx) error {
	if !slices.Contains(events[:], c.Params("id")) {
		return fiber.ErrNotFound
	}
	page := view.Search{Kiosk: w.frame(c), Event: c.Params("id")}
	for _, s := range w.opts.Desk.Services(page.Lang) {
		g := s.Guide()
		for _, e := range g.Events {
			if e == page.Event {
				page.Found = append(page.Found, found(s.Name, s.Here, g))
			}
		}
	}
	return w.render(c, "search", page)
}

// departments lists every service by who decides it.
func (w *Web) departments(c *fiber.Ctx) error {
	page := view.Search{Kiosk: w.frame(c)}
	at := map[string]int{}
	for _, s := range w.opts.Desk.Services(page.Lang) {
		g := s.Guide()
		i, ok := at[g.Authority]
		if !ok {
			i = len(page.Departments)
			at[g.Authority] = i
			page.Departments = append(page.Departments, view.Department{Name: g.Authority})
		}
		d := &page.Departments[i]
		d.Found = append(d.Found, found(s.Name, s.Here, g))
	}
	return w.render(c, "search", page)
}

func found(name string, here bool, g civic.Guide) view.Found {
	limit := g.Decision()
	return view.Found{
		ID: g.ID, Name: name, Authority: g.Authority, Here: here,
		Days: limit.Days, Working: limit.Kind == civic.WorkingDays,
	}
}

// guide shows the text of one service.
func (w *Web) guide(c *fiber.Ctx) error {
	g, err := w.opts.Desk.Guide(c.Params("id"))
	if err != nil {
		return err
	}
	page := view.Guide{Kiosk: w.frame(c), Guide: g}
	if g.FiledHere() {
		err := w.opts.Desk.Ready(ctxOf(c))
		page.Ready, page.Reason = err == nil, sentence(page.Lang, err)
	}
	return w.render(c, "guide", page)
}
