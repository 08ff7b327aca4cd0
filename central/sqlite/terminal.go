package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"

	"doorstep/central/store"
)

// AddEnrolment keeps a code that may be used once.
func (d *DB) AddEnrolment(ctx context.Context, e store.Enrolment, by store.Actor) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		p := e.Place
		_, err := t.exec(ctx, `INSERT INTO enrolments (id, secret_box, point, name, address, area, made, expires)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			e.ID, d.vault.Seal("enrolments/secret/"+e.ID, e.Secret), p.Point, p.Name, p.Address, p.Area, millis(e.Made), millis(e.Expires))
		if err != nil {
			return fmt.Errorf("add enrolment: %w", err)
		}
		return record(ctx, t, store.AuditEntry{At: e.Made, Actor: by, Action: store.ActEnrol, Subject: p.Point, Detail: "code " + e.ID})
	})
}

// Enrolments returns the codes whose time has not run out, oldest first.
func (d *DB) Enrolments(ctx context.Context, now time.Time) ([]store.Enrolment, error) {
	return list(ctx, d.read, d.enrolment, `SELECT id, secret_box, point, name, address, area, made, expires, used_by FROM enrolments
		WHERE expires > ? ORDER BY made, id`, millis(now))
}

func (d *DB) enrolment(s scanner) (e store.Enrolment, err error) {
	var box, used []byte
	var made, expires int64
	if err := s.Scan(&e.ID, &box, &e.Place.Point, &e.Place.Name, &e.Place.Address, &e.Place.Area, &made, &expires, &used); err != nil {
		return e, err
	}
	e.Made, e.Expires = instant(made), instant(expires)
	copy(e.UsedBy[:], used)
	e.Secret, err = d.vault.Open("enrolments/secret/"+e.ID, box)
	return e, err
}

// Enrol uses up a code and gives the key a new number.
func (d *DB) Enrol(ctx context.Context, enrolment string, publicKey []byte, now time.Time) (out store.Terminal, err error) {
	err = d.update(ctx, func(ctx context.Context, t *tx) error {
		var used []byte
		var place store.Place
		var expires int64
		var number *uint32
		err := t.row(ctx, `SELECT used_by, number, point, name, address, area, expires FROM enrolments WHERE id = ?`, enrolment).
			Scan(&used, &number, &place.Point, &place.Name, &place.Address, &place.Area, &expires)
		if err != nil {
			return missingEnrolment(err)
		}
		key := civic.KeyIDOf(publicKey)
		switch {
		case used != nil && bytes.Equal(used, key[:]):
			out, err = terminal(ctx, t, ` WHERE n.number = ?`, *number)
			return err
		case used != nil || expires <= millis(now):
			return civic.Refuse(wire.CodeEnrolment, "code", "enrol.used")
		}
		if err := recollect(ctx, t, enrolment, key, publicKey, place, now); err != nil {
			return fmt.Errorf("recollect terminal: %w", err)
		}
		if out, err = join(ctx, t, key, publicKey, place, now); err != nil {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE enrolments SET used_by = ?, number = ? WHERE id = ?`, key[:], out.Number, enrolment); err != nil {
			return fmt.Errorf("use enrolment: %w", err)
		}
		return record(ctx, t, store.AuditEntry{
			At: now, Actor: store.System(), Action: store.ActEnrol, Subject: key.String(), Detail: fmt.Sprintf("terminal %05d", out.Number),
		})
	})
	return out, err
}

func missingEnrolment(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return civic.Refuse(wire.CodeEnrolment, "code", "enrol.used")
	}
	return err
}

// maxNumber is the last terminal number that a tracking code can carry.
const maxNumber = 99_999

