package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

const selectPerson = `SELECT login, name, hash, roles, department, point, since, gone, fresh FROM people`

func scanPerson(s scanner) (p store.Person, err error) {
	var roles []byte
	var since, gone int64
	if err := s.Scan(&p.Login, &p.Name, &p.Hash, &roles, &p.Department, &p.Point, &since, &gone, &p.Fresh); err != nil {
		return p, err
	}
	p.Since, p.Left = instant(since), instant(gone)
	return p, json.Unmarshal(roles, &p.Roles)
}

func person(ctx context.Context, q querier, login string) (store.Person, error) {
	p, err := scanPerson(q.row(ctx, selectPerson+` WHERE login = ?`, login))
	return p, missing(err, "login", "staff.unknown")
}

// AddPerson adds a person.
func (d *DB) AddPerson(ctx context.Context, p store.Person, by store.Actor) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		if err := store.MayGrant(by, &p, nil); err != nil {
			return err
		}
		roles, err := json.Marshal(p.Roles)
		if err != nil {
			return err
		}
		r, err := t.exec(ctx, `INSERT INTO people (login, name, hash, roles, department, point, since, gone, fresh) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT DO NOTHING`, p.Login, p.Name, p.Hash, string(roles), p.Department, p.Point, millis(p.Since), millis(p.Left), p.Fresh)
		if err != nil {
			return fmt.Errorf("add person: %w", err)
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return orConflict(err, "login", "staff.exists")
		}
		return record(ctx, t, store.AuditEntry{At: p.Since, Actor: by, Action: store.ActStaff, Subject: p.Login, Detail: store.Changed(&store.Person{Name: p.Name}, &p)})
	})
}

func orConflict(err error, field, key string) error {
	if err != nil {
		return err
	}
	return civic.Refuse(civic.Conflict, field, key)
}

// Person returns a person by login.
func (d *DB) Person(ctx context.Context, login string) (store.Person, error) {
	return person(ctx, d.read, login)
}

// People returns everyone by login.
func (d *DB) People(ctx context.Context) ([]store.Person, error) {
	return list(ctx, d.read, scanPerson, selectPerson+` ORDER BY login`)
}

// ChangePerson replaces what is kept of a person but the password.
func (d *DB) ChangePerson(ctx context.Context, p store.Person, at time.Time, by store.Actor) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		was, err := person(ctx, t, p.Login)
		if err != nil {
			return err
		}
		if err := store.MayGrant(by, &p, was.Roles); err != nil {
			return err
		}
		if was.Holds(civic.RoleAdmin) && !p.Holds(civic.RoleAdmin) {
			if err := notLastAdmin(ctx, t, p.Login); err != nil {
				return err
			}
		}
		roles, err := json.Marshal(p.Roles)
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, `UPDATE people SET name = ?, roles = ?, department = ?, point = ?, gone = ? WHERE login = ?`,
			p.Name, string(roles), p.Department, p.Point, millis(p.Left), p.Login)
		if err != nil {
			return fmt.Errorf("change person: %w", err)
		}
		return signOut(ctx, t, p.Login, store.Changed(&was, &p), at, by)
	})
}

// notLastAdmin refuses to leave the site without anyone who can let others in.
func notLastAdmin(ctx context.Context, t *tx, login string) error {
	all, err := list(ctx, t, scanPerson, selectPerson+` WHERE login <> ?`, login)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(p store.Person) bool { return p.Holds(civic.RoleAdmin) }) {
		return civic.Refuse(civic.Forbidden, "roles", "staff.last")
	}
	return nil
}

// SetPassword replaces the hash and ends the person's sessions.
func (d *DB) SetPassword(ctx context.Context, login, hash string, at time.Time, by store.Actor) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		r, err := t.exec(ctx, `UPDATE people SET hash = ?, fresh = ? WHERE login = ?`, hash, by.Login != login, login)
		if err != nil {
			return fmt.Errorf("set password: %w", err)
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return orNotFound(err, "login", "staff.unknown")
		}
		return signOut(ctx, t, login, "password", at, by)
	})
}

func signOut(ctx context.Context, t *tx, login, detail string, at time.Time, by store.Actor) error {
	if _, err := t.exec(ctx, `DELETE FROM sessions WHERE login = ?`, login); err != nil {
		return err
	}
	return record(ctx, t, store.AuditEntry{At: at, Actor: by, Action: store.ActStaff, Subject: login, Detail: detail})
}
