// Package uplink is the terminal's half of synchronisation. [Uplink.Run] dials central, proves who both are, sends
// what the journal holds that central does not, the papers that belong to it, and follows editions and statuses,
// until the line breaks; then it waits and begins again. Losing the line is its normal life and no error.
//
// It promises that an entry is sent again until central's signed custody is stored (P2), that editions are verified
// before they are stored (P5), that what goes wrong on the line never reaches taking in (P3, P9), and that one entry,
// paper or edition that cannot pass holds up its own lane alone (P7). It keeps nothing itself: what must last is
// behind the interfaces of terminal.go.
package uplink

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/identity"
	"doorstep/sync/quiet"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

// Options say what an Uplink works with. All fields but the last seven are needed.
type Options struct {
	Dial     func(ctx context.Context) (wire.Conn, error) // opens a connection to central
	Key      *seal.Signer                                 // the terminal's
	Keys     *identity.Keyring                            // central's keys, shared with whoever seals
	Journal  Journal
	Papers   Papers
	Shelf    Shelf
	Statuses Statuses
	Site     Site
	Boot     [16]byte // the kernel's boot id
	Logger   *slog.Logger

	Life     Life                              // nil where central's orders are not followed
	Past     Past                              // what to do about a central that was put back; nil leaves that alone
	Agent    string                            // program version, for the operator
	Clock    func() time.Time                  // time.Now
	RetryMin time.Duration                     // first bound of the wait between tries: 1 s
	RetryMax time.Duration                     // last bound: 30 s
	Random   func(time.Duration) time.Duration // a random wait below a bound above zero: rand.N
}

