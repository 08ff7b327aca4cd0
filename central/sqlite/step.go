package sqlite

import (
	"context"
	"encoding/json"
	"fmt"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// Step changes a case.
func (d *DB) Step(ctx context.Context, s store.Step) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		var place any
		if s.Entry != nil {
			at, settled, err := pending(ctx, t, *s.Entry)
			if err != nil || settled {
				return err
			}
			if err := settle(ctx, t, at, civic.OutcomeCase, s.At); err != nil {
				return err
			}
			place = at
		}
		if err := d.step(ctx, t, &s, place); err != nil {
			return err
		}
		return d.upon(ctx, t, s.Upon)
	})
}

// step changes one case within a unit of work.
func (d *DB) step(ctx context.Context, t *tx, s *store.Step, place any) error {
	c, err := d.caseOf(ctx, t, s.Code)
	if err != nil {
		return err
	}
	if !c.Erased.IsZero() {
		return civic.Refuse(civic.Forbidden, "status", "case.erased")
	}
	if err := s.Check(&c.Case, c.Asked); err != nil {
		return err
	}
	if err := d.changeCase(ctx, t, s); err != nil {
		return fmt.Errorf("change case: %w", err)
	}
	if err := judge(ctx, t, &c.Case, s); err != nil {
		return fmt.Errorf("judge case: %w", err)
	}
	if err := d.insertStep(ctx, t, s, c.Status, c.Version+1, place); err != nil {
		return err
	}
	if err := d.issue(ctx, t, s, c.Version+1); err != nil {
		return err
	}
	if err := post(ctx, t, c.Point, c.Code, s.Notice); err != nil {
		return err
	}
	detail := string(s.To)
	if s.Note != "" {
		detail = string(s.Note)
	}
	return record(ctx, t, store.AuditEntry{At: s.At, Actor: s.Actor, Action: store.ActStep, Subject: digits(s.Code), Detail: detail})
}

// upon does what a granted claim does to the case that it is about.
func (d *DB) upon(ctx context.Context, t *tx, u *store.Upon) error {
	if u == nil {
		return nil
	}
	if u.Correct != nil {
		if err := d.step(ctx, t, u.Correct, nil); err != nil {
			return fmt.Errorf("correct: %w", err)
		}
	}
	if u.Erase != nil {
		return d.erase(ctx, t, *u.Erase)
	}
	return nil
}

func (d *DB) changeCase(ctx context.Context, t *tx, s *store.Step) error {
	since, r, f, until := s.Since, s.Clock, s.Flags, ""
	if since.IsZero() {
		since = s.At
	}
	if !r.Until.IsZero() {
		until = r.Until.String()
	}
	_, err := t.exec(ctx, `UPDATE cases SET status = ?, since = ?, due = ?, due_days = ?, due_kind = ?, until = ?, rest = ?,
		extended = ?, deemed = ?, pending = ?, urged = ?, version = version + 1 WHERE code = ?`,
		string(s.To), millis(since), deadline(r.Due), r.Days, string(r.Kind), until, r.Rest,
		f.Extended, f.Deemed, f.PapersPending, f.Urged, digits(s.Code))
	if err != nil || s.To != civic.Supplement || len(s.Owes) == 0 {
		return err
	}
	box, err := d.box("cases/owes/"+digits(s.Code), s.Owes)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `UPDATE cases SET asked = 1, owes_box = ? WHERE code = ?`, box, digits(s.Code))
	return err
}

// stepPlace binds the boxes of a step to its row.
func stepPlace(column, code string, version uint64) string {
	return fmt.Sprintf("steps/%s/%s/%d", column, code, version)
}

func (d *DB) insertStep(ctx context.Context, t *tx, s *store.Step, was civic.Status, version uint64, place any) error {
	code := digits(s.Code)
	var words, owes, content []byte
	var err error
	if s.Words != "" {
		words = d.vault.Seal(stepPlace("words", code, version), []byte(s.Words))
	}
	if len(s.Owes) > 0 {
		if owes, err = d.box(stepPlace("owes", code, version), s.Owes); err != nil {
			return err
		}
	}
	if len(s.Content) > 0 {
		content = d.vault.Seal(stepPlace("content", code, version), s.Content)
	}
	_, err = t.exec(ctx, `INSERT INTO steps (code, version, was, status, login, role, at, deemed, words_box, owes_box, entry, content_box, note)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, code, version, string(was), string(s.To), s.Actor.Login, string(s.Actor.Role),
		millis(s.At), s.Flags.Deemed && s.To == civic.Accepted && s.Actor.Role == civic.RoleSystem, words, owes, place, content, string(s.Note))
	if err != nil {
		return fmt.Errorf("insert step: %w", err)
	}
	return nil
}

// history reads the steps of a case, and what residents sent with them.
func (d *DB) history(ctx context.Context, q querier, code string, out *store.Dossier) error {
	past, err := list(ctx, q, func(s scanner) (p store.Past, err error) {
		var version uint64
		var was, status, role, note string
		var at int64
		var words, owes, content []byte
		if err := s.Scan(&version, &was, &status, &p.Actor.Login, &role, &at, &p.Deemed, &words, &owes, &content, &note); err != nil {
			return p, err
		}
		p.Note = store.Note(note)
		p.From, p.To, p.Actor.Role, p.At = civic.Status(was), civic.Status(status), civic.Role(role), instant(at)
		if p.Words, err = d.text(stepPlace("words", code, version), words); err != nil {
			return p, err
		}
		if err := d.unbox(stepPlace("owes", code, version), owes, &p.Owes); err != nil {
			return p, err
		}
		return p, d.content(stepPlace("content", code, version), content, p.To, out)
	}, `SELECT version, was, status, login, role, at, deemed, words_box, owes_box, content_box, note FROM steps
		WHERE code = ? ORDER BY version`, code)
	out.History = past
	return err
}

// content adds the plaintext that came with a step.
func (d *DB) content(place string, box []byte, to civic.Status, out *store.Dossier) error {
	if len(box) == 0 {
		return nil
	}
	b, err := d.vault.Open(place, box)
	if err != nil {
		return err
	}
	if to == civic.Withdrawn {
		out.Withdrawal = new(civic.Withdrawal)
		return json.Unmarshal(b, out.Withdrawal)
	}
	var a civic.SupplementAnswer
	err = json.Unmarshal(b, &a)
	out.Answers = append(out.Answers, a)
	return err
}
