package hub

import (
	"context"
	"fmt"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// What is read ahead from the store in one session.
const (
	maxOutcomes = 64
	maxStatuses = 64
	maxEditions = 16
)

// down is how far a session has sent, and what it has read and not sent yet.
type down struct {
	parted   bool // the farewell was sent
	settled  uint64
	outcomes []wire.Outcome
	status   uint64
	statuses []wire.Status
	cursor   civic.Cursor
	feed     []wire.Frame
	caught   civic.Cursor // the last that was told
	pings    uint64
	order    uint64 // the last that was sent
}

// next offers the most urgent frame there is, nil for none: the farewell and answers, custody, orders and outcomes, statuses,
// editions, then word about papers.
func (s *session) next(ctx context.Context) (wire.Frame, error) {
	if s.down.parted {
		return nil, s.farewell(ctx)
	}
	if f := s.urgent(); f != nil {
		return f, nil
	}
	for _, lane := range []func(context.Context) (wire.Frame, error){s.nextOrder, s.nextOutcome, s.nextStatus, s.nextEdition} {
		f, err := lane(ctx)
		if err != nil && ctx.Err() == nil {
			s.end(s.frameOf(err))
			return s.urgent(), nil
		}
		if f != nil || err != nil {
			return f, err
		}
	}
	select {
	case f := <-s.needs:
		return f, nil
	default:
		return s.nextLacking(ctx)
	}
}

// nextLacking asks once a session for papers that should have come. A terminal that has not sent them yet passes over
// it; one that took them for sent, to a central that was put back since, sends them again.
func (s *session) nextLacking(ctx context.Context) (wire.Frame, error) {
	if !s.asked(&s.news.lacking) {
		return nil, nil
	}
	list, err := s.Papers.Lacking(ctx, s.t, wire.MaxLacking)
	if err != nil {
		return nil, fmt.Errorf("list papers that lack: %w", err)
	}
	if len(list) == 0 {
		return nil, nil
	}
	return &wire.Lacking{Papers: list}, nil
}

// urgent offers what is ready.
func (s *session) urgent() wire.Frame {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last != nil {
		s.down.parted = true
		return s.last
	}
	if p := s.pong; p != nil {
		s.pong = nil
		p.Time = s.Clock().UnixMilli()
		return p
	}
	if c := s.custody; c != nil {
		s.custody = nil
		return (*wire.Custody)(c)
	}
	select {
	case f := <-s.answers:
		return f
	default:
		return nil
	}
}

// asked clears a lane's news before the store is read: what is added while it is read sets it again.
func (s *session) asked(lane *bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := *lane
	*lane = false
	return was
}

func (s *session) more(lane *bool) {
	s.mu.Lock()
	*lane = true
	s.mu.Unlock()
}

func (s *session) nextOutcome(ctx context.Context) (wire.Frame, error) {
	d := &s.down
	if len(d.outcomes) == 0 && s.asked(&s.news.outcomes) {
		var err error
		if d.outcomes, err = s.Intake.Outcomes(ctx, s.t, d.settled, maxOutcomes); err != nil {
			return nil, fmt.Errorf("read outcomes: %w", err)
		}
		if len(d.outcomes) == maxOutcomes {
			s.more(&s.news.outcomes)
		}
	}
	if len(d.outcomes) == 0 {
		return nil, nil
	}
	f := d.outcomes[0]
	d.outcomes = d.outcomes[1:]
	d.settled = f.Seq
	return &f, nil
}

func (s *session) nextStatus(ctx context.Context) (wire.Frame, error) {
	d := &s.down
	if len(d.statuses) == 0 && s.asked(&s.news.statuses) {
		var err error
		if d.statuses, err = s.Bulletin.Statuses(ctx, s.t, d.status, maxStatuses); err != nil {
			return nil, fmt.Errorf("read statuses: %w", err)
		}
		if len(d.statuses) == maxStatuses {
			s.more(&s.news.statuses)
		}
	}
	if len(d.statuses) == 0 {
		return nil, nil
	}
	f := d.statuses[0]
	d.statuses = d.statuses[1:]
	d.status = f.N
	return &f, nil
}

func (s *session) nextEdition(ctx context.Context) (wire.Frame, error) {
	d := &s.down
	if len(d.feed) == 0 && s.asked(&s.news.editions) {
		if err := s.readFeed(ctx); err != nil {
			return nil, err
		}
	}
	if len(d.feed) == 0 {
		return nil, nil
	}
	f := d.feed[0]
	d.feed = d.feed[1:]
	return f, nil
}

// readFeed reads the next part of the feed as frames.
func (s *session) readFeed(ctx context.Context) error {
	d := &s.down
	part, err := s.Bulletin.Editions(ctx, s.t, d.cursor, maxEditions)
	if err != nil {
		return fmt.Errorf("read editions: %w", err)
	}
	if part.Refill {
		d.feed = append(d.feed, &wire.Refill{Store: s.Store})
	}
	d.feed = append(d.feed, s.frames(part.List)...)
	d.cursor = part.Next
	switch {
	case !part.Caught:
		s.more(&s.news.editions)
	case part.Refill || len(part.List) > 0 || d.caught != part.Next:
		d.caught = part.Next
		d.feed = append(d.feed, &wire.Caught{Cursor: wire.CursorOf(part.Next)})
	}
	return nil
}

// beat gives the heartbeat.
func (s *session) beat() wire.Frame {
	s.down.pings++
	return &wire.Ping{ID: s.down.pings}
}
