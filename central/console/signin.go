package console

import (
	"crypto/rand"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// signIn asks who the reader is.
func (k *Console) signIn(c *fiber.Ctx) error {
	text := ""
	if c.Query("expired") != "" {
		text = locale.T(k.languageOf(c), "signin.expired")
	}
	return k.showSignIn(c, "", own(c.Query("next")), text)
}

func (k *Console) showSignIn(c *fiber.Ctx, name, next, text string) error {
	secret := c.Cookies(k.cookie(doorCookie))
	if len(secret) < 20 {
		secret = rand.Text()
		k.give(c, doorCookie, secret, 0)
	}
	return k.render(c, "sign-in", view.ConsoleSignIn{
		Console: view.Console{Lang: k.languageOf(c), Token: formToken(secret), Now: k.opts.Clock(), Path: "/sign-in"},
		Name:    name, Next: next, Error: text, Kept: pending(c),
	})
}

// lockMinutes is how long the door counts tries, as the page says it.
const lockMinutes = 15

// enter checks name and password and starts a session.
func (k *Console) enter(c *fiber.Ctx) error {
	lang, name, next := k.languageOf(c), c.FormValue("name"), own(c.FormValue("next"))
	if !sameToken(c.FormValue("token"), c.Cookies(k.cookie(doorCookie))) {
		c.Status(fiber.StatusForbidden)
		return k.showSignIn(c, name, next, locale.T(lang, "token.wrong"))
	}
	session, person, err := k.check(c, name, c.FormValue("password"))
	switch {
	case errors.Is(err, &civic.Error{Code: civic.Forbidden}):
		c.Status(fiber.StatusUnauthorized)
		k.opts.Logger.Warn("sign-in refused")
		return k.showSignIn(c, name, next, locale.T(lang, "signin.wrong"))
	case errors.Is(err, &civic.Error{Code: civic.Limited}):
		c.Status(fiber.StatusTooManyRequests)
		k.opts.Logger.Warn("sign-in refused for too many tries")
		return k.showSignIn(c, name, next, locale.T(lang, "signin.limited", lockMinutes))
	case errors.Is(err, &civic.Error{Code: civic.Unavailable}):
		c.Status(fiber.StatusServiceUnavailable)
		return k.showSignIn(c, name, next, locale.Error(lang, err))
	case err != nil:
		return err
	}
	k.give(c, sessionCookie, session, 0)
	k.give(c, doorCookie, "", 0)
	if len(pending(c)) > 0 {
		c.Locals(readerKey{}, &reader{Person: person, session: session})
		return k.resume(c)
	}
	return seeOther(c, next)
}

// patience is how long a sign-in waits for others to be checked.
const patience = 10 * time.Second

// check asks the door, at most maxTries at once.
func (k *Console) check(c *fiber.Ctx, name, password string) (string, store.Person, error) {
	wait := time.NewTimer(patience)
	defer wait.Stop()
	select {
	case k.tries <- struct{}{}:
		defer func() { <-k.tries }()
	case <-wait.C:
		return "", store.Person{}, civic.Refuse(civic.Unavailable, "", "signin.busy")
	}
	return k.opts.Door.SignIn(ctxOf(c), name, password)
}

// signOut ends the session here and in the store.
func (k *Console) signOut(c *fiber.Ctx) error {
	if err := k.opts.Door.SignOut(ctxOf(c), readerOf(c).session); err != nil {
		return err
	}
	k.present.gone(readerOf(c).Login)
	k.give(c, sessionCookie, "", 0)
	return seeOther(c, "/sign-in")
}
