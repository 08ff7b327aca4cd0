package console

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/sync/civic"
)

// retention shows a supervisor what is kept how long and the legal holds. Erasing is done at the machine, by `central
// retention --execute`: no page can start what cannot be taken back.
func (k *Console) retention(c *fiber.Ctx) error { return k.showRetention(c, nil, nil) }

func (k *Console) showRetention(c *fiber.Ctx, errs, draft map[string]string) error {
	ctx := ctxOf(c)
	kept, err := k.opts.Casework.Kept(ctx)
	if err != nil {
		return err
	}
	holds, err := k.opts.Casework.Holds(ctx, readerOf(c).Person)
	if err != nil {
		return err
	}
	page := view.ConsoleRetention{Console: k.frame(c, "retention"), Errors: errs, Draft: draft}
	for i := range kept {
		t := &kept[i]
		page.Due += t.Due()
		page.Terms = append(page.Terms, view.KeptTerm{
			Class: t.Term.Class, Known: t.Known, Years: t.Term.Years, Duty: t.Term.Duty, Law: t.Term.Law,
			Kept: t.All.Cases, Erased: t.All.Erased, Due: t.Due(), Held: t.All.Held, Oldest: t.All.Oldest,
		})
	}
	names := map[string]string{}
	for _, h := range holds {
		page.Holds = append(page.Holds, *k.hold(ctx, page.Lang, h, names))
	}
	return k.render(c, "retention", page)
}

// setHold puts a case under a legal hold.
func (k *Console) setHold(c *fiber.Ctx) error {
	draft := map[string]string{"code": c.FormValue("code"), "reason": c.FormValue("reason")}
	code, err := civic.ParseTrackingCode(draft["code"])
	if err == nil {
		err = k.opts.Casework.SetHold(ctxOf(c), code, readerOf(c).Person, draft["reason"])
	}
	return k.afterHold(c, err, draft, "hold.done.set", func(field string) string {
		if field == "hold" {
			return "code"
		}
		return field
	})
}

// liftHold ends a legal hold.
func (k *Console) liftHold(c *fiber.Ctx) error {
	code, err := codeOf(c)
	if err != nil {
		return err
	}
	err = k.opts.Casework.LiftHold(ctxOf(c), code, readerOf(c).Person, c.FormValue("reason"))
	return k.afterHold(c, err, nil, "hold.done.lift", func(string) string { return code.String() })
}

// afterHold says what was done, or shows the page again with the refusal at its field.
func (k *Console) afterHold(c *fiber.Ctx, err error, draft map[string]string, done string, place func(field string) string) error {
	if err == nil {
		k.say(c, done)
		return seeOther(c, "/retention")
	}
	var refusal *civic.Error
	if !errors.As(err, &refusal) {
		return err
	}
	c.Status(statusOf(refusal.Code))
	return k.showRetention(c, map[string]string{place(refusal.Field): locale.Error(k.languageOf(c), refusal)}, draft)
}
