package web

import (
	"github.com/gofiber/fiber/v2"

	"doorstep/assets/view"
	"doorstep/kiosk/desk"
	"doorstep/sync/civic"
	"doorstep/sync/form"
)

// review reads the application back like a letter. What still stands in the way leads back to its page.
func (w *Web) review(c *fiber.Ctx) error {
	s, err := w.session(c)
	if err != nil {
		return err
	}
	return w.showReview(c, s, nil)
}

func (w *Web) showReview(c *fiber.Ctx, s *desk.Session, refused error) error {
	r := s.Review()
	if len(r.Faults) > 0 && refused == nil {
		return w.toFault(c, s, r.Faults[0])
	}
	pages := s.Pages()
	page := view.Review{
		Kiosk: w.frame(c), Name: nameIn(s.Lang(), s.Guide()), Authority: s.Guide().Authority,
		Sections: r.Sections, Number: len(pages) + 2, Count: len(pages) + 2, Back: "/materials",
		Supplement: s.Supplement(), Words: r.Words,
	}
	page.Error = sentence(page.Lang, refused)
	page.Applicant, page.Proxy = r.Applicant, r.Proxy
	page.Materials = rows(r.Materials, nil)
	return w.render(c, "review", page)
}

// toFault leads to the page where something is missing.
func (w *Web) toFault(c *fiber.Ctx, s *desk.Session, fault *civic.Error) error {
	pages := s.Pages()
	if fault.Field == "guardian" { // asked on the last page
		return seeOther(c, "/form/"+pages[len(pages)-1].ID)
	}
	for _, p := range pages {
		if asks(p.Fields, fault.Field) {
			return seeOther(c, "/form/"+p.ID)
		}
	}
	return seeOther(c, "/materials")
}

func asks(fields []form.Field, path string) bool {
	for _, f := range fields {
		if path == f.Path || len(path) > len(f.Path) && path[:len(f.Path)+1] == f.Path+"/" {
			return true
		}
	}
	return false
}

// confirm takes the application in. The page that thanks is shown only after everything is durable (promise P1),
// and pressing twice takes in once.
func (w *Web) confirm(c *fiber.Ctx) error {
	s, err := w.session(c)
	if err != nil {
		return err
	}
	issued, err := s.Confirm(ctxOf(c))
	if err != nil {
		c.Status(fiber.StatusServiceUnavailable)
		return w.showReview(c, s, err)
	}
	err = keep(c, func(v *visit) { v.issued, v.supplement = issued, s.Supplement() })
	if err != nil {
		return err
	}
	return seeOther(c, "/done")
}
