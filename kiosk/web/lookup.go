package web

import (
	"github.com/gofiber/fiber/v2"

	"doorstep/assets/view"
	"doorstep/kiosk/desk"
	"doorstep/sync/civic"
)

// lookup asks which case: by the QR on the paper, or by code and document.
func (w *Web) lookup(c *fiber.Ctx) error {
	return w.render(c, "lookup", view.Lookup{Kiosk: w.frame(c)})
}

// find looks a case up: by QR with what this terminal knows, by code over the line.
func (w *Web) find(c *fiber.Ctx) error {
	scanned, code, last := field(c, "qr"), field(c, "code"), field(c, "last")
	err := w.lookUp(c, scanned, code, last)
	if err == nil {
		return seeOther(c, "/status")
	}
	page := view.Lookup{Kiosk: w.frame(c), QR: scanned, Code: code, Last: last}
	r := *refusal(err)
	if r.Field == "four" {
		r.Field = "last" // as the form calls it
	}
	page.Errors = words(page.Lang, []*civic.Error{&r})
	if r.Field != "qr" && r.Field != "code" && r.Field != "last" {
		page.Errors = map[string]string{"": sentence(page.Lang, &r)}
	}
	c.Status(statusOf(r.Code))
	return w.render(c, "lookup", page)
}

func (w *Web) lookUp(c *fiber.Ctx, scanned, code, last string) error {
	var notice *civic.StatusNotice
	var err error
	if scanned != "" {
		_, err = w.opts.Desk.Lookup(ctxOf(c), scanned)
	} else {
		notice, err = w.opts.Desk.Ask(ctxOf(c), code, last)
	}
	if err != nil {
		return err
	}
	return keep(c, func(v *visit) {
		if v.issued != nil { // taken in, so that nothing is left of the draft
			w.opts.Desk.End(v.session)
			v.session, v.issued = "", nil
		}
		v.scanned, v.notice, v.print = scanned, notice, view.NotPrinted
	})
}

// status shows what is known of the case that was looked up, as it is now.
func (w *Web) status(c *fiber.Ctx) error {
	v := visitOf(c)
	v.mu.Lock()
	scanned, notice := v.scanned, v.notice
	v.mu.Unlock()
	page := view.Status{Kiosk: w.frame(c), Confirm: c.Query("withdraw") != "", Print: v.printed()}
	switch {
	case scanned != "":
		found, err := w.opts.Desk.Lookup(ctxOf(c), scanned)
		if err != nil {
			return err
		}
		page.Case = caseOf(found)
		page.Reprint = found.Receipt != nil && w.opts.Print != nil
		page.Pending = found.Pending
		page.Supplement = may(found.Status, civic.Filed) && !found.Pending
		page.Withdraw = may(found.Status, civic.Withdrawn) && !found.Pending
	case notice != nil:
		page.Case = view.Case{
			Code: notice.Code, Service: w.serviceName(c, notice.Service), Where: view.AtCentral, Notice: notice,
			Terminal: notice.Code.Terminal(),
		}
	default:
		return seeOther(c, "/lookup")
	}
	if page.Contact == "" {
		page.Contact = w.opts.Desk.Policy().Contact
	}
	return w.render(c, "status", page)
}

func may(n *civic.StatusNotice, to civic.Status) bool {
	return n != nil && n.Status.May(to, civic.RoleResident)
}

func caseOf(f *desk.Found) view.Case {
	k := view.Case{
		Code: f.Code, Service: f.Service, Filed: f.Filed, Sure: f.Sure, Training: f.Training,
		Where: view.Where(f.Where), Terminal: f.Code.Terminal(), Point: f.Issuer.PointName,
		HeldAt: f.HeldAt, Notice: f.Status, Aside: f.Outcome.Aside(),
	}
	if f.Status != nil {
		k.Contact = f.Status.Contact
		// A state from central is proof that central has it, whatever this terminal kept.
		k.Where = view.AtCentral
	}
	return k
}

// supplement begins the answer to a request for more papers.
func (w *Web) supplement(c *fiber.Ctx) error {
	v := visitOf(c)
	v.mu.Lock()
	scanned := v.scanned
	v.mu.Unlock()
	s, err := w.opts.Desk.BeginSupplement(ctxOf(c), scanned, v.language(), "")
	if err != nil {
		return err
	}
	if err := w.enter(c, s); err != nil {
		return err
	}
	return seeOther(c, "/materials")
}

// withdraw takes in a withdrawal, asked twice.
func (w *Web) withdraw(c *fiber.Ctx) error {
	v := visitOf(c)
	v.mu.Lock()
	scanned := v.scanned
	v.mu.Unlock()
	if scanned == "" {
		return seeOther(c, "/lookup")
	}
	if field(c, "sure") == "" {
		return seeOther(c, "/status?withdraw=1")
	}
	_, err := w.opts.Desk.Withdraw(ctxOf(c), scanned, field(c, "words"))
	if err != nil && refusal(err).Key != "withdraw.twice" { // a key pressed twice: the page says that it is withdrawn
		return err
	}
	return seeOther(c, "/status")
}

// serviceName returns how a service is called here; empty where its guide is not on the shelf.
func (w *Web) serviceName(c *fiber.Ctx, id string) string {
	g, err := w.opts.Desk.Guide(id)
	if err != nil {
		return ""
	}
	return nameIn(visitOf(c).language(), g)
}
