package console

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// reader is who a request comes from.
type reader struct {
	store.Person
	session string // the token of the session, in the cookie
}

// readerKey is the local under which the gate leaves the reader.
type readerKey struct{}

// gate lets pass whoever holds a session, and a POST only with the session's form token.
func (k *Console) gate(c *fiber.Ctx) error {
	session := c.Cookies(k.cookie(sessionCookie))
	person, err := k.opts.Door.Person(ctxOf(c), session)
	if errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		return k.turnAway(c)
	}
	if err != nil {
		return err
	}
	c.Locals(readerKey{}, &reader{Person: person, session: session})
	// A workbook is not read before its place is known: its handler looks at the token.
	if c.Method() == fiber.MethodPost && c.Path() != importPath && !sameToken(c.FormValue("token"), session) {
		return civic.Refuse(civic.Forbidden, "token", "token.wrong")
	}
	return c.Next()
}

// turnAway sends whoever has no session to the sign-in page, and back to a page that can be loaded again.
func (k *Console) turnAway(c *fiber.Ctx) error {
	next := "/"
	switch {
	case c.Method() == fiber.MethodGet:
		next = own(c.OriginalURL())
	case c.Method() == fiber.MethodPost && len(pending(c)) > 0:
		// Somebody wrote for longer than a session lasts. It must not be lost, and may not be done either.
		c.Status(fiber.StatusUnauthorized)
		return k.showSignIn(c, "", "/", locale.T(k.languageOf(c), "signin.kept"))
	}
	to := url.Values{}
	if next != "/" {
		to.Set("next", next)
	}
	if c.Cookies(k.cookie(sessionCookie)) != "" {
		to.Set("expired", "1")
	}
	if len(to) == 0 {
		return seeOther(c, "/sign-in")
	}
	return seeOther(c, "/sign-in?"+to.Encode())
}

// open lets pass who holds one of the roles; others are told in words.
func open(roles ...civic.Role) fiber.Handler {
	return func(c *fiber.Ctx) error {
		r := readerOf(c)
		if !slices.ContainsFunc(roles, r.Holds) {
			return civic.Refuse(civic.Forbidden, "role", "console.closed")
		}
		return c.Next()
	}
}

// fromHere refuses a POST that another site's page sent. Browsers say where a request comes from in Sec-Fetch-Site,
// older ones in Origin; under our referrer policy Origin is "null" for pages of ours too, which therefore proves
// nothing either way and leaves the decision to the form's token.
func fromHere(c *fiber.Ctx) error {
	if c.Method() != fiber.MethodPost {
		return c.Next()
	}
	if site := c.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		return civic.Refuse(civic.Forbidden, "origin", "token.wrong")
	}
	if origin := c.Get(fiber.HeaderOrigin); origin != "" && origin != "null" {
		u, err := url.Parse(origin)
		if err != nil || u.Host != string(c.Request().Host()) {
			return civic.Refuse(civic.Forbidden, "origin", "token.wrong")
		}
	}
	return c.Next()
}

// The cookies. All are HttpOnly and SameSite=Strict; the one of the session ends with the browser.
const (
	sessionCookie = "doorstep"
	doorCookie    = "doorstep-door" // before sign-in: what the token of its form is made from
	flashCookie   = "doorstep-said"
	langCookie    = "doorstep-lang"
)

// cookie returns the full name of a cookie. Under https the prefix makes the browser refuse one that another host
// of the domain, or plain http, tries to set.
func (k *Console) cookie(name string) string {
	if k.opts.Secure {
		return "__Host-" + name
	}
	return name
}

// give sets a cookie; an empty value takes it away.
func (k *Console) give(c *fiber.Ctx, name, value string, age int) {
	cookie := &fiber.Cookie{
		Name: k.cookie(name), Value: value, Path: "/", HTTPOnly: true, Secure: k.opts.Secure,
		SameSite: "Strict", SessionOnly: age == 0, MaxAge: age,
	}
	if value == "" {
		cookie.SessionOnly, cookie.MaxAge = false, -1
	}
	c.Cookie(cookie)
}

// formToken returns the token of the forms of a session. It is made from the session's own secret, so that nothing
// more is kept; the hash keeps a page from giving the secret away.
func formToken(secret string) string {
	sum := sha256.Sum256([]byte("doorstep console form v1\n" + secret))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func sameToken(got, secret string) bool {
	return secret != "" && subtle.ConstantTimeCompare([]byte(got), []byte(formToken(secret))) == 1
}

// policy is what a page may load and where it may stand.
const (
	policyHeader = "Content-Security-Policy"
	policy       = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; frame-src 'self'; " +
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

// headers keeps pages out of caches and frames, and lets them load only what is ours: no script at all.
func (k *Console) headers(c *fiber.Ctx) error {
	c.Set("Cache-Control", "no-store")
	c.Set("Referrer-Policy", "no-referrer")
	c.Set("X-Content-Type-Options", "nosniff")
	c.Set("X-Frame-Options", "DENY")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set(policyHeader, policy)
	if k.opts.Secure {
		c.Set("Strict-Transport-Security", "max-age=31536000")
	}
	return c.Next()
}

func readerOf(c *fiber.Ctx) *reader {
	r, ok := c.Locals(readerKey{}).(*reader)
	if !ok {
		panic("bug: console: a page outside the gate")
	}
	return r
}

// actor names the reader in the audit as acting in a role.
func (r *reader) actor(role civic.Role) store.Actor { return store.Actor{Login: r.Login, Role: role} }

// languageOf returns the language chosen in this browser; Chinese until one is.
func (k *Console) languageOf(c *fiber.Ctx) locale.Lang {
	if lang := c.Cookies(k.cookie(langCookie)); locale.Valid(lang) {
		return lang
	}
	return locale.Chinese
}

// ctxOf returns the request's context. Fiber's own is reused after the handler and must not be kept.
func ctxOf(c *fiber.Ctx) context.Context { return c.UserContext() }
