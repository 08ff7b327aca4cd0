package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// noticePlace binds a box of a notice to its row.
func noticePlace(table, column, key string) string { return table + "/" + column + "/" + key }

// SaveNotice keeps a text as a draft.
func (d *DB) SaveNotice(ctx context.Context, e store.NoticeEdit) (out store.NoticeRecord, err error) {
	err = d.update(ctx, func(ctx context.Context, t *tx) error {
		if err := mayAct(ctx, t, e.By); err != nil {
			return err
		}
		if err := e.CheckEdit(); err != nil {
			return err
		}
		n, err := d.notice(ctx, t, e.Text.Notice.ID)
		if err != nil && !errors.Is(err, &civic.Error{Code: civic.NotFound}) {
			return err
		}
		switch {
		case n.Version != e.Version:
			return civic.Refuse(civic.Conflict, "version", "notice.changed")
		case n.Version > 0 && !n.State.May(civic.NoticeDraft, e.By.Role):
			return civic.Refuse(civic.Forbidden, "role", "notice.role")
		}
		number := n.Notice.Index
		n.NoticeText = e.Text.Kept()
		if store.IssuedBy(number, n.IssuerCode) {
			n.Notice.Index = number
		}
		n.State, n.Digest, n.Hands, n.Returned = civic.NoticeDraft, civic.Digest{}, nil, false
		if err := d.putNotice(ctx, t, &n, store.NoticePast{State: n.State, By: e.By, At: e.At}); err != nil {
			return err
		}
		if err := d.putFiles(ctx, t, &n, e.Bytes); err != nil {
			return err
		}
		out = n
		return nil
	})
	return out, err
}

// mayAct holds an actor against the people that work here now. The system is no person: what it may do has methods
// of its own.
func mayAct(ctx context.Context, t *tx, by store.Actor) error {
	p, err := person(ctx, t, by.Login)
	if errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		return civic.Refuse(civic.Forbidden, "role", "notice.role")
	}
	if err != nil {
		return err
	}
	return store.HoldsRole(&p, by)
}

// putNotice writes a notice as its next version, the step that led there, and the audit's entry of it.
func (d *DB) putNotice(ctx context.Context, t *tx, n *store.NoticeRecord, p store.NoticePast) error {
	n.Version++
	n.Changed = instant(millis(p.At))
	id := n.Notice.ID
	hands, err := json.Marshal(n.Hands)
	if err != nil {
		return err
	}
	box, err := d.box(noticePlace("notices", "text", id), n.NoticeText)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO notices (id, version, state, category, number, text_box, digest, hands, returned, live, last, changed)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET version = excluded.version, state = excluded.state,
		category = excluded.category, number = excluded.number, text_box = excluded.text_box, digest = excluded.digest,
		hands = excluded.hands, returned = excluded.returned, live = excluded.live, last = excluded.last, changed = excluded.changed`,
		id, n.Version, string(n.State), n.Notice.Category, n.Notice.Index, box, orNull(n.Digest), string(hands), n.Returned,
		n.Live, n.Last, millis(p.At))
	if err != nil {
		return fmt.Errorf("put notice: %w", err)
	}
	var words []byte
	if p.Words != "" {
		words = d.vault.Seal(noticePlace("notice_steps", "words", fmt.Sprintf("%s/%d", id, n.Version)), []byte(p.Words))
	}
	_, err = t.exec(ctx, `INSERT INTO notice_steps (id, version, state, login, role, at, digest, words_box) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		id, n.Version, string(p.State), p.By.Login, string(p.By.Role), millis(p.At), orNull(p.Digest), words)
	if err != nil {
		return fmt.Errorf("put step of notice: %w", err)
	}
	return record(ctx, t, store.AuditEntry{At: p.At, Actor: p.By, Action: store.ActNotice, Subject: "notice/" + id, Detail: string(p.State)})
}

// orNull keeps the zero digest as NULL.
func orNull(d civic.Digest) any {
	if d == (civic.Digest{}) {
		return nil
	}
	return d[:]
}

