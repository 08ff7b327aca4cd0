package web

import (
	"net/http"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/filesystem"
	"github.com/gofiber/fiber/v2/middleware/recover"

	"doorstep/assets"
)

// routes lists every page action. What a GET shows can be loaded again without harm; what changes something is a
// POST that redirects.
func (w *Web) routes() {
	app := w.app
	app.Use(recover.New(), unread)
	app.Use(assets.Prefix, func(c *fiber.Ctx) error {
		c.Set("Cache-Control", "public, max-age=31536000, immutable")
		return c.Next()
	}, filesystem.New(filesystem.Config{Root: http.FS(w.opts.Files.FS())}))
	app.Use(headers)
	app.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok") })
	app.Get("/open", w.open)

	app.Use(lobbyPath, w.shows(Lobby), w.screened)
	app.Get(lobbyPath, w.lobby)
	app.Get(lobbyPath+"/wait", w.await)
	app.Post(lobbyPath+"/shown", w.displayed)

	app.Use(w.shows(Resident), w.gate)

	app.Get("/", w.home)
	app.Get("/search", w.search)
	app.Get("/event/:id", w.event)
	app.Get("/departments", w.departments)
	app.Get("/department/:key", w.department)
	app.Get("/guide/:id", w.guide)
	app.Post("/blank/:id", w.blank)

	app.Get("/notices", w.notices)
	app.Get("/notices/kinds", w.kinds)
	app.Get("/notices/:id", w.notice)

	app.Get("/privacy/:id", w.privacy)
	app.Post("/begin", w.begin)
	app.Use("/form", w.drafted)
	app.Get("/form/:page", w.step)
	app.Post("/form/:page", w.answer)
	app.Use("/materials", w.drafted)
	app.Get("/materials", w.materials)
	app.Post("/materials", w.papersDone)
	app.Post("/materials/:id", w.hand)
	app.Post("/materials/:id/papers", w.attach)
	app.Get("/materials/:id/papers/:n", w.paper)
	app.Post("/materials/:id/papers/:n/remove", w.detach)
	app.Get("/review", w.drafted, w.review)
	app.Post("/review", w.confirm)
	app.Get("/done", w.done)
	app.Get("/done/shown", w.shown)
	app.Post("/print", w.print)
	app.Get("/receipt.pdf", w.receipt)

	app.Get("/lookup", w.lookup)
	app.Post("/lookup", w.find)
	app.Get("/status", w.status)
	app.Post("/status/reprint", w.reprint)
	app.Post("/status/supplement", w.supplement)
	app.Post("/status/withdraw", w.withdraw)

	app.Post("/settings", w.look)
	app.Get("/leave", w.leaving)
	app.Post("/leave", w.leave)
	app.Get("/ended", w.ended)
	app.Post("/touch", w.touch)
	app.Get("/line", w.line)
	app.Post("/ime", w.ime)
}
