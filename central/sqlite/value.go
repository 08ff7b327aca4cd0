package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"doorstep/sync/civic"
)

// querier reads, within a unit of work or outside.
type querier interface {
	row(ctx context.Context, text string, args ...any) scanner
	query(ctx context.Context, text string, args ...any) (*sql.Rows, error)
}

// scanner is a row to read.
type scanner interface{ Scan(dest ...any) error }

// failed is a row that could not be asked for.
type failed struct{ err error }

func (f failed) Scan(...any) error { return f.err }

// list asks and reads every row.
func list[T any](ctx context.Context, q querier, scan func(scanner) (T, error), text string, args ...any) ([]T, error) {
	rows, err := q.query(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	return collect(rows, scan)
}

func collect[T any](rows *sql.Rows, scan func(scanner) (T, error)) (out []T, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// missing turns an absent row into civic.NotFound.
func missing(err error, field, key string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return civic.Refuse(civic.NotFound, field, key)
	}
	return err
}

// millis keeps a time as Unix milliseconds, the zero time as 0; instant reads it back in UTC.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// never is how a deadline that does not run is kept, so that it sorts after all others.
const never = "9999-12-31"

func deadline(d civic.Date) string {
	if d.IsZero() {
		return never
	}
	return d.String()
}

// day reads what deadline or Date.String wrote.
func day(s string) (d civic.Date, err error) {
	if s == never {
		return d, nil
	}
	return d, d.UnmarshalText([]byte(s))
}

// digits keeps a tracking code as its 16 digits, none as the empty text.
func digits(c civic.TrackingCode) string {
	if c == 0 {
		return ""
	}
	return c.Digits()
}

// fixed copies a column into a value of known length, such as civic.Digest.
func fixed(dst []byte, src []byte, name string) error {
	if len(dst) != len(src) {
		return &civic.Error{Code: civic.Damaged, Field: name, Key: "store.damaged", Err: fmt.Errorf("%d bytes", len(src))}
	}
	copy(dst, src)
	return nil
}
