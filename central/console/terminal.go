package console

import (
	"github.com/gofiber/fiber/v2"

	"doorstep/assets/view"
	"doorstep/sync/civic"
)

// oneTerminal shows one terminal: every reading in words with what to do, the numbers it had, and the end of its use.
func (k *Console) oneTerminal(c *fiber.Ctx) error {
	ctx := ctxOf(c)
	t, err := k.numbered(ctx, c.Params("number"))
	if err != nil {
		return err
	}
	reserve, err := k.reserve(ctx)
	if err != nil {
		return err
	}
	connected := map[civic.KeyID]bool{}
	for _, key := range k.opts.Connected() {
		connected[key] = true
	}
	page := view.ConsoleTerminal{Console: k.frame(c, "terminals")}
	page.Row = terminal(page.Lang, t, page.Now)
	page.Row.Connected = connected[t.Key]
	traces, err := k.opts.Store.Traces(ctx)
	if err != nil {
		return err
	}
	page.Row.Care = traced(page.Lang, traces, t, care(page.Lang, t, page.Row.Connected, page.Now, reserve))
	page.Readings = readingsOf(page.Lang, page.Row, t.Telemetry, page.Now)
	page.Address = t.Place.Address
	page.Key = t.Key.String()
	if err := k.life(ctx, &page, &t); err != nil {
		return err
	}
	generations, err := k.opts.Store.Generations(ctx, t.Key)
	if err != nil {
		return err
	}
	for _, g := range generations {
		held, err := k.opts.Store.Journal(ctx, g.Key, g.Generation)
		if err != nil {
			return err
		}
		page.Row.Held += held.Seq
		page.Generations = append(page.Generations, view.TerminalGeneration{
			Number: g.Number, Since: g.Since, Point: g.Place.Name, Held: held.Seq, Safe: held.Safe, At: held.At,
		})
	}
	return k.render(c, "terminal", page)
}
