package uplink

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"doorstep/sync/civic"
	"doorstep/sync/duplex"
	"doorstep/sync/wire"
)

// session is one open session. Three goroutines share it: one reads the connection into the inbox, one works the
// inbox off (receive.go), one sends by lane (lanes.go).
type session struct {
	*Uplink
	conn    wire.Conn
	store   civic.EntryID
	welcome wire.Welcome
	in      *duplex.Inbox
	wake    chan struct{} // something may be there to send
	done    chan struct{} // closed when the session ends

	// Of the worker alone.
	feed   feed
	synced time.Time
	opened time.Time

	// Of the sender alone.
	batch []wire.Entry
	sent  uint64                // last seq sent
	told  map[civic.Digest]bool // lost papers that central was told of

	mu      sync.Mutex // guards all below: what the worker and others leave for the sender
	held    uint64     // last seq in custody
	blocked civic.Code // why no entries are sent
	trouble civic.Code // why any lane stopped
	pong    *wire.Pong
	ping    time.Time // when the last Ping was sent
	pings   uint64
	errors  []wire.Error // to tell central
	applied *wire.Applied
	seen    uint64 // last status number to acknowledge
	paper   transfer
	report  bool // telemetry is due
	tell    bool // central may have to hear what is missing
	losing  bool // papers may be lost that central was not told of
	order   ordered
	asks    asks
}

const (
	inboxLimit  = 2 << 20
	reportEvery = time.Minute
	syncEvery   = 5 * time.Minute
	retryStuck  = 10 * time.Minute // a session in which a lane is stuck is begun again
)

func (u *Uplink) newSession(ctx context.Context, conn wire.Conn, store civic.EntryID, w wire.Welcome, p wire.ProveBody, trip time.Duration) (*session, error) {
	s := &session{
		Uplink: u, conn: conn, store: store, welcome: w,
		in: duplex.NewInbox(inboxLimit), wake: make(chan struct{}, 1), done: make(chan struct{}),
		synced: u.Clock(), opened: u.Clock(), report: true, tell: u.Past != nil, paper: newTransfer(u.pace.next(trip)),
		told: map[civic.Digest]bool{}, losing: true, asks: asks{open: map[uint64]chan *wire.Answer{}},
	}
	s.feed = u.resumeFeed(store, p.Cursor.Civic())
	if w.Custody == nil {
		return s, nil
	}
	if err := s.hold(ctx, *w.Custody, p.Head.Seq); err != nil {
		return nil, err
	}
	s.sent = s.held
	return s, nil
}

// run works until the connection fails, central ends the session or ctx ends, and returns why.
func (s *session) run(ctx context.Context) error {
	defer close(s.done)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		_ = s.in.Fill(ctx, s.conn, s.heard) // the worker finds why it ended, behind what arrived before
		return nil
	})
	g.Go(func() error { return s.receive(ctx) })
	g.Go(func() error { return duplex.Drain(ctx, s.conn, s.wake, s.next, s.beat) })
	g.Go(func() error { return s.watch(ctx) })
	err := g.Wait()
	s.keepRefill()
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("session: %w", err)
	}
	return err
}

// watch wakes the sender for new entries and for telemetry.
func (s *session) watch(ctx context.Context) error {
	tick := time.NewTicker(reportEvery)
	defer tick.Stop()
	for {
		changed := s.Journal.Changed()
		s.count(ctx)
		s.lookLost()
		duplex.Notify(s.wake)
		select {
		case <-changed:
		case <-tick.C:
			s.mu.Lock()
			s.report = true
			stuck := s.trouble
			s.mu.Unlock()
			if stuck != "" && s.Clock().Sub(s.opened) >= retryStuck {
				return &again{stuck}
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// hold stores a custody ack, after looking whether it speaks of this very journal. head is the last seq written here.
func (s *session) hold(ctx context.Context, signed wire.Signed, head uint64) error {
	c, err := s.openCustody(signed, s.welcome.Generation)
	if err != nil {
		return err
	}
	same, err := s.sameJournal(ctx, c.Through, head)
	if err != nil {
		return err
	}
	if !same {
		s.block(wire.CodeForked)
		s.complain(wire.Error{Code: wire.CodeForked, About: wire.TypeCustody})
		return nil
	}
	if err := s.Journal.Hold(ctx, signed, c); err != nil {
		return fmt.Errorf("store custody: %w", err)
	}
	s.mu.Lock()
	s.held = max(s.held, c.Through.Seq)
	s.mu.Unlock()
	return nil
}

// sameJournal reports whether central's place lies on this journal's chain: a terminal restored from an old image
// finds itself behind what central holds, or beside it.
func (s *session) sameJournal(ctx context.Context, through wire.Head, head uint64) (bool, error) {
	if through.Seq > head {
		return false, nil
	}
	if through.Seq == 0 {
		return true, nil
	}
	list, err := s.Journal.After(ctx, through.Seq-1, 1)
	if err != nil {
		return false, fmt.Errorf("read journal: %w", err)
	}
	if len(list) == 0 {
		return true, nil // purged: held long ago
	}
	p, err := wire.ReadPosition(list[0].Position)
	if err != nil {
		return false, fmt.Errorf("read journal: %w", err)
	}
	return p.Seq != through.Seq || list[0].Position.Digest() == through.Digest, nil
}

// block stops sending entries in this session. The first reason counts: entries that were under way behind a bad one
// are then refused as well, for the gap it left.
func (s *session) block(code civic.Code) {
	s.mu.Lock()
	first := s.blocked == ""
	if first {
		s.blocked = code
	}
	s.mu.Unlock()
	if !first {
		return
	}
	s.stuck(code)
	s.Logger.Error("entries are not taken", "code", code)
}

// stuck notes that a lane has stopped, for State and for beginning again.
func (s *session) stuck(code civic.Code) {
	s.mu.Lock()
	s.trouble = code
	s.mu.Unlock()
	s.Uplink.stuck(code)
}
