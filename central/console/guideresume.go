package console

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/view"
	"doorstep/sync/civic"
)

// guidePending begins, in the sign-in form, the name of a guide whose text was posted after its session had ended.
const guidePending = "guides/"

// guideTyped returns the guide whose text a request carries although nobody is signed in: the editor's own form, or
// the sign-in form that takes it on.
func guideTyped(c *fiber.Ctx) (string, bool) {
	if c.Method() != fiber.MethodPost {
		return "", false
	}
	if parts := strings.Split(c.Path(), "/"); len(parts) == 4 && parts[1] == "guides" && parts[3] == "edit" {
		return parts[2], true
	}
	return strings.CutPrefix(c.FormValue(pendingField), guidePending)
}

// keptGuide returns what was typed as the fields that take it through the sign-in.
func keptGuide(c *fiber.Ctx, id string) []view.KeptField {
	out := []view.KeptField{{Name: pendingField, Value: guidePending + id}}
	c.Context().PostArgs().VisitAll(func(key, value []byte) {
		if strings.HasPrefix(string(key), guidePrefix) {
			out = append(out, view.KeptField{Name: string(key), Value: string(value)})
		}
	})
	return out
}

// resumeGuide shows what was typed to whoever signed in. It is not saved: the hand on the keyboard may be another's.
func (k *Console) resumeGuide(c *fiber.Ctx, id string) error {
	if r := readerOf(c); !r.Holds(civic.RolePublisher) {
		return civic.Refuse(civic.Forbidden, "role", "console.closed")
	}
	text := postedText(c)
	d, err := k.typedDraft(c, id, &text)
	if err != nil {
		return err
	}
	g, wrong := text.guide(d.Guide)
	d.Guide = g
	return k.showGuideEdit(c, view.ConsoleGuideEdit{Kept: true}, d, text, wrong)
}
