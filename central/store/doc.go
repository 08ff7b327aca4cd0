// Package store is the contract of central's store: what every backend keeps and promises, as small interfaces
// grouped by who asks. SCHEMA.md describes what is kept and why; package storetest is the suite that a backend
// passes.
//
// A method is one whole unit of work: it happens completely and durably before it returns nil, or not at all. No
// transaction leaves a backend. A cancelled context makes a method return its error and leaves nothing behind.
// Everything may be called from many goroutines. Refusals are *civic.Error; what a caller can act on is said at
// each method, and any other error means that the store could not do its work.
//
// Times are kept to the millisecond and come back in UTC. Names, documents, telephone numbers, addresses, answers,
// words of clerks and of decisions, and receipt secrets are encrypted by a [Vault], whose key is not in the
// database. Rules that every backend must decide alike stand here as functions: [Follow] for the chain of a
// journal, [Step.Check] for a case, [NoticeStep.Check] for a notice, [Tag] for the feed, [Chain] for the audit.
package store

import (
	"context"

	"doorstep/sync/civic"
)

// Store is all of a backend, for wiring and for the suite. Consumers ask for the groups they use.
type Store interface {
	Terminals
	Life
	Custody
	Recovery
	Opening
	Displays
	Papers
	Cases
	Tasks
	Documents
	Enquiries
	Figures
	Holds
	Retention
	Statuses
	Editions
	Notices
	Board
	Guides
	Staff
	Offices
	Sessions
	Throttle
	Audit
	Search
	// ID returns the id that this database was given when it was made.
	ID(ctx context.Context) (civic.EntryID, error)
	// Close ends all use. Calls under way finish first.
	Close() error
}
