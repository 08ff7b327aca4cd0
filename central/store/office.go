package store

import (
	"context"
	"time"
)

// Offices is the register of departments and service points: what people, guides and terminals name by key. Guides
// and terminals may name a key that the register lacks; the register only says more about it.
type Offices interface {
	// Offices returns everything of a kind by key, also what is closed.
	Offices(ctx context.Context, kind OfficeKind) ([]Office, error)
	// AddOffice adds an office, from Since on; a key that its kind has is civic.Conflict.
	AddOffice(ctx context.Context, o Office, by Actor) error
	// ChangeOffice replaces everything but kind, key and Since; civic.NotFound. Both are written into the audit.
	ChangeOffice(ctx context.Context, o Office, at time.Time, by Actor) error
}

// OfficeKind says what an office is.
type OfficeKind string

// The kinds of offices.
const (
	Department   OfficeKind = "department" // decides cases
	ServicePoint OfficeKind = "point"      // takes applications in
)

// Office is a department or a service point.
type Office struct {
	Kind    OfficeKind
	Key     string // never changes: guides, people and terminals name it
	Name    string // as residents read it
	Contact string // telephone
	Address string
	Hours   string
	Area    string // area code
	Since   time.Time
	Closed  time.Time // zero while it is open
}

// Subject names an office in the audit.
func (o *Office) Subject() string { return string(o.Kind) + "/" + o.Key }
