package web

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
)

// look changes language, size, contrast or reach for this resident and comes back to the page.
func (w *Web) look(c *fiber.Ctx) error {
	v := visitOf(c)
	v.mu.Lock()
	lang, session := field(c, "lang"), v.session
	if locale.Valid(lang) {
		v.lang = lang
	}
	set(&v.elder, field(c, "elder"))
	set(&v.contrast, field(c, "contrast"))
	set(&v.reach, field(c, "reach"))
	v.mu.Unlock()
	// The questions of the form change with the frame around them.
	if s, err := w.opts.Desk.Session(session); err == nil && locale.Valid(lang) {
		s.SetLang(lang)
	}
	return seeOther(c, own(field(c, "back")))
}

func set(b *bool, value string) {
	switch value {
	case "1":
		*b = true
	case "0":
		*b = false
	}
}

// own returns path if it is one of ours, else the first page: what a form posts must not lead elsewhere.
func own(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(path, "//") {
		return "/"
	}
	return u.RequestURI()
}
