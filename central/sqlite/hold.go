package sqlite

import (
	"context"
	"fmt"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// SetHold puts a case under a legal hold.
func (d *DB) SetHold(ctx context.Context, code civic.TrackingCode, reason string, by store.Actor, at time.Time) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		c, err := d.caseOf(ctx, t, code)
		if err != nil {
			return err
		}
		if c.Held {
			return civic.Refuse(civic.Conflict, "hold", "hold.twice")
		}
		if !c.Erased.IsZero() {
			return civic.Refuse(civic.Forbidden, "hold", "hold.erased")
		}
		var n int
		if err := t.row(ctx, `SELECT count(*) + 1 FROM holds WHERE code = ?`, digits(code)).Scan(&n); err != nil {
			return err
		}
		_, err = t.exec(ctx, `INSERT INTO holds (code, n, reason_box, login, role, at) VALUES (?, ?, ?, ?, ?, ?)`,
			digits(code), n, d.vault.Seal(holdPlace("reason", digits(code), n), []byte(reason)), by.Login, string(by.Role), millis(at))
		if err != nil {
			return fmt.Errorf("set hold: %w", err)
		}
		return markHeld(ctx, t, code, true, by, at)
	})
}

// LiftHold ends the hold in force.
func (d *DB) LiftHold(ctx context.Context, code civic.TrackingCode, reason string, by store.Actor, at time.Time) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		var n int
		err := t.row(ctx, `SELECT n FROM holds WHERE code = ? AND lifted = 0`, digits(code)).Scan(&n)
		if err != nil {
			return missing(err, "hold", "hold.none")
		}
		_, err = t.exec(ctx, `UPDATE holds SET lifted = ?, lifted_login = ?, lifted_role = ?, lifted_box = ? WHERE code = ? AND n = ?`,
			millis(at), by.Login, string(by.Role), d.vault.Seal(holdPlace("lifted", digits(code), n), []byte(reason)), digits(code), n)
		if err != nil {
			return fmt.Errorf("lift hold: %w", err)
		}
		return markHeld(ctx, t, code, false, by, at)
	})
}

// markHeld keeps the case's own flag in step with its holds, and tells the audit.
func markHeld(ctx context.Context, t *tx, code civic.TrackingCode, held bool, by store.Actor, at time.Time) error {
	if _, err := t.exec(ctx, `UPDATE cases SET held = ? WHERE code = ?`, held, digits(code)); err != nil {
		return err
	}
	detail := "lift"
	if held {
		detail = "set"
	}
	return record(ctx, t, store.AuditEntry{At: at, Actor: by, Action: store.ActHold, Subject: digits(code), Detail: detail})
}

const selectHold = `SELECT code, n, reason_box, login, role, at, lifted, lifted_login, lifted_role, lifted_box FROM holds`

// HoldsInForce returns the holds in force, the oldest first.
func (d *DB) HoldsInForce(ctx context.Context, max int) ([]store.Hold, error) {
	return list(ctx, d.read, d.scanHold, selectHold+` WHERE lifted = 0 ORDER BY at, code LIMIT ?`, max)
}

func (d *DB) scanHold(s scanner) (h store.Hold, err error) {
	var code, role, liftedRole string
	var n int
	var at, lifted int64
	var reason, why []byte
	if err := s.Scan(&code, &n, &reason, &h.By.Login, &role, &at, &lifted, &h.LiftedBy.Login, &liftedRole, &why); err != nil {
		return h, err
	}
	h.By.Role, h.LiftedBy.Role, h.At, h.Lifted = civic.Role(role), civic.Role(liftedRole), instant(at), instant(lifted)
	if h.Reason, err = d.text(holdPlace("reason", code, n), reason); err != nil {
		return h, err
	}
	if h.Why, err = d.text(holdPlace("lifted", code, n), why); err != nil {
		return h, err
	}
	return h, h.Code.UnmarshalText([]byte(code))
}

// holdPlace binds the boxes of a hold to its row.
func holdPlace(column, code string, n int) string {
	return fmt.Sprintf("holds/%s/%s/%d", column, code, n)
}

// text opens a box of words; an erased one is empty.
func (d *DB) text(place string, box []byte) (string, error) {
	if len(box) == 0 {
		return "", nil
	}
	b, err := d.vault.Open(place, box)
	return string(b), err
}
