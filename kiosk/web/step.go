package web

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/view"
	"doorstep/kiosk/desk"
	"doorstep/sync/civic"
	"doorstep/sync/form"
)

// step shows one page of the form.
func (w *Web) step(c *fiber.Ctx) error {
	s, err := w.session(c)
	if err != nil {
		return err
	}
	return w.showStep(c, s, nil)
}

func (w *Web) showStep(c *fiber.Ctx, s *desk.Session, faults []*civic.Error) error {
	pages := s.Pages()
	at := indexOf(pages, c.Params("page"))
	if at < 0 {
		return fiber.ErrNotFound
	}
	page := view.Step{
		Kiosk: w.frame(c), Name: nameIn(s.Lang(), s.Guide()), Page: pages[at],
		Number: at + 1, Count: len(pages) + 2, Back: "/guide/" + s.Guide().ID,
		Return: c.Query("return") != "" || field(c, "return") != "",
	}
	page.Errors = words(page.Lang, faults)
	if at > 0 {
		page.Back = "/form/" + pages[at-1].ID
	}
	if at+1 < len(pages) {
		page.Next = pages[at+1].Title
	}
	page.Guardian = at == len(pages)-1 && s.NeedsGuardian()
	v := visitOf(c)
	v.mu.Lock()
	page.GuardianGiven = v.guardian
	v.mu.Unlock()
	return w.render(c, "step", page)
}

// answer keeps what a page posted and goes on, or shows the page again with each error at its field. Adding or
// removing an item of a repeat keeps what was typed and stays.
func (w *Web) answer(c *fiber.Ctx) error {
	s, err := w.session(c)
	if err != nil {
		return err
	}
	id, values := c.Params("page"), posted(c).values
	do := first(values["do"])
	if item, ok := strings.CutPrefix(do, "remove:"); ok {
		dropItem(values, item)
	}
	faults, err := s.SetAnswers(id, values)
	if err != nil {
		return err
	}
	if do != "next" {
		return w.showStep(c, s, nil)
	}
	if indexOf(s.Pages(), id) == len(s.Pages())-1 && s.NeedsGuardian() {
		faults = append(faults, w.consent(c, s)...)
	}
	if len(faults) > 0 {
		c.Status(fiber.StatusUnprocessableEntity)
		return w.showStep(c, s, faults)
	}
	return seeOther(c, w.after(c, s, id))
}

// consent keeps whether the guardian agreed, and refuses to go on without.
func (w *Web) consent(c *fiber.Ctx, s *desk.Session) []*civic.Error {
	agreed := field(c, "guardian") != ""
	if err := s.ConsentAsGuardian(agreed); err != nil {
		return []*civic.Error{refusal(err)}
	}
	if err := keep(c, func(v *visit) { v.guardian = agreed }); err != nil {
		return []*civic.Error{refusal(err)}
	}
	if !agreed {
		return []*civic.Error{civic.Refuse(civic.Missing, "guardian", "privacy.guardian.needed")}
	}
	return nil
}

// after names the page that follows a page of the form.
func (w *Web) after(c *fiber.Ctx, s *desk.Session, id string) string {
	if field(c, "return") != "" && len(s.Review().Faults) == 0 {
		return "/review"
	}
	pages := s.Pages()
	if at := indexOf(pages, id); at >= 0 && at+1 < len(pages) {
		return "/form/" + pages[at+1].ID
	}
	return "/materials"
}

func indexOf(pages []form.Page, id string) int {
	return slices.IndexFunc(pages, func(p form.Page) bool { return p.ID == id })
}

// dropItem takes one item of a repeat, as companions/1, out of what was posted.
func dropItem(posted map[string][]string, item string) {
	for path := range posted {
		if len(path) > len(item) && path[:len(item)+1] == item+"/" {
			delete(posted, path)
		}
	}
}
