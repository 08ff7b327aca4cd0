package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"doorstep/sync/civic"
	"doorstep/sync/wire"

	"doorstep/central/store"
)

// Publish adds a revision of an item to the feed, unless it says what the present one says. Notices have their own
// way, through three hands.
func (d *DB) Publish(ctx context.Context, draft store.Draft) (out store.Published, err error) {
	if draft.Edition.Kind == civic.EditionNotice {
		return out, civic.Refuse(civic.Forbidden, "kind", "notice.hands")
	}
	err = d.update(ctx, func(ctx context.Context, t *tx) error {
		out, err = publish(ctx, t, &draft)
		return err
	})
	return out, err
}

// PublishAll adds revisions of several items, all or none.
func (d *DB) PublishAll(ctx context.Context, list []store.Draft) (out []store.Published, err error) {
	out = make([]store.Published, len(list))
	err = d.update(ctx, func(work context.Context, t *tx) error {
		for i := range list {
			if err := ctx.Err(); err != nil {
				return err
			}
			if out[i], err = publish(work, t, &list[i]); err != nil {
				return fmt.Errorf("%s %s: %w", list[i].Edition.Kind, list[i].Edition.ID, err)
			}
		}
		return nil
	})
	return out, err
}

// publish adds a revision within a unit of work.
func publish(ctx context.Context, t *tx, draft *store.Draft) (out store.Published, err error) {
	e := draft.Edition
	now, err := newest(ctx, t, e.Kind, e.ID)
	none := errors.Is(err, sql.ErrNoRows)
	switch {
	case err != nil && !none:
		return out, err
	case none && e.Tombstone:
		return out, civic.Refuse(civic.NotFound, "edition", "edition.unknown")
	case draft.Over != nil && *draft.Over != now.Rev:
		return out, civic.Refuse(civic.Conflict, "revision", "guides.overtaken", now.Rev)
	}
	if draft.Closes != 0 {
		if err := closeDraft(ctx, t, e.ID, draft.Closes); err != nil {
			return out, err
		}
	}
	if !none && same(&now.Edition, &e) {
		return now, nil
	}
	e.Rev = now.Rev + 1
	if !none && !now.Tombstone && !e.Tombstone && now.Scope != e.Scope {
		gone := civic.Edition{Kind: e.Kind, ID: e.ID, Rev: e.Rev, Scope: now.Scope, Tombstone: true}
		if _, err := appendEdition(ctx, t, draft, gone); err != nil {
			return out, err
		}
		e.Rev++
	}
	if out, err = appendEdition(ctx, t, draft, e); err != nil {
		return out, err
	}
	entry := store.AuditEntry{
		At: draft.At, Actor: draft.By, Action: store.ActPublish, Subject: string(e.Kind) + "/" + e.ID, Detail: fmt.Sprint(e.Rev),
	}
	if e.Tombstone && draft.Reason != "" {
		entry.Action, entry.Detail = store.ActTake, draft.Reason
	}
	return out, record(ctx, t, entry)
}

// same reports whether two editions say the same, whatever their numbers.
func same(a, b *civic.Edition) bool {
	return a.Tombstone == b.Tombstone && a.Scope == b.Scope && bytes.Equal(a.Body, b.Body) &&
		millis(a.From) == millis(b.From) && millis(a.Until) == millis(b.Until)
}

