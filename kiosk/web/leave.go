package web

import (
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/view"
)

// leaving asks whether to wipe the session.
func (w *Web) leaving(c *fiber.Ctx) error {
	issued, _ := visitOf(c).taken()
	page := view.Leave{Kiosk: w.frame(c), Filed: issued != nil}
	page.Path = visitOf(c).last() // where staying leads back to
	return w.render(c, "leave", page)
}

// leave wipes the session (promise P11): by the resident, or by the page after nobody touched the screen.
func (w *Web) leave(c *fiber.Ctx) error {
	visitOf(c).wipe(w.opts.Desk)
	if field(c, "idle") != "" {
		return seeOther(c, "/ended")
	}
	return seeOther(c, "/")
}

// ended says that the session was wiped.
func (w *Web) ended(c *fiber.Ctx) error {
	return w.render(c, "idle", view.Ended{Kiosk: w.frame(c)})
}

// touch says that the resident is still there.
func (w *Web) touch(c *fiber.Ctx) error {
	if s, err := w.session(c); err == nil {
		s.Touch()
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// line tells the page's top band how the line stands.
func (w *Web) line(c *fiber.Ctx) error {
	return c.JSON(w.lineState(ctxOf(c)))
}

// ime gives candidates for the on-screen keyboard. The keys are what the resident types: never logged.
func (w *Web) ime(c *fiber.Ctx) error {
	var k Keys
	if b := c.Body(); len(b) > 16<<10 || json.Unmarshal(b, &k) != nil || len(k.Keys) > 64 {
		return fiber.ErrBadRequest
	}
	candidates := []Candidate{}
	if w.opts.Typist != nil {
		candidates = append(candidates, w.opts.Typist.Candidates(k, 40)...)
	}
	return c.JSON(fiber.Map{"candidates": candidates})
}
