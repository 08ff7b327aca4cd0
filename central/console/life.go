package console

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// life says on a terminal's page how its key ended, or what it is told to do and what that waits for.
func (k *Console) life(ctx context.Context, page *view.ConsoleTerminal, t *store.Terminal) error {
	if t.Ended != store.Serving {
		page.Life = locale.T(page.Lang, "life.ended."+string(t.Ended))
		return nil
	}
	orders, err := k.opts.Fleet.Orders(ctx)
	if err != nil {
		return err
	}
	for _, o := range orders {
		switch {
		case o.Next == t.Key:
			page.Life = locale.T(page.Lang, "life.next")
		case o.Terminal == t.Key && o.Next != civic.KeyID{}:
			page.Life = locale.T(page.Lang, "life.ready."+string(o.Task))
		case o.Terminal == t.Key:
			page.Life = locale.T(page.Lang, "life.order."+string(o.Task))
		}
	}
	if page.Life != "" {
		return nil
	}
	page.Orders = true
	sites, err := k.sites(ctx)
	for _, p := range sites {
		if p.Point != t.Place.Point {
			page.Points = append(page.Points, view.Point{ID: p.Point, Name: p.Name, Area: p.Area})
		}
	}
	return err
}

// order tells a terminal to change its key, to move, or to retire.
func (k *Console) order(c *fiber.Ctx) error {
	ctx := ctxOf(c)
	t, err := k.numbered(ctx, c.Params("number"))
	if err != nil {
		return err
	}
	by := readerOf(c).actor(civic.RoleOperator)
	switch c.FormValue("task") {
	case string(store.Rotate):
		err = k.opts.Fleet.Rotate(ctx, t.Key, by)
	case string(store.Wind):
		err = k.opts.Fleet.Retire(ctx, t.Key, by)
	case string(store.Relocate):
		err = k.relocate(ctx, &t, c.FormValue("point"), by)
	default:
		err = civic.Refuse(civic.NotFound, "order", "order.gone")
	}
	if err != nil {
		return err
	}
	return seeOther(c, "/terminals/"+c.Params("number"))
}

// relocate moves a terminal to a point that is known.
func (k *Console) relocate(ctx context.Context, t *store.Terminal, point string, by store.Actor) error {
	sites, err := k.sites(ctx)
	if err != nil {
		return err
	}
	for _, p := range sites {
		if p.Point == point && point != t.Place.Point {
			return k.opts.Fleet.Move(ctx, t.Key, p, by)
		}
	}
	return civic.Refuse(civic.Missing, "point", "enrol.place")
}
