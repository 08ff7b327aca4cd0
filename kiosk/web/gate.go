package web

import (
	"crypto/subtle"
	"net"
	"net/url"

	"github.com/gofiber/fiber/v2"
)

// gate lets pass what comes from a browser that was let in, on this machine, from a page of ours.
func (w *Web) gate(c *fiber.Ctx) error {
	if !w.local(c) {
		return fiber.ErrForbidden
	}
	v := w.visits.get(c.Cookies(cookie))
	if v == nil {
		return fiber.ErrForbidden
	}
	c.Locals(visitKey{}, v)
	c.Locals(turnKey{}, v.now())
	if c.Method() == fiber.MethodPost {
		if err := receive(c); err != nil {
			return err
		}
		if !fromOurPage(c, v) {
			return fiber.ErrForbidden
		}
	}
	return c.Next()
}

// local checks who asks: from this machine by the name of this listener, from a page of ours or nobody's. Cookies do
// not tell ports apart, so a page of another program of this machine would bring ours with what it embeds.
func (w *Web) local(c *fiber.Ctx) bool {
	switch c.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
	default:
		return false
	}
	return w.named(c) && w.ours(c)
}

// named checks the Host: a name that resolves to loopback is not enough to be let in (DNS rebinding).
func (w *Web) named(c *fiber.Ctx) bool {
	host := string(c.Request().Host())
	if host != w.opts.Listen.Addr().String() {
		_, port, err := net.SplitHostPort(w.opts.Listen.Addr().String())
		if err != nil || host != "localhost:"+port {
			return false
		}
	}
	return true
}

// ours checks the Origin, where the browser gives one.
func (w *Web) ours(c *fiber.Ctx) bool {
	origin := c.Get(fiber.HeaderOrigin)
	switch origin {
	case "":
		return true
	case "null":
		// What a page sends that gives no referrer; the browser then says apart where the form stood.
		return c.Get("Sec-Fetch-Site") == "same-origin"
	}
	u, err := url.Parse(origin)
	return err == nil && u.Scheme == "http" && u.Host == string(c.Request().Host())
}

// fromOurPage checks the token of a form, or of a script's request in a header.
func fromOurPage(c *fiber.Ctx, v *visit) bool {
	token := c.Get("X-Doorstep-Token")
	if token == "" {
		token = field(c, "token")
	}
	return subtle.ConstantTimeCompare([]byte(token), []byte(v.token)) == 1
}

// headers keeps pages out of caches and frames, and lets them load only what is ours.
func headers(c *fiber.Ctx) error {
	c.Set("Cache-Control", "no-store")
	c.Set("Referrer-Policy", "no-referrer")
	c.Set("X-Content-Type-Options", "nosniff")
	c.Set("X-Frame-Options", "DENY")
	c.Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; form-action 'self'")
	return c.Next()
}

func first(v []string) string {
	if len(v) == 0 {
		return ""
	}
	return v[0]
}
