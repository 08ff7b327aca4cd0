package console

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/view"
	"doorstep/central/casework"
	"doorstep/central/intake"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// asides lists what central holds and could not turn into a case, the longest waiting first. It shows codes and
// since when, never content; the reply clock runs all the same (promise P7).
func (k *Console) asides(c *fiber.Ctx) error {
	ctx := ctxOf(c)
	list, err := k.opts.Store.Asides(ctx, store.MaxPage)
	if err != nil {
		return err
	}
	calendar, err := k.opts.Bulletin.Calendar(ctx)
	if err != nil {
		return err
	}
	terminals, err := k.byKey(ctx)
	if err != nil {
		return err
	}
	page := view.ConsoleAsides{Console: k.frame(c, "aside")}
	today := civic.DateOf(page.Now)
	for _, a := range list {
		t := terminals[a.Terminal]
		r := view.AsideRow{
			Code: a.Code, Entry: a.Ref.ID, Outcome: a.Outcome, Since: a.Since,
			Terminal: t.Number, Point: t.Place.Name, Release: again(a.Outcome),
		}
		if a.Kind == civic.EntryApplication && !settles(a.Outcome) {
			r.Due = casework.ReplyClock(calendar, civic.DateOf(a.Received)).Due
		}
		if !r.Due.IsZero() {
			// The date came from this calendar, so it counts back from it too.
			r.Left, _ = civic.Remaining(today, r.Due, civic.WorkingDays, calendar)
		}
		page.Rows = append(page.Rows, r)
	}
	return k.render(c, "aside", page)
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

// again reports whether opening an entry once more can come out otherwise: after a form was published, a key
// restored, the program mended. What collides with another, was practice, or stands for a damaged record, stays.
func again(o civic.Outcome) bool {
	return o.Aside() && o != civic.OutcomeConflict && !settles(o)
}

// settles reports whether no case can follow from an entry, so that no clock runs for it.
func settles(o civic.Outcome) bool { return o == civic.OutcomeVoid || o == intake.OutcomeTraining }

// release gives an entry back to intake, which opens it within its next look.
func (k *Console) release(c *fiber.Ctx) error {
	id, err := civic.ParseEntryID(c.Params("entry"))
	if err != nil {
		return civic.Refuse(civic.NotFound, "entry", "aside.gone")
	}
	err = k.opts.Store.Release(ctxOf(c), id, k.opts.Clock(), readerOf(c).actor(civic.RoleOperator))
	if err != nil {
		return err
	}
	k.say(c, "aside.done.release")
	return seeOther(c, "/aside")
}
