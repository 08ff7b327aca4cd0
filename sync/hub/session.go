package hub

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"doorstep/sync/civic"
	"doorstep/sync/duplex"
	"doorstep/sync/wire"
)

// session is one terminal's open session. Three goroutines share it: one reads the connection into the inbox, one
// works the inbox off (receive.go), one sends by lane (lanes.go).
type session struct {
	*Hub
	t    Terminal
	boot [16]byte
	conn wire.Conn
	in   *duplex.Inbox
	pack bool          // the terminal takes editions packed
	wake chan struct{} // something may be there to send

	answers chan wire.Frame // to what the terminal asks; the worker waits while it is full
	needs   chan wire.Frame // about papers
	read    chan struct{}   // closed when nothing more is read
	cut     chan struct{}   // closed when the last word has had its time

	down down // of the sender alone

	// Of the worker alone.
	seen, reported time.Time
	refused        int
	asks           int // look-ups since askedFrom
	askedFrom      time.Time

	mu      sync.Mutex // guards all below
	custody *wire.Signed
	pong    *wire.Pong
	news    news
	orders  bool        // an order may wait, or the key's use may have ended
	last    *wire.Error // the farewell, once there is one
}

// news says which lanes may have something that was not read yet.
type news struct{ outcomes, statuses, editions, lacking bool }

const (
	maxAnswers = 16
	lastWord   = 3 * time.Second // for the farewell to get through
)

func newSession(h *Hub, conn wire.Conn, t Terminal, p wire.ProveBody) *session {
	return &session{
		Hub: h, t: t, boot: p.Boot, conn: conn, pack: p.Unpacks,
		in: duplex.NewInbox(h.Limits.Inbox), wake: make(chan struct{}, 1),
		answers: make(chan wire.Frame, maxAnswers), needs: make(chan wire.Frame, 1),
		read: make(chan struct{}), cut: make(chan struct{}),
		down: down{settled: p.Settled, status: p.Statuses, cursor: p.Cursor.Civic()},
		seen: h.Clock(), news: news{true, true, true, true}, orders: true,
	}
}

// errCut ends a session whose farewell did not get through in time.
var errCut = errors.New("session cut")

// run works until the connection fails, the session is ended or ctx ends, and returns why.
func (s *session) run(ctx context.Context) error {
	s.Logger.Info("session open", "terminal", s.t.Number, "point", s.t.Point)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		// Why the connection ended is the worker's to find, behind what arrived before: a line that breaks right after
		// an entry still delivered it.
		_ = s.in.Fill(ctx, s.conn, func() {})
		close(s.read)
		return nil
	})
	g.Go(func() error { return s.receive(ctx) })
	g.Go(func() error { return duplex.Drain(ctx, s.conn, s.wake, s.next, s.beat) })
	g.Go(func() error {
		select {
		case <-s.cut:
			return errCut
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	err := g.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last != nil {
		return &civic.Error{Code: s.last.Code, Field: "session", Err: err}
	}
	return err
}

// end asks the session to end with a farewell. It does not block, and only the first call counts.
func (s *session) end(f *wire.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil {
		s.last = f
		time.AfterFunc(lastWord, func() { close(s.cut) })
		duplex.Notify(s.wake)
	}
}

// fresh tells the sender to look at every lane again.
func (s *session) fresh() {
	s.mu.Lock()
	s.news = news{outcomes: true, statuses: true, editions: true}
	s.orders = true
	s.mu.Unlock()
	duplex.Notify(s.wake)
}

// farewell sends nothing more after the last word and waits for the terminal to close, so that the word is not lost
// with the connection.
func (s *session) farewell(ctx context.Context) error {
	select {
	case <-s.read:
	case <-ctx.Done():
	}
	return errCut
}
