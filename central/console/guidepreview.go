package console

import (
	"bytes"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
)

// guidePreview shows a text as the terminal will: the terminal's own page in a frame of its size, made small.
func (k *Console) guidePreview(c *fiber.Ctx) error {
	id, ref := c.Params("id"), c.Query("of")
	g, err := k.guideAt(ctxOf(c), id, ref)
	if err != nil {
		return err
	}
	page := view.ConsoleGuidePreview{
		Console: k.frame(c, "guides"), ID: id, Ref: ref, English: c.Query("lang") == locale.English, Elder: c.Query("elder") == "1",
	}
	page.Name = guideName(page.Lang, g)
	row, err := k.guideLine(c, id)
	if err != nil {
		return err
	}
	page.Draft = ref == "" && row.Draft != 0
	at := func(path string, english, elder bool) string {
		q := url.Values{}
		if ref != "" {
			q.Set("of", ref)
		}
		if english {
			q.Set("lang", locale.English)
		}
		if elder {
			q.Set("elder", "1")
		}
		if len(q) == 0 {
			return "/guides/" + id + path
		}
		return "/guides/" + id + path + "?" + q.Encode()
	}
	page.URL = at("/terminal", page.English, page.Elder)
	page.ZhURL, page.EnURL = at("/preview", false, page.Elder), at("/preview", true, page.Elder)
	page.PlainURL, page.ElderURL = at("/preview", page.English, false), at("/preview", page.English, true)
	return k.render(c, "guide-preview", page)
}

// guideTerminal is the page in the frame. Its script does not run and its links lead nowhere: only how it looks is to
// be seen.
func (k *Console) guideTerminal(c *fiber.Ctx) error {
	g, err := k.guideAt(ctxOf(c), c.Params("id"), c.Query("of"))
	if err != nil {
		return err
	}
	lang := locale.Chinese
	if c.Query("lang") == locale.English {
		lang = locale.English
	}
	forms, err := k.opts.Press.Forms(ctxOf(c))
	if err != nil {
		return err
	}
	v := view.Guide{Guide: *g, Kiosk: view.Kiosk{
		Lang: lang, Elder: c.Query("elder") == "1", Place: locale.T(lang, "guides.preview.place"), Now: k.opts.Clock(), Line: view.Line{Up: true},
	}}
	for _, f := range forms {
		v.Ready = v.Ready || f.ID == g.Form && g.FiledHere()
	}
	var b bytes.Buffer
	if err := k.terminalPages.Render(&b, "guide", lang, v); err != nil {
		return err
	}
	c.Set("X-Frame-Options", "SAMEORIGIN")
	c.Set(policyHeader, "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self'; font-src 'self'; form-action 'none'; "+
		"base-uri 'none'; frame-ancestors 'self'")
	c.Type("html", "utf-8")
	// In a frame that may open no windows, this target makes every link do nothing.
	return c.Send(bytes.Replace(b.Bytes(), []byte("<head>"), []byte(`<head><base target="_blank">`), 1))
}
