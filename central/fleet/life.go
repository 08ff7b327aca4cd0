package fleet

import (
	"context"
	"errors"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/wire"

	"doorstep/central/store"
)

// Rotate orders a terminal to change its key. The old key serves until the new one proves itself.
func (f *Fleet) Rotate(ctx context.Context, key civic.KeyID, by store.Actor) error {
	t, err := f.o.Store.Terminal(ctx, key)
	if err != nil {
		return err
	}
	return f.order(ctx, store.Order{Terminal: key, Task: store.Rotate, Place: t.Place}, by)
}

// Move orders a terminal to send everything it has and to take up a key for another place. It can be unplugged once
// central has the new key, which begins to serve, filled up anew, when it is started at the new place.
func (f *Fleet) Move(ctx context.Context, key civic.KeyID, to store.Place, by store.Actor) error {
	if to.Point == "" || to.Name == "" || to.Area == "" {
		return civic.Refuse(civic.Missing, "point", "enrol.place")
	}
	return f.order(ctx, store.Order{Terminal: key, Task: store.Relocate, Place: to}, by)
}

// Retire orders a terminal to begin nothing new, to send everything it has, and to end.
func (f *Fleet) Retire(ctx context.Context, key civic.KeyID, by store.Actor) error {
	return f.order(ctx, store.Order{Terminal: key, Task: store.Wind}, by)
}

func (f *Fleet) order(ctx context.Context, o store.Order, by store.Actor) error {
	o.Made = f.o.Now()
	if _, err := f.o.Store.GiveOrder(ctx, o, by); err != nil {
		return err
	}
	f.o.Ordered(o.Terminal)
	return nil
}

// Drop takes the order to a terminal back.
func (f *Fleet) Drop(ctx context.Context, key civic.KeyID, by store.Actor) error {
	return f.o.Store.DropOrder(ctx, key, f.o.Now(), by)
}

// Orders returns the orders that wait.
func (f *Fleet) Orders(ctx context.Context) ([]store.Order, error) { return f.o.Store.Orders(ctx) }

// Order returns what waits for a terminal, as its session sends it.
func (f *Fleet) Order(ctx context.Context, t hub.Terminal) (*wire.Order, error) {
	list, err := f.o.Store.Orders(ctx)
	for _, o := range list {
		if o.Terminal == t.Key {
			return &wire.Order{N: o.N, Task: string(o.Task)}, err
		}
	}
	return nil, err
}

// Succeed gives the next key of a terminal its place and publishes it, as Enrol does.
func (f *Fleet) Succeed(ctx context.Context, t hub.Terminal, order uint64, publicKey []byte, now time.Time) (hub.Terminal, error) {
	next, err := f.o.Store.Succeed(ctx, t.Key, order, publicKey, now)
	if err != nil {
		return hub.Terminal{}, err
	}
	return session(next), f.announce(ctx, next, store.System())
}

// takeOver ends the key before the one that has just proved itself, for whoever verifies receipts too.
func (f *Fleet) takeOver(ctx context.Context, key civic.KeyID, now time.Time) error {
	former, err := f.o.Store.TakeOver(ctx, key, now)
	if err != nil || former == (civic.KeyID{}) {
		return err
	}
	f.o.Revoked(former)
	return f.tell(ctx, former, store.System())
}

// retired ends the use of a key that has carried out the order to retire.
func (f *Fleet) retired(ctx context.Context, key civic.KeyID, order uint64, now time.Time) error {
	if err := f.o.Store.Retire(ctx, key, order, now); err != nil {
		return err
	}
	return f.tell(ctx, key, store.System())
}

// tell publishes every number that a key ever had: who holds it could sign receipts under any of them.
func (f *Fleet) tell(ctx context.Context, key civic.KeyID, by store.Actor) error {
	list, err := f.o.Store.Generations(ctx, key)
	for _, t := range list {
		err = errors.Join(err, f.announce(ctx, t, by))
	}
	return err
}

// orders is the fleet as sessions ask it; see hub.Orders.
type orders struct{ *Fleet }

// Retire ends the use of a terminal that has sent everything.
func (o orders) Retire(ctx context.Context, t hub.Terminal, order uint64, now time.Time) error {
	return o.retired(ctx, t.Key, order, now)
}

// ForSessions returns the fleet as sync/hub gives out its orders.
func (f *Fleet) ForSessions() hub.Orders { return orders{f} }
