package view

import (
	"time"

	"doorstep/sync/civic"
)

// ConsoleAudit lists who did and saw what, and says how the chain stands: console/audit.html.
type ConsoleAudit struct {
	Console
	Rows   []AuditRow
	Chain  AuditChain
	Filter AuditFilter
	Total  int // entries on all pages of the filter
	// What the filters may be set to.
	People  []OfficeChoice
	Actors  []civic.Role
	Actions []string
	Newer   string // URL of the page of newer entries; empty on the first
	Older   string // URL of the page of older entries; empty on the last
}

// AuditChain says how the chain stood when it was last walked.
type AuditChain struct {
	Walking bool // it is being walked now: Done of Of
	Done    int
	Of      int
	Walked  time.Time // zero: never since central started
	Intact  bool
	Broken  uint64 // number of the first entry that does not follow, where it does not
	Count   int    // entries that follow
	Head    string
}

// AuditFilter stays in the URL.
type AuditFilter struct {
	Who      string // login
	Role     string
	Action   string
	Query    string // tracking code, login, number of a terminal, or a part of the text
	From     string // days as 2026-11-23
	To       string
	Narrowed bool
}
