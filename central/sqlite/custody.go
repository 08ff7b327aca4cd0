package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"

	"doorstep/central/store"
)

// Journal returns how far the journal of a terminal's generation is held.
func (d *DB) Journal(ctx context.Context, terminal civic.KeyID, generation uint32) (store.Journal, error) {
	return journal(ctx, d.read, terminal, generation)
}

func journal(ctx context.Context, q querier, terminal civic.KeyID, generation uint32) (j store.Journal, err error) {
	var digest []byte
	var at int64
	err = q.row(ctx, `SELECT seq, digest, safe, at FROM journals WHERE terminal = ? AND generation = ?`, terminal[:], generation).
		Scan(&j.Seq, &digest, &j.Safe, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return store.Journal{}, nil
	}
	if err != nil {
		return j, err
	}
	j.At = instant(at)
	return j, fixed(j.Digest[:], digest, "journal")
}

// Hold commits items that continue a journal.
func (d *DB) Hold(ctx context.Context, terminal civic.KeyID, generation uint32, items []store.Item, at time.Time) (j store.Journal, err error) {
	err = d.update(ctx, func(ctx context.Context, t *tx) error {
		if j, err = journal(ctx, t, terminal, generation); err != nil {
			return err
		}
		before := j.Seq
		for i := range items {
			if err := hold(ctx, t, terminal, generation, &items[i], &j, at); err != nil {
				return err
			}
		}
		if j.Seq == before {
			return nil
		}
		j.At = instant(millis(at))
		_, err := t.exec(ctx, `INSERT INTO journals (terminal, generation, seq, digest, at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET seq = excluded.seq, digest = excluded.digest, at = excluded.at`,
			terminal[:], generation, j.Seq, j.Digest[:], millis(at))
		return err
	})
	if err != nil {
		return store.Journal{}, fmt.Errorf("hold entries: %w", err)
	}
	return j, nil
}

// hold adds one item to the journal, or passes it over.
func hold(ctx context.Context, t *tx, terminal civic.KeyID, generation uint32, it *store.Item, j *store.Journal, at time.Time) error {
	var held civic.Digest
	if it.Position.Seq <= j.Seq {
		var b []byte
		err := t.row(ctx, `SELECT digest FROM positions WHERE terminal = ? AND generation = ? AND seq = ?`,
			terminal[:], generation, it.Position.Seq).Scan(&b)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		copy(held[:], b)
	}
	switch store.Follow(*j, held, generation, it) {
	case store.Broken:
		return store.Forked()
	case store.Pass:
		return nil
	}
	place, err := keep(ctx, t, terminal, it, at)
	if err != nil {
		return err
	}
	digest := it.Signed.Position.Digest()
	_, err = t.exec(ctx, `INSERT INTO positions (terminal, generation, seq, digest, entry, payload, signature) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		terminal[:], generation, it.Position.Seq, digest[:], place, it.Signed.Position.Payload, it.Signed.Position.Signature)
	j.Seq, j.Digest = it.Position.Seq, digest
	return err
}

// keep stores an entry once and returns its place. One that has the id of another is set aside at once.
func keep(ctx context.Context, t *tx, terminal civic.KeyID, it *store.Item, at time.Time) (place int64, err error) {
	e, digest := &it.Entry, it.Signed.Body.Digest()
	var outcome any
	known, err := list(ctx, t, func(s scanner) (k struct {
		place  int64
		digest []byte
	}, err error,
	) {
		return k, s.Scan(&k.place, &k.digest)
	}, `SELECT place, digest FROM entries WHERE id = ?`, e.ID[:])
	if err != nil {
		return 0, err
	}
	for _, k := range known {
		if string(k.digest) == string(digest[:]) {
			return k.place, nil
		}
		outcome = string(civic.OutcomeConflict)
	}
	settled := int64(0)
	if outcome != nil {
		settled = millis(at)
	}
	err = t.row(ctx, `INSERT INTO entries (id, digest, kind, code, terminal, maker, payload, signature, received, outcome, settled)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING place`,
		e.ID[:], digest[:], string(e.Kind), digits(e.Code), terminal[:], it.Maker[:], it.Signed.Body.Payload, it.Signed.Body.Signature,
		millis(at), outcome, settled).Scan(&place)
	if err != nil || outcome != nil {
		return place, err
	}
	for i, p := range e.Papers {
		if _, err := t.exec(ctx, `INSERT INTO papers (digest, size, entry, idx) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			p.Digest[:], p.Size, place, i+1); err != nil {
			return 0, err
		}
	}
	return place, nil
}

// Outcomes returns the outcomes of a generation's entries after a seq, up to the first that has none.
func (d *DB) Outcomes(ctx context.Context, terminal civic.KeyID, generation uint32, after uint64, max int) ([]wire.Outcome, error) {
	all, err := list(ctx, d.read, func(s scanner) (o wire.Outcome, err error) {
		var id []byte
		var outcome *string
		if err := s.Scan(&o.Seq, &id, &outcome); err != nil {
			return o, err
		}
		if outcome != nil {
			o.Outcome = civic.Outcome(*outcome)
		}
		return o, fixed(o.Entry[:], id, "entry")
	}, `SELECT p.seq, e.id, e.outcome FROM positions p JOIN entries e ON e.place = p.entry
		WHERE p.terminal = ? AND p.generation = ? AND p.seq > ? ORDER BY p.seq LIMIT ?`, terminal[:], generation, after, max)
	for i, o := range all {
		if o.Outcome == "" {
			return all[:i], err
		}
	}
	return all, err
}
