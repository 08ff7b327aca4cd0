package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// pin puts a published notice on the board, in place of its revision before, with its attachments in the clear.
func (d *DB) pin(ctx context.Context, t *tx, n *store.NoticeRecord, shown civic.Notice) error {
	body, err := json.Marshal(shown)
	if err != nil {
		return err
	}
	start := shown.PublishedAt
	if n.From.After(start) {
		start = n.From
	}
	_, err = t.exec(ctx, `INSERT INTO board (id, rev, category, area, point, start, until, updated, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET rev = excluded.rev, category = excluded.category, area = excluded.area, point = excluded.point,
		start = excluded.start, until = excluded.until, updated = excluded.updated, ended = '', by = '', body = excluded.body`,
		shown.ID, n.Live, shown.Category, n.Scope.Area, n.Scope.Point, millis(start), millis(n.Until), millis(start), string(body))
	if err != nil {
		return fmt.Errorf("pin notice: %w", err)
	}
	if _, err := t.exec(ctx, `DELETE FROM board_files WHERE id = ?`, shown.ID); err != nil {
		return err
	}
	for _, f := range shown.Files {
		b, err := d.noticeBytes(ctx, t, shown.ID, f.Digest)
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, `INSERT INTO board_files (id, digest, bytes) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, shown.ID, f.Digest[:], b); err != nil {
			return fmt.Errorf("pin attachment: %w", err)
		}
	}
	return nil
}

// unpin leaves of a notice only what says that it was there.
func unpin(ctx context.Context, t *tx, id string, past store.NoticePast, by string) error {
	var body []byte
	if err := t.row(ctx, `SELECT body FROM board WHERE id = ?`, id).Scan(&body); err != nil {
		return fmt.Errorf("unpin notice: %w", err)
	}
	var n civic.Notice
	if err := json.Unmarshal(body, &n); err != nil {
		return err
	}
	n.Body, n.Files = "", nil
	body, err := json.Marshal(n)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `UPDATE board SET body = ?, ended = ?, by = ?, updated = ? WHERE id = ?`, string(body), string(past.State), by, millis(past.At), id)
	if err == nil {
		_, err = t.exec(ctx, `DELETE FROM board_files WHERE id = ?`, id)
	}
	return err
}

// EndNotices ends notices on the board whose time is over.
func (d *DB) EndNotices(ctx context.Context, now time.Time, sign store.Sign, max int) (ended int, err error) {
	err = d.update(ctx, func(ctx context.Context, t *tx) error {
		ids, err := list(ctx, t, func(s scanner) (id string, err error) { return id, s.Scan(&id) },
			`SELECT id FROM board WHERE ended = '' AND until > 0 AND until <= ? ORDER BY until, id LIMIT ?`, millis(now), max)
		if err != nil {
			return err
		}
		for _, id := range ids {
			n, err := d.notice(ctx, t, id)
			if err != nil {
				return err
			}
			if err := d.end(ctx, t, &n, store.NoticePast{State: civic.NoticeExpired, By: store.System(), At: now}, "", sign); err != nil {
				return err
			}
		}
		ended = len(ids)
		return nil
	})
	return ended, err
}

const selectBoard = `SELECT rev, area, point, start, until, updated, ended, by, body FROM board`

func scanShown(s scanner) (n store.Shown, err error) {
	var start, until, updated int64
	var ended string
	var body []byte
	if err := s.Scan(&n.Rev, &n.Scope.Area, &n.Scope.Point, &start, &until, &updated, &ended, &n.By, &body); err != nil {
		return n, err
	}
	n.Start, n.Until, n.Updated, n.Ended = instant(start), instant(until), instant(updated), civic.NoticeState(ended)
	return n, json.Unmarshal(body, &n.Notice)
}

// notOver is what of the board is shown at :now, also where the loop that ends notices has not come by yet.
const notOver = ` AND ended = '' AND (until = 0 OR until > ?)`

func whereShown(f store.BoardFilter) (string, []any) {
	where, args := ` WHERE start <= ?`, []any{millis(f.Now)}
	if !f.Ended {
		where, args = where+notOver, append(args, millis(f.Now))
	}
	if f.Category != "" {
		where, args = where+` AND category = ?`, append(args, f.Category)
	}
	switch {
	case f.Point != "":
		where += ` AND CASE WHEN point <> '' THEN point = ? ELSE substr(?, 1, length(area)) = area END`
		args = append(args, f.Point, f.Area)
	case f.Area != "":
		// What the whole area is shown, and what a part of it is.
		where += ` AND (point = '' AND substr(?, 1, length(area)) = area OR area <> '' AND substr(area, 1, length(?)) = ?)`
		args = append(args, f.Area, f.Area, f.Area)
	}
	return where, args
}

// Shown returns notices shown at a time.
func (d *DB) Shown(ctx context.Context, f store.BoardFilter) ([]store.Shown, error) {
	where, args := whereShown(f)
	order := "start"
	if f.Ended {
		order = "updated"
	}
	if f.After != nil {
		at := f.After.Start
		if f.Ended {
			at = f.After.Updated
		}
		where, args = where+` AND (`+order+`, id) < (?, ?)`, append(args, millis(at), f.After.ID)
	}
	return list(ctx, d.read, scanShown, selectBoard+where+` ORDER BY `+order+` DESC, id DESC LIMIT ?`, append(args, pageOf(f.Max))...)
}

// CountShown returns how many a filter holds.
func (d *DB) CountShown(ctx context.Context, f store.BoardFilter) (n int, err error) {
	where, args := whereShown(f)
	return n, d.read.row(ctx, `SELECT count(*) FROM board`+where, args...).Scan(&n)
}

// ShownNotice returns a notice that has begun, also one that ended.
func (d *DB) ShownNotice(ctx context.Context, id string, now time.Time) (store.Shown, error) {
	n, err := scanShown(d.read.row(ctx, selectBoard+` WHERE id = ? AND start <= ?`, id, millis(now)))
	if err == nil && n.Ended == "" && !n.Until.IsZero() && !n.Until.After(now) {
		n.Ended, n.Updated, n.Body, n.Files = civic.NoticeExpired, n.Until, "", nil
	}
	return n, missing(err, "id", "notice.unknown")
}

// ShownFile returns an attachment of a notice that is shown.
func (d *DB) ShownFile(ctx context.Context, id string, digest civic.Digest, now time.Time) (b []byte, err error) {
	err = d.read.row(ctx, `SELECT f.bytes FROM board_files f JOIN board b ON b.id = f.id WHERE f.id = ? AND f.digest = ? AND start <= ?`+notOver,
		id, digest[:], millis(now), millis(now)).Scan(&b)
	return b, missing(err, "files", "notice.nofile")
}
