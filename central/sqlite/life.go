package sqlite

import (
	"context"
	"fmt"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"

	"doorstep/central/store"
)

// GiveOrder keeps what a terminal is to do when it is next heard.
func (d *DB) GiveOrder(ctx context.Context, o store.Order, by store.Actor) (store.Order, error) {
	err := d.update(ctx, func(ctx context.Context, t *tx) error {
		now, err := terminal(ctx, t, ` WHERE t.key = ? AND n.number = t.number`, o.Terminal[:])
		if err != nil {
			return err
		}
		if !now.Revoked.IsZero() {
			return civic.Refuse(wire.CodeRevoked, "terminal", "terminal.revoked")
		}
		if err := forget(ctx, t, o.Terminal); err != nil {
			return err
		}
		p := o.Place
		err = t.row(ctx, `INSERT INTO orders (terminal, task, point, name, address, area, made) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING n`,
			o.Terminal[:], string(o.Task), p.Point, p.Name, p.Address, p.Area, millis(o.Made)).Scan(&o.N)
		if err != nil {
			return fmt.Errorf("give order: %w", err)
		}
		o.Next = civic.KeyID{}
		return record(ctx, t, store.AuditEntry{At: o.Made, Actor: by, Action: store.ActOrder, Subject: o.Terminal.String(), Detail: string(o.Task)})
	})
	return o, err
}

// DropOrder takes an order back.
func (d *DB) DropOrder(ctx context.Context, key civic.KeyID, at time.Time, by store.Actor) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		var there bool
		if err := t.row(ctx, `SELECT EXISTS (SELECT 1 FROM orders WHERE terminal = ?)`, key[:]).Scan(&there); err != nil || !there {
			return err
		}
		if err := forget(ctx, t, key); err != nil {
			return err
		}
		return record(ctx, t, store.AuditEntry{At: at, Actor: by, Action: store.ActOrder, Subject: key.String(), Detail: "drop"})
	})
}

// forget removes an order, unless the terminal has made its key: it takes that up at its next start, told or not.
func forget(ctx context.Context, t *tx, key civic.KeyID) error {
	var made bool
	err := t.row(ctx, `SELECT EXISTS (SELECT 1 FROM orders WHERE terminal = ? AND length(next) > 0)`, key[:]).Scan(&made)
	if err != nil {
		return err
	}
	if made {
		return civic.Refuse(civic.Conflict, "order", "order.made")
	}
	_, err = t.exec(ctx, `DELETE FROM orders WHERE terminal = ?`, key[:])
	return err
}

const selectOrder = `SELECT n, terminal, task, point, name, address, area, made, next FROM orders`

// Orders returns the orders that wait.
func (d *DB) Orders(ctx context.Context) ([]store.Order, error) {
	return list(ctx, d.read, scanOrder, selectOrder+` ORDER BY n`)
}

func scanOrder(s scanner) (o store.Order, err error) {
	var key, next []byte
	var task string
	var made int64
	if err := s.Scan(&o.N, &key, &task, &o.Place.Point, &o.Place.Name, &o.Place.Address, &o.Place.Area, &made, &next); err != nil {
		return o, err
	}
	o.Task, o.Made = store.Task(task), instant(made)
	copy(o.Next[:], next)
	return o, fixed(o.Terminal[:], key, "order")
}

// order returns the order that waits for a key, if it is the one named.
func order(ctx context.Context, t *tx, key civic.KeyID, n uint64) (store.Order, error) {
	o, err := scanOrder(t.row(ctx, selectOrder+` WHERE terminal = ? AND n = ?`, key[:], n))
	if err := missing(err, "order", "order.gone"); err != nil {
		return o, civic.Refuse(civic.Conflict, "order", "order.gone")
	}
	return o, nil
}

