package lobby

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"doorstep/sync/civic"
)

// Shelf is what central has published, as the store keeps it. Every edition on it has been verified.
type Shelf interface {
	// Editions returns the current edition of every item of a kind, tombstones left out.
	Editions(ctx context.Context, kind civic.EditionKind) ([]civic.Edition, error)
	// Changed is closed when an edition has changed, and replaced by the next call.
	Changed() <-chan struct{}
}

// Options are what a Board is made of.
type Options struct {
	Shelf Shelf
	// Now is the time by central's clock, as far as the terminal knows it.
	Now func(ctx context.Context) (time.Time, civic.Confidence)
	// Record keeps the proof that a page stood on a screen; nil keeps none.
	Record func(Showing)
	Logger *slog.Logger
}

// Board is the notices of one terminal and what its screens show of them. It is safe for concurrent use.
type Board struct {
	opts Options
	boot string // tells this board's versions from those of the program before

	mu      sync.Mutex // guards what follows
	all     []Notice   // on the shelf, in force or not
	changes int        // counts what may have changed a screen
	changed chan struct{}
	screens map[string]*screen
}

// New reads the shelf. It starts nothing: Run does.
func New(ctx context.Context, opts Options) (*Board, error) {
	if opts.Shelf == nil || opts.Now == nil || opts.Logger == nil {
		return nil, errors.New("lobby: shelf, clock and logger are needed")
	}
	b := &Board{opts: opts, boot: rand.Text()[:8], changed: make(chan struct{}), screens: map[string]*screen{}}
	return b, b.reload(ctx)
}

// Run follows the shelf and the clock until ctx is done. A shelf that cannot be read leaves what is known in use.
func (b *Board) Run(ctx context.Context) error {
	for {
		changed := b.opts.Shelf.Changed()
		if err := b.reload(ctx); err != nil && ctx.Err() == nil {
			b.opts.Logger.Error("notices unreadable", "error", err)
		}
		if !b.watch(ctx, changed) {
			return nil
		}
	}
}

// recheck bounds how long the clock is left unasked: it may be put right, or wrong, at any time.
const recheck = time.Minute

// watch wakes the screens whenever a notice begins or ends, until the shelf changes; false when ctx is done.
func (b *Board) watch(ctx context.Context, changed <-chan struct{}) bool {
	for {
		now, _ := b.opts.Now(ctx)
		_, next := inForce(b.notices(), now)
		wait := recheck
		if !next.IsZero() {
			wait = min(wait, next.Sub(now))
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return false
		case <-changed:
			timer.Stop()
			return true
		case <-timer.C:
			b.raise()
		}
	}
}

// reload reads the notices. One that is unreadable is left out and logged: it must not take the others off the
// screens (promise P7).
func (b *Board) reload(ctx context.Context) error {
	editions, err := b.opts.Shelf.Editions(ctx, civic.EditionNotice)
	if err != nil {
		return fmt.Errorf("read notices: %w", err)
	}
	var list []Notice
	for i := range editions {
		n, err := readNotice(&editions[i])
		if err != nil {
			b.opts.Logger.Error("notice unreadable", "id", editions[i].ID, "rev", editions[i].Rev, "error", err)
			continue
		}
		list = append(list, n)
	}
	b.mu.Lock()
	b.all = list
	b.mu.Unlock()
	b.raise()
	return nil
}

func (b *Board) raise() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.changes++
	close(b.changed)
	b.changed = make(chan struct{})
}

func (b *Board) notices() []Notice {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all
}

// Changed is closed when what a screen shows may have to change, and replaced by the next call.
func (b *Board) Changed() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.changed
}

// Notices returns what is in force now: the urgent first, the latest before the earlier.
func (b *Board) Notices(ctx context.Context) []Notice {
	now, _ := b.opts.Now(ctx)
	list, _ := inForce(b.notices(), now)
	return list
}

// Notice returns one of them.
func (b *Board) Notice(ctx context.Context, id string) (Notice, error) {
	list := b.Notices(ctx)
	i := slices.IndexFunc(list, func(n Notice) bool { return n.ID == id })
	if i < 0 {
		return Notice{}, civic.Refuse(civic.NotFound, "notice", "notices.gone")
	}
	return list[i], nil
}

// Time is the clock that the board goes by.
func (b *Board) Time(ctx context.Context) (time.Time, civic.Confidence) { return b.opts.Now(ctx) }

// version names one state of one screen among all programs that ran.
func (b *Board) version(serial int) string { return b.boot + "-" + strconv.Itoa(serial) }
