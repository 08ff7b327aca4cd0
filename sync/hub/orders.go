package hub

import (
	"context"
	"errors"
	"fmt"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// Orders is what an operator wants of terminals. Refusals are *civic.Error and are for the terminal to hear.
type Orders interface {
	// Order returns what waits for a terminal, nil for nothing.
	Order(ctx context.Context, t Terminal) (*wire.Order, error)
	// Succeed gives the terminal's next key its place; the same key for the same order gets the same answer again.
	Succeed(ctx context.Context, t Terminal, order uint64, publicKey []byte, now time.Time) (Terminal, error)
	// Retire ends the use of the terminal's key: it has sent everything.
	Retire(ctx context.Context, t Terminal, order uint64, now time.Time) error
}

// nextOrder offers the order that waits, once in a session, and ends a session whose key may no longer hold one: both
// may have been decided by another process.
func (s *session) nextOrder(ctx context.Context) (wire.Frame, error) {
	if !s.asked(&s.orders) {
		return nil, nil
	}
	if _, err := s.Registrar.Terminal(ctx, s.t.Key); err != nil {
		return nil, err
	}
	if s.Orders == nil {
		return nil, nil
	}
	o, err := s.Orders.Order(ctx, s.t)
	if err != nil {
		return nil, fmt.Errorf("read order: %w", err)
	}
	if o == nil || o.N == s.down.order {
		return nil, nil
	}
	s.down.order = o.N
	return o, nil
}

// rekey gives the terminal's next key its place.
func (s *session) rekey(ctx context.Context, f *wire.Rekey) error {
	b, err := wire.OpenRekey(f)
	if err == nil && b.Follows != s.t.Key {
		err = civic.Refuse(civic.Untrusted, "key", "seal.signature")
	}
	if err == nil && s.Orders == nil {
		err = civic.Refuse(civic.Unsupported, "order", "link.unsupported")
	}
	var next Terminal
	if err == nil {
		next, err = s.Orders.Succeed(ctx, s.t, b.Order, b.PublicKey, s.Clock())
	}
	if err != nil {
		return s.orderRefused(ctx, err, wire.TypeRekey)
	}
	s.Logger.Info("terminal has a new key", "terminal", s.t.Number, "next", next.Number, "key", next.Key)
	return s.answer(ctx, &wire.Placed{
		Order: b.Order, Number: next.Number, Generation: next.Generation, Point: next.Point, Area: next.Area, PointName: next.PointName,
	})
}

// empty ends the use of a terminal that has sent everything.
func (s *session) empty(ctx context.Context, f *wire.Empty) error {
	err := civic.Refuse(civic.Unsupported, "order", "link.unsupported")
	if s.Orders == nil {
		return s.orderRefused(ctx, err, wire.TypeEmpty)
	}
	if err := s.Orders.Retire(ctx, s.t, f.Order, s.Clock()); err != nil {
		return s.orderRefused(ctx, err, wire.TypeEmpty)
	}
	s.Logger.Info("terminal retired", "terminal", s.t.Number, "key", s.t.Key)
	s.end(&wire.Error{Code: wire.CodeRevoked, Fatal: true})
	return nil
}

// orderRefused tells the terminal why an order could not go on; the session goes on. What is no refusal is central's own
// trouble and ends it.
func (s *session) orderRefused(ctx context.Context, err error, about wire.Type) error {
	var e *civic.Error
	if !errors.As(err, &e) || e.Code == civic.Unavailable || e.Code == civic.Full {
		return fmt.Errorf("carry out order: %w", err)
	}
	s.Logger.Warn("order not carried out", "terminal", s.t.Number, "code", e.Code)
	return s.answer(ctx, &wire.Error{Code: e.Code, About: about})
}
