package web

import (
	"bytes"
	"context"
	"errors"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/sync/civic"
)

// render writes a page in the visit's language.
func (w *Web) render(c *fiber.Ctx, name string, data any) error {
	var b bytes.Buffer
	if err := w.pages.Render(&b, name, visitOf(c).language(), data); err != nil {
		return err
	}
	if c.Method() == fiber.MethodGet && c.Response().StatusCode() == fiber.StatusOK && name != "leave" {
		_ = keep(c, func(v *visit) { v.at = c.OriginalURL() }) // of one who has left nothing is kept
	}
	c.Type("html", "utf-8")
	return c.Send(b.Bytes())
}

// frame fills what every page shares.
func (w *Web) frame(c *fiber.Ctx) view.Kiosk {
	v := visitOf(c)
	policy := w.opts.Desk.Policy()
	k := view.Kiosk{
		Token: v.token, PxPerMM: w.opts.PxPerMM, Now: w.opts.Clock(), Path: c.OriginalURL(),
		Idle: view.Idle{Warning: policy.IdleWarning, Leave: policy.IdleLeave},
		Line: w.lineState(ctxOf(c)),
		Open: v.open(),
	}
	if c.Method() != fiber.MethodGet {
		k.Path = v.last() // what answers a POST cannot be loaded again
	}
	v.mu.Lock()
	k.Lang, k.Elder, k.Contrast, k.Reach = v.lang, v.elder, v.contrast, v.reach
	v.mu.Unlock()
	if place, err := w.opts.Site.Place(ctxOf(c)); err == nil {
		k.Place, k.Training = place.PointName, place.Training
	}
	return k
}

func (w *Web) lineState(ctx context.Context) view.Line {
	waiting, err := w.opts.Queue(ctx)
	if err != nil {
		w.opts.Logger.Warn("queue not read", "error", err)
	}
	return view.Line{Up: w.opts.Line.State(), Waiting: waiting}
}

func (v *visit) language() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.lang
}

// last returns the page that was shown last.
func (v *visit) last() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.at
}

// words returns the sentences of refusals by field, the first of each, in the reader's language.
func words(lang string, faults []*civic.Error) map[string]string {
	out := map[string]string{}
	for _, f := range faults {
		if _, ok := out[f.Field]; !ok {
			out[f.Field] = locale.Error(lang, f)
		}
	}
	return out
}

// sentence returns what to say of an error.
func sentence(lang string, err error) string {
	if err == nil {
		return ""
	}
	return locale.Error(lang, err)
}

// failed shows any refusal as a page that says what is wrong and what to do. What is no refusal of ours is logged,
// and the reader is told without its text.
func (w *Web) failed(c *fiber.Ctx, err error) error {
	var he *fiber.Error
	var refusal *civic.Error
	status := fiber.StatusInternalServerError
	switch {
	case errors.As(err, &refusal):
		status = statusOf(refusal.Code)
		if refusal.Key == "web.large" {
			status = fiber.StatusRequestEntityTooLarge
		}
	case errors.As(err, &he):
		status = he.Code
		if status == fiber.StatusNotFound {
			err = civic.Refuse(civic.NotFound, "", "web.nopage")
		}
	default:
		// The route's pattern and not the path: a path can hold what a resident typed.
		w.opts.Logger.Error("page failed", "route", c.Route().Path, "error", err)
	}
	c.Status(status)
	v, ok := c.Locals(visitKey{}).(*visit)
	if !ok {
		return c.SendString(locale.T("zh", "web.closed") + "\n" + locale.T("en", "web.closed"))
	}
	lang := v.language()
	page := view.Message{
		Kiosk: w.frame(c), Tone: view.Alarm,
		Title: locale.T(lang, "web.failed"), Text: sentence(lang, err),
	}
	if status == fiber.StatusRequestEntityTooLarge {
		page.URL, page.Verb = v.last(), locale.T(lang, "act.back")
	}
	return w.render(c, "message", page)
}

func statusOf(code civic.Code) int {
	switch code {
	case civic.NotFound:
		return fiber.StatusNotFound
	case civic.Forbidden, civic.Untrusted:
		return fiber.StatusForbidden
	case civic.Full, civic.Unavailable:
		return fiber.StatusServiceUnavailable
	case civic.Limited:
		return fiber.StatusTooManyRequests
	case civic.Conflict:
		return fiber.StatusConflict
	}
	return fiber.StatusUnprocessableEntity
}

func seeOther(c *fiber.Ctx, path string) error { return c.Redirect(path, fiber.StatusSeeOther) }
