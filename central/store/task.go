package store

import (
	"context"
	"time"

	"doorstep/sync/civic"
)

// Tasks says which clerk has taken a case of the department.
type Tasks interface {
	// Assign gives a case to a clerk, or to nobody where to is empty, and writes that into the audit. A case that is
	// not with from any more is civic.Conflict; civic.NotFound.
	Assign(ctx context.Context, code civic.TrackingCode, from, to string, at time.Time, by Actor) error
}

// Documents keeps what departments issued in the matter of a case. They are written by Step, in its unit of work.
type Documents interface {
	// NextNumber returns the number that a department's next document of a year has.
	NextNumber(ctx context.Context, department string, year int) (uint32, error)
	// Document returns one with its PDF and writes who looked into the audit in the same unit of work; civic.NotFound.
	Document(ctx context.Context, code civic.TrackingCode, version uint64, by Actor, at time.Time) (Document, error)
}

// Document is one document, issued with the step that made the case's Version.
type Document struct {
	Version    uint64
	Kind       civic.Status // what it tells
	Department string
	Year       int
	N          uint32 // from 1 within department and year
	Number     string // as printed
	Login      string
	At         time.Time
	PDF        []byte // encrypted at rest; not in a Dossier
}
