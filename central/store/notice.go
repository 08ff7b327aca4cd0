package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// Notices keeps disclosure notices from their first draft to their end, and the three hands that each text passed
// through. Drafts are not public: their text, attachments and the reasons given are encrypted.
//
// Who takes a step is looked up in the same unit of work: a login that does not work here, or does not hold the role
// it acts in, is civic.Forbidden. Every step, a save included, is one entry of the audit.
type Notices interface {
	// SaveNotice keeps a text as a draft, whatever state the notice was in: approvals fall away, and what is shown
	// stays shown until the new text has passed three hands. Version 0 makes a new notice under the text's id; an id
	// that exists, or a version that is not the present one, is civic.Conflict. Attachments that central does not
	// hold yet come with their bytes; one that comes without, or whose bytes are not what it says, is civic.Invalid.
	SaveNotice(ctx context.Context, e NoticeEdit) (NoticeRecord, error)
	// StepNotice takes one step that [NoticeStep.Check] allows. To be proposed, a text first gets its index number
	// (once; kept through later revisions unless its issuer changes) and then its digest. To be published makes its
	// signed edition, numbers and publishes it, puts the notice on the board and ends the one that it supersedes, all
	// in this unit of work. To be withdrawn publishes a tombstone and takes it off the board.
	StepNotice(ctx context.Context, s NoticeStep) (NoticeRecord, error)
	// EndNotices ends, as the system, notices on the board whose time is over at now: at most max, and tells how many.
	EndNotices(ctx context.Context, now time.Time, sign Sign, max int) (int, error)
	// Notice returns a notice with its history; civic.NotFound.
	Notice(ctx context.Context, id string) (NoticeRecord, error)
	// ListNotices returns notices without history, the last changed first.
	ListNotices(ctx context.Context, f NoticeFilter) ([]NoticeRecord, error)
	// CountNotices returns how many a filter holds, whatever its After and Max.
	CountNotices(ctx context.Context, f NoticeFilter) (int, error)
	// NoticeBytes returns an attachment of the present text; civic.NotFound.
	NoticeBytes(ctx context.Context, id string, d civic.Digest) ([]byte, error)
}

// Board is what the public reads: notices as they were last published, without what waits for its time.
type Board interface {
	// Shown returns notices shown at a time, the latest begun first; with Ended also those that ended, then by when
	// they last changed.
	Shown(ctx context.Context, f BoardFilter) ([]Shown, error)
	// CountShown returns how many a filter holds, whatever its After and Max.
	CountShown(ctx context.Context, f BoardFilter) (int, error)
	// ShownNotice returns a notice that has begun, also one that ended; civic.NotFound.
	ShownNotice(ctx context.Context, id string, now time.Time) (Shown, error)
	// ShownFile returns an attachment of a notice that is shown; civic.NotFound.
	ShownFile(ctx context.Context, id string, d civic.Digest, now time.Time) ([]byte, error)
}

// Sign signs an edition whose number and revision are set.
type Sign func(*civic.Edition) (wire.Signed, error)

// NoticeText is everything of a notice that is approved, and where its index number comes from.
type NoticeText struct {
	Notice     civic.Notice // without Index, PublishedAt and Approvals, which the store sets
	IssuerCode string       // nine characters of GB 11714, the beginning of its index number
	Scope      civic.Scope  // all, an area or a point
	From       time.Time    // shown from; zero: at once
	Until      time.Time    // shown until; zero: until withdrawn
}

// NoticeRecord is a notice as it stands.
type NoticeRecord struct {
	NoticeText
	Version  uint64 // counts changes; a step names the version it saw
	State    civic.NoticeState
	Digest   civic.Digest     // of the text, fixed when it was proposed; zero in a draft
	Hands    []civic.Approval // that the digest passed through so far
	Returned bool             // a draft that an office sent back
	Live     uint32           // revision on the board; 0 if none
	Last     uint32           // revision last published, on the board or not; 0 if never
	Changed  time.Time
	History  []NoticePast // oldest first
}

// NoticePast is one step of a notice.
type NoticePast struct {
	State  civic.NoticeState // that it led to
	By     Actor
	At     time.Time
	Digest civic.Digest // of the text that was proposed, checked or published
	Words  string
}

// NoticeEdit is a text to be kept as a draft.
type NoticeEdit struct {
	Text    NoticeText
	Version uint64 // that the editor saw; 0 for a new notice
	Bytes   map[civic.Digest][]byte
	By      Actor
	At      time.Time
}

// NoticeStep is one step of a notice.
type NoticeStep struct {
	ID      string
	Version uint64       // that the person saw; not asked for to withdraw, which never waits
	Digest  civic.Digest // of the text that the person read; not asked for to propose or withdraw
	To      civic.NoticeState
	By      Actor
	At      time.Time
	Words   string // why, of what is sent back or withdrawn
	Sign    Sign   // for what makes an edition
}

