package web

import (
	"github.com/gofiber/fiber/v2"

	"doorstep/assets/view"
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
	listed(c, "")
	page := view.Home{Kiosk: w.frame(c)}
	for _, id := range events {
		page.Events = append(page.Events, view.Event{ID: id, Count: count[id]})
	}
	err := w.opts.Desk.Ready(ctxOf(c))
	page.Ready, page.Reason = err == nil, sentence(page.Lang, err)
	return w.render(c, "home", page)
}
