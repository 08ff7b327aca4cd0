package desk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"doorstep/sync/civic"
)

// Options are what a Desk is made of.
type Options struct {
	Store Store
	Site  Site
	// Line answers look-ups by code; nil where there is never one.
	Line Line
	// Closed is the refusal of anything new, nil while it is taken; a nil Closed never refuses.
	Closed func() error
	// Clock is the machine's clock.
	Clock Clock
	// Readings gives every reading of a character in pinyin without tones, for the search; nil searches by
	// characters only.
	Readings func(r rune) []string
	// Sessions bounds how many residents are served at once: one at a screen, a few at a counter.
	Sessions int
	// Idle is how long a session lives without a touch before it is wiped, whatever the page does.
	Idle   time.Duration
	Logger *slog.Logger
}

// DefaultOptions returns the bounds of a terminal with one screen.
func DefaultOptions() Options {
	return Options{Sessions: 4, Idle: 30 * time.Minute, Logger: slog.Default()}
}

func (o Options) validate() error {
	if o.Store == nil || o.Site == nil || o.Clock == nil || o.Logger == nil {
		return errors.New("desk: store, site, clock and logger are needed")
	}
	if o.Sessions < 1 || o.Idle <= 0 {
		return errors.New("desk: the bounds on sessions must be positive")
	}
	return nil
}

// Desk is the work of one terminal.
type Desk struct {
	opts  Options
	shelf atomic.Pointer[shelf]

	mu       sync.Mutex          // guards sessions
	sessions map[string]*Session // by id

	withdrawing sync.Mutex // held while a withdrawal is taken in
}

// New reads the shelf and returns a desk. It starts nothing: Run does.
func New(ctx context.Context, opts Options) (*Desk, error) {
	if err := opts.validate(); err != nil {
		return nil, err
	}
	d := &Desk{opts: opts, sessions: map[string]*Session{}}
	if err := d.reload(ctx); err != nil {
		return nil, err
	}
	return d, nil
}

// Run follows what central publishes and wipes sessions left behind, until ctx is done. A shelf that cannot be
// read leaves the one before in use: an old guide serves better than none.
func (d *Desk) Run(ctx context.Context) error {
	sweep := time.NewTicker(time.Minute)
	defer sweep.Stop()
	defer d.WipeAll()
	for {
		changed := d.opts.Store.Changed()
		began := time.Now()
		if err := d.reload(ctx); err != nil && ctx.Err() == nil {
			d.opts.Logger.Error("shelf unreadable", "error", err)
		}
		rest := time.NewTimer(min(restTimes*time.Since(began), mostRest))
		for wait := true; wait; {
			select {
			case <-ctx.Done():
				return nil
			case <-changed:
				wait = false
			case <-sweep.C:
				d.sweep(d.opts.Idle)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-rest.C:
		}
	}
}

// A large catalogue comes in many transactions and each reload reads all of it. Between two reloads the desk rests for
// a multiple of the last, so that reading takes a small share of the machine, and at most this long.
const (
	restTimes = 4
	mostRest  = 5 * time.Second
)

// Ready returns nil if a new application can be started, and otherwise the refusal that says why not: closed, no keys of
// central yet, too many at the desk, too much waiting to be sent, too little room on the disk. Applications begun
// are always finished.
func (d *Desk) Ready(ctx context.Context) error {
	if d.opts.Closed != nil {
		if err := d.opts.Closed(); err != nil {
			return err
		}
	}
	if !d.vacancy() {
		return civic.Refuse(civic.Full, "", "desk.busy")
	}
	if _, err := d.opts.Site.Place(ctx); err != nil {
		return &civic.Error{Code: civic.Unavailable, Key: "desk.enrol", Err: err}
	}
	if _, err := d.opts.Site.SealKey(ctx); err != nil {
		return &civic.Error{Code: civic.Unavailable, Key: "desk.keys", Err: err}
	}
	return d.room(ctx)
}

// room holds the queue and the disk against the policy. What cannot be measured counts as no room: a store that
// does not answer that would not take an application in either.
func (d *Desk) room(ctx context.Context) error {
	policy := d.shelf.Load().policy
	free, err := d.opts.Store.Free(ctx)
	if err != nil {
		return &civic.Error{Code: civic.Full, Key: "desk.disk", Err: fmt.Errorf("measure disk: %w", err)}
	}
	if free < policy.DiskReserve {
		return civic.Refuse(civic.Full, "", "desk.disk")
	}
	queue, err := d.opts.Store.Queue(ctx)
	if err != nil {
		return &civic.Error{Code: civic.Full, Key: "desk.disk", Err: fmt.Errorf("count queue: %w", err)}
	}
	if queue >= policy.MaxQueue {
		return civic.Refuse(civic.Full, "", "desk.queue")
	}
	return nil
}
