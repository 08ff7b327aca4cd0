// Package hub is central's half of synchronisation. [Hub.Serve] runs one session over one connection: it proves who
// central is, learns who the terminal is, takes custody of entries and papers, and sends down outcomes, editions and
// statuses. [Hub.Wake] tells sessions that there is something new.
//
// It promises that custody is acknowledged only after it was committed (P2), that repeats do no harm, that one
// terminal's slow line or bad entry holds up no other (P7), and that what a session may fill is bounded (P8). It
// stores nothing itself: what must last is behind the interfaces of central.go.
package hub

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/quiet"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

// Options say what a Hub works with. All fields but the last five are needed.
type Options struct {
	Registrar Registrar
	Intake    Intake
	Papers    Papers
	Bulletin  Bulletin
	Enquiry   Enquiry
	Signer    *seal.Signer  // central's sign key
	Store     civic.EntryID // central's store id
	Logger    *slog.Logger

	Watch  Watch            // hears of machines put back, copied or not known; nil for nobody
	Orders Orders           // nil where terminals are told nothing of the kind
	Clock  func() time.Time // time.Now
	Limits Limits
	Random func(time.Duration) time.Duration // a random wait below a bound above zero: rand.N
}

// Limits bound what terminals may cost. Zero fields get the defaults.
type Limits struct {
	Sessions   int           // open at once: 10,000
	Handshakes int           // being opened at once: 512; whoever comes beyond is told to come back
	Inbox      int           // bytes read ahead in one session: 1 MiB
	Spread     time.Duration // over which those told to come back are spread: 30 s
}

func (l *Limits) fill() {
	if l.Sessions <= 0 {
		l.Sessions = 10_000
	}
	if l.Handshakes <= 0 {
		l.Handshakes = 512
	}
	if l.Inbox <= 0 {
		l.Inbox = 1 << 20
	}
	if l.Spread <= 0 {
		l.Spread = 30 * time.Second
	}
}

// Hub holds the open sessions.
type Hub struct {
	Options
	packer  *wire.Packer
	running sync.WaitGroup

	mu       sync.Mutex // guards all below
	closed   bool
	openings map[*opening]bool
	sessions map[civic.KeyID]*session // the newest of each terminal
	boots    map[civic.KeyID]sighting
}

// sighting is the boot ids under which a key was last seen.
type sighting struct{ last, before [16]byte }

// repeatAfter is how long one terminal, or a stranger, cannot fill the log with the same line.
const repeatAfter = 10 * time.Minute

// New returns a Hub without sessions.
func New(o Options) (*Hub, error) {
	if o.Registrar == nil || o.Intake == nil || o.Papers == nil || o.Bulletin == nil || o.Enquiry == nil ||
		o.Signer == nil || o.Logger == nil || o.Store == (civic.EntryID{}) {
		return nil, errors.New("hub: an option is missing")
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Watch == nil {
		o.Watch = noWatch{}
	}
	if o.Random == nil {
		o.Random = rand.N[time.Duration]
	}
	o.Limits.fill()
	o.Logger = slog.New(quiet.New(o.Logger.Handler(), repeatAfter))
	return &Hub{
		Options: o, packer: wire.NewPacker(), openings: map[*opening]bool{}, sessions: map[civic.KeyID]*session{},
		boots: map[civic.KeyID]sighting{},
	}, nil
}

// Serve runs the session of one connection until it ends and returns why: nil after an enrolment or when ctx ends.
// It closes conn. Errors are for the caller to log; the terminal has been told what it may know.
func (h *Hub) Serve(ctx context.Context, conn wire.Conn) error {
	defer func() { _ = conn.Close() }()
	if !h.enter() {
		return h.refuse(ctx, conn, &wire.Error{Code: wire.CodeBusy, After: h.later(), Fatal: true})
	}
	defer h.running.Done()
	o := h.admit(ctx)
	if o == nil {
		return h.refuse(ctx, conn, &wire.Error{Code: wire.CodeBusy, After: h.later(), Fatal: true})
	}
	s, err := h.open(o.ctx, conn)
	h.admitted(o)
	if s == nil || err != nil {
		return err
	}
	defer h.leave(s)
	err = s.run(ctx)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// enter counts a connection in, unless the hub is closed or full.
func (h *Hub) enter() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || len(h.sessions) >= h.Limits.Sessions {
		return false
	}
	h.running.Add(1)
	return true
}

// join makes s the session of its terminal; one that is open already gives way. It reports whether the key is seen to
// be on two machines: a boot id that was left for another does not come back on one.
func (h *Hub) join(s *session) (twice bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if old := h.sessions[s.t.Key]; old != nil {
		old.end(&wire.Error{Code: wire.CodeSuperseded, After: h.later(), Fatal: true})
	}
	h.sessions[s.t.Key] = s
	if h.closed {
		s.end(&wire.Error{Code: wire.CodeBusy, After: h.later(), Fatal: true})
	}
	seen := h.boots[s.t.Key]
	if twice = s.boot == seen.before && s.boot != seen.last; twice {
		h.Logger.Warn("one key on two machines", "terminal", s.t.Number, "key", s.t.Key)
	}
	if s.boot != seen.last {
		h.boots[s.t.Key] = sighting{last: s.boot, before: seen.last}
	}
	return twice
}

func (h *Hub) leave(s *session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.sessions[s.t.Key] == s {
		delete(h.sessions, s.t.Key)
	}
}

// Wake tells the sessions within a scope that editions, statuses or outcomes may have been added for them. The zero
// Scope wakes all. It never blocks.
func (h *Hub) Wake(where civic.Scope) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.sessions {
		if where.Covers(s.t.Area, s.t.Point, s.t.Key) {
			s.fresh()
		}
	}
}

// Sessions returns the keys of the terminals that are connected.
func (h *Hub) Sessions() []civic.KeyID {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := make([]civic.KeyID, 0, len(h.sessions))
	for key := range h.sessions {
		list = append(list, key)
	}
	return list
}

// Drop ends the session of a key, which may no longer hold one.
func (h *Hub) Drop(key civic.KeyID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s := h.sessions[key]; s != nil {
		s.end(&wire.Error{Code: wire.CodeRevoked, Fatal: true})
	}
}

// Close takes no more sessions, asks those that are open to come back later and waits until they have ended or ctx
// ends.
func (h *Hub) Close(ctx context.Context) error {
	h.mu.Lock()
	h.closed = true
	for _, s := range h.sessions {
		s.end(&wire.Error{Code: wire.CodeBusy, After: h.later(), Fatal: true})
	}
	h.mu.Unlock()
	done := make(chan struct{})
	go func() {
		h.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// later spreads those who have to come back, in milliseconds.
func (h *Hub) later() uint32 {
	const soonest = time.Second
	return uint32((soonest + h.Random(h.Limits.Spread)).Milliseconds())
}
