package web

import (
	"github.com/gofiber/fiber/v2"

	"doorstep/assets/view"
)

// guide shows the text of one service.
func (w *Web) guide(c *fiber.Ctx) error {
	g, err := w.opts.Desk.Guide(c.Params("id"))
	if err != nil {
		return err
	}
	page := view.Guide{
		Kiosk: w.frame(c), Guide: g, Blank: w.takesBlanks(), Printed: printed(c),
		Back: visitOf(c).listBefore(),
	}
	if g.FiledHere() {
		err := w.opts.Desk.Ready(ctxOf(c))
		page.Ready, page.Reason = err == nil, sentence(page.Lang, err)
	}
	return w.render(c, "guide", page)
}
