package store

import (
	"context"
	"time"

	"doorstep/sync/civic"
)

// Guides keeps what publishers write before it is published, and a line of each guide to find it by. The published
// text itself is an edition.
type Guides interface {
	// SaveDraft keeps a version of the text of a guide. d.Version is that of the draft which the writer saw, 0 where
	// there was none; another one is civic.Conflict and nothing is kept. The version kept is the next, and is
	// returned; versions count on over publications. It replaces the one before where SameSitting says so.
	SaveDraft(ctx context.Context, d GuideDraft, by Actor) (GuideDraft, error)
	// OpenDraft returns the text that waits to be published; civic.NotFound where nothing does.
	OpenDraft(ctx context.Context, id string) (GuideDraft, error)
	// GuideDraft returns one version, however old; civic.NotFound.
	GuideDraft(ctx context.Context, id string, version uint64) (GuideDraft, error)
	// DropDraft gives up the draft of a version: the published text stays, every version stays to be read. Another
	// version is civic.Conflict, none civic.NotFound.
	DropDraft(ctx context.Context, id string, version uint64, at time.Time, by Actor) error
	// GuideHistory returns what became of a guide, the newest first: revisions, withdrawals and versions of drafts.
	GuideHistory(ctx context.Context, id string) ([]GuideEvent, error)
	// GuideList returns a page of guides: those with a draft first, the last saved before others; then by id.
	GuideList(ctx context.Context, f GuideFilter) (GuidePage, error)
}

// GuideDraft is a version of the text of a guide that is being written. It may still break every rule.
type GuideDraft struct {
	Version uint64
	Base    uint32 // revision it was begun from; 0 for a guide that was never published
	Guide   civic.Guide
	At      time.Time
	Login   string // who saved it
}

// sitting is how long one person's savings are one version.
const sitting = 10 * time.Minute

// SameSitting reports whether a version takes the place of the one before: the same hand saved both within a few
// minutes, as whoever adds row after row does. Another's words are always kept.
func SameSitting(before, now GuideDraft) bool {
	return before.Login == now.Login && before.Base == now.Base && now.At.Sub(before.At) < sitting
}

// MaxVersions is how many versions of drafts are kept of a guide; the oldest go first.
const MaxVersions = 200

// GuideEvent is one line of a guide's history. Rev is set where it was published or withdrawn, Version where a draft
// was saved.
type GuideEvent struct {
	At      time.Time
	Login   string
	Rev     uint32
	N       uint64 // of its edition
	Gone    bool   // withdrawn, or moved out of a place
	Reason  string // of a withdrawal
	Version uint64
}

// GuideState is a group of guides.
type GuideState string

// The groups that a list can show.
const (
	GuidesAll       GuideState = "all"
	GuidesChanged   GuideState = "changed"   // a draft waits to be published
	GuidesPublished GuideState = "published" // on the terminals
	GuidesWithdrawn GuideState = "withdrawn" // once published
)

// GuideFilter asks for a page of guides.
type GuideFilter struct {
	State      GuideState
	Department string // key; empty for all
	Query      string // words that all stand in name, code, other words, field or authority
	Offset     int
	Max        int // at most this many; negative is all
}

// GuidePage is a page of guides with how many there are.
type GuidePage struct {
	Rows        []GuideRow
	Total       int                // that the filter finds
	Counts      map[GuideState]int // under the same department and query
	Departments []GuideDepartment  // of all guides, by key
}

// GuideDepartment is a department that decides some guide, with its name there.
type GuideDepartment struct{ Key, Name string }

// GuideRow is one guide in a list, as its draft says, else as published.
type GuideRow struct {
	ID         string
	Name       string
	NameEN     string
	Field      string
	Department string
	Authority  string
	Here       bool      // it can be filed at a terminal
	Rev        uint32    // last revision; 0 where it was never published
	At         time.Time // of that revision
	Gone       bool      // withdrawn
	Draft      uint64    // version of the draft; 0 where none waits
	Saved      time.Time
	Login      string // who saved the draft
}
