package web

import (
	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/kiosk/desk"
	"doorstep/sync/civic"
)

// privacy shows who will process what, why and how long, before the first field (promise P13).
func (w *Web) privacy(c *fiber.Ctx) error { return w.showPrivacy(c, c.Params("id"), nil) }

func (w *Web) showPrivacy(c *fiber.Ctx, id string, errors map[string]string) error {
	g, err := w.opts.Desk.Guide(id)
	if err != nil {
		return err
	}
	n, err := w.opts.Desk.Notice(id)
	if err != nil {
		return err
	}
	page := view.Privacy{
		Kiosk: w.frame(c), Service: id, Name: nameIn(visitOf(c).language(), g), Notice: n.PrivacyNotice,
		Sensitive: n.Sensitive, Class: n.Class, Errors: errors,
	}
	return w.render(c, "privacy", page)
}

func nameIn(lang string, g civic.Guide) string {
	if lang == "en" && g.NameEN != "" {
		return g.NameEN
	}
	return g.Name
}

// begin starts an application once the notice was agreed to.
func (w *Web) begin(c *fiber.Ctx) error {
	lang, id := visitOf(c).language(), field(c, "service")
	n, err := w.opts.Desk.Notice(id)
	if err != nil {
		return err
	}
	errors := map[string]string{}
	if field(c, "agree") == "" || field(c, "notice") != n.Version {
		errors["notice"] = locale.T(lang, "privacy.agree.needed")
	}
	if n.Sensitive != "" && field(c, "sensitive") == "" {
		errors["sensitive"] = locale.T(lang, "privacy.sensitive.needed")
	}
	if len(errors) > 0 {
		c.Status(fiber.StatusUnprocessableEntity)
		return w.showPrivacy(c, id, errors)
	}
	s, err := w.opts.Desk.Begin(ctxOf(c), id, lang, "", civic.Consent{
		Notice: n.Version, At: w.opts.Clock(), Sensitive: n.Sensitive != "",
	})
	if err != nil {
		return err
	}
	if err := w.enter(c, s); err != nil {
		return err
	}
	return seeOther(c, "/form/"+s.Pages()[0].ID)
}

// enter gives a visit a session, in place of the one before.
func (w *Web) enter(c *fiber.Ctx, s *desk.Session) error {
	err := keep(c, func(v *visit) {
		w.opts.Desk.End(v.session)
		v.session, v.issued, v.supplement, v.guardian, v.print = s.ID(), nil, false, false, view.NotPrinted
	})
	if err != nil {
		w.opts.Desk.End(s.ID())
	}
	return err
}

// session returns the visit's session, or the refusal that says it has ended.
func (w *Web) session(c *fiber.Ctx) (*desk.Session, error) {
	var id string
	if err := keep(c, func(v *visit) { id = v.session }); err != nil {
		return nil, err
	}
	if id == "" {
		return nil, civic.Refuse(civic.NotFound, "", "session.ended")
	}
	return w.opts.Desk.Session(id)
}

// drafted leads from the pages of a draft that was taken in, which are empty, to its receipt.
func (w *Web) drafted(c *fiber.Ctx) error {
	if issued, _ := visitOf(c).taken(); issued != nil {
		return seeOther(c, "/done")
	}
	return c.Next()
}
