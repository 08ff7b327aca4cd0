package sqlite

import (
	"context"
	"fmt"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

const selectPaper = `SELECT p.digest, p.size, p.idx, p.arrived, p.gone > 0, e.kind, e.id FROM papers p JOIN entries e ON e.place = p.entry`

// Paper returns what a held entry says of a ciphertext.
func (d *DB) Paper(ctx context.Context, digest civic.Digest) (store.Paper, error) {
	p, err := scanPaper(d.read.row(ctx, selectPaper+` WHERE p.digest = ?`, digest[:]))
	return p, missing(err, "paper", "paper.unknown")
}

func scanPaper(s scanner) (p store.Paper, err error) {
	var digest, id []byte
	var kind string
	var arrived int64
	if err := s.Scan(&digest, &p.Size, &p.Index, &arrived, &p.Erased, &kind, &id); err != nil {
		return p, err
	}
	copy(p.Digest[:], digest)
	copy(p.Entry[:], id)
	p.Kind, p.Arrived = civic.EntryKind(kind), instant(arrived)
	return p, nil
}

// Arrived records that a ciphertext is whole, verified and synced.
func (d *DB) Arrived(ctx context.Context, digest civic.Digest, at time.Time) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `UPDATE papers SET arrived = ?, lost = 0 WHERE digest = ? AND arrived = 0`, millis(at), digest[:])
		return err
	})
}

// ofTerminal restricts entries to those of a terminal's key, and of the keys that it follows.
const ofTerminal = `e.terminal IN (WITH RECURSIVE own (key) AS (VALUES (?) UNION
	SELECT t.follows FROM terminals t JOIN own ON t.key = own.key WHERE t.follows <> x'') SELECT key FROM own)`

// Lost records that a terminal has no bytes any more of ciphertexts that have not arrived.
func (d *DB) Lost(ctx context.Context, terminal civic.KeyID, list []civic.Digest, at time.Time) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		for _, digest := range list {
			if _, err := t.exec(ctx, `UPDATE papers SET lost = ? WHERE digest = ? AND arrived = 0 AND gone = 0 AND lost = 0
				AND EXISTS (SELECT 1 FROM entries e WHERE e.place = papers.entry AND `+ofTerminal+`)`, millis(at), digest[:], terminal[:]); err != nil {
				return err
			}
		}
		return nil
	})
}

// Awaited returns ciphertexts that have not arrived.
func (d *DB) Awaited(ctx context.Context, code civic.TrackingCode, max int) ([]store.Awaited, error) {
	const query = `SELECT p.digest, p.size, p.idx, e.kind, e.id, e.code, e.terminal, e.received, p.lost FROM papers p JOIN entries e ON e.place = p.entry
		WHERE p.arrived = 0 AND p.gone = 0 AND %s ORDER BY e.received, e.place, p.idx LIMIT ?`
	if code == 0 {
		return list(ctx, d.read, scanAwaited, fmt.Sprintf(query, "true"), max)
	}
	return list(ctx, d.read, scanAwaited, fmt.Sprintf(query, "e.code = ?"), digits(code), max)
}

// Lacking returns ciphertexts of a terminal's entries that have not arrived, those of the last entries first.
func (d *DB) Lacking(ctx context.Context, terminal civic.KeyID, max int) ([]civic.Digest, error) {
	return list(ctx, d.read, scanDigest, `SELECT p.digest FROM papers p JOIN entries e ON e.place = p.entry
		WHERE p.arrived = 0 AND p.gone = 0 AND p.lost = 0 AND `+ofTerminal+` ORDER BY e.received DESC, e.place DESC, p.idx LIMIT ?`, terminal[:], max)
}

func scanAwaited(s scanner) (a store.Awaited, err error) {
	var digest, id, terminal []byte
	var kind, code string
	var received, lost int64
	if err := s.Scan(&digest, &a.Size, &a.Index, &kind, &id, &code, &terminal, &received, &lost); err != nil {
		return a, err
	}
	copy(a.Digest[:], digest)
	copy(a.Entry[:], id)
	copy(a.Terminal[:], terminal)
	a.Kind, a.Received, a.Lost = civic.EntryKind(kind), instant(received), instant(lost)
	return a, a.Code.UnmarshalText([]byte(code))
}

// Complete returns cases that still say papers are pending though all have arrived.
func (d *DB) Complete(ctx context.Context, max int) ([]civic.TrackingCode, error) {
	return list(ctx, d.read, scanCode, `SELECT code FROM cases c WHERE pending = 1 AND NOT EXISTS (
		SELECT 1 FROM entries e JOIN papers p ON p.entry = e.place
		WHERE e.code = c.code AND e.outcome = 'case' AND p.arrived = 0) ORDER BY code LIMIT ?`, max)
}

func scanCode(s scanner) (c civic.TrackingCode, err error) {
	var text string
	if err := s.Scan(&text); err != nil {
		return 0, err
	}
	return c, c.UnmarshalText([]byte(text))
}
