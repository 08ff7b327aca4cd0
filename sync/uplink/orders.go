package uplink

import (
	"context"
	"errors"
	"fmt"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

// Life is what a terminal does on central's word about itself: take up another key, move, end.
type Life interface {
	// Successor returns the key that is to follow the present one, durable before it is returned: the same one until
	// it has taken over, however often it is asked for.
	Successor(ctx context.Context) (*seal.Signer, error)
	// Placed stores the place that central gave the successor, which takes over at the program's next start.
	Placed(ctx context.Context, w wire.Welcome) error
	// Close begins no new application from now on; why is wire.CodeRevoked, or the task wire.TaskRetire. What was begun
	// is finished (promise P9).
	Close(ctx context.Context, why string) error
	// Welcomed tells that central holds the key for good: what wire.CodeRevoked closed is open again.
	Welcomed(ctx context.Context) error
}

// ordered is what a session knows of central's order.
type ordered struct {
	task string
	n    uint64
	said bool // it has been answered in this session
}

// takeOrder notes what central wants. It is carried out by the sender, when nothing more pressing is to be sent.
func (s *session) takeOrder(ctx context.Context, f *wire.Order) error {
	if s.Life == nil || f.Task != wire.TaskRotate && f.Task != wire.TaskMove && f.Task != wire.TaskRetire {
		s.complain(wire.Error{Code: civic.Unsupported, About: wire.TypeOrder})
		return nil
	}
	s.Logger.Info("order from central", "task", f.Task)
	if f.Task == wire.TaskRetire {
		if err := s.Life.Close(ctx, f.Task); err != nil {
			return fmt.Errorf("begin nothing new: %w", err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.order = ordered{task: f.Task, n: f.N}
	return nil
}

// nextOrdered offers the answer to an order, once what it asks for first is done.
func (s *session) nextOrdered(ctx context.Context) (wire.Frame, error) {
	s.mu.Lock()
	o := s.order
	s.mu.Unlock()
	if o.task == "" || o.said {
		return nil, nil
	}
	if o.task != wire.TaskRotate {
		if empty, err := s.empty(ctx); err != nil || !empty {
			return nil, err
		}
	}
	var f wire.Frame = &wire.Empty{Order: o.n}
	if o.task != wire.TaskRetire {
		key, err := s.Life.Successor(ctx)
		if err != nil {
			return nil, fmt.Errorf("make the next key: %w", err)
		}
		if f, err = wire.SignRekey(key, o.n, s.Key.ID); err != nil {
			return nil, fmt.Errorf("present the next key: %w", err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.order.n == o.n {
		s.order.said = true
	}
	return f, nil
}

// empty reports whether central has everything that was taken in here, with every paper, and the terminal every
// outcome.
func (s *session) empty(ctx context.Context) (bool, error) {
	head, err := s.Journal.Head(ctx)
	if err != nil {
		return false, fmt.Errorf("read journal head: %w", err)
	}
	settled, err := s.Journal.Settled(ctx)
	if err != nil || settled < head.Seq {
		return false, err
	}
	papers, err := s.Papers.Unsent(ctx, 1)
	return err == nil && len(papers) == 0, err
}

// placed stores the place of the next key.
func (s *session) placed(ctx context.Context, f *wire.Placed) error {
	s.mu.Lock()
	asked := s.order.said && s.order.n == f.Order
	s.mu.Unlock()
	if s.Life == nil || !asked {
		s.complain(wire.Error{Code: wire.CodeDisorder, About: wire.TypePlaced})
		return nil
	}
	if err := s.Life.Placed(ctx, f.Welcome()); err != nil {
		return fmt.Errorf("store the next place: %w", err)
	}
	s.Logger.Info("next key has its place and takes over at the next start", "terminal", f.Number, "point", f.Point)
	return nil
}

// refusedBy is the code of central's own refusal, empty where err is none.
func refusedBy(err error) civic.Code {
	var r *refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

// standingChanged tells the terminal's half whether central holds its key for good.
func (u *Uplink) standingChanged(ctx context.Context, err error) {
	if u.Life == nil {
		return
	}
	told := error(nil)
	switch {
	case err == nil:
		told = u.Life.Welcomed(ctx)
	case refusedBy(err) == wire.CodeRevoked:
		told = u.Life.Close(ctx, string(wire.CodeRevoked))
	}
	if told != nil {
		u.Logger.Error("standing not noted", "error", told)
	}
}
