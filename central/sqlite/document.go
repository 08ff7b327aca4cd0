package sqlite

import (
	"context"
	"fmt"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

const selectDocument = `SELECT version, kind, department, year, n, number, login, at FROM documents`

func scanDocument(s scanner) (v store.Document, err error) {
	var kind string
	var at int64
	err = s.Scan(&v.Version, &kind, &v.Department, &v.Year, &v.N, &v.Number, &v.Login, &at)
	v.Kind, v.At = civic.Status(kind), instant(at)
	return v, err
}

// NextNumber returns the number of a department's next document of a year.
func (d *DB) NextNumber(ctx context.Context, department string, year int) (uint32, error) {
	return nextNumber(ctx, d.read, department, year)
}

func nextNumber(ctx context.Context, q querier, department string, year int) (n uint32, err error) {
	return n, q.row(ctx, `SELECT coalesce(max(n), 0) + 1 FROM document_numbers WHERE department = ? AND year = ?`, department, year).Scan(&n)
}

// documentPlace binds the box of a document to its row.
func documentPlace(code string, version uint64) string {
	return fmt.Sprintf("documents/pdf/%s/%d", code, version)
}

// issue keeps the document of a step that has one.
func (d *DB) issue(ctx context.Context, t *tx, s *store.Step, version uint64) error {
	v := s.Document
	if v == nil {
		return nil
	}
	next, err := nextNumber(ctx, t, v.Department, v.Year)
	if err != nil {
		return err
	}
	if v.N != next {
		return civic.Refuse(civic.Conflict, "document", "document.number.taken")
	}
	code := digits(s.Code)
	_, err = t.exec(ctx, `INSERT INTO document_numbers (department, year, n) VALUES (?, ?, ?)
		ON CONFLICT (department, year) DO UPDATE SET n = excluded.n`, v.Department, v.Year, v.N)
	if err != nil {
		return fmt.Errorf("number document: %w", err)
	}
	_, err = t.exec(ctx, `INSERT INTO documents (code, version, kind, department, year, n, number, login, at, pdf_box)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, code, version, string(s.To), v.Department, v.Year, v.N, v.Number, s.Actor.Login,
		millis(s.At), d.vault.Seal(documentPlace(code, version), v.PDF))
	if err != nil {
		return fmt.Errorf("issue document: %w", err)
	}
	return nil
}

// Document returns one document and writes who looked into the audit.
func (d *DB) Document(ctx context.Context, code civic.TrackingCode, version uint64, by store.Actor, at time.Time) (v store.Document, err error) {
	err = d.update(ctx, func(ctx context.Context, t *tx) error {
		key := digits(code)
		var box []byte
		if v, err = scanDocument(t.row(ctx, selectDocument+` WHERE code = ? AND version = ?`, key, version)); err != nil {
			return missing(err, "document", "document.absent")
		}
		if err := t.row(ctx, `SELECT pdf_box FROM documents WHERE code = ? AND version = ?`, key, version).Scan(&box); err != nil {
			return err
		}
		if v.PDF, err = d.vault.Open(documentPlace(key, version), box); err != nil {
			return err
		}
		return record(ctx, t, store.AuditEntry{At: at, Actor: by, Action: store.ActRead, Subject: key, Detail: fmt.Sprintf("document %d", version)})
	})
	if err != nil {
		return store.Document{}, err
	}
	return v, nil
}

// Assign gives a case to a clerk, or to nobody.
func (d *DB) Assign(ctx context.Context, code civic.TrackingCode, from, to string, at time.Time, by store.Actor) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		var clerk string
		if err := t.row(ctx, `SELECT clerk FROM cases WHERE code = ?`, digits(code)).Scan(&clerk); err != nil {
			return missing(err, "code", "case.unknown")
		}
		if clerk != from {
			return civic.Refuse(civic.Conflict, "clerk", "task.taken")
		}
		if _, err := t.exec(ctx, `UPDATE cases SET clerk = ? WHERE code = ?`, to, digits(code)); err != nil {
			return fmt.Errorf("assign case: %w", err)
		}
		return record(ctx, t, store.AuditEntry{At: at, Actor: by, Action: store.ActAssign, Subject: digits(code), Detail: to})
	})
}
