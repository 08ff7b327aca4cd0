package console

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/casework"
	"doorstep/central/intake"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// maxAsideReason bounds why an entry was closed, in characters, and maxClosed how many closed ones the page shows.
const (
	maxAsideReason = 500
	maxClosed      = 20
)

// asides lists what central holds and could not turn into a case, the longest waiting first. It shows codes, what is
// asked for and since when, never content; the reply clock runs all the same (promise P7).
func (k *Console) asides(c *fiber.Ctx) error { return k.showAsides(c, nil, nil) }

func (k *Console) showAsides(c *fiber.Ctx, errs, draft map[string]string) error {
	ctx := ctxOf(c)
	list, err := k.opts.Store.Asides(ctx, store.MaxPage)
	if err != nil {
		return err
	}
	closed, err := k.opts.Store.ClosedAsides(ctx, maxClosed)
	if err != nil {
		return err
	}
	names, err := k.officeNames(c)
	if err != nil {
		return err
	}
	page := view.ConsoleAsides{
		Console: k.frame(c, "aside"), Errors: errs, Draft: draft, Departments: names.choices(store.Department, ""),
	}
	row, err := k.asideRows(ctx, &page)
	if err != nil {
		return err
	}
	for _, a := range list {
		page.Rows = append(page.Rows, row(a))
	}
	page.Again = reasonsOf(list)
	for _, a := range closed {
		page.Closed = append(page.Closed, row(a))
	}
	return k.render(c, "aside", page)
}

// asideRows returns what makes a row of the page.
func (k *Console) asideRows(ctx context.Context, page *view.ConsoleAsides) (func(store.Aside) view.AsideRow, error) {
	calendar, err := k.opts.Bulletin.Calendar(ctx)
	if err != nil {
		return nil, err
	}
	terminals, err := k.byKey(ctx)
	if err != nil {
		return nil, err
	}
	guides, err := k.opts.Bulletin.Guides(ctx)
	if err != nil {
		return nil, err
	}
	services := map[string]string{}
	for _, g := range guides {
		services[g.ID] = nameIn(page.Lang, g.Name, g.NameEN)
	}
	today, people := civic.DateOf(page.Now), map[string]string{}
	return func(a store.Aside) view.AsideRow {
		t := terminals[a.Terminal]
		r := view.AsideRow{
			Code: a.Code, Entry: a.Ref.ID, Outcome: a.Outcome, Service: services[a.Service], Since: a.Since,
			Terminal: t.Number, Point: t.Place.Name, Release: store.Again(a.Outcome), Route: store.Routable(a.Kind, a.Outcome),
			Closed: a.Closed, Reason: a.Reason,
		}
		if r.Service == "" {
			r.Service = a.Service
		}
		if !a.Closed.IsZero() {
			r.Who = k.who(ctx, page.Lang, a.ClosedBy, people)
			return r
		}
		if a.Kind == civic.EntryApplication && !store.Settles(a.Outcome) {
			filed, _ := intake.FiledAt(a.Evidence, a.Received) // on which day the clock of its case will have begun
			r.Due = casework.ReplyClock(calendar, civic.DateOf(filed)).Due
		}
		if !r.Due.IsZero() {
			// The date came from this calendar, so it counts back from it too.
			r.Left, _ = civic.Remaining(today, r.Due, civic.WorkingDays, calendar)
		}
		return r
	}, nil
}

// reasonsOf counts what may be opened once more at one stroke, by reason, in the order of the page.
func reasonsOf(list []store.Aside) (out []view.AsideReason) {
	at := map[civic.Outcome]int{}
	for _, a := range list {
		if !store.Together(a.Outcome) {
			continue
		}
		i, ok := at[a.Outcome]
		if !ok {
			i = len(out)
			at[a.Outcome], out = i, append(out, view.AsideReason{Outcome: a.Outcome})
		}
		out[i].Count++
	}
	return out
}

// byKey returns the terminals by key.
func (k *Console) byKey(ctx context.Context) (map[civic.KeyID]store.Terminal, error) {
	list, err := k.opts.Fleet.Terminals(ctx)
	out := make(map[civic.KeyID]store.Terminal, len(list))
	for _, t := range list {
		out[t.Key] = t
	}
	return out, err
}

// asideAct does one thing about an entry set aside: release gives it back to intake, which opens it within its next
// look; route does so for a department, whose case it becomes as it is; close takes it off the list for a reason. A
// refusal shows the page again with what was typed.
func (k *Console) asideAct(c *fiber.Ctx) error {
	id, err := civic.ParseEntryID(c.Params("entry"))
	if err != nil {
		return civic.Refuse(civic.NotFound, "entry", "aside.gone")
	}
	ctx, at, by, act := ctxOf(c), k.opts.Clock(), readerOf(c).actor(civic.RoleOperator), c.Params("act")
	switch act {
	case "release":
		err = k.opts.Store.Release(ctx, id, "", at, by)
	case "route":
		err = k.route(c, id, by)
	case "close":
		reason := strings.TrimSpace(c.FormValue("reason"))
		if utf8.RuneCountInString(reason) > maxAsideReason {
			err = civic.Refuse(civic.Invalid, "reason", "aside.reason.long", maxAsideReason)
		} else {
			err = k.opts.Store.CloseAside(ctx, id, reason, at, by)
		}
	default:
		return fiber.ErrNotFound
	}
	var refusal *civic.Error
	switch {
	case err == nil:
		k.say(c, "aside.done."+act)
		return seeOther(c, "/aside")
	case !errors.As(err, &refusal) || refusal.Code == civic.NotFound:
		return err
	}
	c.Status(statusOf(refusal.Code))
	return k.showAsides(c, map[string]string{id.String(): locale.Error(k.languageOf(c), refusal)},
		map[string]string{"act": act, "entry": id.String(), "reason": c.FormValue("reason")})
}

// route gives an entry to a department that is open, if only its checks kept it from being a case.
func (k *Console) route(c *fiber.Ctx, id civic.EntryID, by store.Actor) error {
	names, err := k.officeNames(c)
	if err != nil {
		return err
	}
	department := c.FormValue("department")
	known := false
	for _, o := range names.choices(store.Department, "") {
		known = known || o.Key == department
	}
	if !known {
		return civic.Refuse(civic.Missing, "department", "aside.department")
	}
	list, err := k.opts.Store.Asides(ctxOf(c), store.MaxPage)
	if err != nil {
		return err
	}
	for _, a := range list {
		if a.Ref.ID == id && !store.Routable(a.Kind, a.Outcome) {
			return civic.Refuse(civic.Forbidden, "entry", "aside.unroutable")
		}
	}
	return k.opts.Store.Release(ctxOf(c), id, department, k.opts.Clock(), by)
}

// releaseAll gives back everything that one reason holds up.
func (k *Console) releaseAll(c *fiber.Ctx) error {
	o := civic.Outcome(c.FormValue("outcome"))
	if !store.Together(o) {
		return civic.Refuse(civic.NotFound, "outcome", "aside.gone")
	}
	if _, err := k.opts.Store.ReleaseAll(ctxOf(c), o, k.opts.Clock(), readerOf(c).actor(civic.RoleOperator)); err != nil {
		return err
	}
	k.say(c, "aside.done.release")
	return seeOther(c, "/aside")
}
