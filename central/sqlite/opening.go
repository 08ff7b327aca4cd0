package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// Unopened returns entries without an outcome in the order they were held.
func (d *DB) Unopened(ctx context.Context, after int64, max int) ([]store.Held, error) {
	return list(ctx, d.read, func(s scanner) (h store.Held, err error) {
		var id, digest, maker, terminal []byte
		var received int64
		if err := s.Scan(&h.Place, &id, &digest, &h.Signed.Payload, &h.Signed.Signature, &maker, &terminal, &received, &h.Released); err != nil {
			return h, err
		}
		copy(h.Ref.ID[:], id)
		copy(h.Ref.Digest[:], digest)
		copy(h.Maker[:], maker)
		copy(h.Terminal[:], terminal)
		h.Received = instant(received)
		return h, nil
	}, `SELECT place, id, digest, payload, signature, maker, terminal, received, released FROM entries
		WHERE outcome IS NULL AND place > ? ORDER BY place LIMIT ?`, after, max)
}

// pending returns the place of an entry that has no outcome; settled tells that it has one.
func pending(ctx context.Context, t *tx, r store.Ref) (place int64, settled bool, err error) {
	err = t.row(ctx, `SELECT place, outcome IS NOT NULL FROM entries WHERE id = ? AND digest = ?`, r.ID[:], r.Digest[:]).Scan(&place, &settled)
	return place, settled, missing(err, "entry", "entry.unknown")
}

func settle(ctx context.Context, t *tx, place int64, o civic.Outcome, at time.Time) error {
	_, err := t.exec(ctx, `UPDATE entries SET outcome = ?, settled = ? WHERE place = ?`, string(o), millis(at), place)
	return err
}

// Open opens a case from an entry.
func (d *DB) Open(ctx context.Context, n store.NewCase) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		place, settled, err := pending(ctx, t, n.Ref)
		if err != nil || settled {
			return err
		}
		var taken bool
		if err := t.row(ctx, `SELECT EXISTS (SELECT 1 FROM cases WHERE code = ?)`, digits(n.Case.Code)).Scan(&taken); err != nil {
			return err
		}
		if taken {
			return civic.Refuse(civic.Conflict, "code", "case.code")
		}
		if err := d.insertCase(ctx, t, &n); err != nil {
			return fmt.Errorf("insert case: %w", err)
		}
		first := store.Step{Code: n.Case.Code, To: n.Case.Status, Actor: store.System(), At: n.At, Notice: n.Notice}
		if err := d.insertStep(ctx, t, &first, "", 1, place); err != nil {
			return err
		}
		if err := post(ctx, t, n.Case.Point, n.Case.Code, n.Notice); err != nil {
			return err
		}
		if err := settle(ctx, t, place, civic.OutcomeCase, n.At); err != nil {
			return err
		}
		return record(ctx, t, store.AuditEntry{At: n.At, Actor: store.System(), Action: store.ActOpen, Subject: digits(n.Case.Code)})
	})
}

func (d *DB) insertCase(ctx context.Context, t *tx, n *store.NewCase) error {
	c, code := &n.Case, digits(n.Case.Code)
	_, err := t.exec(ctx, `INSERT INTO cases (code, entry, service, service_name, department, guide, guide_rev, form, form_rev,
		retention, status, since, filed, sure, received, due, due_days, due_kind, until, rest, extended, deemed, pending, urged,
		point, terminal, version, secret_box, lookup, application_box, claim, about)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?)`,
		code, c.Entry[:], c.Service, n.ServiceName, c.Department, c.Guide.ID, c.Guide.Rev, c.Form.ID, c.Form.Rev,
		n.Retention, string(c.Status), millis(c.Since), millis(c.Filed), c.Sure, millis(c.Received),
		deadline(c.Due), c.DueDays, string(c.DueKind), c.Flags.Extended, c.Flags.Deemed, c.Flags.PapersPending, c.Flags.Urged,
		c.Point, c.Terminal, d.vault.Seal("cases/secret/"+code, n.Secret[:]), d.vault.Lookup(c.Code, n.LastFour),
		d.vault.Seal("cases/application/"+code, n.Application), string(n.Claim), digits(n.About))
	return err
}

// SetAside gives an entry an outcome for a person to work on.
func (d *DB) SetAside(ctx context.Context, r store.Ref, o civic.Outcome, at time.Time) error {
	if !o.Aside() {
		return civic.Refuse(civic.Invalid, "outcome", "entry.outcome")
	}
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		place, settled, err := pending(ctx, t, r)
		if err != nil || settled {
			return err
		}
		return settle(ctx, t, place, o, at)
	})
}

// Asides returns what is set aside, the longest waiting first.
func (d *DB) Asides(ctx context.Context, max int) ([]store.Aside, error) {
	return list(ctx, d.read, func(s scanner) (a store.Aside, err error) {
		var id, digest, terminal []byte
		var kind, code, outcome string
		var received, since int64
		if err := s.Scan(&id, &digest, &kind, &code, &terminal, &outcome, &received, &since); err != nil {
			return a, err
		}
		copy(a.Ref.ID[:], id)
		copy(a.Ref.Digest[:], digest)
		copy(a.Terminal[:], terminal)
		a.Kind, a.Outcome = civic.EntryKind(kind), civic.Outcome(outcome)
		a.Received, a.Since = instant(received), instant(since)
		return a, a.Code.UnmarshalText([]byte(code))
	}, `SELECT id, digest, kind, code, terminal, outcome, received, settled FROM entries
		WHERE outcome LIKE 'aside:%' ORDER BY received, place LIMIT ?`, max)
}

// Release gives an entry that was set aside back to be opened once more. One in conflict with another stays: to open
// it too would make a second case of one id. So does one that was erased with its case.
func (d *DB) Release(ctx context.Context, id civic.EntryID, at time.Time, by store.Actor) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		r, err := t.exec(ctx, `UPDATE entries SET outcome = NULL, settled = 0, released = 1
			WHERE id = ? AND outcome LIKE 'aside:%' AND outcome <> ? AND length(payload) > 0`, id[:], string(civic.OutcomeConflict))
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return orNotFound(err, "entry", "entry.unknown")
		}
		return record(ctx, t, store.AuditEntry{At: at, Actor: by, Action: store.ActRelease, Subject: id.String()})
	})
}

func orNotFound(err error, field, key string) error {
	if err != nil {
		return err
	}
	return civic.Refuse(civic.NotFound, field, key)
}

// box encrypts v as JSON; nil stays nil.
func (d *DB) box(place string, v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", place, err)
	}
	return d.vault.Seal(place, b), nil
}

// unbox reads what box made; an empty box leaves v as it is.
func (d *DB) unbox(place string, box []byte, v any) error {
	if len(box) == 0 {
		return nil
	}
	b, err := d.vault.Open(place, box)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}
