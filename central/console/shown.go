package console

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/view"
)

// shown says on which screens a notice stood, as terminals have proved it.
func (k *Console) shown(c *fiber.Ctx) error {
	ctx := ctxOf(c)
	list, err := k.opts.Store.Displays(ctx, c.Params("id"))
	if err != nil {
		return err
	}
	fleet, err := k.opts.Fleet.Terminals(ctx)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, t := range fleet {
		names[t.Place.Point] = t.Place.Name
	}
	page := view.ConsoleShown{Console: k.frame(c, "notices"), ID: c.Params("id")}
	var all time.Duration
	for _, d := range list {
		r := view.ShownRow{
			Rev: d.Rev, Terminal: d.Terminal, Point: names[d.Point], Screen: d.Screen, First: d.First, Last: d.Last,
			Showings: d.Showings, Minutes: int(d.Time.Round(time.Minute) / time.Minute), Unsure: d.Unsure,
		}
		if r.Point == "" {
			r.Point = d.Point
		}
		page.Rows = append(page.Rows, r)
		page.Total.Showings += d.Showings
		all += d.Time
	}
	page.Total.Minutes = int(all.Round(time.Minute) / time.Minute)
	return k.render(c, "shown", page)
}
