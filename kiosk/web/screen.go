package web

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// A lobby screen holds nobody's data and stands for weeks without anyone to touch it. What lets it in must outlive the
// agent's own starts, so it is no entry in a table but a mark under a key that lasts as long as the machine is up: an
// agent that was killed and started again knows its screens, and a machine that was started again knows none.

const screenCookie = "doorstep-screen"

// admit gives a browser that brought this boot's token the mark of a lobby screen.
func (w *Web) admit(c *fiber.Ctx) {
	id := rand.Text()
	c.Cookie(&fiber.Cookie{
		Name: screenCookie, Value: id + "." + w.mark("screen", id), Path: lobbyPath, HTTPOnly: true, SameSite: "Strict", SessionOnly: true,
	})
}

// mark signs a value for one use.
func (w *Web) mark(use, value string) string {
	m := hmac.New(sha256.New, w.opts.ScreenKey)
	_, _ = m.Write([]byte(use + "\x00" + value)) // a hash does not fail
	return hex.EncodeToString(m.Sum(nil))
}

// screenKey is the local under which screened leaves what names the browser.
type screenKey struct{}

// screened lets pass a browser that was admitted as a screen, on this machine, from a page of ours.
func (w *Web) screened(c *fiber.Ctx) error {
	id, mark, ok := strings.Cut(c.Cookies(screenCookie), ".")
	if !ok || !w.local(c) || subtle.ConstantTimeCompare([]byte(mark), []byte(w.mark("screen", id))) != 1 {
		return fiber.ErrForbidden
	}
	if c.Method() == fiber.MethodPost {
		if err := receive(c); err != nil {
			return err
		}
		if subtle.ConstantTimeCompare([]byte(c.Get("X-Doorstep-Token")), []byte(w.mark("page", id))) != 1 {
			return fiber.ErrForbidden
		}
	}
	c.Locals(screenKey{}, id)
	return c.Next()
}

// pageToken is what a screen's page sends with what it posts.
func (w *Web) pageToken(c *fiber.Ctx) string {
	id, ok := c.Locals(screenKey{}).(string)
	if !ok {
		panic("bug: web: a lobby page outside its gate")
	}
	return w.mark("page", id)
}
