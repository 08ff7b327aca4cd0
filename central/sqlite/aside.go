package sqlite

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"

	"doorstep/central/store"
)

// SetAside gives an entry an outcome for a person to work on.
func (d *DB) SetAside(ctx context.Context, r store.Ref, o civic.Outcome, service string, at time.Time) error {
	if !o.Aside() {
		return civic.Refuse(civic.Invalid, "outcome", "entry.outcome")
	}
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		place, settled, err := pending(ctx, t, r)
		if err != nil || settled {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE entries SET service = ? WHERE place = ?`, service, place); err != nil {
			return err
		}
		return settle(ctx, t, place, o, at)
	})
}

const selectAside = `SELECT place, id, digest, kind, code, terminal, outcome, service, payload, received, settled,
	closed, closed_login, closed_role, reason_box FROM entries WHERE outcome LIKE 'aside:%'`

// Asides returns what is set aside and open, the longest waiting first.
func (d *DB) Asides(ctx context.Context, max int) ([]store.Aside, error) {
	return list(ctx, d.read, d.scanAside, selectAside+` AND closed = 0 ORDER BY received, place LIMIT ?`, max)
}

// ClosedAsides returns what was closed, the last first.
func (d *DB) ClosedAsides(ctx context.Context, max int) ([]store.Aside, error) {
	return list(ctx, d.read, d.scanAside, selectAside+` AND closed > 0 ORDER BY closed DESC, place DESC LIMIT ?`, max)
}

func (d *DB) scanAside(s scanner) (a store.Aside, err error) {
	var place, received, since, closed int64
	var id, digest, terminal, payload, reason []byte
	var kind, code, outcome, role string
	if err := s.Scan(&place, &id, &digest, &kind, &code, &terminal, &outcome, &a.Service, &payload, &received, &since,
		&closed, &a.ClosedBy.Login, &role, &reason); err != nil {
		return a, err
	}
	copy(a.Ref.ID[:], id)
	copy(a.Ref.Digest[:], digest)
	copy(a.Terminal[:], terminal)
	a.Kind, a.Outcome, a.ClosedBy.Role = civic.EntryKind(kind), civic.Outcome(outcome), civic.Role(role)
	a.Received, a.Since, a.Closed = instant(received), instant(since), instant(closed)
	if e, err := wire.ReadEntry(wire.Signed{Payload: payload}); err == nil {
		a.Evidence = e.Evidence // the envelope of an erased entry is gone, that of a later version is not read
	}
	if a.Reason, err = d.text(reasonPlace(place), reason); err != nil {
		return a, err
	}
	return a, a.Code.UnmarshalText([]byte(code))
}

// reasonPlace binds the box of a reason to its row.
func reasonPlace(place int64) string { return "entries/reason/" + strconv.FormatInt(place, 10) }

// mayRelease picks entries that may be opened once more. One in conflict with another stays: to open it too would
// make a second case of one id. So does one that was erased with its case.
const mayRelease = `outcome LIKE 'aside:%' AND outcome <> '` + string(civic.OutcomeConflict) + `' AND length(payload) > 0`

// reopened is what an entry that is opened once more forgets.
const reopened = `outcome = NULL, settled = 0, closed = 0, closed_login = '', closed_role = '', reason_box = NULL`

// Release gives an entry that was set aside back to be opened once more.
func (d *DB) Release(ctx context.Context, id civic.EntryID, department string, at time.Time, by store.Actor) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		n, err := t.count(ctx, `UPDATE entries SET `+reopened+`, department = ?, released = 1 WHERE id = ? AND `+mayRelease, department, id[:])
		if err != nil || n == 0 {
			return orNotFound(err, "entry", "entry.unknown")
		}
		return record(ctx, t, store.AuditEntry{At: at, Actor: by, Action: store.ActRelease, Subject: id.String(), Detail: department})
	})
}

// ReleaseAll gives back everything open that was set aside for one reason. It vouches for no key: nothing tells true from
// forged but a person who looks at each.
func (d *DB) ReleaseAll(ctx context.Context, o civic.Outcome, at time.Time, by store.Actor) (n int, err error) {
	err = d.update(ctx, func(ctx context.Context, t *tx) error {
		if n, err = t.count(ctx, `UPDATE entries SET `+reopened+` WHERE outcome = ? AND closed = 0 AND `+mayRelease, string(o)); err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
		return record(ctx, t, store.AuditEntry{At: at, Actor: by, Action: store.ActRelease, Subject: string(o), Detail: strconv.Itoa(n)})
	})
	return n, err
}

// CloseAside takes an entry off the list for a reason.
func (d *DB) CloseAside(ctx context.Context, id civic.EntryID, reason string, at time.Time, by store.Actor) error {
	if reason == "" {
		return civic.Refuse(civic.Missing, "reason", "aside.reason")
	}
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		places, err := list(ctx, t, func(s scanner) (place int64, err error) { return place, s.Scan(&place) },
			`SELECT place FROM entries WHERE id = ? AND outcome LIKE 'aside:%' AND closed = 0`, id[:])
		if err != nil || len(places) == 0 {
			return orNotFound(err, "entry", "entry.unknown")
		}
		for _, place := range places {
			if _, err := t.exec(ctx, `UPDATE entries SET closed = ?, closed_login = ?, closed_role = ?, reason_box = ? WHERE place = ?`,
				millis(at), by.Login, string(by.Role), d.vault.Seal(reasonPlace(place), []byte(reason)), place); err != nil {
				return fmt.Errorf("close entry set aside: %w", err)
			}
		}
		return record(ctx, t, store.AuditEntry{At: at, Actor: by, Action: store.ActClose, Subject: id.String()})
	})
}

// count runs a change and tells how many rows it touched.
func (t *tx) count(ctx context.Context, text string, args ...any) (int, error) {
	r, err := t.exec(ctx, text, args...)
	if err != nil {
		return 0, err
	}
	n, err := r.RowsAffected()
	return int(n), err
}
