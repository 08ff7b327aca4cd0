// Package notices decides about disclosure notices: what a text must have before it may be proposed, what must not be
// published unmasked, how long the law wants it shown, who does what next, and when it ends.
//
// [Notices] is asked by the console (Save, Propose, Check, Release, SendBack, TakeBack, Withdraw, Review, List) and by
// the public pages, which read the board. Run ends what has expired. The store keeps the notices and enforces that
// three different persons approved exactly the text that is published; nothing here could go around it. What a draft
// holds is not public and is not logged.
package notices

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"

	"doorstep/central/store"
)

// Store is what notices ask of central's store.
type Store interface {
	store.Notices
	store.Board
	// Revision returns one revision of an edition; see store.Editions.
	Revision(ctx context.Context, kind civic.EditionKind, r civic.Revision) (store.Published, error)
}

// Calendar returns the working-day calendar in force.
type Calendar interface {
	Calendar(ctx context.Context) (*civic.Calendar, error)
}

// Options says what notices work with.
type Options struct {
	Store     Store
	Calendar  Calendar
	Sign      *seal.Signer // signs editions
	Now       func() time.Time
	Published func()        // called after the board changed; may be nil
	Every     time.Duration // between two looks for what has expired
	Log       *slog.Logger
}

// DefaultOptions returns options that need only the store, the calendar and the key.
func DefaultOptions() Options {
	return Options{Now: time.Now, Every: 15 * time.Second, Log: slog.New(slog.DiscardHandler)}
}

// Notices decides about notices.
type Notices struct {
	o Options

	mu   sync.Mutex // guards head
	head string     // of the board as last seen
}

// New makes notices.
func New(o Options) (*Notices, error) {
	if o.Store == nil || o.Calendar == nil || o.Sign == nil || o.Now == nil || o.Every <= 0 || o.Log == nil {
		return nil, errors.New("notices: store, calendar, sign key, clock and logger are needed")
	}
	if o.Published == nil {
		o.Published = func() {}
	}
	return &Notices{o: o}, nil
}

// NewID makes the id of a new notice. The page of a new notice carries it, so that a second click saves nothing twice.
func NewID() string { return strings.ToLower(rand.Text()[:12]) }

