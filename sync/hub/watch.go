package hub

import (
	"context"
	"errors"
	"fmt"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// Sign is what a session shows of a machine that was put back, copied, or is not known.
type Sign string

// The signs. Each is for the operator: no program can tell what happened to a machine.
const (
	// SignImage is a journal that does not continue what central holds: the terminal was put back to an older image.
	SignImage Sign = "image"
	// SignClone is one key with alternating boot ids: two machines have the same disk.
	SignClone Sign = "clone"
	// SignAhead is a terminal in a later generation than central knows: central was put back.
	SignAhead Sign = "ahead"
	// SignStranger is a key that central does not know, of a terminal that knows central: central was put back or
	// replaced.
	SignStranger Sign = "stranger"
)

// Watch hears what sessions show beside their work, for an operator to be told. An error of Noticed or Proved is logged
// and ends nothing; one of the others is central's and ends the session: the terminal tells it again.
type Watch interface {
	// Noticed is told of a sign. The same sign may come again and again.
	Noticed(ctx context.Context, key civic.KeyID, s Sign, now time.Time) error
	// Proved is told what a terminal that opens a session says of how far it had come.
	Proved(ctx context.Context, t Terminal, p *wire.ProveBody, now time.Time) error
	// Missing lists what a terminal knows of and nobody has bytes of. A second call with the same changes nothing.
	Missing(ctx context.Context, t Terminal, m *wire.Missing, now time.Time) error
	// Former prepares for the enrolment of a key that says it was enrolled before: the number it had is its own if
	// no other has it, and its next generation is later than the one it names.
	Former(ctx context.Context, enrolment string, b *wire.EnrolBody, now time.Time) error
}

// noWatch watches nothing.
type noWatch struct{}

func (noWatch) Noticed(context.Context, civic.KeyID, Sign, time.Time) error        { return nil }
func (noWatch) Proved(context.Context, Terminal, *wire.ProveBody, time.Time) error { return nil }
func (noWatch) Missing(context.Context, Terminal, *wire.Missing, time.Time) error  { return nil }
func (noWatch) Former(context.Context, string, *wire.EnrolBody, time.Time) error   { return nil }

// notice passes a sign on.
func (h *Hub) notice(ctx context.Context, key civic.KeyID, s Sign) {
	if err := h.Watch.Noticed(ctx, key, s, h.Clock()); err != nil && ctx.Err() == nil {
		h.Logger.Error("sign not noted", "key", key, "sign", string(s), "error", err)
	}
}

// known finds the terminal of a proof; one that is not known is a sign.
func (h *Hub) known(ctx context.Context, key civic.KeyID) (Terminal, error) {
	t, err := h.Registrar.Terminal(ctx, key)
	if errors.Is(err, &civic.Error{Code: wire.CodeUnknownKey}) {
		h.notice(ctx, key, SignStranger)
	}
	return t, err
}

// generations holds the generation of a proof against the present one.
func (h *Hub) generations(ctx context.Context, t Terminal, p *wire.ProveBody) error {
	if p.Generation == t.Generation && p.Head.Generation == t.Generation {
		return nil
	}
	s := SignImage
	if p.Generation > t.Generation {
		s = SignAhead
	}
	h.notice(ctx, t.Key, s)
	return civic.Refuse(wire.CodeForked, "generation", "link.forked")
}

// behind reports whether a journal ends before what central holds of it, or elsewhere.
func behind(head wire.Head, custody *wire.Signed) bool {
	if custody == nil {
		return false
	}
	var held wire.CustodyBody
	if err := wire.Unmarshal(custody.Payload, &held); err != nil {
		return false // ours, so it can be read
	}
	return held.Through.Seq > head.Seq || held.Through.Seq == head.Seq && held.Through.Digest != head.Digest
}

// missing lists what a terminal knows to be lost.
func (s *session) missing(ctx context.Context, m *wire.Missing) error {
	if len(m.Entries) > wire.MaxMissing || len(m.Statuses) > wire.MaxMissing {
		return s.answer(ctx, &wire.Error{Code: wire.CodeTooLarge, About: wire.TypeMissing})
	}
	if err := s.Watch.Missing(ctx, s.t, m, s.Clock()); err != nil {
		return fmt.Errorf("list what is lost: %w", err)
	}
	return s.answer(ctx, &wire.Noted{Store: m.Store})
}
