package uplink

import (
	"context"
	"fmt"

	"doorstep/sync/wire"
)

// window bounds the entries on their way: what a break makes central read twice.
const (
	window    = 256
	readAhead = 32
)

// next offers the most urgent frame there is, nil for none. What a person waits for goes first, then entries, then
// word of what was stored, then papers and word of those that are lost, then the answer to an order, then telemetry.
func (s *session) next(ctx context.Context) (wire.Frame, error) {
	if f := s.urgent(); f != nil {
		return f, nil
	}
	for _, lane := range []func(context.Context) (wire.Frame, error){s.nextMissing, s.nextEntry, s.nextWord, s.nextChunk, s.nextLost, s.nextOrdered, s.nextReport} {
		if f, err := lane(ctx); f != nil || err != nil {
			return f, err
		}
	}
	return nil, nil
}

// urgent offers answers that cost nothing and questions of people at the screen.
func (s *session) urgent() wire.Frame {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.pong; p != nil {
		s.pong = nil
		p.Time = s.Clock().UnixMilli()
		return p
	}
	if len(s.errors) > 0 {
		e := s.errors[0]
		s.errors = s.errors[1:]
		return &e
	}
	return s.asks.next()
}

// nextEntry offers the next entry of the journal.
func (s *session) nextEntry(ctx context.Context) (wire.Frame, error) {
	s.mu.Lock()
	blocked, held := s.blocked, s.held
	s.mu.Unlock()
	if blocked != "" || s.sent >= held+window {
		return nil, nil
	}
	if len(s.batch) == 0 {
		var err error
		if s.batch, err = s.Journal.After(ctx, s.sent, readAhead); err != nil {
			return nil, fmt.Errorf("read journal: %w", err)
		}
		if len(s.batch) == 0 {
			return nil, nil
		}
	}
	e := s.batch[0]
	s.batch = s.batch[1:]
	p, err := wire.ReadPosition(e.Position)
	if err != nil {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	if p.Generation != s.welcome.Generation {
		return nil, &again{wire.CodeForked} // enrolled anew meanwhile: the next session proves the new generation
	}
	s.sent = p.Seq
	return &e, nil
}

// nextWord offers word of what was stored; what was said of an earlier number is covered by the later one.
func (s *session) nextWord(context.Context) (wire.Frame, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.applied; f != nil {
		s.applied = nil
		return f, nil
	}
	if n := s.seen; n > 0 {
		s.seen = 0
		return &wire.StatusSeen{N: n}, nil
	}
	return nil, nil
}

// nextReport offers telemetry when it is due.
func (s *session) nextReport(ctx context.Context) (wire.Frame, error) {
	s.mu.Lock()
	due := s.report
	s.report = false
	s.mu.Unlock()
	if !due {
		return nil, nil
	}
	t, err := s.Site.Telemetry(ctx)
	if err != nil {
		return nil, fmt.Errorf("read telemetry: %w", err)
	}
	t.Agent = s.Agent
	return &t, nil
}

// beat gives the heartbeat.
func (s *session) beat() wire.Frame {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pings++
	s.ping = s.Clock()
	return &wire.Ping{ID: s.pings}
}