// ValidID reports whether an id has the form that NewID gives.
func ValidID(id string) bool {
	return len(id) == 12 && strings.Trim(id, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// Save keeps a text as a draft. Version is the one that the editor saw, 0 for a new notice. A text may be incomplete,
// but not larger than a page, a screen and an edition hold.
func (b *Notices) Save(ctx context.Context, text store.NoticeText, version uint64, files []Upload, by store.Person) (store.NoticeRecord, error) {
	if !ValidID(text.Notice.ID) {
		return store.NoticeRecord{}, civic.Refuse(civic.NotFound, "id", "notice.unknown")
	}
	e := store.NoticeEdit{
		Text: Tidy(text), Version: version, By: actor(by, civic.RolePublisher), At: b.o.Now(), Bytes: map[civic.Digest][]byte{},
	}
	for _, f := range files {
		held, err := f.file()
		if err != nil {
			return store.NoticeRecord{}, err
		}
		if _, twice := e.Bytes[held.Digest]; !twice {
			e.Text.Notice.Files = append(without(e.Text.Notice.Files, held.Digest), held)
			e.Bytes[held.Digest] = f.Bytes
		}
	}
	if err := bounds(&e.Text); err != nil {
		return store.NoticeRecord{}, err
	}
	n, err := b.o.Store.SaveNotice(ctx, e)
	return n, wrap("save", err)
}

func without(files []civic.NoticeFile, d civic.Digest) []civic.NoticeFile {
	var out []civic.NoticeFile
	for _, f := range files {
		if f.Digest != d {
			out = append(out, f)
		}
	}
	return out
}

// Tidy takes away space that only a form makes, and signs that no page, screen or feed can show.
func Tidy(t store.NoticeText) store.NoticeText {
	n := &t.Notice
	n.Title, n.Body = visible(n.Title), visible(n.Body)
	for _, s := range []*string{&n.Title, &n.Issuer, &n.Document, &t.IssuerCode, &n.Supersedes} {
		*s = strings.Join(strings.Fields(*s), " ")
	}
	n.Body = strings.TrimSpace(strings.ReplaceAll(n.Body, "\r\n", "\n"))
	return t
}

// visible drops control characters but those that part lines and cells.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
}

// Propose fixes the text as it stands at version, which the publisher saw, if nothing keeps it from being published.
func (b *Notices) Propose(ctx context.Context, id string, version uint64, by store.Person) (store.NoticeRecord, error) {
	n, err := b.o.Store.Notice(ctx, id)
	if err != nil {
		return n, err
	}
	problems, err := b.Review(ctx, n.NoticeText)
	if err != nil {
		return n, err
	}
	for _, p := range problems {
		if p.Bars {
			return n, p.Why
		}
	}
	return b.step(ctx, store.NoticeStep{ID: id, Version: version, To: civic.NoticeProposed, By: actor(by, civic.RolePublisher)})
}

// Seen names the text that somebody read: an approval, or a refusal, is of that and no other.
type Seen struct {
	Version uint64
	Digest  civic.Digest
}

// Check is the network office's approval of what it read.
func (b *Notices) Check(ctx context.Context, id string, s Seen, by store.Person) (store.NoticeRecord, error) {
	return b.step(ctx, store.NoticeStep{
		ID: id, Version: s.Version, Digest: s.Digest, To: civic.NoticeChecked, By: actor(by, civic.RoleNetwork),
	})
}

// Release is the secrecy office's approval of what it read, and publishes it. The time of display begins now, so it is
// held against the law once more.
func (b *Notices) Release(ctx context.Context, id string, s Seen, by store.Person) (store.NoticeRecord, error) {
	n, err := b.o.Store.Notice(ctx, id)
	if err != nil {
		return n, err
	}
	for _, p := range b.schedule(ctx, n.NoticeText) {
		if p.Bars {
			return n, p.Why
		}
	}
	return b.step(ctx, store.NoticeStep{
		ID: id, Version: s.Version, Digest: s.Digest, To: civic.NoticePublished, By: actor(by, civic.RoleSecrecy),
	})
}

// SendBack is an office's refusal, with the reason that the publisher reads.
func (b *Notices) SendBack(ctx context.Context, id string, s Seen, words string, by store.Person) (store.NoticeRecord, error) {
	role := civic.RoleNetwork
	if !by.Holds(role) {
		role = civic.RoleSecrecy
	}
	return b.step(ctx, store.NoticeStep{
		ID: id, Version: s.Version, Digest: s.Digest, To: civic.NoticeDraft, By: actor(by, role), Words: words,
	})
}

// TakeBack returns what waits for an office to its publisher.
func (b *Notices) TakeBack(ctx context.Context, id string, s Seen, by store.Person) (store.NoticeRecord, error) {
	return b.step(ctx, store.NoticeStep{
		ID: id, Version: s.Version, Digest: s.Digest, To: civic.NoticeDraft, By: actor(by, civic.RolePublisher),
	})
}

// Withdraw takes a notice down at once, whatever is being done with its text.
func (b *Notices) Withdraw(ctx context.Context, id, words string, by store.Person) (store.NoticeRecord, error) {
	role := civic.RolePublisher
	for _, r := range Hands {
		if by.Holds(r) {
			role = r
		}
	}
	return b.step(ctx, store.NoticeStep{ID: id, To: civic.NoticeWithdrawn, By: actor(by, role), Words: words})
}

// Hands are the roles through which a notice passes, in their order.
var Hands = [...]civic.Role{civic.RolePublisher, civic.RoleNetwork, civic.RoleSecrecy}

// maxWords bounds a reason.
const maxWords = 500

func (b *Notices) step(ctx context.Context, s store.NoticeStep) (store.NoticeRecord, error) {
	s.At, s.Sign, s.Words = b.o.Now(), b.sign, strings.TrimSpace(s.Words)
	if len([]rune(s.Words)) > maxWords {
		return store.NoticeRecord{}, civic.Refuse(civic.Invalid, "words", "notice.words.long", maxWords)
	}
	n, err := b.o.Store.StepNotice(ctx, s)
	if err != nil {
		return n, wrap("step to "+string(s.To), err)
	}
	if s.To == civic.NoticePublished || s.To == civic.NoticeWithdrawn {
		b.o.Published()
	}
	return n, nil
}

func (b *Notices) sign(e *civic.Edition) (wire.Signed, error) {
	return wire.SignEdition(b.o.Sign, seal.DomainEdition, e)
}

func actor(p store.Person, role civic.Role) store.Actor {
	return store.Actor{Login: p.Login, Role: role}
}

func wrap(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s notice: %w", what, err)
	}
	return nil
}
