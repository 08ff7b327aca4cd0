package console

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/sync/civic"
)

// guideNew asks for the code and the name of a new service.
func (k *Console) guideNew(c *fiber.Ctx) error {
	return k.render(c, "guide-new", view.ConsoleGuideNew{Console: k.frame(c, "guides")})
}

// beginGuide makes the first draft of a new service.
func (k *Console) beginGuide(c *fiber.Ctx) error {
	g := civic.Guide{ID: strings.ToUpper(strings.TrimSpace(c.FormValue("id"))), Name: strings.TrimSpace(c.FormValue("name"))}
	_, err := k.opts.Press.Begin(ctxOf(c), g, readerOf(c).actor(civic.RolePublisher))
	if fields := refusals(k.languageOf(c), err); fields != nil {
		c.Status(fiber.StatusUnprocessableEntity)
		return k.render(c, "guide-new", view.ConsoleGuideNew{Console: k.frame(c, "guides"), ID: g.ID, Name: g.Name, Errors: fields})
	}
	if err != nil {
		return err
	}
	return seeOther(c, "/guides/"+g.ID+"/edit")
}

// guide shows one service: what waits to be published, what is published, and its history.
func (k *Console) guide(c *fiber.Ctx) error { return k.showGuide(c, view.ConsoleGuide{}) }

func (k *Console) showGuide(c *fiber.Ctx, page view.ConsoleGuide) error {
	ctx, id := ctxOf(c), c.Params("id")
	page.Console = k.frame(c, "guides")
	row, err := k.guideLine(c, id)
	if err != nil {
		return err
	}
	names := map[string]string{}
	page.Row, page.Version = k.guideRow(c, page.Lang, row, names), row.Draft
	if page.History, err = k.guideHistory(c, page.Lang, id, names); err != nil {
		return err
	}
	page.From, page.To = compared(page.History)
	if row.Rev != 0 && !row.Gone {
		now, err := k.opts.Store.Current(ctx, civic.EditionGuide, id)
		if err != nil {
			return err
		}
		if page.Where, err = k.scopeName(ctx, page.Lang, now.Scope); err != nil {
			return err
		}
	}
	if row.Draft != 0 {
		if err := k.draftOf(c, &page, id); err != nil {
			return err
		}
	}
	return k.render(c, "guide", page)
}

// draftOf says of the draft what it changes and what keeps it from being published.
func (k *Console) draftOf(c *fiber.Ctx, page *view.ConsoleGuide, id string) error {
	d, err := k.opts.Press.Draft(ctxOf(c), id)
	if err != nil {
		return err
	}
	faults, err := k.opts.Press.Publishable(ctxOf(c), &d.Guide)
	if err != nil {
		return err
	}
	page.Faults, page.Overtaken = len(faults), page.Row.Rev > d.Base
	if page.Row.Rev == 0 || page.Row.Gone {
		return nil
	}
	was, err := k.opts.Bulletin.Guide(ctxOf(c), civic.Revision{ID: id, Rev: page.Row.Rev})
	if err != nil {
		return err
	}
	page.Changes, err = k.differences(page.Lang, was, &d.Guide)
	return err
}

// guideHistory makes the lines of a guide's history, the newest first.
func (k *Console) guideHistory(c *fiber.Ctx, lang locale.Lang, id string, names map[string]string) ([]view.GuideLine, error) {
	list, err := k.opts.Store.GuideHistory(ctxOf(c), id)
	if err != nil {
		return nil, err
	}
	out := make([]view.GuideLine, len(list))
	for i, e := range list {
		l := view.GuideLine{Rev: e.Rev, Draft: e.Version, At: e.At, Gone: e.Gone, Reason: e.Reason, Who: k.who(ctxOf(c), lang, publisher(e.Login), names)}
		if l.Who == "" {
			l.Who = locale.T(lang, "case.system")
		}
		switch {
		case e.Gone:
		case e.Rev != 0:
			l.Ref = fmt.Sprintf("r%d", e.Rev)
		default:
			l.Ref = fmt.Sprintf("d%d", e.Version)
		}
		out[i] = l
	}
	return out, nil
}

// compared returns the two texts that a reader most likely wants to see beside each other: the newest and the one
// before.
func compared(history []view.GuideLine) (from, to string) {
	for _, l := range history {
		switch {
		case l.Ref == "":
		case to == "":
			to = l.Ref
		case from == "":
			return l.Ref, to
		}
	}
	return to, to
}

// lastHand returns when and by whom a guide was last published or saved.
func (k *Console) lastHand(c *fiber.Ctx, id string) (time.Time, string, error) {
	lang := k.languageOf(c)
	history, err := k.guideHistory(c, lang, id, map[string]string{})
	if err != nil || len(history) == 0 {
		return time.Time{}, "", err
	}
	return history[0].At, history[0].Who, nil
}

