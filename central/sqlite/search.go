package sqlite

import (
	"context"
	"strings"

	"doorstep/central/store"
)

// SearchAudit returns the entries that a filter holds, the newest first.
func (d *DB) SearchAudit(ctx context.Context, f store.AuditFilter) (page []store.AuditEntry, total int, err error) {
	where, args := sought(f)
	err = d.read.snapshot(ctx, func(q querier) error {
		if err := q.row(ctx, `SELECT count(*) FROM audit`+where, args...).Scan(&total); err != nil {
			return err
		}
		if f.Before > 0 {
			where, args = and(where, `n < ?`), append(args, f.Before)
		}
		n := f.Max
		if n <= 0 || n > store.MaxPage {
			n = store.MaxPage
		}
		page, err = list(ctx, q, scanAudit, selectAudit+where+` ORDER BY n DESC LIMIT ?`, append(args, n)...)
		return err
	})
	return page, total, err
}

func and(where, more string) string {
	if where == "" {
		return ` WHERE ` + more
	}
	return where + ` AND ` + more
}

// sought writes a filter as SQL.
func sought(f store.AuditFilter) (where string, args []any) {
	add := func(is bool, cond string, value ...any) {
		if is {
			where, args = and(where, cond), append(args, value...)
		}
	}
	add(f.Login != "", `login = ?`, f.Login)
	add(f.Role != "", `role = ?`, string(f.Role))
	add(f.Action != "", `action = ?`, string(f.Action))
	add(f.Subject != "", `subject = ?`, f.Subject)
	text := strings.ToLower(f.Text)
	add(text != "", `instr(lower(login || char(10) || subject || char(10) || detail), ?) > 0`, text)
	add(!f.From.IsZero(), `at >= ?`, millis(f.From))
	add(!f.To.IsZero(), `at < ?`, millis(f.To))
	return where, args
}