// Check decides whether s may be taken of n. Backends ask it within the unit of work, after Holds.
func (s *NoticeStep) Check(n *NoticeRecord) error {
	if s.To == civic.NoticeWithdrawn {
		return s.checkEnd(n)
	}
	if s.Version != n.Version {
		return civic.Refuse(civic.Conflict, "version", "notice.changed")
	}
	if s.By.Role == civic.RoleSystem || !n.State.May(s.To, s.By.Role) {
		return civic.Refuse(civic.Forbidden, "role", "notice.role")
	}
	switch s.To {
	case civic.NoticeProposed:
		return nil
	case civic.NoticeDraft:
		if n.State != civic.NoticeProposed && n.State != civic.NoticeChecked {
			return civic.Refuse(civic.Conflict, "version", "notice.changed")
		}
		if s.Words == "" && s.By.Role != civic.RolePublisher {
			return civic.Refuse(civic.Missing, "words", "notice.words")
		}
		return s.sameText(n)
	}
	used := func(a civic.Approval) bool { return a.Login == s.By.Login }
	if slices.ContainsFunc(n.Hands, used) {
		return civic.Refuse(civic.Forbidden, "hands", "notice.hands")
	}
	return s.sameText(n)
}

// sameText: an approval, or a refusal, is of exactly the text that the person read.
func (s *NoticeStep) sameText(n *NoticeRecord) error {
	if s.Digest != n.Digest {
		return civic.Refuse(civic.Conflict, "digest", "notice.changed")
	}
	return nil
}

// checkEnd: what is shown can be taken down whatever became of its text meanwhile.
func (s *NoticeStep) checkEnd(n *NoticeRecord) error {
	switch {
	case n.Live == 0:
		return civic.Refuse(civic.Conflict, "version", "notice.notshown")
	case !civic.NoticePublished.May(s.To, s.By.Role):
		return civic.Refuse(civic.Forbidden, "role", "notice.role")
	case s.Words == "":
		return civic.Refuse(civic.Missing, "words", "notice.words")
	}
	return nil
}

// HoldsRole decides whether a person may act as by: backends ask it with the person as kept.
func HoldsRole(p *Person, by Actor) error {
	if p.Login != by.Login || !p.Holds(by.Role) {
		return civic.Refuse(civic.Forbidden, "role", "notice.role")
	}
	return nil
}

// CheckEdit decides what every backend refuses of an edit beside its version: the rules of what may be proposed are
// not the store's.
func (e *NoticeEdit) CheckEdit() error {
	switch t := &e.Text; {
	case e.By.Role != civic.RolePublisher:
		return civic.Refuse(civic.Forbidden, "role", "notice.role")
	case t.Notice.ID == "":
		return civic.Refuse(civic.Missing, "id", "notice.unknown")
	case t.Scope.Terminal != civic.KeyID{}:
		return civic.Refuse(civic.Invalid, "scope", "notice.scope")
	case t.Notice.Supersedes == t.Notice.ID:
		return civic.Refuse(civic.Invalid, "supersedes", "notice.supersedes")
	}
	return nil
}

// Kept returns t as a store keeps it: times to the millisecond in UTC, and without what the store sets itself.
func (t NoticeText) Kept() NoticeText {
	at := func(t time.Time) time.Time {
		if t.IsZero() {
			return time.Time{}
		}
		return time.UnixMilli(t.UnixMilli()).UTC()
	}
	t.From, t.Until = at(t.From), at(t.Until)
	t.Notice.Index, t.Notice.PublishedAt, t.Notice.Approvals = "", time.Time{}, nil
	return t
}

// IssuedBy reports whether an index number was given under an issuer's code.
func IssuedBy(index, code string) bool { return code != "" && strings.HasPrefix(index, code+"/") }

// NoticeFilter says which notices a list shows. Zero fields do not restrict.
type NoticeFilter struct {
	States   []civic.NoticeState
	Returned bool // only drafts that were sent back
	Live     bool // only what is on the board, whatever the state of its text
	Category string
	After    *NoticeRecord // the last of the page before
	Max      int           // 0 is MaxPage
}

// Shown is a notice on the board.
type Shown struct {
	civic.Notice // without Body and Files once it ended
	Rev          uint32
	Scope        civic.Scope
	Start        time.Time         // shown since
	Until        time.Time         // zero: until withdrawn
	Updated      time.Time         // of this revision, or of its end
	Ended        civic.NoticeState // withdrawn, expired or superseded; empty while shown
	By           string            // id of the notice that superseded it
}

// BoardFilter says what of the board a list shows. Zero fields do not restrict.
type BoardFilter struct {
	Now      time.Time // needed: what has not begun is not there
	Category string
	Area     string // what a reader in the area, or anywhere within it, is shown
	Point    string // with Area: what is shown at the point
	Ended    bool   // ended ones too
	After    *Shown // the last of the page before
	Max      int    // 0 is MaxPage
}