// guideAt returns the text that a reference of the history names.
func (k *Console) guideAt(ctx context.Context, id, ref string) (*civic.Guide, error) {
	unknown := civic.Refuse(civic.NotFound, "guide", "guides.noversion")
	if ref == "" {
		d, err := k.opts.Press.Draft(ctx, id)
		return &d.Guide, err
	}
	n, err := strconv.ParseUint(ref[1:], 10, 32)
	switch {
	case err != nil:
		return nil, unknown
	case ref[0] == 'r':
		return k.opts.Bulletin.Guide(ctx, civic.Revision{ID: id, Rev: uint32(n)})
	case ref[0] == 'd':
		d, err := k.opts.Store.GuideDraft(ctx, id, n)
		return &d.Guide, err
	}
	return nil, unknown
}

// guideCompare shows two texts of a guide field by field, with what was taken away and what was added.
func (k *Console) guideCompare(c *fiber.Ctx) error {
	ctx, id := ctxOf(c), c.Params("id")
	page := view.ConsoleGuideCompare{Console: k.frame(c, "guides"), ID: id}
	older, err := k.guideAt(ctx, id, c.Query("from"))
	if err != nil {
		return err
	}
	newer, err := k.guideAt(ctx, id, c.Query("to"))
	if err != nil {
		return err
	}
	page.Name = guideName(page.Lang, newer)
	if page.History, err = k.guideHistory(c, page.Lang, id, map[string]string{}); err != nil {
		return err
	}
	for _, l := range page.History {
		if l.Ref != "" && l.Ref == c.Query("from") {
			page.From = l
		}
		if l.Ref != "" && l.Ref == c.Query("to") {
			page.To = l
		}
	}
	if page.Changes, err = k.differences(page.Lang, older, newer); err != nil {
		return err
	}
	return k.render(c, "guide-compare", page)
}

// dropGuide gives up a draft.
func (k *Console) dropGuide(c *fiber.Ctx) error {
	version, err := strconv.ParseUint(c.FormValue("version"), 10, 63)
	if err != nil {
		return civic.Refuse(civic.Invalid, "version", "token.wrong")
	}
	id := c.Params("id")
	if err := k.opts.Press.Drop(ctxOf(c), id, version, readerOf(c).actor(civic.RolePublisher)); err != nil {
		return err
	}
	k.say(c, "guides.done.drop")
	if _, err := k.guideLine(c, id); err != nil {
		return seeOther(c, "/guides") // it was never published
	}
	return seeOther(c, "/guides/"+id)
}

// withdrawGuide takes a guide off the terminals.
func (k *Console) withdrawGuide(c *fiber.Ctx) error {
	rev, err := strconv.ParseUint(c.FormValue("rev"), 10, 32)
	if err != nil {
		return civic.Refuse(civic.Invalid, "revision", "token.wrong")
	}
	reason := c.FormValue("reason")
	err = k.opts.Press.Withdraw(ctxOf(c), c.Params("id"), uint32(rev), reason, readerOf(c).actor(civic.RolePublisher))
	if fields := refusals(k.languageOf(c), err); fields["reason"] != "" {
		c.Status(fiber.StatusUnprocessableEntity)
		return k.showGuide(c, view.ConsoleGuide{Reason: reason, Errors: fields})
	}
	if err != nil {
		return err
	}
	k.say(c, "guides.done.withdraw")
	return seeOther(c, "/guides/"+c.Params("id"))
}

// scopeName says in words where a guide is shown.
func (k *Console) scopeName(ctx context.Context, lang locale.Lang, s civic.Scope) (string, error) {
	list, err := k.places(ctx, lang)
	if err != nil {
		return "", err
	}
	for _, o := range list {
		if o.ID == scopeKey(s) {
			return o.Name, nil
		}
	}
	return scopeKey(s), nil
}

// scopeKey is a scope in a form and a URL: "all", "area:440113", "point:hualong".
func scopeKey(s civic.Scope) string {
	switch {
	case s.Point != "":
		return "point:" + s.Point
	case s.Area != "":
		return "area:" + s.Area
	}
	return "all"
}

// scopeOf reads what scopeKey wrote, if it is one of the places to choose from.
func scopeOf(key string, places []view.Option) (civic.Scope, bool) {
	for _, o := range places {
		if o.ID != key {
			continue
		}
		kind, v, _ := strings.Cut(key, ":")
		switch kind {
		case "point":
			return civic.Scope{Point: v}, true
		case "area":
			return civic.Scope{Area: v}, true
		}
		return civic.Scope{}, true
	}
	return civic.Scope{}, false
}

// places lists where a guide may be published: everywhere, in a district, at a point.
func (k *Console) places(ctx context.Context, lang locale.Lang) ([]view.Option, error) {
	sites, err := k.sites(ctx)
	if err != nil {
		return nil, err
	}
	out := []view.Option{{ID: "all", Name: locale.T(lang, "guides.scope.all")}}
	seen := map[string]bool{}
	for _, p := range sites {
		if district := p.Area[:min(6, len(p.Area))]; district != "" && !seen[district] {
			seen[district] = true
			out = append(out, view.Option{ID: "area:" + district, Name: locale.T(lang, "guides.scope.area", district)})
		}
	}
	for _, p := range sites {
		out = append(out, view.Option{ID: "point:" + p.Point, Name: locale.T(lang, "guides.scope.point", p.Name)})
	}
	return out, nil
}
