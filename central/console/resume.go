package console

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
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
