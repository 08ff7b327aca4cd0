package store

import (
	"context"
	"crypto/sha256"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// Editions is the feed of what central publishes, numbered without gaps by a counter in the unit of work.
type Editions interface {
	// Publish adds a revision of an item and returns its edition. Where scope, times and body are those of the
	// item's present revision, nothing is added and the present one is returned. Where the scope changes, a
	// tombstone for the old scope goes before the new revision. The sign function of the draft is called with the
	// number and revision set, and signs what goes into the feed. Notices are civic.Forbidden: they are published by
	// Notices alone, after three hands (promise P5).
	Publish(ctx context.Context, d Draft) (Published, error)
	// PublishAll publishes several items as Publish does, in their order and in one unit of work: all of them or none.
	// The answers are in the order of the drafts.
	PublishAll(ctx context.Context, list []Draft) ([]Published, error)
	// Feed returns what a reader in a place has to apply after a cursor, by number: of each item only the newest
	// edition for that place. Refill is set where the cursor is none of this store's; the answer then begins from
	// nothing and has no tombstones. Caught is set when nothing more is to come; Next is then the head of the feed.
	Feed(ctx context.Context, p Reader, after civic.Cursor, max int) (Feed, error)
	// Head returns the end of the feed: a cursor of everything published so far.
	Head(ctx context.Context) (civic.Cursor, error)
	// Current returns the newest revision of an item; civic.NotFound if there is none or it was withdrawn.
	Current(ctx context.Context, kind civic.EditionKind, id string) (Published, error)
	// Revision returns one revision of an item, however old; civic.NotFound.
	Revision(ctx context.Context, kind civic.EditionKind, r civic.Revision) (Published, error)
	// Items returns the newest revision of every item of a kind that is not withdrawn, by id.
	Items(ctx context.Context, kind civic.EditionKind) ([]Published, error)
}

// Published is an edition with the bytes that were signed.
type Published struct {
	civic.Edition
	Signed wire.Signed
	At     time.Time
}

// Draft is what is to be published: everything of an edition but its number and revision, which the store sets.
type Draft struct {
	Edition civic.Edition
	Sign    func(*civic.Edition) (wire.Signed, error)
	By      Actor
	At      time.Time
	Over    *uint32 // the revision that this is to follow, 0 for none; another one is civic.Conflict. nil does not ask
	Closes  uint64  // version of the guide's draft that this publishes: another is civic.Conflict; 0 leaves drafts be
	Reason  string  // of a withdrawal
}

// Reader is where the reader of a feed stands, as scopes decide.
type Reader struct {
	Area     string
	Point    string
	Terminal civic.KeyID
}

// Feed is a part of the feed for one reader.
type Feed struct {
	Refill bool
	List   []wire.Edition
	Next   civic.Cursor
	Caught bool
}

// Tag returns the chain value at an edition: the SHA-256 of the value before it and the signed payload.
func Tag(prev civic.Digest, payload []byte) civic.Digest {
	h := sha256.New()
	h.Write(prev[:])
	h.Write(payload)
	return civic.Digest(h.Sum(nil))
}
