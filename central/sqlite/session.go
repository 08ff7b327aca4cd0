package sqlite

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// StartSession keeps a session. Those that have ended are forgotten.
func (d *DB) StartSession(ctx context.Context, s store.Session) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.exec(ctx, `DELETE FROM sessions WHERE ends <= ? OR idle <= ?`, millis(s.Made), millis(s.Made)); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO sessions (token, login, made, idle, ends) VALUES (?, ?, ?, ?, ?)`,
			s.Token[:], s.Login, millis(s.Made), millis(s.Idle), millis(s.Ends))
		if err != nil {
			return fmt.Errorf("start session: %w", err)
		}
		p, err := person(ctx, t, s.Login)
		if err != nil {
			return err
		}
		return record(ctx, t, store.AuditEntry{At: s.Made, Actor: store.Actor{Login: p.Login}, Action: store.ActSignIn, Subject: p.Login})
	})
}

// idleStep is how far the idle end moves before it is written: a page a second is not a sync a second.
const idleStep = 15 * time.Second

// Session returns the person of a session and keeps it alive.
func (d *DB) Session(ctx context.Context, token civic.Digest, now time.Time, idle time.Duration) (store.Person, error) {
	var login string
	var ends, until int64
	err := d.read.row(ctx, `SELECT login, ends, idle FROM sessions WHERE token = ?`, token[:]).Scan(&login, &ends, &until)
	if err != nil {
		return store.Person{}, missing(err, "session", "session.none")
	}
	p, err := person(ctx, d.read, login)
	if err != nil {
		return store.Person{}, err
	}
	if at := millis(now); at >= ends || at >= until || !p.Left.IsZero() {
		return store.Person{}, civic.Refuse(civic.NotFound, "session", "session.ended")
	}
	next := millis(now.Add(idle))
	if next-until < idleStep.Milliseconds() {
		return p, nil
	}
	return p, d.update(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `UPDATE sessions SET idle = ? WHERE token = ? AND idle < ?`, next, token[:], next)
		return err
	})
}

// EndSession forgets a session.
func (d *DB) EndSession(ctx context.Context, token civic.Digest) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `DELETE FROM sessions WHERE token = ?`, token[:])
		return err
	})
}

// OpenSessions returns the sessions that are alive.
func (d *DB) OpenSessions(ctx context.Context, now time.Time) ([]store.Session, error) {
	return list(ctx, d.read, func(s scanner) (v store.Session, err error) {
		var token []byte
		var made, idle, ends int64
		if err := s.Scan(&token, &v.Login, &made, &idle, &ends); err != nil {
			return v, err
		}
		v.Made, v.Idle, v.Ends = instant(made), instant(idle), instant(ends)
		return v, fixed(v.Token[:], token, "session")
	}, `SELECT token, login, made, idle, ends FROM sessions WHERE ends > ?1 AND idle > ?1 ORDER BY login, made`, millis(now))
}

// EndSessions ends the sessions of one person, or of everybody but the actor.
func (d *DB) EndSessions(ctx context.Context, login string, at time.Time, by store.Actor) (n int, err error) {
	err = d.update(ctx, func(ctx context.Context, t *tx) error {
		if login != "" {
			if _, err := person(ctx, t, login); err != nil {
				return err
			}
		}
		r, err := t.exec(ctx, `DELETE FROM sessions WHERE login = ?1 OR ?1 = '' AND login <> ?2`, login, by.Login)
		if err != nil {
			return fmt.Errorf("end sessions: %w", err)
		}
		gone, err := r.RowsAffected()
		if err != nil {
			return err
		}
		n = int(gone)
		return record(ctx, t, store.AuditEntry{At: at, Actor: by, Action: store.ActSignOut, Subject: login, Detail: strconv.Itoa(n)})
	})
	return n, err
}

// Try counts one try of a key under a bound.
func (d *DB) Try(ctx context.Context, b store.Bound, key string, now time.Time) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.exec(ctx, `DELETE FROM tries WHERE bound = ? AND at <= ?`, b.Name, millis(now.Add(-b.Per))); err != nil {
			return err
		}
		var n int
		if err := t.row(ctx, `SELECT count(*) FROM tries WHERE bound = ? AND key = ?`, b.Name, key).Scan(&n); err != nil {
			return err
		}
		if n >= b.Max {
			return civic.Refuse(civic.Limited, "", "try.later", int(b.Per.Minutes()))
		}
		_, err := t.exec(ctx, `INSERT INTO tries (bound, key, at) VALUES (?, ?, ?)`, b.Name, key, millis(now))
		return err
	})
}

// Forgive forgets the tries of a key.
func (d *DB) Forgive(ctx context.Context, b store.Bound, key string) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `DELETE FROM tries WHERE bound = ? AND key = ?`, b.Name, key)
		return err
	})
}