// appendEdition gives e the next number, has it signed and adds it to the chain.
func appendEdition(ctx context.Context, t *tx, draft *store.Draft, e civic.Edition) (out store.Published, err error) {
	var prev []byte
	if err := t.row(ctx, `SELECT feed + 1, tag FROM site`).Scan(&e.N, &prev); err != nil {
		return out, err
	}
	signed, err := draft.Sign(&e)
	if err != nil {
		return out, fmt.Errorf("sign edition: %w", err)
	}
	tag := store.Tag(civic.Digest(prev), signed.Payload)
	terminal := []byte{}
	if e.Scope.Terminal != (civic.KeyID{}) {
		terminal = e.Scope.Terminal[:]
	}
	_, err = t.exec(ctx, `INSERT INTO editions (n, kind, id, rev, area, point, terminal, tombstone, payload, signature, tag, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, e.N, string(e.Kind), e.ID, e.Rev, e.Scope.Area, e.Scope.Point, terminal,
		e.Tombstone, signed.Payload, signed.Signature, tag[:], millis(draft.At))
	if err == nil {
		_, err = t.exec(ctx, `UPDATE site SET feed = ?, tag = ?`, e.N, tag[:])
	}
	if err == nil && e.Kind == civic.EditionGuide {
		err = noteRevision(ctx, t, &e, millis(draft.At), draft.By.Login, draft.Reason)
	}
	return store.Published{Edition: e, Signed: signed, At: instant(millis(draft.At))}, err
}

const selectEdition = `SELECT payload, signature, at FROM editions e`

func scanPublished(s scanner) (p store.Published, err error) {
	var at int64
	if err := s.Scan(&p.Signed.Payload, &p.Signed.Signature, &at); err != nil {
		return p, err
	}
	e, err := wire.ReadEdition(p.Signed)
	if err != nil {
		return p, err
	}
	p.Edition, p.At = *e, instant(at)
	return p, nil
}

// newest returns the last revision of an item, also a tombstone; sql.ErrNoRows if there is none.
func newest(ctx context.Context, q querier, kind civic.EditionKind, id string) (store.Published, error) {
	return scanPublished(q.row(ctx, selectEdition+` WHERE kind = ? AND id = ? ORDER BY n DESC LIMIT 1`, string(kind), id))
}

// Current returns the newest revision of an item that was not withdrawn.
func (d *DB) Current(ctx context.Context, kind civic.EditionKind, id string) (store.Published, error) {
	p, err := newest(ctx, d.read, kind, id)
	if err == nil && p.Tombstone {
		err = sql.ErrNoRows
	}
	return p, missing(err, "edition", "edition.unknown")
}

// Revision returns one revision of an item.
func (d *DB) Revision(ctx context.Context, kind civic.EditionKind, r civic.Revision) (store.Published, error) {
	p, err := scanPublished(d.read.row(ctx, selectEdition+` WHERE kind = ? AND id = ? AND rev = ? AND tombstone = 0`, string(kind), r.ID, r.Rev))
	return p, missing(err, "edition", "edition.unknown")
}

// Items returns the newest revision of every item of a kind that is not withdrawn.
func (d *DB) Items(ctx context.Context, kind civic.EditionKind) ([]store.Published, error) {
	return list(ctx, d.read, scanPublished, selectEdition+` WHERE kind = ? AND tombstone = 0
		AND n = (SELECT max(n) FROM editions f WHERE f.kind = e.kind AND f.id = e.id) ORDER BY id`, string(kind))
}

// The scope of an edition e, or f, decided as civic.Scope.Covers does.
const (
	coversE = `CASE WHEN length(e.terminal) > 0 THEN e.terminal = :terminal WHEN e.point <> '' THEN e.point = :point
		ELSE substr(:area, 1, length(e.area)) = e.area END`
	coversF = `CASE WHEN length(f.terminal) > 0 THEN f.terminal = :terminal WHEN f.point <> '' THEN f.point = :point
		ELSE substr(:area, 1, length(f.area)) = f.area END`
	selectFeed = `SELECT e.payload, e.signature, e.tag FROM editions e
		WHERE e.n > :after AND (e.tombstone = 0 OR :refill = 0) AND ` + coversE + ` AND NOT EXISTS (
			SELECT 1 FROM editions f WHERE f.kind = e.kind AND f.id = e.id AND f.n > e.n AND ` + coversF + `)
		ORDER BY e.n LIMIT :max`
)

// Feed returns what a reader has to apply after a cursor. All of it is read from one snapshot.
func (d *DB) Feed(ctx context.Context, p store.Reader, after civic.Cursor, max int) (f store.Feed, err error) {
	err = d.read.snapshot(ctx, func(q querier) error {
		head, err := d.head(ctx, q)
		if err != nil {
			return err
		}
		if f.Refill, err = d.foreign(ctx, q, after); err != nil {
			return err
		}
		if f.Refill {
			after = civic.Cursor{Store: d.site}
		}
		f.List, err = list(ctx, q, func(s scanner) (e wire.Edition, err error) {
			var tag []byte
			if err := s.Scan(&e.Edition.Payload, &e.Edition.Signature, &tag); err != nil {
				return e, err
			}
			return e, fixed(e.Tag[:], tag, "tag")
		}, selectFeed, sql.Named("after", after.N), sql.Named("refill", f.Refill), sql.Named("terminal", p.Terminal[:]),
			sql.Named("point", p.Point), sql.Named("area", p.Area), sql.Named("max", max+1))
		if err != nil {
			return err
		}
		if f.Caught = len(f.List) <= max; f.Caught {
			f.Next = head
			return nil
		}
		f.List = f.List[:max]
		f.Next, err = cursorOf(d.site, f.List[max-1])
		return err
	})
	return f, err
}

// Head returns the end of the feed.
func (d *DB) Head(ctx context.Context) (civic.Cursor, error) { return d.head(ctx, d.read) }

func (d *DB) head(ctx context.Context, q querier) (civic.Cursor, error) {
	head := civic.Cursor{Store: d.site}
	var tag []byte
	err := q.row(ctx, `SELECT feed, tag FROM site`).Scan(&head.N, &tag)
	copy(head.Tag[:], tag)
	return head, err
}

func cursorOf(site civic.EntryID, e wire.Edition) (civic.Cursor, error) {
	read, err := wire.ReadEdition(e.Edition)
	if err != nil {
		return civic.Cursor{}, err
	}
	return civic.Cursor{Store: site, N: read.N, Tag: e.Tag}, nil
}

// foreign reports whether a cursor is none of this store's.
func (d *DB) foreign(ctx context.Context, q querier, c civic.Cursor) (bool, error) {
	if c.Store != d.site {
		return true, nil
	}
	if c.N == 0 {
		return c.Tag != civic.Digest{}, nil
	}
	var tag []byte
	err := q.row(ctx, `SELECT tag FROM editions WHERE n = ?`, c.N).Scan(&tag)
	if errors.Is(err, sql.ErrNoRows) {
		return true, nil
	}
	return !bytes.Equal(tag, c.Tag[:]), err
}
