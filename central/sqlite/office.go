package sqlite

import (
	"context"
	"fmt"
	"time"

	"doorstep/central/store"
)

// Offices returns the register of a kind.
func (d *DB) Offices(ctx context.Context, kind store.OfficeKind) ([]store.Office, error) {
	return list(ctx, d.read, func(s scanner) (o store.Office, err error) {
		var since, closed int64
		o.Kind = kind
		err = s.Scan(&o.Key, &o.Name, &o.Contact, &o.Address, &o.Hours, &o.Area, &since, &closed)
		o.Since, o.Closed = instant(since), instant(closed)
		return o, err
	}, `SELECT key, name, contact, address, hours, area, since, closed FROM offices WHERE kind = ? ORDER BY key`, string(kind))
}

// AddOffice adds an office to the register.
func (d *DB) AddOffice(ctx context.Context, o store.Office, by store.Actor) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		r, err := t.exec(ctx, `INSERT INTO offices (kind, key, name, contact, address, hours, area, since, closed)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			string(o.Kind), o.Key, o.Name, o.Contact, o.Address, o.Hours, o.Area, millis(o.Since), millis(o.Closed))
		if err != nil {
			return fmt.Errorf("add office: %w", err)
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return orConflict(err, "key", "offices.exists")
		}
		return record(ctx, t, store.AuditEntry{At: o.Since, Actor: by, Action: store.ActOffice, Subject: o.Subject(), Detail: "added"})
	})
}

// ChangeOffice replaces what the register says of an office.
func (d *DB) ChangeOffice(ctx context.Context, o store.Office, at time.Time, by store.Actor) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		r, err := t.exec(ctx, `UPDATE offices SET name = ?, contact = ?, address = ?, hours = ?, area = ?, closed = ?
			WHERE kind = ? AND key = ?`,
			o.Name, o.Contact, o.Address, o.Hours, o.Area, millis(o.Closed), string(o.Kind), o.Key)
		if err != nil {
			return fmt.Errorf("change office: %w", err)
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return orNotFound(err, "key", "offices.unknown")
		}
		detail := "changed"
		if !o.Closed.IsZero() {
			detail = "closed"
		}
		return record(ctx, t, store.AuditEntry{At: at, Actor: by, Action: store.ActOffice, Subject: o.Subject(), Detail: detail})
	})
}
