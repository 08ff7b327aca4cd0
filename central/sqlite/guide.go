package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// SaveDraft keeps a version of a guide's text.
func (d *DB) SaveDraft(ctx context.Context, draft store.GuideDraft, by store.Actor) (store.GuideDraft, error) {
	draft.Login = by.Login
	id := draft.Guide.ID
	body, err := json.Marshal(draft.Guide)
	if err != nil {
		return draft, fmt.Errorf("encode draft: %w", err)
	}
	seen := draft.Version
	err = d.update(ctx, func(ctx context.Context, t *tx) error {
		var last uint64
		before, err := openDraft(ctx, t, id)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if before.Version != seen {
			return civic.Refuse(civic.Conflict, "version", "guides.moved")
		}
		if err := t.row(ctx, `SELECT ifnull(max(version), 0) FROM guide_drafts WHERE id = ?`, id).Scan(&last); err != nil {
			return err
		}
		draft.Version = last + 1
		if before.Version != 0 && store.SameSitting(before, draft) {
			if _, err := t.exec(ctx, `DELETE FROM guide_drafts WHERE id = ? AND version = ?`, id, before.Version); err != nil {
				return err
			}
		}
		_, err = t.exec(ctx, `INSERT INTO guide_drafts (id, version, base, body, at, login) VALUES (?, ?, ?, ?, ?, ?)`,
			id, draft.Version, draft.Base, string(body), millis(draft.At), draft.Login)
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, `DELETE FROM guide_drafts WHERE id = ?1 AND version <= (SELECT version FROM guide_drafts
			WHERE id = ?1 ORDER BY version DESC LIMIT 1 OFFSET ?2)`, id, store.MaxVersions); err != nil {
			return err
		}
		if err := tellGuide(ctx, t, &draft.Guide); err != nil {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE guides SET draft = ?, saved = ?, login = ? WHERE id = ?`,
			draft.Version, millis(draft.At), draft.Login, id); err != nil {
			return err
		}
		return record(ctx, t, store.AuditEntry{
			At: draft.At, Actor: by, Action: store.ActDraft, Subject: guideSubject(id), Detail: fmt.Sprint(draft.Version),
		})
	})
	draft.At = instant(millis(draft.At))
	return draft, err
}

func guideSubject(id string) string { return string(civic.EditionGuide) + "/" + id }

// tellGuide writes what a list shows of a guide.
func tellGuide(ctx context.Context, t *tx, g *civic.Guide) error {
	words := strings.Join(append([]string{g.ID, g.Name, g.NameEN, g.ItemCode, g.Field, g.Department, g.Authority}, g.Words...), "\n")
	_, err := t.exec(ctx, `INSERT INTO guides (id, name, name_en, field, department, authority, here, words)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_en = excluded.name_en,
		field = excluded.field, department = excluded.department, authority = excluded.authority, here = excluded.here,
		words = excluded.words`, g.ID, g.Name, g.NameEN, g.Field, g.Department, g.Authority, g.FiledHere(), strings.ToLower(words))
	return err
}

const selectDraft = `SELECT version, base, body, at, login FROM guide_drafts`

func scanDraft(s scanner) (d store.GuideDraft, err error) {
	var at int64
	var body string
	if err := s.Scan(&d.Version, &d.Base, &body, &at, &d.Login); err != nil {
		return d, err
	}
	d.At = instant(at)
	return d, json.Unmarshal([]byte(body), &d.Guide)
}

func openDraft(ctx context.Context, q querier, id string) (store.GuideDraft, error) {
	return scanDraft(q.row(ctx, selectDraft+` WHERE id = ?1 AND version = (SELECT draft FROM guides WHERE id = ?1)`, id))
}

// OpenDraft returns the text that waits to be published.
func (d *DB) OpenDraft(ctx context.Context, id string) (store.GuideDraft, error) {
	draft, err := openDraft(ctx, d.read, id)
	return draft, missing(err, "guide", "guides.nodraft")
}

// GuideDraft returns one version of a text.
func (d *DB) GuideDraft(ctx context.Context, id string, version uint64) (store.GuideDraft, error) {
	draft, err := scanDraft(d.read.row(ctx, selectDraft+` WHERE id = ? AND version = ?`, id, version))
	return draft, missing(err, "guide", "guides.noversion")
}

// DropDraft gives up a draft.
func (d *DB) DropDraft(ctx context.Context, id string, version uint64, at time.Time, by store.Actor) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		if err := closeDraft(ctx, t, id, version); err != nil {
			return err
		}
		now, err := newest(ctx, t, civic.EditionGuide, id)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			_, err = t.exec(ctx, `DELETE FROM guides WHERE id = ?`, id)
		case err == nil && !now.Tombstone:
			err = tellEdition(ctx, t, &now.Edition)
		}
		if err != nil {
			return err
		}
		return record(ctx, t, store.AuditEntry{At: at, Actor: by, Action: store.ActDrop, Subject: guideSubject(id), Detail: fmt.Sprint(version)})
	})
}

// closeDraft takes the draft of a version out of the list.
func closeDraft(ctx context.Context, t *tx, id string, version uint64) error {
	open, err := openDraft(ctx, t, id)
	if err != nil {
		return missing(err, "guide", "guides.nodraft")
	}
	if open.Version != version {
		return civic.Refuse(civic.Conflict, "version", "guides.moved")
	}
	_, err = t.exec(ctx, `UPDATE guides SET draft = 0, saved = 0, login = '' WHERE id = ?`, id)
	return err
}

// tellEdition writes what a list shows of a published guide.
func tellEdition(ctx context.Context, t *tx, e *civic.Edition) error {
	// What is published under the kind is a guide, whatever it says: a list must not keep an edition back.
	g := civic.Guide{}
	if json.Unmarshal(e.Body, &g) != nil || g.Name == "" {
		g.Name = e.ID
	}
	g.ID = e.ID
	return tellGuide(ctx, t, &g)
}

// noteRevision keeps who published or withdrew a guide, and what lists show of it.
func noteRevision(ctx context.Context, t *tx, e *civic.Edition, at int64, login, reason string) error {
	_, err := t.exec(ctx, `INSERT INTO guide_revisions (id, rev, n, at, login, gone, reason) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		e.ID, e.Rev, e.N, at, login, e.Tombstone, reason)
	if err != nil {
		return err
	}
	var draft uint64
	err = t.row(ctx, `SELECT draft FROM guides WHERE id = ?`, e.ID).Scan(&draft)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if draft == 0 && !e.Tombstone {
		if err := tellEdition(ctx, t, e); err != nil {
			return err
		}
	}
	_, err = t.exec(ctx, `UPDATE guides SET rev = ?, at = ?, gone = ? WHERE id = ?`, e.Rev, at, e.Tombstone, e.ID)
	return err
}

// fillGuides makes the lines of guides that were published before there were any.
func fillGuides(ctx context.Context, t *tx) error {
	past, err := list(ctx, t, scanPublished, selectEdition+` WHERE kind = ? ORDER BY n`, string(civic.EditionGuide))
	if err != nil {
		return err
	}
	for i := range past {
		if err := noteRevision(ctx, t, &past[i].Edition, millis(past[i].At), "", ""); err != nil {
			return err
		}
	}
	return nil
}

// GuideHistory returns what became of a guide, the newest first.
func (d *DB) GuideHistory(ctx context.Context, id string) ([]store.GuideEvent, error) {
	return list(ctx, d.read, func(s scanner) (e store.GuideEvent, err error) {
		var at int64
		if err := s.Scan(&at, &e.Login, &e.Rev, &e.N, &e.Gone, &e.Reason, &e.Version); err != nil {
			return e, err
		}
		e.At = instant(at)
		return e, nil
	}, `SELECT at, login, rev, n, gone, reason, 0 FROM guide_revisions WHERE id = ?1
		UNION ALL SELECT at, login, 0, 0, 0, '', version FROM guide_drafts WHERE id = ?1
		ORDER BY 1 DESC, 3 DESC, 7 DESC LIMIT ?2`, id, store.MaxPage)
}

// maxTerms is how many words of a query are looked for.
const maxTerms = 4

// What a page of guides is chosen by. The terms are empty where the query has fewer.
const (
	guidesFound = `(:department = '' OR department = :department) AND instr(words, :t0) > 0 AND instr(words, :t1) > 0
		AND instr(words, :t2) > 0 AND instr(words, :t3) > 0`
	guidesIn = `CASE :state WHEN 'changed' THEN draft > 0 WHEN 'published' THEN rev > 0 AND gone = 0
		WHEN 'withdrawn' THEN gone = 1 ELSE 1 END`
	selectGuides = `SELECT id, name, name_en, field, department, authority, here, rev, at, gone, draft, saved, login FROM guides
		WHERE ` + guidesFound + ` AND ` + guidesIn + ` ORDER BY draft = 0, saved DESC, id LIMIT :max OFFSET :offset`
	countGuides = `SELECT count(*), ifnull(sum(draft > 0), 0), ifnull(sum(rev > 0 AND gone = 0), 0), ifnull(sum(gone), 0)
		FROM guides WHERE ` + guidesFound
)

// GuideList returns a page of guides, read from one snapshot.
func (d *DB) GuideList(ctx context.Context, f store.GuideFilter) (p store.GuidePage, err error) {
	terms := strings.Fields(strings.ToLower(f.Query))
	args := []any{sql.Named("department", f.Department)}
	for i := range maxTerms {
		term := ""
		if i < len(terms) {
			term = terms[i]
		}
		args = append(args, sql.Named(fmt.Sprintf("t%d", i), term))
	}
	err = d.read.snapshot(ctx, func(q querier) error {
		var all, changed, published, withdrawn int
		if err := q.row(ctx, countGuides, args...).Scan(&all, &changed, &published, &withdrawn); err != nil {
			return err
		}
		p.Counts = map[store.GuideState]int{
			store.GuidesAll: all, store.GuidesChanged: changed, store.GuidesPublished: published, store.GuidesWithdrawn: withdrawn,
		}
		var known bool
		if p.Total, known = p.Counts[f.State]; !known {
			p.Total = all
		}
		page := append(args, sql.Named("state", string(f.State)), sql.Named("max", f.Max), sql.Named("offset", f.Offset))
		if p.Rows, err = list(ctx, q, scanGuide, selectGuides, page...); err != nil {
			return err
		}
		p.Departments, err = list(ctx, q, func(s scanner) (v store.GuideDepartment, err error) {
			return v, s.Scan(&v.Key, &v.Name)
		}, `SELECT department, min(authority) FROM guides WHERE department <> '' GROUP BY department ORDER BY department`)
		return err
	})
	return p, err
}

func scanGuide(s scanner) (r store.GuideRow, err error) {
	var at, saved int64
	err = s.Scan(&r.ID, &r.Name, &r.NameEN, &r.Field, &r.Department, &r.Authority, &r.Here, &r.Rev, &at, &r.Gone, &r.Draft, &saved, &r.Login)
	r.At, r.Saved = instant(at), instant(saved)
	return r, err
}