func (o *Options) validate() error {
	if o.Dial == nil || o.Key == nil || o.Keys == nil || o.Journal == nil || o.Papers == nil || o.Shelf == nil ||
		o.Statuses == nil || o.Site == nil || o.Logger == nil {
		return errors.New("uplink: an option is missing")
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.RetryMin <= 0 {
		o.RetryMin = time.Second
	}
	if o.RetryMax <= 0 {
		o.RetryMax = 30 * time.Second
	}
	if o.Random == nil {
		o.Random = rand.N[time.Duration]
	}
	return nil
}

// Uplink keeps a terminal and central in step.
type Uplink struct {
	Options
	// Of Run's goroutine alone.
	pending *refill // an interrupted refill, to go on with
	pace    pace    // of the last session
	unpacks bool    // editions may come packed: until a pack came that was none

	mu      sync.Mutex // guards all below
	state   State
	session *session // nil while down
}

// State is what pages say about the line.
type State struct {
	Up      bool
	Since   time.Time  // of Up, or of its contrary
	Contact time.Time  // central was last heard; zero if not since the program began
	Caught  bool       // all that central has published is on the shelf; false again while more is coming
	InStep  time.Time  // central was last heard while Caught; zero if never since the program began
	Queue   uint64     // entries that central does not hold yet
	Reason  civic.Code // why the line is down, or what is stuck while it is up; empty if nothing is wrong
	Next    time.Time  // next try while down
}

// Key returns the locale key of the reason, as link.dns; empty where there is none.
func (s State) Key() string { return reasonKey(s.Reason) }

// repeatAfter is how long central, or who poses as it, cannot fill the log with the same line.
const repeatAfter = 10 * time.Minute

// New returns an Uplink that does nothing until Run.
func New(o Options) (*Uplink, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	o.Logger = slog.New(quiet.New(o.Logger.Handler(), repeatAfter))
	return &Uplink{Options: o, unpacks: true, state: State{Since: o.Clock()}}, nil
}

// State returns how the line is now.
func (u *Uplink) State() State {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.state
}

// steady is how long a session must have lasted for the next break to be taken as the first.
const steady = time.Minute

// Run keeps a session open until ctx ends, and then returns nil.
func (u *Uplink) Run(ctx context.Context) error {
	wait := backoff{min: u.RetryMin, max: u.RetryMax, random: u.Random}
	u.count(ctx)
	for {
		began := u.Clock()
		err := u.connect(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if u.Clock().Sub(began) >= steady {
			wait.reset()
		}
		pause := wait.next(err)
		u.down(err, pause)
		if !u.pause(ctx, pause) {
			return nil
		}
	}
}

// pause waits, counting what the journal gains meanwhile. It reports false when ctx ended.
func (u *Uplink) pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		changed := u.Journal.Changed()
		u.count(ctx)
		select {
		case <-timer.C:
			return true
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
}

// connect runs one session, from the dial to its end.
func (u *Uplink) connect(ctx context.Context) error {
	conn, err := u.Dial(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	s, err := u.open(ctx, conn)
	if err != nil {
		return err
	}
	u.up(s)
	err = s.run(ctx)
	u.pace = s.paper.pace
	u.standingChanged(ctx, err)
	u.mu.Lock()
	u.session = nil
	u.mu.Unlock()
	return err
}

func (u *Uplink) up(s *session) {
	u.mu.Lock()
	defer u.mu.Unlock()
	now := u.Clock()
	u.session = s
	u.state = State{Up: true, Since: now, Contact: now, InStep: u.state.InStep, Queue: u.state.Queue, Reason: s.trouble}
	u.Logger.Info("session open", "point", s.welcome.Point, "terminal", s.welcome.Number)
}

func (u *Uplink) down(err error, pause time.Duration) {
	u.mu.Lock()
	defer u.mu.Unlock()
	now := u.Clock()
	reason := reasonOf(err)
	if u.state.Up || reason != u.state.Reason {
		u.Logger.Info("line down", "reason", reason, "error", err)
		u.state.Since = now
	}
	u.state.Up, u.state.Caught, u.state.Reason, u.state.Next = false, false, reason, now.Add(pause)
}

// heard notes a sign of life of central.
func (u *Uplink) heard() {
	now := u.Clock()
	u.mu.Lock()
	u.state.Contact = now
	if u.state.Caught {
		u.state.InStep = now
	}
	u.mu.Unlock()
}

// step notes whether the shelf has all that central has published.
func (u *Uplink) step(caught bool) {
	now := u.Clock()
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.state.Caught = caught; caught {
		u.state.InStep = now
	}
}

// stuck notes what holds up a lane while the line is up.
func (u *Uplink) stuck(code civic.Code) {
	u.mu.Lock()
	u.state.Reason = code
	u.mu.Unlock()
}

// count asks how many entries central does not hold, for State.
func (u *Uplink) count(ctx context.Context) {
	t, err := u.Site.Telemetry(ctx)
	if err != nil {
		return // whoever reads the store for its own sake reports it
	}
	u.mu.Lock()
	u.state.Queue = t.Queue
	u.mu.Unlock()
}

// Enrol asks central for a place in the fleet over a fresh connection and stores it. The caller closes conn; Run then
// opens sessions. A lost answer is asked for again with the same key and code.
func (u *Uplink) Enrol(ctx context.Context, conn wire.Conn, secret identity.Secret) (wire.Welcome, error) {
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	t, challenge, err := u.greet(ctx, conn)
	if err != nil {
		return wire.Welcome{}, err
	}
	body := wire.EnrolBody{Boot: u.Boot, Wall: u.Clock().UnixMilli(), Agent: u.Agent}
	if body.Number, body.Generation, err = u.former(ctx); err != nil {
		return wire.Welcome{}, err
	}
	ask, err := t.SignEnrol(u.Key, secret[:], body)
	if err != nil {
		return wire.Welcome{}, fmt.Errorf("sign enrolment: %w", err)
	}
	w, _, err := u.ask(ctx, conn, ask)
	if err != nil {
		return wire.Welcome{}, err
	}
	// Before the new chain begins, so that everything this central never had goes into it.
	if _, err := u.recall(ctx, challenge.Store, wire.Head{}); err != nil {
		return wire.Welcome{}, err
	}
	if err := u.Site.Enrolled(ctx, *w); err != nil {
		return wire.Welcome{}, fmt.Errorf("store place: %w", err)
	}
	return *w, nil
}
