package console

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/notices"
	"doorstep/sync/civic"
)

// pendingField names, in the sign-in form, the act that was posted after its session had ended: code and act.
const pendingField = "pending"

// pending returns the act that a request carries although nobody is signed in, as the fields that take it through
// the sign-in: from the act's own form, or from the sign-in form that shows it again.
func pending(c *fiber.Ctx) []view.KeptField {
	act := c.FormValue(pendingField)
	if id, ok := guideTyped(c); ok {
		return keptGuide(c, id)
	}
	if parts := strings.Split(c.Path(), "/"); len(parts) == 4 && parts[1] == "cases" && c.Method() == fiber.MethodPost {
		act = parts[2] + "/" + parts[3]
	}
	if kept := pendingNotice(c); kept != nil {
		return kept
	}
	if act == "" {
		return nil
	}
	out := []view.KeptField{{Name: pendingField, Value: act}}
	for _, name := range typedFields {
		if v := c.FormValue(name); v != "" {
			out = append(out, view.KeptField{Name: name, Value: v})
		}
	}
	for _, item := range c.Context().PostArgs().PeekMulti("items") {
		out = append(out, view.KeptField{Name: "items", Value: string(item)})
	}
	return out
}

// resume shows the case of a pending act to whoever signed in, with what was typed. It is not done: the case may have
// moved on, and the hand on the keyboard may be another's.
func (k *Console) resume(c *fiber.Ctx) error {
	if rest, ok := strings.CutPrefix(c.FormValue(pendingField), noticePending); ok {
		return k.resumeNotice(c, rest)
	}
	if id, ok := guideTyped(c); ok {
		return k.resumeGuide(c, id)
	}
	number, act, _ := strings.Cut(c.FormValue(pendingField), "/")
	code, err := civic.ParseTrackingCode(number)
	if err != nil {
		return seeOther(c, "/")
	}
	said := map[string]string{"": locale.T(k.languageOf(c), "signin.resumed")}
	return k.showCase(c, code, draft{fields: typed(c, act), errors: said})
}

// noticePending begins the pendingField of a notice: then its id, and the step unless the text itself was saved.
const noticePending = "notices/"

// pendingNotice returns what was written into a notice, or about it, as pending does. Chosen files are not kept.
func pendingNotice(c *fiber.Ctx) []view.KeptField {
	where := c.FormValue(pendingField)
	if strings.HasPrefix(c.Path(), "/"+noticePending) && c.Method() == fiber.MethodPost {
		where = c.Path()[1:]
	}
	if !strings.HasPrefix(where, noticePending) {
		return nil
	}
	out := []view.KeptField{{Name: pendingField, Value: where}}
	for _, name := range append(noticeFields[:], "words") {
		if v := c.FormValue(name); v != "" {
			out = append(out, view.KeptField{Name: name, Value: v})
		}
	}
	return out
}

// resumeNotice shows the editor, or the notice, with what was typed.
func (k *Console) resumeNotice(c *fiber.Ctx, where string) error {
	id, act, _ := strings.Cut(where, "/")
	said := map[string]string{"": locale.T(k.languageOf(c), "signin.resumed")}
	by := readerOf(c)
	switch {
	case !notices.ValidID(id) || !slices.ContainsFunc(notices.Hands[:], by.Holds):
		return civic.Refuse(civic.Forbidden, "role", "console.closed")
	case act != "":
		return k.showNotice(c, id, draft{fields: typed(c, act), errors: said})
	case !by.Holds(civic.RolePublisher):
		return civic.Refuse(civic.Forbidden, "role", "console.closed")
	}
	page, _, err := k.typedEditor(c, id)
	if err != nil {
		return err
	}
	page.Errors = said
	return k.showEditor(c, page)
}