// putFiles keeps the bytes of the attachments that the text has, and no others.
func (d *DB) putFiles(ctx context.Context, t *tx, n *store.NoticeRecord, bytes map[civic.Digest][]byte) error {
	id := n.Notice.ID
	held, err := list(ctx, t, scanDigest, `SELECT digest FROM notice_files WHERE id = ?`, id)
	if err != nil {
		return err
	}
	for _, f := range n.Notice.Files {
		b, given := bytes[f.Digest]
		switch {
		case !given && slices.Contains(held, f.Digest):
			continue
		case !given || civic.DigestOf(b) != f.Digest || int64(len(b)) != f.Size:
			return civic.Refuse(civic.Invalid, "files", "notice.file")
		}
		box := d.vault.Seal(noticePlace("notice_files", "bytes", id+"/"+f.Digest.String()), b)
		_, err := t.exec(ctx, `INSERT INTO notice_files (id, digest, bytes_box) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, id, f.Digest[:], box)
		if err != nil {
			return fmt.Errorf("put attachment: %w", err)
		}
	}
	for _, have := range held {
		if slices.ContainsFunc(n.Notice.Files, func(f civic.NoticeFile) bool { return f.Digest == have }) {
			continue
		}
		if _, err := t.exec(ctx, `DELETE FROM notice_files WHERE id = ? AND digest = ?`, id, have[:]); err != nil {
			return err
		}
	}
	return nil
}

func scanDigest(s scanner) (d civic.Digest, err error) {
	var b []byte
	if err := s.Scan(&b); err != nil {
		return d, err
	}
	return d, fixed(d[:], b, "digest")
}

const selectNotice = `SELECT id, version, state, number, text_box, digest, hands, returned, live, last, changed FROM notices`

func (d *DB) scanNotice(s scanner) (n store.NoticeRecord, err error) {
	var id, state, number string
	var box, digest, hands []byte
	var changed int64
	if err := s.Scan(&id, &n.Version, &state, &number, &box, &digest, &hands, &n.Returned, &n.Live, &n.Last, &changed); err != nil {
		return n, err
	}
	n.State, n.Changed = civic.NoticeState(state), instant(changed)
	if digest != nil {
		if err := fixed(n.Digest[:], digest, "digest"); err != nil {
			return n, err
		}
	}
	if err := json.Unmarshal(hands, &n.Hands); err != nil {
		return n, err
	}
	if err := d.unbox(noticePlace("notices", "text", id), box, &n.NoticeText); err != nil {
		return n, err
	}
	n.Notice.Index = number
	return n, nil
}

// notice reads one without its history.
func (d *DB) notice(ctx context.Context, q querier, id string) (store.NoticeRecord, error) {
	n, err := d.scanNotice(q.row(ctx, selectNotice+` WHERE id = ?`, id))
	return n, missing(err, "id", "notice.unknown")
}

// Notice returns a notice with its history.
func (d *DB) Notice(ctx context.Context, id string) (n store.NoticeRecord, err error) {
	err = d.read.snapshot(ctx, func(q querier) error {
		if n, err = d.notice(ctx, q, id); err != nil {
			return err
		}
		n.History, err = list(ctx, q, func(s scanner) (store.NoticePast, error) { return d.scanNoticePast(s, id) },
			`SELECT version, state, login, role, at, digest, words_box FROM notice_steps WHERE id = ? ORDER BY version`, id)
		return err
	})
	return n, err
}

func (d *DB) scanNoticePast(s scanner, id string) (p store.NoticePast, err error) {
	var version uint64
	var state, role string
	var at int64
	var digest, words []byte
	if err := s.Scan(&version, &state, &p.By.Login, &role, &at, &digest, &words); err != nil {
		return p, err
	}
	p.State, p.By.Role, p.At = civic.NoticeState(state), civic.Role(role), instant(at)
	if digest != nil {
		if err := fixed(p.Digest[:], digest, "digest"); err != nil {
			return p, err
		}
	}
	if words == nil {
		return p, nil
	}
	b, err := d.vault.Open(noticePlace("notice_steps", "words", fmt.Sprintf("%s/%d", id, version)), words)
	p.Words = string(b)
	return p, err
}

// whereNotices makes the condition of a filter without its After.
func whereNotices(f store.NoticeFilter) (string, []any) {
	where, args := ` WHERE 1 = 1`, []any{}
	if len(f.States) > 0 {
		where += ` AND state IN (SELECT value FROM json_each(?))`
		b, err := json.Marshal(f.States)
		if err != nil {
			panic("bug: sqlite: " + err.Error()) // texts always encode
		}
		args = append(args, string(b))
	}
	if f.Returned {
		where += ` AND returned = 1`
	}
	if f.Live {
		where += ` AND live > 0`
	}
	if f.Category != "" {
		where, args = where+` AND category = ?`, append(args, f.Category)
	}
	return where, args
}

// ListNotices returns notices without history, the last changed first.
func (d *DB) ListNotices(ctx context.Context, f store.NoticeFilter) ([]store.NoticeRecord, error) {
	where, args := whereNotices(f)
	if f.After != nil {
		where += ` AND (changed, id) < (?, ?)`
		args = append(args, millis(f.After.Changed), f.After.Notice.ID)
	}
	return list(ctx, d.read, d.scanNotice, selectNotice+where+` ORDER BY changed DESC, id DESC LIMIT ?`, append(args, pageOf(f.Max))...)
}

// pageOf bounds a page.
func pageOf(n int) int {
	if n <= 0 || n > store.MaxPage {
		return store.MaxPage
	}
	return n
}

// CountNotices returns how many a filter holds.
func (d *DB) CountNotices(ctx context.Context, f store.NoticeFilter) (n int, err error) {
	where, args := whereNotices(f)
	return n, d.read.row(ctx, `SELECT count(*) FROM notices`+where, args...).Scan(&n)
}

// NoticeBytes returns an attachment of the present text.
func (d *DB) NoticeBytes(ctx context.Context, id string, digest civic.Digest) ([]byte, error) {
	return d.noticeBytes(ctx, d.read, id, digest)
}

func (d *DB) noticeBytes(ctx context.Context, q querier, id string, digest civic.Digest) ([]byte, error) {
	var box []byte
	err := q.row(ctx, `SELECT bytes_box FROM notice_files WHERE id = ? AND digest = ?`, id, digest[:]).Scan(&box)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, missing(err, "files", "notice.nofile")
	}
	if err != nil {
		return nil, err
	}
	return d.vault.Open(noticePlace("notice_files", "bytes", id+"/"+digest.String()), box)
}
