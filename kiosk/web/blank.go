package web

import (
	"fmt"
	"slices"

	"github.com/gofiber/fiber/v2"
)

// maxBlanks bounds the forms that one resident prints to take away: paper is for the next one too.
const maxBlanks = 5

// takesBlanks reports whether a blank form can be printed here: it needs a printer of sheets.
func (w *Web) takesBlanks() bool {
	return w.opts.Blank != nil && w.opts.Print != nil && w.opts.Paper == papers[0]
}

// blank prints the empty form of a service.
func (w *Web) blank(c *fiber.Ctx) error {
	g, f, err := w.opts.Desk.Blank(c.Params("id"))
	if err != nil {
		return err
	}
	if !w.takesBlanks() {
		return seeOther(c, "/guide/"+g.ID+"?blank=no")
	}
	enough := false
	if err := keep(c, func(v *visit) {
		if enough = v.blanks >= maxBlanks; !enough {
			v.blanks++
		}
	}); err != nil {
		return err
	}
	if enough {
		return seeOther(c, "/guide/"+g.ID+"?blank=enough")
	}
	pdf, err := w.opts.Blank(g, f, visitOf(c).language())
	if err != nil {
		return fmt.Errorf("set blank form of %s: %w", g.ID, err)
	}
	if err := w.opts.Print(ctxOf(c), pdf); err != nil {
		w.opts.Logger.Error("blank form not printed", "service", g.ID, "error", err)
		return seeOther(c, "/guide/"+g.ID+"?blank=no")
	}
	return seeOther(c, "/guide/"+g.ID+"?blank=printing")
}

// printed is what a guide's page may say of the form that was asked for.
func printed(c *fiber.Ctx) string {
	if state := c.Query("blank"); slices.Contains([]string{"printing", "no", "enough"}, state) {
		return state
	}
	return ""
}
