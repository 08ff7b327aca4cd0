package web

import (
	"fmt"
	"slices"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/view"
	"doorstep/kiosk/desk"
	"doorstep/sync/civic"
)

// done shows the code and the QR. That the resident has them is recorded by what the page asks for at its end.
func (w *Web) done(c *fiber.Ctx) error {
	issued, supplement := visitOf(c).taken()
	if issued == nil {
		return seeOther(c, "/")
	}
	page := view.Done{Kiosk: w.frame(c), Receipt: issued.Receipt, Supplement: supplement, Print: visitOf(c).printed()}
	return w.render(c, "done", page)
}

// shown records that the receipt stands on the screen. The page has this as a picture of nothing at its end, so that
// the browser asks for it when it has read the page: marked any earlier, a resident whose page was lost with the
// power would leave with nothing in hand and not be on the staff's list.
func (w *Web) shown(c *fiber.Ctx) error {
	issued, _ := visitOf(c).taken()
	if issued == nil {
		return fiber.ErrNotFound
	}
	if err := w.opts.Desk.Shown(ctxOf(c), issued.Entry); err != nil {
		w.opts.Logger.Error("receipt shown but not marked", "error", err)
	}
	c.Set(fiber.HeaderContentType, "image/svg+xml")
	return c.SendString(`<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>`)
}

func (v *visit) taken() (*desk.Issued, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.issued, v.supplement
}

// print prints the receipt that was just issued.
func (w *Web) print(c *fiber.Ctx) error {
	issued, _ := visitOf(c).taken()
	if issued == nil {
		return seeOther(c, "/")
	}
	if err := w.printOut(c, &issued.Receipt); err != nil {
		return err
	}
	return seeOther(c, "/done")
}

// reprint prints a copy of the receipt that was looked up; the paper says which copy it is.
func (w *Web) reprint(c *fiber.Ctx) error {
	r, err := w.copyOf(c)
	if err != nil {
		return err
	}
	if err := w.printOut(c, r); err != nil {
		return err
	}
	return seeOther(c, "/status")
}

// papers are those a receipt can be asked for on.
var papers = [...]string{"a4", "roll80", "roll58"}

// receipt shows the paper as a PDF, made in memory.
func (w *Web) receipt(c *fiber.Ctx) error {
	issued, _ := visitOf(c).taken()
	if issued == nil {
		return fiber.ErrNotFound
	}
	paper := c.Query("paper", papers[0])
	if !slices.Contains(papers[:], paper) {
		return fiber.ErrNotFound
	}
	pdf, err := w.opts.Press(&issued.Receipt, paper)
	if err != nil {
		return fmt.Errorf("set receipt: %w", err)
	}
	c.Set(fiber.HeaderContentType, "application/pdf")
	c.Set(fiber.HeaderContentDisposition, `inline; filename="receipt.pdf"`)
	return c.Send(pdf)
}

func (w *Web) copyOf(c *fiber.Ctx) (*civic.Receipt, error) {
	v := visitOf(c)
	v.mu.Lock()
	scanned := v.scanned
	v.mu.Unlock()
	return w.opts.Desk.Reprint(ctxOf(c), scanned)
}

// printOut sends a receipt to the printer and keeps what the page may say of it.
func (w *Web) printOut(c *fiber.Ctx, r *civic.Receipt) error {
	state := view.NoPrinter
	if w.opts.Print != nil {
		pdf, err := w.opts.Press(r, w.opts.Paper)
		if err != nil {
			return fmt.Errorf("set receipt: %w", err)
		}
		if err := w.opts.Print(ctxOf(c), pdf); err != nil {
			w.opts.Logger.Error("receipt not printed", "error", err)
		} else {
			state = view.Printing
		}
	}
	return keep(c, func(v *visit) { v.print = state })
}

func (v *visit) printed() view.PrintState {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.print
}
