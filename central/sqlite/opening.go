package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// heldColumns are those of a Held, of an entry e.
const heldColumns = `e.place, e.id, e.digest, e.payload, e.signature, e.maker, e.terminal, e.received, e.department, e.released`

func scanHeld(s scanner) (h store.Held, err error) {
	var id, digest, maker, terminal []byte
	var received int64
	err = s.Scan(&h.Place, &id, &digest, &h.Signed.Payload, &h.Signed.Signature, &maker, &terminal, &received, &h.Department, &h.Released)
	copy(h.Ref.ID[:], id)
	copy(h.Ref.Digest[:], digest)
	copy(h.Maker[:], maker)
	copy(h.Terminal[:], terminal)
	h.Received = instant(received)
	return h, err
}

// Unopened returns entries without an outcome in the order they were held.
func (d *DB) Unopened(ctx context.Context, after int64, max int) ([]store.Held, error) {
	return list(ctx, d.read, scanHeld, `SELECT `+heldColumns+` FROM entries e
		WHERE e.outcome IS NULL AND e.place > ? ORDER BY e.place LIMIT ?`, after, max)
}

// Neighbours returns what stands before and after an entry in its first journal.
func (d *DB) Neighbours(ctx context.Context, r store.Ref, max int) (before, after []store.Held, err error) {
	const beside = ` FROM entries m JOIN positions p ON p.entry = m.place AND p.terminal = m.terminal
		JOIN positions q ON q.terminal = p.terminal AND q.generation = p.generation
		JOIN entries e ON e.place = q.entry
		WHERE m.id = ? AND m.digest = ? AND length(e.payload) > 0
			AND p.generation = (SELECT min(generation) FROM positions WHERE entry = m.place AND terminal = m.terminal)`
	before, err = list(ctx, d.read, scanHeld, `SELECT `+heldColumns+beside+` AND q.seq < p.seq ORDER BY q.seq DESC LIMIT ?`,
		r.ID[:], r.Digest[:], max)
	if err != nil {
		return nil, nil, err
	}
	slices.Reverse(before)
	after, err = list(ctx, d.read, scanHeld, `SELECT `+heldColumns+beside+` AND q.seq > p.seq ORDER BY q.seq LIMIT ?`,
		r.ID[:], r.Digest[:], max)
	return before, after, err
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
		point, terminal, version, secret_box, lookup, alike, application_box, claim, about)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?)`,
		code, c.Entry[:], c.Service, n.ServiceName, c.Department, c.Guide.ID, c.Guide.Rev, c.Form.ID, c.Form.Rev,
		n.Retention, string(c.Status), millis(c.Since), millis(c.Filed), c.Sure, millis(c.Received),
		deadline(c.Due), c.DueDays, string(c.DueKind), c.Flags.Extended, c.Flags.Deemed, c.Flags.PapersPending, c.Flags.Urged,
		c.Point, c.Terminal, d.vault.Seal("cases/secret/"+code, n.Secret[:]), d.vault.Lookup(c.Code, n.Document.LastFour()),
		kept(d.vault.Alike(n.Document, c.Service, c.Received)),
		d.vault.Seal("cases/application/"+code, n.Application), string(n.Claim), digits(n.About))
	return err
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
