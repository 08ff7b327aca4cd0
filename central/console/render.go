package console

import (
	"bytes"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// render writes a page in the reader's language.
func (k *Console) render(c *fiber.Ctx, name string, data any) error {
	var b bytes.Buffer
	if err := k.pages.Render(&b, name, k.languageOf(c), data); err != nil {
		return err
	}
	c.Type("html", "utf-8")
	return c.Send(b.Bytes())
}

// places are the entries of the rail in its order, each with the roles that open it.
var places = [...]struct {
	id    string
	roles []civic.Role
}{
	{"cases", []civic.Role{civic.RoleClerk, civic.RoleSupervisor}},
	{"board", []civic.Role{civic.RoleClerk, civic.RoleSupervisor}},
	{"notices", []civic.Role{civic.RolePublisher, civic.RoleNetwork, civic.RoleSecrecy}},
	{"aside", []civic.Role{civic.RoleOperator}},
	{"terminals", []civic.Role{civic.RoleOperator}},
	{"retention", []civic.Role{civic.RoleSupervisor}},
	{"guides", []civic.Role{civic.RolePublisher}},
	{"people", []civic.Role{civic.RoleAdmin}},
	{"audit", []civic.Role{civic.RoleAuditor}},
}

// frame fills what every page behind the gate shares.
func (k *Console) frame(c *fiber.Ctx, active string) view.Console {
	r := readerOf(c)
	v := view.Console{
		Lang: k.languageOf(c), Token: formToken(r.session), User: r.Name, Roles: r.Roles,
		Active: active, Now: k.opts.Clock(), Path: c.OriginalURL(), Flash: k.said(c),
	}
	if v.User == "" {
		v.User = r.Login
	}
	for _, id := range opened(r) {
		v.Rail = append(v.Rail, view.RailItem{ID: id, Count: k.waiting(c, id)})
	}
	return v
}

// opened returns the entries of the rail that a reader's roles open.
func opened(r *reader) (out []string) {
	for _, p := range places {
		if slices.ContainsFunc(p.roles, r.Holds) {
			out = append(out, p.id)
		}
	}
	return out
}

// waiting counts what waits for a person under an entry of the rail.
func (k *Console) waiting(c *fiber.Ctx, place string) int {
	switch place {
	case "aside":
	case "notices":
		return k.noticesWaiting(ctxOf(c), readerOf(c).Person)
	default:
		return 0
	}
	list, err := k.opts.Store.Asides(ctxOf(c), store.MaxPage)
	if err != nil {
		k.opts.Logger.Warn("entries set aside not counted", "error", err)
	}
	return len(list)
}

// say keeps a sentence's key for the next page, which says it once.
func (k *Console) say(c *fiber.Ctx, key string) { k.give(c, flashCookie, key, 60) }

// said returns the sentence that the page before left.
func (k *Console) said(c *fiber.Ctx) string {
	key := c.Cookies(k.cookie(flashCookie))
	if key == "" {
		return ""
	}
	k.give(c, flashCookie, "", 0)
	// A cookie is the browser's to change: only sentences about what was done can be said by it.
	if !strings.Contains(key, ".done.") || !locale.Has(key) {
		return ""
	}
	return locale.T(k.languageOf(c), key)
}

// failed shows any refusal as a page that says what is wrong and what to do. What is no refusal of ours is logged,
// and the reader is told without its text.
func (k *Console) failed(c *fiber.Ctx, err error) error {
	var he *fiber.Error
	var refusal *civic.Error
	status := fiber.StatusInternalServerError
	switch {
	case errors.As(err, &refusal):
		status = statusOf(refusal.Code)
	case errors.As(err, &he):
		status = he.Code
		if status == fiber.StatusRequestEntityTooLarge {
			err = civic.Refuse(civic.Full, "", "console.large", maxNotice>>20)
		}
		if status == fiber.StatusNotFound || status == fiber.StatusMethodNotAllowed {
			err = civic.Refuse(civic.NotFound, "", "console.nopage")
		}
	default:
		// The route's pattern and not the path, which holds a tracking code.
		k.opts.Logger.Error("page failed", "route", c.Route().Path, "error", err)
	}
	c.Status(status)
	if _, ok := c.Locals(readerKey{}).(*reader); !ok {
		lang := k.languageOf(c)
		return k.render(c, "message", view.ConsoleMessage{
			Console: view.Console{Lang: lang, Now: k.opts.Clock()}, Tone: view.Alarm,
			Title: locale.T(lang, "console.failed"), Text: locale.Error(lang, err),
			URL: "/sign-in", Verb: locale.T(lang, "signin.verb"),
		})
	}
	page := view.ConsoleMessage{Console: k.frame(c, ""), Tone: view.Alarm, URL: "/"}
	page.Title, page.Text = locale.T(page.Lang, titleOf(c.Method(), status)), locale.Error(page.Lang, err)
	page.Verb = locale.T(page.Lang, "console.first")
	return k.render(c, "message", page)
}

// titleOf names what did not happen: a look, or something that was to be done.
func titleOf(method string, status int) string {
	switch {
	case method == fiber.MethodGet && status == fiber.StatusForbidden:
		return "console.unseen"
	case method == fiber.MethodGet && status == fiber.StatusNotFound:
		return "console.unknown"
	}
	return "console.failed"
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

// own returns path if it is one of ours, else the first page: what a form posts must not lead elsewhere.
func own(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") ||
		strings.HasPrefix(u.Path, "//") || strings.ContainsAny(path, "\\\r\n") {
		return "/"
	}
	return u.RequestURI()
}

// first leads to the first page that the reader's roles open.
func (k *Console) first(c *fiber.Ctx) error {
	if places := opened(readerOf(c)); len(places) > 0 {
		return seeOther(c, "/"+places[0]) // which says what this page would have said
	}
	frame := k.frame(c, "")
	return k.render(c, "message", view.ConsoleMessage{
		Console: frame, Title: locale.T(frame.Lang, "console.nothing"),
		Text: locale.T(frame.Lang, "console.nothing.how"), URL: "/", Verb: locale.T(frame.Lang, "console.again"),
	})
}

// language changes the language of this browser and comes back to the page.
func (k *Console) language(c *fiber.Ctx) error {
	if lang := c.FormValue("lang"); locale.Valid(lang) {
		k.give(c, langCookie, lang, 365*24*60*60)
	}
	return seeOther(c, own(c.FormValue("back")))
}
