package uplink

import (
	"context"
	"errors"
	"fmt"

	"doorstep/sync/duplex"
	"doorstep/sync/wire"
)

// Frames that one transaction stores together.
const (
	maxStatuses = 64
	maxErrors   = 16
)

// receive works the inbox off.
func (s *session) receive(ctx context.Context) error {
	for {
		f, err := s.in.Next(ctx)
		var unknown *wire.UnknownFrame
		switch {
		case errors.As(err, &unknown):
			s.complain(wire.Error{Code: wire.CodeUnknownFrame, About: unknown.Type})
			err = nil
		case err != nil:
			return err
		default:
			err = s.handle(ctx, f)
		}
		if err == nil && s.in.Empty() {
			err = s.flush(ctx)
		}
		if err != nil {
			return err
		}
		duplex.Notify(s.wake)
	}
}

// handle stores what one frame says. An error ends the session.
func (s *session) handle(ctx context.Context, f wire.Frame) error {
	switch f := f.(type) {
	case *wire.Custody:
		return s.holdNow(ctx, wire.Signed(*f))
	case *wire.Outcome:
		if err := s.Journal.Settle(ctx, *f); err != nil {
			return fmt.Errorf("store outcome: %w", err)
		}
	case *wire.Need:
		return s.needed(ctx, f)
	case *wire.Lacking:
		if err := s.Papers.Again(ctx, f.Papers[:min(len(f.Papers), wire.MaxLacking)]); err != nil {
			return fmt.Errorf("store that papers lack: %w", err)
		}
	case *wire.Refill, *wire.Edition, *wire.Pack, *wire.Caught:
		return s.follow(ctx, f)
	case *wire.Status:
		return s.putStatuses(ctx, duplex.More(s.in, f, maxStatuses))
	case *wire.Noted:
		return s.noted(ctx, f)
	case *wire.Answer:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asks.answer(f)
	case *wire.Order:
		return s.takeOrder(ctx, f)
	case *wire.Placed:
		return s.placed(ctx, f)
	case *wire.Ping:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.pong = &wire.Pong{ID: f.ID}
	case *wire.Pong:
		return s.clocked(ctx, f)
	case *wire.Error:
		return s.refused(f)
	default:
		// A frame of the other direction: known, and of no meaning here. Saying so costs less than a session.
		s.complain(wire.Error{Code: wire.CodeDisorder, About: wire.TypeOf(f)})
	}
	return nil
}

func (s *session) holdNow(ctx context.Context, signed wire.Signed) error {
	head, err := s.Journal.Head(ctx)
	if err != nil {
		return fmt.Errorf("read journal head: %w", err)
	}
	if err := s.hold(ctx, signed, head.Seq); err != nil {
		return err
	}
	s.lookLost()
	s.count(ctx)
	return nil
}

func (s *session) putStatuses(ctx context.Context, list []*wire.Status) error {
	values := make([]wire.Status, len(list))
	var last uint64
	for i, f := range list {
		values[i] = *f
		last = max(last, f.N)
	}
	if err := s.Statuses.Put(ctx, values); err != nil {
		return fmt.Errorf("store statuses: %w", err)
	}
	s.mu.Lock()
	s.seen = max(s.seen, last)
	s.mu.Unlock()
	return nil
}

// clocked takes central's clock from the answer to the last Ping, now and then: each costs a write.
func (s *session) clocked(ctx context.Context, f *wire.Pong) error {
	s.mu.Lock()
	current, ping := f.ID == s.pings, s.ping
	s.mu.Unlock()
	now := s.Clock()
	if !current || now.Sub(s.synced) < syncEvery {
		return nil
	}
	s.synced = now
	return s.synchronise(ctx, f.Time, now.Sub(ping))
}

// refused handles an Error frame: one about a lane stops that lane, one that is fatal the session.
func (s *session) refused(f *wire.Error) error {
	switch {
	case f.Fatal:
		return (*refusal)(f)
	case f.About == wire.TypeEntry:
		s.block(f.Code)
	case f.About == wire.TypeChunk:
		s.skipPaper(f.Code)
	default:
		s.Logger.Warn("central refused a frame", "code", f.Code, "type", uint8(f.About))
	}
	return nil
}

// complain leaves an Error frame for central; of too many the last are dropped.
func (s *session) complain(e wire.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.errors) < maxErrors {
		s.errors = append(s.errors, e)
	}
}
