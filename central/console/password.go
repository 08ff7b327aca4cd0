package console

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/staff"
	"doorstep/sync/civic"
)

// freshGate leads whoever signed in with a password that somebody else set to the page that replaces it, and
// nowhere else.
func (k *Console) freshGate(c *fiber.Ctx) error {
	if !readerOf(c).Fresh {
		return c.Next()
	}
	switch c.Path() {
	case "/password", "/settings", "/sign-out":
		return c.Next()
	}
	return seeOther(c, "/password")
}

// passwordForm asks for the present password and a new one.
func (k *Console) passwordForm(c *fiber.Ctx) error { return k.showPassword(c, nil) }

func (k *Console) showPassword(c *fiber.Ctx, errs map[string]string) error {
	page := view.ConsolePassword{
		Console: k.frame(c, "password"), Fresh: readerOf(c).Fresh, Least: staff.MinPassword, Errors: errs,
	}
	if page.Fresh {
		page.Rail = nil // nothing else opens before
	}
	return k.render(c, "password", page)
}

// replacePassword replaces the reader's own password and goes on with a new session.
func (k *Console) replacePassword(c *fiber.Ctx) error {
	lang := k.languageOf(c)
	present, next := c.FormValue("present"), c.FormValue("next")
	if next != c.FormValue("again") {
		c.Status(fiber.StatusUnprocessableEntity)
		return k.showPassword(c, map[string]string{"again": locale.T(lang, "people.password.unlike")})
	}
	token, err := k.opts.Door.Replace(ctxOf(c), readerOf(c).Login, present, next)
	switch {
	case errors.Is(err, &civic.Error{Code: civic.Forbidden}):
		c.Status(fiber.StatusForbidden)
		return k.showPassword(c, map[string]string{"present": locale.T(lang, "people.password.wrong")})
	case errors.Is(err, &civic.Error{Code: civic.Limited}):
		c.Status(fiber.StatusTooManyRequests)
		return k.showPassword(c, map[string]string{"present": locale.T(lang, "signin.limited", lockMinutes)})
	case errors.Is(err, &civic.Error{Code: civic.Invalid}):
		c.Status(fiber.StatusUnprocessableEntity)
		return k.showPassword(c, map[string]string{"next": locale.Error(lang, err)})
	case err != nil:
		return err
	}
	k.give(c, sessionCookie, token, 0)
	k.say(c, "people.done.own")
	return seeOther(c, "/")
}
