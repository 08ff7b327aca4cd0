package store

import (
	"context"
	"time"

	"doorstep/sync/civic"
)

// Search finds entries of the audit, and walks its chain with word of how far it is.
type Search interface {
	// SearchAudit returns entries that a filter holds, the newest first, and how many there are on all pages.
	SearchAudit(ctx context.Context, f AuditFilter) ([]AuditEntry, int, error)
	// WalkAudit is VerifyAudit that tells how many entries it has verified of how many; tell may be nil. seen is
	// called for each entry that follows, and may be nil.
	WalkAudit(ctx context.Context, tell func(n, of uint64), seen func(*AuditEntry) error) (AuditHead, error)
}

// AuditFilter says which entries are looked for. Zero fields do not restrict.
type AuditFilter struct {
	Login   string
	Role    civic.Role
	Action  Action
	Subject string    // exactly
	Text    string    // a part of login, subject or detail, in any case of letters
	From    time.Time // at this time or later
	To      time.Time // before this time
	Before  uint64    // only entries with a lower number
	Max     int       // at most this many; 0 is MaxPage
}
