package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// Alike returns the other undecided cases of the same applicant for the same service. It reads whose case it is from
// its application and not from its own tag: that may be under a key that is no longer the current one.
func (d *DB) Alike(ctx context.Context, code civic.TrackingCode, max int) ([]store.Case, error) {
	tags, err := tagsOf(ctx, d.read, d.vault, digits(code))
	if err != nil || len(tags) == 0 {
		return nil, err
	}
	undecided := store.Undecided()
	args := []any{digits(code)}
	for _, tag := range tags {
		args = append(args, tag)
	}
	for _, s := range undecided {
		args = append(args, string(s))
	}
	return list(ctx, d.read, d.scanCase, selectCase+` WHERE code <> ? AND alike IN `+marks(len(tags))+
		` AND status IN `+marks(len(undecided))+` ORDER BY filed, code LIMIT ?`, append(args, max)...)
}

// marks writes n parameters as a list.
func marks(n int) string { return `(?` + strings.Repeat(`, ?`, n-1) + `)` }

// tagsOf returns the tags that a case of this applicant and service may bear, the one of today's key first; none for
// a case that was erased.
func tagsOf(ctx context.Context, q querier, v *store.Vault, code string) ([][]byte, error) {
	var service string
	var received int64
	var box []byte
	err := q.row(ctx, `SELECT service, received, application_box FROM cases WHERE code = ?`, code).Scan(&service, &received, &box)
	if err != nil || len(box) == 0 {
		return nil, missing(err, "code", "case.unknown")
	}
	plain, err := v.Open("cases/application/"+code, box)
	if err != nil {
		return nil, err
	}
	var a civic.Application
	if err := json.Unmarshal(plain, &a); err != nil {
		return nil, fmt.Errorf("read application: %w", err)
	}
	return v.Alike(a.Applicant.Document, service, instant(received)), nil
}

// kept returns the tag that is kept of those a case may bear, nil where there is none.
func kept(tags [][]byte) []byte {
	if len(tags) == 0 {
		return nil
	}
	return tags[0]
}

// fillAlike tags the cases that were undecided before there were tags.
func fillAlike(ctx context.Context, t *tx, v *store.Vault) error {
	var args []any
	for _, s := range store.Undecided() {
		args = append(args, string(s))
	}
	codes, err := list(ctx, t, func(s scanner) (code string, err error) { return code, s.Scan(&code) },
		`SELECT code FROM cases WHERE status IN `+marks(len(args)), args...)
	if err != nil {
		return err
	}
	for _, code := range codes {
		tags, err := tagsOf(ctx, t, v, code)
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE cases SET alike = ? WHERE code = ?`, kept(tags), code); err != nil {
			return err
		}
	}
	return nil
}
