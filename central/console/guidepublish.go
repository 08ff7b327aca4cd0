package console

import (
	"errors"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/sync/civic"
)

// guidePublish asks before a draft is published: what changes, where it is to be shown, which terminals get it.
func (k *Console) guidePublish(c *fiber.Ctx) error {
	ctx, id := ctxOf(c), c.Params("id")
	page := view.ConsoleGuidePublish{Console: k.frame(c, "guides"), ID: id}
	d, err := k.opts.Press.Draft(ctx, id)
	if err != nil {
		return err
	}
	if d.Version == 0 {
		return seeOther(c, "/guides/"+id)
	}
	row, err := k.guideLine(c, id)
	if err != nil {
		return err
	}
	page.Name, page.Version, page.Rev, page.Overtaken = guideName(page.Lang, &d.Guide), d.Version, row.Rev, row.Rev > d.Base
	faults, err := k.opts.Press.Publishable(ctx, &d.Guide)
	if err != nil {
		return err
	}
	for _, f := range faults {
		path := fieldOf(f.Field)
		page.Faults = append(page.Faults, view.GuideFault{
			Path: path, Label: guideLabel(page.Lang, path, &d.Guide), Text: locale.Error(page.Lang, f),
		})
	}
	if page.Places, err = k.places(ctx, page.Lang); err != nil {
		return err
	}
	page.Scope = c.Query("scope")
	if row.Rev != 0 && !row.Gone {
		if err := k.overPublished(c, &page, &d.Guide); err != nil {
			return err
		}
	}
	scope, ok := scopeOf(page.Scope, page.Places)
	if !ok {
		page.Scope = scopeKey(scope)
	}
	if page.Terminals, err = k.covered(c, scope); err != nil {
		return err
	}
	for _, t := range page.Terminals {
		if t.Connected {
			page.Now++
		}
	}
	return k.render(c, "guide-publish", page)
}

// overPublished says what is published now, and begins with its place.
func (k *Console) overPublished(c *fiber.Ctx, page *view.ConsoleGuidePublish, draft *civic.Guide) error {
	now, err := k.opts.Store.Current(ctxOf(c), civic.EditionGuide, page.ID)
	if err != nil {
		return err
	}
	was, err := k.opts.Bulletin.Guide(ctxOf(c), now.Revision())
	if err != nil {
		return err
	}
	if page.Changes, err = k.differences(page.Lang, was, draft); err != nil {
		return err
	}
	key := scopeKey(now.Scope)
	i := slices.IndexFunc(page.Places, func(o view.Option) bool { return o.ID == key })
	if i < 0 { // a place without a terminal now
		page.Places = append(page.Places, view.Option{ID: key, Name: key})
		i = len(page.Places) - 1
	}
	page.Was = page.Places[i].Name
	if page.Scope == "" {
		page.Scope = key
	}
	return nil
}

// covered lists the terminals within a scope, by number.
func (k *Console) covered(c *fiber.Ctx, scope civic.Scope) ([]view.GuideTerminal, error) {
	list, err := k.opts.Fleet.Terminals(ctxOf(c))
	if err != nil {
		return nil, err
	}
	connected := k.opts.Connected()
	var out []view.GuideTerminal
	for _, t := range list {
		if t.Revoked.IsZero() && scope.Covers(t.Place.Area, t.Place.Point, t.Key) {
			out = append(out, view.GuideTerminal{Number: t.Number, Point: t.Place.Name, Connected: slices.Contains(connected, t.Key)})
		}
	}
	return out, nil
}

// releaseGuide publishes the draft that was confirmed.
func (k *Console) releaseGuide(c *fiber.Ctx) error {
	ctx, id := ctxOf(c), c.Params("id")
	version, err := strconv.ParseUint(c.FormValue("version"), 10, 63)
	if err != nil {
		return civic.Refuse(civic.Invalid, "version", "token.wrong")
	}
	places, err := k.places(ctx, k.languageOf(c))
	if err != nil {
		return err
	}
	key := c.FormValue("scope")
	scope, ok := scopeOf(key, places)
	if !ok {
		now, err := k.opts.Store.Current(ctx, civic.EditionGuide, id)
		if err != nil || scopeKey(now.Scope) != key {
			return errors.Join(civic.Refuse(civic.Invalid, "scope", "guides.scope.unknown"), err)
		}
		scope = now.Scope
	}
	if _, err := k.opts.Press.Release(ctx, id, version, scope, readerOf(c).actor(civic.RolePublisher)); err != nil {
		return err
	}
	k.say(c, "guides.done.publish")
	return seeOther(c, "/guides/"+id)
}

// refusals returns what is wrong by field, in words; nil where an error names no field.
func refusals(lang locale.Lang, err error) map[string]string {
	var refusal *civic.Error
	if !errors.As(err, &refusal) || refusal.Field == "" {
		return nil
	}
	return map[string]string{refusal.Field: locale.Error(lang, refusal)}
}
