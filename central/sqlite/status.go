package sqlite

import (
	"context"
	"fmt"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// Statuses returns the notices of a point after a number.
func (d *DB) Statuses(ctx context.Context, point string, after uint64, max int) ([]wire.Status, error) {
	return list(ctx, d.read, func(s scanner) (n wire.Status, err error) {
		var code string
		if err := s.Scan(&n.N, &code, &n.Locked); err != nil {
			return n, err
		}
		return n, n.Code.UnmarshalText([]byte(code))
	}, `SELECT n, code, locked FROM statuses WHERE point = ? AND n > ? ORDER BY n LIMIT ?`, point, after, max)
}

// post puts the notice of a case into the lane of its point, in place of the one before.
func post(ctx context.Context, t *tx, point string, code civic.TrackingCode, notice []byte) error {
	if notice == nil {
		return nil
	}
	var n uint64
	err := t.row(ctx, `INSERT INTO points (point, n) VALUES (?, 1) ON CONFLICT DO UPDATE SET n = n + 1 RETURNING n`, point).Scan(&n)
	if err == nil {
		_, err = t.exec(ctx, `INSERT INTO statuses (point, code, n, locked) VALUES (?, ?, ?, ?)
			ON CONFLICT (point, code) DO UPDATE SET n = excluded.n, locked = excluded.locked`, point, digits(code), n, notice)
	}
	if err != nil {
		return fmt.Errorf("post notice: %w", err)
	}
	return nil
}
