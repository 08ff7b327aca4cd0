package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// BackedUp records a verified backup.
func (d *DB) BackedUp(ctx context.Context, b store.Backup) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.exec(ctx, `INSERT INTO backups (at, papers, bytes) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, millis(b.At), b.Papers, b.Bytes); err != nil {
			return fmt.Errorf("record backup: %w", err)
		}
		return record(ctx, t, store.AuditEntry{At: b.At, Actor: store.System(), Action: store.ActBackup})
	})
}

// LastBackup returns the latest backup.
func (d *DB) LastBackup(ctx context.Context) (b store.Backup, err error) {
	var at int64
	err = d.read.row(ctx, `SELECT at, papers, bytes FROM backups ORDER BY at DESC LIMIT 1`).Scan(&at, &b.Papers, &b.Bytes)
	if errors.Is(err, sql.ErrNoRows) {
		return b, nil
	}
	b.At = instant(at)
	return b, err
}

// nextThousand is where numbering of terminals goes on where numbers may have been given that are not known here.
func nextThousand(number uint32) uint32 {
	const step = 1000
	if next := (number/step + 1) * step; next < maxNumber {
		return next
	}
	return number
}

// MarkRestored makes this store another one than the one it was copied from.
func (d *DB) MarkRestored(ctx context.Context, taken, at time.Time, by store.Actor) (id civic.EntryID, err error) {
	rand.Read(id[:])
	err = d.update(ctx, func(ctx context.Context, t *tx) error {
		var number uint32
		var feed uint64
		if err := t.row(ctx, `SELECT terminal, feed FROM site`).Scan(&number, &feed); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO restores (store, former, taken, at, feed) VALUES (?, ?, ?, ?, ?)`, id[:], d.site[:], millis(taken), millis(at), feed)
		if err == nil {
			_, err = t.exec(ctx, `UPDATE site SET id = ?, terminal = ?`, id[:], nextThousand(number))
		}
		if err == nil {
			_, err = t.exec(ctx, `DELETE FROM signs`) // of the time before
		}
		if err != nil {
			return err
		}
		return record(ctx, t, store.AuditEntry{At: at, Actor: by, Action: store.ActRestore, Subject: id.String(), Detail: d.site.String()})
	})
	if err != nil {
		return id, fmt.Errorf("mark store as restored: %w", err)
	}
	d.site = id
	return id, nil
}

// Restores returns every restore, oldest first.
func (d *DB) Restores(ctx context.Context) ([]store.Restore, error) {
	return list(ctx, d.read, func(s scanner) (r store.Restore, err error) {
		var id, former []byte
		var taken, at int64
		if err := s.Scan(&id, &former, &taken, &at, &r.Feed, &r.Reached); err != nil {
			return r, err
		}
		r.Taken, r.At = instant(taken), instant(at)
		return r, errors.Join(fixed(r.Store[:], id, "restore"), fixed(r.Former[:], former, "restore"))
	}, `SELECT store, former, taken, at, feed, reached FROM restores ORDER BY at, store`)
}

// Reached records through which edition a terminal had the feed of the store that was restored.
func (d *DB) Reached(ctx context.Context, former civic.EntryID, n uint64) error {
	var more bool
	err := d.read.row(ctx, `SELECT EXISTS (SELECT 1 FROM restores WHERE former = ? AND reached < ?)`, former[:], n).Scan(&more)
	if err != nil || !more {
		return err
	}
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `UPDATE restores SET reached = max(reached, ?) WHERE former = ?`, n, former[:])
		return err
	})
}

// Trace records a sign of a machine.
func (d *DB) Trace(ctx context.Context, key civic.KeyID, sign string, at time.Time) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `INSERT INTO signs (terminal, sign, first, last, times) SELECT ?, ?, ?, ?, 1
			WHERE EXISTS (SELECT 1 FROM terminals WHERE key = ?1) OR EXISTS (SELECT 1 FROM signs WHERE terminal = ?1)
				OR (SELECT count(*) FROM signs WHERE terminal NOT IN (SELECT key FROM terminals)) < ?
			ON CONFLICT DO UPDATE SET last = max(last, excluded.last), times = times + 1`,
			key[:], sign, millis(at), millis(at), store.MaxStrangers)
		return err
	})
}

// Traces returns the signs of machines.
func (d *DB) Traces(ctx context.Context) ([]store.Trace, error) {
	return list(ctx, d.read, func(s scanner) (g store.Trace, err error) {
		var key []byte
		var first, last int64
		if err := s.Scan(&key, &g.Sign, &first, &last, &g.Times); err != nil {
			return g, err
		}
		g.First, g.Last = instant(first), instant(last)
		return g, fixed(g.Key[:], key, "sign")
	}, `SELECT terminal, sign, first, last, times FROM signs ORDER BY terminal, sign`)
}

