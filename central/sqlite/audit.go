package sqlite

import (
	"context"
	"errors"
	"fmt"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// Record appends an entry for something that no other method writes.
func (d *DB) Record(ctx context.Context, e store.AuditEntry) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error { return record(ctx, t, e) })
}

// record appends an entry to the chain within a unit of work.
func record(ctx context.Context, t *tx, e store.AuditEntry) error {
	var prev []byte
	if err := t.row(ctx, `SELECT audit + 1, audit_digest FROM site`).Scan(&e.N, &prev); err != nil {
		return fmt.Errorf("record audit: %w", err)
	}
	e.Digest = store.Chain(civic.Digest(prev), &e)
	_, err := t.exec(ctx, `INSERT INTO audit (n, at, login, role, action, subject, detail, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		e.N, e.At.UnixMilli(), e.Actor.Login, string(e.Actor.Role), string(e.Action), e.Subject, e.Detail, e.Digest[:])
	if err == nil {
		_, err = t.exec(ctx, `UPDATE site SET audit = ?, audit_digest = ?`, e.N, e.Digest[:])
	}
	if err != nil {
		return fmt.Errorf("record audit: %w", err)
	}
	return nil
}

// Entries returns entries after a number.
func (d *DB) Entries(ctx context.Context, after uint64, max int) ([]store.AuditEntry, error) {
	return entries(ctx, d.read, after, max)
}

const selectAudit = `SELECT n, at, login, role, action, subject, detail, digest FROM audit`

func scanAudit(s scanner) (e store.AuditEntry, err error) {
	var at int64
	var role, action string
	var digest []byte
	if err := s.Scan(&e.N, &at, &e.Actor.Login, &role, &action, &e.Subject, &e.Detail, &digest); err != nil {
		return e, err
	}
	e.At, e.Actor.Role, e.Action = instant(at), civic.Role(role), store.Action(action)
	return e, fixed(e.Digest[:], digest, "audit")
}

func entries(ctx context.Context, q querier, after uint64, max int) ([]store.AuditEntry, error) {
	return list(ctx, q, scanAudit, selectAudit+` WHERE n > ? ORDER BY n LIMIT ?`, after, max)
}

// auditPage is how many entries VerifyAudit holds at once.
const auditPage = 1000

// VerifyAudit walks the chain and holds its end against the head that is kept apart from it.
func (d *DB) VerifyAudit(ctx context.Context) (store.AuditHead, error) {
	return d.WalkAudit(ctx, nil, nil)
}

// WalkAudit is VerifyAudit that tells how far it is.
func (d *DB) WalkAudit(ctx context.Context, tell func(n, of uint64), seen func(*store.AuditEntry) error) (head store.AuditHead, err error) {
	head.Store = d.site
	err = d.read.snapshot(ctx, func(q querier) error {
		var n uint64
		var digest []byte
		if err := q.row(ctx, `SELECT audit, audit_digest FROM site`).Scan(&n, &digest); err != nil {
			return err
		}
		for head.N < n {
			page, err := entries(ctx, q, head.N, auditPage)
			var broken *civic.Error
			if err != nil && !errors.As(err, &broken) {
				return err
			}
			for i := range page {
				e := &page[i]
				if e.N != head.N+1 || store.Chain(head.Digest, e) != e.Digest {
					return tampered(head.N + 1)
				}
				head.N, head.Digest = e.N, e.Digest
				if seen != nil {
					if err := seen(e); err != nil {
						return err
					}
				}
			}
			if tell != nil {
				tell(head.N, n)
			}
			if len(page) == 0 {
				return tampered(head.N + 1)
			}
		}
		if string(digest) != string(head.Digest[:]) {
			return tampered(head.N)
		}
		return nil
	})
	return head, err
}

func tampered(n uint64) error { return civic.Refuse(civic.Damaged, "audit", "audit.tampered", n) }
