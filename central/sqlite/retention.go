package sqlite

import (
	"context"
	"fmt"
	"strings"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// Classes returns the retention classes that cases bear.
func (d *DB) Classes(ctx context.Context) ([]string, error) {
	return list(ctx, d.read, func(s scanner) (class string, err error) { return class, s.Scan(&class) },
		`SELECT DISTINCT retention FROM cases ORDER BY retention`)
}

// ended writes what Ended names as SQL.
func ended(e store.Ended) (where string, args []any) {
	where = ` WHERE c.status IN (?` + strings.Repeat(`, ?`, max(0, len(e.Statuses)-1)) + `)`
	for _, s := range e.Statuses {
		args = append(args, string(s))
	}
	if len(e.Statuses) == 0 {
		args = append(args, "")
	}
	if e.Class != "" {
		where, args = where+` AND c.retention = ?`, append(args, e.Class)
	}
	if !e.Before.IsZero() {
		where, args = where+` AND c.since < ?`, append(args, millis(e.Before))
	}
	return where, args
}

// weight is how many bytes of a case c erasing it frees.
const weight = `(length(c.application_box) + length(c.secret_box) + ifnull(length(c.owes_box), 0)
	+ (SELECT ifnull(sum(ifnull(length(words_box), 0) + ifnull(length(owes_box), 0) + ifnull(length(content_box), 0)), 0)
		FROM steps s WHERE s.code = c.code)
	+ (SELECT ifnull(sum(length(e.payload) + length(e.signature)), 0) FROM entries e WHERE e.code = c.code AND ` + ofCase + `)
	+ (SELECT ifnull(sum(p.size), 0) FROM entries e JOIN papers p ON p.entry = e.place
		WHERE e.code = c.code AND ` + ofCase + ` AND p.arrived > 0))`

// ofCase picks the entries e that belong to the case under their code: what was opened into it, and what else came
// for it and was set aside. Another application under the same code belongs to somebody else.
const ofCase = `e.outcome IS NOT NULL AND (e.outcome = 'case' OR e.kind <> 'application')`

// Tally counts cases that have ended.
func (d *DB) Tally(ctx context.Context, e store.Ended) (n store.Tally, err error) {
	where, args := ended(e)
	var oldest int64
	err = d.read.row(ctx, `SELECT ifnull(sum(c.erased = 0), 0), ifnull(sum(c.erased = 0 AND c.held), 0), ifnull(sum(c.erased > 0), 0),
		ifnull(min(CASE WHEN c.erased = 0 THEN c.since END), 0),
		ifnull(sum(CASE WHEN c.erased = 0 AND NOT c.held THEN `+weight+` END), 0) FROM cases c`+where, args...).
		Scan(&n.Cases, &n.Held, &n.Erased, &oldest, &n.Bytes)
	n.Oldest = instant(oldest)
	return n, err
}

// Expired returns ended cases that are neither held nor erased.
func (d *DB) Expired(ctx context.Context, e store.Ended, max int) ([]civic.TrackingCode, error) {
	where, args := ended(e)
	return list(ctx, d.read, scanCode, `SELECT c.code FROM cases c`+where+` AND c.held = 0 AND c.erased = 0 ORDER BY c.code LIMIT ?`,
		append(args, max)...)
}

// Erase erases what a case holds of its resident.
func (d *DB) Erase(ctx context.Context, e store.Erasure) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error { return d.erase(ctx, t, e) })
}

func (d *DB) erase(ctx context.Context, t *tx, e store.Erasure) error {
	c, err := d.caseOf(ctx, t, e.Code)
	if err != nil || !c.Erased.IsZero() {
		return err
	}
	if err := c.MayErase(); err != nil {
		return err
	}
	code := digits(e.Code)
	for _, part := range []struct {
		text string
		args []any
	}{
		{`UPDATE cases SET erased = ?, application_box = x'', secret_box = x'', owes_box = NULL, lookup = NULL, alike = NULL WHERE code = ?`,
			[]any{millis(e.At), code}},
		{`UPDATE steps SET words_box = NULL, owes_box = NULL, content_box = NULL WHERE code = ?`, []any{code}},
		{`DELETE FROM documents WHERE code = ?`, []any{code}},
		{`UPDATE holds SET reason_box = NULL, lifted_box = NULL WHERE code = ?`, []any{code}},
		{`UPDATE papers SET gone = 1 WHERE gone = 0 AND entry IN (SELECT place FROM entries e WHERE e.code = ? AND ` + ofCase + `)`, []any{code}},
		{`UPDATE entries AS e SET payload = x'', signature = x'', reason_box = NULL WHERE e.code = ? AND ` + ofCase, []any{code}},
		{`DELETE FROM statuses WHERE point = ? AND code = ?`, []any{c.Point, code}},
	} {
		if _, err := t.exec(ctx, part.text, part.args...); err != nil {
			return fmt.Errorf("erase case: %w", err)
		}
	}
	return record(ctx, t, store.AuditEntry{At: e.At, Actor: e.Actor, Action: store.ActErase, Subject: code, Detail: e.Detail})
}

// Discarded returns ciphertexts of erased cases whose files are still to be removed.
func (d *DB) Discarded(ctx context.Context, max int) ([]civic.Digest, error) {
	return list(ctx, d.read, func(s scanner) (digest civic.Digest, err error) {
		var b []byte
		if err := s.Scan(&b); err != nil {
			return digest, err
		}
		return digest, fixed(digest[:], b, "paper")
	}, `SELECT digest FROM papers WHERE gone = 1 ORDER BY digest LIMIT ?`, max)
}

// Removed records that the files of discarded ciphertexts are gone.
func (d *DB) Removed(ctx context.Context, digests []civic.Digest) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		for _, digest := range digests {
			if _, err := t.exec(ctx, `UPDATE papers SET gone = 2 WHERE digest = ? AND gone = 1`, digest[:]); err != nil {
				return fmt.Errorf("record removal: %w", err)
			}
		}
		return nil
	})
}

// Scrub brings the write-ahead log into the database and cuts it: what was erased from the one is then not in the
// other. Pages that were freed hold zeros (secure_delete).
func (d *DB) Scrub(ctx context.Context) error {
	return d.write.alone(func(w *writer) error {
		if w.conn == nil {
			return errClosed
		}
		var busy, log, moved int
		err := w.conn.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &log, &moved)
		if err != nil {
			return fmt.Errorf("scrub log: %w", err)
		}
		return nil
	})
}
