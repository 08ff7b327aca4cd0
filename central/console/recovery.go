package console

import (
	"context"
	"slices"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/store"
	"doorstep/sync/civic"
	"doorstep/sync/hub"
)

// recovery tells what happened to central and its terminals: backups and restores, machines that were put back, copied
// or are not known, and what is lost, each with what to do.
func (k *Console) recovery(c *fiber.Ctx) error {
	ctx := ctxOf(c)
	page := view.ConsoleRecovery{Console: k.frame(c, "terminals")}
	last, err := k.opts.Store.LastBackup(ctx)
	if err != nil {
		return err
	}
	page.Backup = last.At
	restores, err := k.opts.Store.Restores(ctx)
	if err != nil {
		return err
	}
	for _, r := range slices.Backward(restores) {
		v := view.Restored{At: r.At, Taken: r.Taken, Editions: r.LostEditions()}
		if v.Editions > 0 {
			v.First, v.Last = r.Feed+1, r.Reached
		}
		page.Restores = append(page.Restores, v)
	}
	terminals, err := k.byKey(ctx)
	if err != nil {
		return err
	}
	if page.Machines, err = k.machines(ctx, page.Lang, terminals); err != nil {
		return err
	}
	entries, err := k.opts.Store.LostEntries(ctx, store.MaxPage)
	if err != nil {
		return err
	}
	for _, e := range entries {
		t := terminals[e.Terminal]
		page.Entries = append(page.Entries, view.LostEntry{Code: e.Code, Kind: e.Kind, Taken: e.Taken, Number: t.Number, Point: t.Place.Name})
	}
	steps, err := k.opts.Store.LostSteps(ctx, store.MaxPage)
	if err != nil {
		return err
	}
	for _, s := range steps {
		page.Steps = append(page.Steps, view.LostStep{Code: s.Code, At: s.At})
	}
	page.Truncated = len(entries) == store.MaxPage || len(steps) == store.MaxPage
	return k.render(c, "recovery", page)
}

// machines are those that need somebody because they were put back or copied, or are not known here.
func (k *Console) machines(ctx context.Context, lang locale.Lang, terminals map[civic.KeyID]store.Terminal) ([]view.Traced, error) {
	list, err := k.opts.Store.Traces(ctx)
	if err != nil {
		return nil, err
	}
	var out []view.Traced
	for _, g := range list {
		t, known := terminals[g.Key]
		text := traceText(lang, g, t)
		if known != (hub.Sign(g.Sign) != hub.SignStranger) || text == "" {
			continue // enrolled since, or in order again
		}
		out = append(out, view.Traced{Number: t.Number, Point: t.Place.Name, Key: g.Key.String()[:8], Last: g.Last, Text: text})
	}
	return out, nil
}

// traceText says what a sign of a machine means and what to do; empty where it was of a time before the machine was
// enrolled as it is now, or the machine is revoked.
func traceText(lang locale.Lang, g store.Trace, t store.Terminal) string {
	if !t.Revoked.IsZero() || g.Last.Before(t.Since) {
		return ""
	}
	last := locale.Short(lang, g.Last)
	switch hub.Sign(g.Sign) {
	case hub.SignImage:
		return locale.T(lang, "recovery.sign.image", last)
	case hub.SignClone:
		return locale.T(lang, "recovery.sign.clone", last)
	case hub.SignAhead:
		return locale.T(lang, "recovery.sign.ahead", last)
	case hub.SignStranger:
		return locale.T(lang, "recovery.sign.stranger", last)
	}
	return ""
}

// traced puts what signs of a terminal need of a person before everything else it needs. Where it is one key on two
// machines, that the journals part is no wonder and is not said too.
func traced(lang locale.Lang, list []store.Trace, t store.Terminal, care []view.Care) []view.Care {
	var out []view.Care
	for _, g := range list {
		text := traceText(lang, g, t)
		if g.Key != t.Key || text == "" || hub.Sign(g.Sign) == hub.SignImage && len(out) > 0 {
			continue
		}
		out = append(out, view.Care{Reading: "records", Text: text})
	}
	return append(out, care...)
}