// join gives a key the next number, and its first or next generation.
func join(ctx context.Context, t *tx, key civic.KeyID, public []byte, p store.Place, now time.Time) (store.Terminal, error) {
	var number, generation uint32
	err := t.row(ctx, `UPDATE site SET terminal = terminal + 1 RETURNING terminal`).Scan(&number)
	if err == nil && number > maxNumber {
		return store.Terminal{}, civic.Refuse(civic.Full, "terminal", "enrol.full")
	}
	if err == nil {
		err = t.row(ctx, `INSERT INTO terminals (key, public_key, number, generation) VALUES (?, ?, ?, 1)
			ON CONFLICT (key) DO UPDATE SET number = excluded.number, generation = generation + 1
			RETURNING generation`, key[:], public, number).Scan(&generation)
	}
	if err == nil {
		_, err = t.exec(ctx, `INSERT INTO numbers (number, key, generation, point, name, address, area, since)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, number, key[:], generation, p.Point, p.Name, p.Address, p.Area, millis(now))
	}
	if err != nil {
		return store.Terminal{}, fmt.Errorf("enrol terminal: %w", err)
	}
	return terminal(ctx, t, ` WHERE n.number = ?`, number)
}

// Terminal returns the terminal that holds a key, in its present generation.
func (d *DB) Terminal(ctx context.Context, key civic.KeyID) (store.Terminal, error) {
	return terminal(ctx, d.read, ` WHERE t.key = ? AND n.number = t.number`, key[:])
}

// Numbered returns the terminal as it was when it had a number.
func (d *DB) Numbered(ctx context.Context, number uint32) (store.Terminal, error) {
	return terminal(ctx, d.read, ` WHERE n.number = ?`, number)
}

// Generations returns a terminal as it was in each of its generations.
func (d *DB) Generations(ctx context.Context, key civic.KeyID) ([]store.Terminal, error) {
	return list(ctx, d.read, scanTerminal, selectTerminal+` WHERE n.key = ? ORDER BY n.number`, key[:])
}

// Terminals returns the fleet by number.
func (d *DB) Terminals(ctx context.Context) ([]store.Terminal, error) {
	return list(ctx, d.read, scanTerminal, selectTerminal+` WHERE n.number = t.number ORDER BY n.number`)
}

const selectTerminal = `SELECT t.key, t.public_key, n.number, n.generation, n.point, n.name, n.address, n.area, n.since,
	t.seen, t.telemetry, t.revoked, t.reason, t.ended, t.follows FROM numbers n JOIN terminals t ON t.key = n.key`

func terminal(ctx context.Context, q querier, where string, arg any) (store.Terminal, error) {
	t, err := scanTerminal(q.row(ctx, selectTerminal+where, arg))
	return t, missing(err, "terminal", "terminal.unknown")
}

func scanTerminal(s scanner) (t store.Terminal, err error) {
	var key, telemetry, follows []byte
	var since, seen, revoked int64
	err = s.Scan(&key, &t.PublicKey, &t.Number, &t.Generation, &t.Place.Point, &t.Place.Name, &t.Place.Address, &t.Place.Area,
		&since, &seen, &telemetry, &revoked, &t.Reason, &t.Ended, &follows)
	if err != nil {
		return t, err
	}
	t.Since, t.Seen, t.Revoked = instant(since), instant(seen), instant(revoked)
	copy(t.Follows[:], follows)
	if err := fixed(t.Key[:], key, "terminal"); err != nil {
		return t, err
	}
	return t, json.Unmarshal(telemetry, &t.Telemetry)
}

// Seen records when a terminal was heard, and what it said of itself.
func (d *DB) Seen(ctx context.Context, key civic.KeyID, at time.Time, said *wire.Telemetry) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		if said == nil {
			_, err := t.exec(ctx, `UPDATE terminals SET seen = ? WHERE key = ? AND seen < ?`, millis(at), key[:], millis(at))
			return err
		}
		b, err := json.Marshal(said)
		if err != nil {
			return fmt.Errorf("encode telemetry: %w", err)
		}
		_, err = t.exec(ctx, `UPDATE terminals SET seen = ?, telemetry = ? WHERE key = ? AND seen <= ?`, millis(at), string(b), key[:], millis(at))
		return err
	})
}

// Revoke ends the use of a key.
func (d *DB) Revoke(ctx context.Context, key civic.KeyID, reason string, at time.Time, by store.Actor) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		now, err := terminal(ctx, t, ` WHERE t.key = ? AND n.number = t.number`, key[:])
		if err != nil || !now.Revoked.IsZero() {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE terminals SET revoked = ?, reason = ?, ended = ? WHERE key = ?`, millis(at), reason, string(store.Revoked), key[:]); err != nil {
			return fmt.Errorf("revoke terminal: %w", err)
		}
		return record(ctx, t, store.AuditEntry{At: at, Actor: by, Action: store.ActRevoke, Subject: key.String(), Detail: reason})
	})
}
