package track

import (
	"bytes"
	"context"
	"errors"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/casework"
	"doorstep/sync/civic"
)

// status tells the holder of a receipt how the application stands.
func (t *Track) status(c *fiber.Ctx) error {
	token := c.Params("token")
	found, err := t.opts.Casework.Track(ctxOf(c), token)
	if err != nil {
		return t.refuse(c, token, err)
	}
	page := t.frame(c)
	page.Case = caseOf(found)
	return t.render(c, page)
}

// caseOf says of a case what its paper lets anyone read.
func caseOf(f *casework.Tracking) view.Case {
	k := view.Case{
		Code: f.QR.Code, Filed: f.QR.Filed, Sure: f.QR.Sure, Training: f.QR.Training,
		Where: view.AtCentral, Terminal: f.Terminal, Point: f.Point, HeldAt: f.Received, LastSeen: f.Seen,
		Notice: f.Notice, Aside: f.Where == casework.WithPerson,
	}
	if f.Where == casework.AtTerminal {
		k.Where = view.AtTerminal
	}
	if f.Notice != nil {
		k.Service, k.Contact = f.Service, f.Notice.Contact
	}
	return k
}

// refuse says why there is no state to show.
func (t *Track) refuse(c *fiber.Ctx, token string, err error) error {
	var refusal *civic.Error
	if !errors.As(err, &refusal) {
		return err
	}
	page := t.frame(c)
	status, key := fiber.StatusNotFound, "track.unreadable"
	switch {
	case refusal.Code == civic.Untrusted && training(token):
		// Practice receipts are of no terminal's key that central knows. Whoever made this one, it counts for nothing.
		key = "track.practice"
	case refusal.Code == civic.Untrusted:
		key = "track.forged"
	case refusal.Code == civic.Unsupported && len(token) >= shortest:
		key = "track.newer"
	}
	page.Problem = locale.T(page.Lang, key)
	c.Status(status)
	return t.render(c, page)
}

// shortest is the length of a token of version 1. A later one has more to say, and what is shorter is no receipt of
// any version.
const shortest = 165

func training(token string) bool {
	qr, err := civic.ParseReceiptQR(token)
	return err == nil && qr.Training && qr.Code.Training()
}

// frame fills what every state of the page shares. The other language is a link of the page itself, relative, so
// that the token is not written into it once more.
func (t *Track) frame(c *fiber.Ctx) view.Track {
	lang := languageOf(c)
	other := locale.English
	if lang == locale.English {
		other = locale.Chinese
	}
	return view.Track{Lang: lang, Host: string(c.Request().Host()), Other: "?lang=" + other, Now: t.opts.Clock()}
}

func (t *Track) render(c *fiber.Ctx, page view.Track) error {
	var b bytes.Buffer
	if err := t.pages.Render(&b, "status", page.Lang, page); err != nil {
		return err
	}
	c.Type("html", "utf-8")
	return c.Send(b.Bytes())
}

// failed says that something went wrong here. The route's pattern is logged and not the path, which is the secret.
func (t *Track) failed(c *fiber.Ctx, err error) error {
	page := t.frame(c)
	status := fiber.StatusInternalServerError
	var he *fiber.Error
	if errors.As(err, &he) {
		status, page.Problem = he.Code, locale.T(page.Lang, "track.nopage")
	} else {
		t.opts.Logger.Error("page failed", "route", c.Route().Path, "error", err)
		page.Problem = locale.T(page.Lang, "error.other")
	}
	c.Status(status)
	return t.render(c, page)
}

// ctxOf returns the request's context. Fiber's own is reused after the handler and must not be kept.
func ctxOf(c *fiber.Ctx) context.Context { return c.UserContext() }
