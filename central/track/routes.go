package track

import (
	"crypto/sha256"
	"encoding/base64"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/recover"

	"doorstep/assets"
)

// routes lists what is served. The link of the QR is upper case so that its code stays small; people who type it
// may not keep that, and the router does not mind.
func (t *Track) routes() {
	t.app.Use(recover.New())
	t.app.Use(t.headers)
	t.app.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok") })
	t.app.Get("/", t.ask)
	t.app.Post("/", t.bounded, t.answer)
	t.app.Get("/r/:token", t.bounded, t.status)

	t.app.Get("/notices", t.bounded, t.openToAll, t.list)
	t.app.Get("/notices/feed.atom", t.bounded, t.openToAll, t.atom)
	t.app.Get("/notices/feed.json", t.bounded, t.openToAll, t.json)
	t.app.Get("/notices/:id", t.bounded, t.openToAll, t.notice)
	t.app.Get("/notices/:id/files/:digest", t.bounded, t.openToAll, t.file)
}

// policy allows a page its one style sheet, by what it holds, and nothing else.
func policy(files *assets.Files, sheet string) (string, error) {
	css, err := files.Text(sheet)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(css))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'", nil
}

// headers keeps the page out of caches, frames, search engines and other sites' logs.
func (t *Track) headers(c *fiber.Ctx) error {
	c.Set("Cache-Control", "no-store")
	c.Set("Referrer-Policy", "no-referrer")
	c.Set("X-Content-Type-Options", "nosniff")
	c.Set("X-Frame-Options", "DENY")
	c.Set("X-Robots-Tag", "noindex, nofollow")
	c.Set("Content-Security-Policy", t.policy)
	return c.Next()
}