// Succeed gives the terminal of an order a new key.
func (d *DB) Succeed(ctx context.Context, key civic.KeyID, n uint64, public []byte, at time.Time) (out store.Terminal, err error) {
	err = d.update(ctx, func(ctx context.Context, t *tx) error {
		o, err := order(ctx, t, key, n)
		if err != nil {
			return err
		}
		next := civic.KeyIDOf(public)
		switch {
		case o.Next == next:
			out, err = terminal(ctx, t, ` WHERE t.key = ? AND n.number = t.number`, next[:])
			return err
		case o.Next != (civic.KeyID{}) || o.Task == store.Wind || next == key:
			return civic.Refuse(civic.Conflict, "order", "order.gone")
		}
		var known bool
		if err := t.row(ctx, `SELECT EXISTS (SELECT 1 FROM terminals WHERE key = ?)`, next[:]).Scan(&known); err != nil {
			return err
		}
		if known {
			return civic.Refuse(civic.Conflict, "key", "order.gone")
		}
		if out, err = follow(ctx, t, key, next, public, o.Place, at); err != nil {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE orders SET next = ? WHERE n = ?`, next[:], o.N); err != nil {
			return fmt.Errorf("note successor: %w", err)
		}
		return record(ctx, t, store.AuditEntry{
			At: at, Actor: store.System(), Action: store.ActEnrol, Subject: next.String(), Detail: fmt.Sprintf("terminal %05d", out.Number),
		})
	})
	return out, err
}

// follow makes next the key after key: a later generation of one terminal.
func follow(ctx context.Context, t *tx, key, next civic.KeyID, public []byte, p store.Place, at time.Time) (store.Terminal, error) {
	var number, generation uint32
	err := t.row(ctx, `UPDATE site SET terminal = terminal + 1 RETURNING terminal`).Scan(&number)
	if err == nil && number > maxNumber {
		return store.Terminal{}, civic.Refuse(civic.Full, "terminal", "enrol.full")
	}
	if err == nil {
		err = t.row(ctx, `INSERT INTO terminals (key, public_key, number, generation, follows)
			SELECT ?, ?, ?, generation + 1, key FROM terminals WHERE key = ? RETURNING generation`,
			next[:], public, number, key[:]).Scan(&generation)
	}
	if err == nil {
		_, err = t.exec(ctx, `INSERT INTO numbers (number, key, generation, point, name, address, area, since)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, number, next[:], generation, p.Point, p.Name, p.Address, p.Area, millis(at))
	}
	if err != nil {
		return store.Terminal{}, fmt.Errorf("add successor: %w", err)
	}
	return terminal(ctx, t, ` WHERE n.number = ?`, number)
}

// TakeOver ends the use of the key before the one that has proved itself.
func (d *DB) TakeOver(ctx context.Context, key civic.KeyID, at time.Time) (former civic.KeyID, err error) {
	// Asked at every session's start, so that only what is to be changed costs a write.
	now, err := d.Terminal(ctx, key)
	if err != nil || now.Follows == (civic.KeyID{}) {
		return civic.KeyID{}, err
	}
	if before, err := d.Terminal(ctx, now.Follows); err != nil || !before.Revoked.IsZero() {
		return civic.KeyID{}, err
	}
	err = d.update(ctx, func(ctx context.Context, t *tx) error {
		if err := end(ctx, t, now.Follows, store.Replaced, at); err != nil {
			return err
		}
		if _, err := t.exec(ctx, `DELETE FROM orders WHERE terminal = ?`, now.Follows[:]); err != nil {
			return err
		}
		return record(ctx, t, store.AuditEntry{
			At: at, Actor: store.System(), Action: store.ActReplace, Subject: now.Follows.String(), Detail: fmt.Sprintf("terminal %05d", now.Number),
		})
	})
	return now.Follows, err
}

// Retire ends the use of a key that has carried out the order to retire.
func (d *DB) Retire(ctx context.Context, key civic.KeyID, n uint64, at time.Time) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		o, err := order(ctx, t, key, n)
		if err != nil {
			return err
		}
		if o.Task != store.Wind {
			return civic.Refuse(civic.Conflict, "order", "order.gone")
		}
		if err := end(ctx, t, key, store.Retired, at); err != nil {
			return err
		}
		if _, err := t.exec(ctx, `DELETE FROM orders WHERE n = ?`, o.N); err != nil {
			return err
		}
		return record(ctx, t, store.AuditEntry{At: at, Actor: store.System(), Action: store.ActRetire, Subject: key.String()})
	})
}

func end(ctx context.Context, t *tx, key civic.KeyID, how store.Ending, at time.Time) error {
	_, err := t.exec(ctx, `UPDATE terminals SET revoked = ?, ended = ? WHERE key = ? AND revoked = 0`, millis(at), string(how), key[:])
	if err != nil {
		return fmt.Errorf("end key: %w", err)
	}
	return nil
}

// Rescue holds entries that came without their journal.
func (d *DB) Rescue(ctx context.Context, items []store.Item, at time.Time, by store.Actor) (fresh int, err error) {
	err = d.update(ctx, func(ctx context.Context, t *tx) error {
		fresh = 0
		for i := range items {
			it := &items[i]
			digest := it.Signed.Body.Digest()
			var held bool
			err := t.row(ctx, `SELECT EXISTS (SELECT 1 FROM entries WHERE id = ? AND digest = ?)`, it.Entry.ID[:], digest[:]).Scan(&held)
			if err != nil {
				return err
			}
			if held {
				continue
			}
			if _, err := keep(ctx, t, it.Maker, it, at); err != nil {
				return fmt.Errorf("keep entry: %w", err)
			}
			fresh++
		}
		if fresh == 0 {
			return nil
		}
		return record(ctx, t, store.AuditEntry{
			At: at, Actor: by, Action: store.ActRescue, Subject: items[0].Maker.String(), Detail: fmt.Sprintf("%d of %d", fresh, len(items)),
		})
	})
	return fresh, err
}
