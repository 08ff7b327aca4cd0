package sqlite

import (
	"context"
	"fmt"
	"strings"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

const selectCase = `SELECT code, entry, service, service_name, department, guide, guide_rev, form, form_rev, retention,
	status, since, filed, sure, received, due, due_days, due_kind, until, rest, extended, deemed, pending, urged, asked,
	point, terminal, version, secret_box, owes_box, held, erased, claim, about,
	decided, timely, clerk FROM cases`

func (d *DB) scanCase(s scanner) (c store.Case, err error) {
	var code, status, due, kind, until, claim, about string
	var entry, secret, owes []byte
	var since, filed, received, erased, decided int64
	f := &c.Flags
	err = s.Scan(&code, &entry, &c.Service, &c.ServiceName, &c.Department, &c.Guide.ID, &c.Guide.Rev, &c.Form.ID, &c.Form.Rev,
		&c.Retention, &status, &since, &filed, &c.Sure, &received, &due, &c.DueDays, &kind, &until, &c.Rest,
		&f.Extended, &f.Deemed, &f.PapersPending, &f.Urged, &c.Asked, &c.Point, &c.Terminal, &c.Version, &secret, &owes,
		&c.Held, &erased, &claim, &about, &decided, &c.Timely, &c.Clerk)
	if err != nil {
		return c, err
	}
	c.Status, c.DueKind = civic.Status(status), civic.DayKind(kind)
	c.Since, c.Filed, c.Received = instant(since), instant(filed), instant(received)
	c.Erased, c.Decided = instant(erased), instant(decided)
	if c.Claim = civic.Claim(claim); about != "" {
		if err := c.About.UnmarshalText([]byte(about)); err != nil {
			return c, err
		}
	}
	if err := fixed(c.Entry[:], entry, "entry"); err != nil {
		return c, err
	}
	if err := c.Code.UnmarshalText([]byte(code)); err != nil {
		return c, err
	}
	if c.Due, err = day(due); err != nil {
		return c, err
	}
	if c.Until, err = day(until); err != nil {
		return c, err
	}
	if !c.Erased.IsZero() {
		return c, nil
	}
	plain, err := d.vault.Open("cases/secret/"+code, secret)
	if err != nil {
		return c, err
	}
	if err := fixed(c.Secret[:], plain, "secret"); err != nil {
		return c, err
	}
	return c, d.unbox("cases/owes/"+code, owes, &c.Owes)
}

// Cases returns a page of cases by deadline and then by code.
func (d *DB) Cases(ctx context.Context, f store.Filter) ([]store.Case, error) {
	where, args := held(f)
	n := f.Max
	if n <= 0 || n > store.MaxPage {
		n = store.MaxPage
	}
	return list(ctx, d.read, d.scanCase, selectCase+where+` ORDER BY due, code LIMIT ?`, append(args, n)...)
}

// Count returns how many cases a filter holds.
func (d *DB) Count(ctx context.Context, f store.Filter) (n int, err error) {
	f.After = nil
	where, args := held(f)
	return n, d.read.row(ctx, `SELECT count(*) FROM cases`+where, args...).Scan(&n)
}

// held writes a filter as SQL.
func held(f store.Filter) (text string, args []any) {
	var where []string
	add := func(cond string, values ...any) {
		where, args = append(where, cond), append(args, values...)
	}
	if f.Department != "" {
		add(`department = ?`, f.Department)
	}
	if f.Service != "" {
		add(`service = ?`, f.Service)
	}
	if f.Named != "" {
		add(`instr(lower(service_name), lower(?)) > 0`, f.Named)
	}
	if len(f.Statuses) > 0 {
		for _, s := range f.Statuses {
			args = append(args, string(s))
		}
		add(`status IN (?` + strings.Repeat(`, ?`, len(f.Statuses)-1) + `)`)
	}
	if !f.DueBefore.IsZero() {
		add(`due < ?`, f.DueBefore.String())
	}
	if f.Point != "" {
		add(`point = ?`, f.Point)
	}
	if f.Filed != (store.Span{}) {
		add(`filed >= ? AND filed < ?`, millis(f.Filed.From), millis(f.Filed.To))
	}
	if f.Decided != (store.Span{}) {
		add(`decided > 0 AND decided >= ? AND decided < ?`, millis(f.Decided.From), millis(f.Decided.To))
	}
	if f.Timely != store.NotDecided {
		add(`timely = ?`, int(f.Timely))
	}
	if !f.FiledFrom.IsZero() {
		add(`filed >= ?`, millis(f.FiledFrom.Time()))
	}
	if !f.FiledTo.IsZero() {
		add(`filed < ?`, millis(f.FiledTo.Time().AddDate(0, 0, 1)))
	}
	if f.Clerk != "" {
		add(`clerk = ?`, f.Clerk)
	}
	if f.Free {
		add(`clerk = ''`)
	}
	if f.Owing {
		add(`(pending = 1 OR status = ?)`, string(civic.Supplement))
	}
	if f.After != nil {
		add(`(due, code) > (?, ?)`, deadline(f.After.Due), digits(f.After.Code))
	}
	if len(where) > 0 {
		text = ` WHERE ` + strings.Join(where, ` AND `)
	}
	return text, args
}

// Case returns what the program needs to move a case on.
func (d *DB) Case(ctx context.Context, code civic.TrackingCode) (store.Case, error) {
	return d.caseOf(ctx, d.read, code)
}

func (d *DB) caseOf(ctx context.Context, q querier, code civic.TrackingCode) (store.Case, error) {
	c, err := d.scanCase(q.row(ctx, selectCase+` WHERE code = ?`, digits(code)))
	return c, missing(err, "code", "case.unknown")
}

// Ripe returns cases in a status whose day has passed.
func (d *DB) Ripe(ctx context.Context, s civic.Status, before civic.Date, max int) ([]civic.TrackingCode, error) {
	return list(ctx, d.read, scanCode, `SELECT code FROM cases
		WHERE status = ? AND (due < ? OR until <> '' AND until < ?) ORDER BY due, code LIMIT ?`,
		string(s), before.String(), before.String(), max)
}

// Find returns the case of a code and the last characters of the document used.
func (d *DB) Find(ctx context.Context, code civic.TrackingCode, lastFour string) (store.Case, error) {
	var kept []byte
	err := d.read.row(ctx, `SELECT lookup FROM cases WHERE code = ?`, digits(code)).Scan(&kept)
	if err != nil {
		return store.Case{}, missing(err, "code", "case.pair")
	}
	if !d.vault.Matches(kept, code, lastFour) {
		return store.Case{}, civic.Refuse(civic.NotFound, "code", "case.pair")
	}
	return d.Case(ctx, code)
}

// Whereabouts returns how far the entry that bears a code has come.
func (d *DB) Whereabouts(ctx context.Context, code civic.TrackingCode) (w store.Whereabouts, err error) {
	var received int64
	var outcome *string
	err = d.read.row(ctx, `SELECT received, outcome FROM entries WHERE code = ? AND kind = ?
		ORDER BY outcome = 'case' DESC, place LIMIT 1`, digits(code), string(civic.EntryApplication)).Scan(&received, &outcome)
	if err != nil {
		return w, missing(err, "code", "case.unknown")
	}
	w.Received = instant(received)
	if outcome == nil {
		return w, nil
	}
	if w.Outcome = civic.Outcome(*outcome); w.Outcome == civic.OutcomeCase {
		c, err := d.Case(ctx, code)
		w.Case = &c
		return w, err
	}
	return w, nil
}

// Read returns all of a case and writes who looked into the audit.
func (d *DB) Read(ctx context.Context, code civic.TrackingCode, by store.Actor, reason string, at time.Time) (out store.Dossier, err error) {
	err = d.update(ctx, func(ctx context.Context, t *tx) error {
		if out, err = d.dossier(ctx, t, code); err != nil {
			return err
		}
		return record(ctx, t, store.AuditEntry{At: at, Actor: by, Action: store.ActRead, Subject: digits(code), Detail: reason})
	})
	if err != nil {
		return store.Dossier{}, err
	}
	return out, nil
}

func (d *DB) dossier(ctx context.Context, q querier, code civic.TrackingCode) (out store.Dossier, err error) {
	if out.Case, err = d.caseOf(ctx, q, code); err != nil {
		return out, err
	}
	key := digits(code)
	var box []byte
	if err := q.row(ctx, `SELECT application_box FROM cases WHERE code = ?`, key).Scan(&box); err != nil {
		return out, err
	}
	if err := d.unbox("cases/application/"+key, box, &out.Application); err != nil {
		return out, fmt.Errorf("read application: %w", err)
	}
	if err := d.history(ctx, q, key, &out); err != nil {
		return out, fmt.Errorf("read history: %w", err)
	}
	if out.Holds, err = list(ctx, q, d.scanHold, selectHold+` WHERE code = ? ORDER BY n`, key); err != nil {
		return out, fmt.Errorf("read holds: %w", err)
	}
	if out.Documents, err = list(ctx, q, scanDocument, selectDocument+` WHERE code = ? ORDER BY version`, key); err != nil {
		return out, err
	}
	out.Papers, err = list(ctx, q, scanPaper, selectPaper+` WHERE e.code = ? AND e.outcome = 'case' ORDER BY e.place, p.idx`, key)
	return out, err
}