// Lose lists what a terminal knows of and nobody has bytes of.
func (d *DB) Lose(ctx context.Context, terminal civic.KeyID, point string, entries []store.LostEntry, steps []store.LostStep) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		for _, e := range entries {
			_, err := t.exec(ctx, `INSERT INTO lost_entries (id, digest, kind, code, taken, terminal, at) SELECT ?, ?, ?, ?, ?, ?, ?
				WHERE NOT EXISTS (SELECT 1 FROM entries WHERE id = ?1 AND digest = ?2) ON CONFLICT DO NOTHING`,
				e.ID[:], e.Digest[:], string(e.Kind), digits(e.Code), millis(e.Taken), terminal[:], millis(e.At))
			if err != nil {
				return fmt.Errorf("list lost entry: %w", err)
			}
		}
		for _, s := range steps {
			_, err := t.exec(ctx, `INSERT INTO lost_steps (code, point, n, at) SELECT ?, ?, ?, ?
				WHERE coalesce((SELECT n FROM statuses WHERE point = ?2 AND code = ?1), 0) < ?3
				ON CONFLICT DO UPDATE SET n = max(n, excluded.n)`, digits(s.Code), point, s.N, millis(s.At))
			if err != nil {
				return fmt.Errorf("list lost step: %w", err)
			}
		}
		return nil
	})
}

// LostEntries returns entries that nobody has bytes of.
func (d *DB) LostEntries(ctx context.Context, max int) ([]store.LostEntry, error) {
	return list(ctx, d.read, func(s scanner) (e store.LostEntry, err error) {
		var id, digest, terminal []byte
		var kind, code string
		var taken, at int64
		if err := s.Scan(&id, &digest, &kind, &code, &taken, &terminal, &at); err != nil {
			return e, err
		}
		e.Kind, e.Taken, e.At = civic.EntryKind(kind), instant(taken), instant(at)
		err = errors.Join(fixed(e.ID[:], id, "lost"), fixed(e.Digest[:], digest, "lost"), fixed(e.Terminal[:], terminal, "lost"))
		if code != "" {
			err = errors.Join(err, e.Code.UnmarshalText([]byte(code)))
		}
		return e, err
	}, `SELECT id, digest, kind, code, taken, terminal, at FROM lost_entries l
		WHERE NOT EXISTS (SELECT 1 FROM entries e WHERE e.id = l.id AND e.digest = l.digest) ORDER BY taken, id LIMIT ?`, max)
}

// LostSteps returns cases that went on after the backup.
func (d *DB) LostSteps(ctx context.Context, max int) ([]store.LostStep, error) {
	return list(ctx, d.read, func(s scanner) (l store.LostStep, err error) {
		var code string
		var at int64
		if err := s.Scan(&code, &l.Point, &l.N, &at); err != nil {
			return l, err
		}
		l.At = instant(at)
		return l, l.Code.UnmarshalText([]byte(code))
	}, `SELECT code, point, n, at FROM lost_steps ORDER BY at, code LIMIT ?`, max)
}

// Recollect notes under what number and in which generation a key was before.
func (d *DB) Recollect(ctx context.Context, enrolment string, key civic.KeyID, number, generation uint32) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `INSERT INTO formers (enrolment, key, number, generation) VALUES (?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET number = excluded.number, generation = excluded.generation`, enrolment, key[:], number, generation)
		return err
	})
}

// recollect gives a key that is about to join what Recollect noted, within the same unit of work: a code that is used up
// by then gives nothing.
func recollect(ctx context.Context, t *tx, enrolment string, key civic.KeyID, public []byte, p store.Place, now time.Time) error {
	var number, generation uint32
	err := t.row(ctx, `SELECT number, generation FROM formers WHERE enrolment = ? AND key = ?`, enrolment, key[:]).Scan(&number, &generation)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil || number > maxNumber {
		return err
	}
	var known bool
	if err := t.row(ctx, `SELECT EXISTS (SELECT 1 FROM numbers WHERE number = ?)`, number).Scan(&known); err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO terminals (key, public_key, number, generation) VALUES (?, ?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET generation = max(generation, excluded.generation)`, key[:], public, number, generation)
	if err != nil || known {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO numbers (number, key, generation, point, name, address, area, since) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING`, number, key[:], generation, p.Point, p.Name, p.Address, p.Area, millis(now))
	if err == nil {
		_, err = t.exec(ctx, `UPDATE site SET terminal = max(terminal, ?)`, nextThousand(number))
	}
	return err
}
