package track

import (
	"bytes"
	"errors"
	"strings"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/sync/civic"
	"doorstep/sync/hub"
)

// ask shows the form for those whose paper cannot be scanned: the code and the last four characters of the document.
func (t *Track) ask(c *fiber.Ctx) error { return t.showAsk(c, view.TrackAsk{}) }

// answer looks a case up by code and document. A wrong pair and an unknown code get the same answer, and five tries
// an hour are all that a code allows, whoever asks.
func (t *Track) answer(c *fiber.Ctx) error {
	page := view.TrackAsk{Code: c.FormValue("code"), Last: strings.ToUpper(strings.TrimSpace(c.FormValue("last")))}
	code, err := civic.ParseTrackingCode(page.Code)
	if err != nil {
		return t.wrong(c, page, "code", err)
	}
	if len(page.Last) != 4 {
		return t.wrong(c, page, "last", civic.Refuse(civic.Invalid, "last", "lookup.last.length"))
	}
	notice, err := t.opts.Casework.Ask(ctxOf(c), hub.Terminal{}, code, page.Last, t.opts.Clock())
	if err != nil {
		return t.wrong(c, page, "", err)
	}
	out := t.frame(c)
	out.Case = view.Case{
		Code: code, Where: view.AtCentral, Terminal: code.Terminal(), Notice: notice, Contact: notice.Contact,
	}
	return t.render(c, out)
}

// wrong shows the form again with what is wrong. A failure of ours is no answer of the form.
func (t *Track) wrong(c *fiber.Ctx, page view.TrackAsk, field string, err error) error {
	var refusal *civic.Error
	if !errors.As(err, &refusal) {
		return err
	}
	status := fiber.StatusUnprocessableEntity
	sentence := locale.Error(languageOf(c), refusal)
	switch refusal.Code {
	case civic.NotFound:
		status, sentence = fiber.StatusNotFound, locale.T(languageOf(c), "track.absent")
	case civic.Limited:
		status = fiber.StatusTooManyRequests
	}
	page.Errors = map[string]string{field: sentence}
	c.Status(status)
	return t.showAsk(c, page)
}

func (t *Track) showAsk(c *fiber.Ctx, page view.TrackAsk) error {
	f := t.frame(c)
	page.Lang, page.Host, page.Other, page.Now = f.Lang, f.Host, f.Other, f.Now
	var b bytes.Buffer
	if err := t.pages.Render(&b, "ask", page.Lang, page); err != nil {
		return err
	}
	c.Type("html", "utf-8")
	return c.Send(b.Bytes())
}
