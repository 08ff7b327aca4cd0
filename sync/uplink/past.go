package uplink

import (
	"context"
	"errors"
	"fmt"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// Past is what a terminal does about a central that does not hold what it once signed for: one restored from a backup,
// or one that took another's place.
type Past interface {
	// Former returns the number and generation until now, zero before the first enrolment. A generation whose chain
	// was lost counts.
	Former(ctx context.Context) (number, generation uint32, err error)
	// Recall compares what was stored of central's custody with the central that has this store id and holds the
	// journal through held, and reports whether that is another central or one that holds less. Then everything kept
	// that it may not hold is kept as if it had never been sent: entries after held, chained again after it, entries
	// of other generations, and every paper; statuses and outcomes begin anew. A held of generation 0 is that of an
	// enrolment: nothing counts as held, whatever central it is, and the chain is left to the enrolment. A place that is not on this journal's chain
	// is wire.CodeForked and changes nothing.
	Recall(ctx context.Context, store civic.EntryID, held wire.Head) (bool, error)
	// Missing returns what is known here of what central had and nobody has bytes of; nil when there is nothing, or
	// central was told.
	Missing(ctx context.Context) (*wire.Missing, error)
	// Told records that central has listed it.
	Told(ctx context.Context, store civic.EntryID) error
}

// restored is why a session begins anew after a central was found put back.
const restored civic.Code = "line-restored"

func (u *Uplink) former(ctx context.Context) (number, generation uint32, err error) {
	if u.Past == nil {
		return 0, 0, nil
	}
	if number, generation, err = u.Past.Former(ctx); err != nil {
		return 0, 0, fmt.Errorf("read place: %w", err)
	}
	return number, generation, nil
}

func (u *Uplink) recall(ctx context.Context, store civic.EntryID, held wire.Head) (bool, error) {
	if u.Past == nil {
		return false, nil
	}
	found, err := u.Past.Recall(ctx, store, held)
	if err != nil {
		return false, fmt.Errorf("take back what central does not hold: %w", err)
	}
	if found {
		u.Logger.Warn("everything kept here is sent again", "enrolment", held.Generation == 0, "store", store.String())
	}
	return found, nil
}

// lookBack compares the welcome with what central said before. Where it holds less, the session begins anew: its proof
// told what this terminal had, which central needs to know once, and the next tells what it has now.
func (u *Uplink) lookBack(ctx context.Context, store civic.EntryID, w *wire.Welcome) error {
	held := wire.Head{Generation: w.Generation}
	if w.Custody != nil {
		c, err := u.openCustody(*w.Custody, w.Generation)
		if err != nil {
			return err
		}
		held = c.Through
	}
	found, err := u.recall(ctx, store, held)
	if errors.Is(err, &civic.Error{Code: wire.CodeForked}) {
		return nil // the session finds it too, and goes on without the lane of entries
	}
	if err == nil && found {
		err = &again{restored}
	}
	return err
}

// nextMissing offers, once a session, what central has to list as lost. It goes before the entries: central compares it
// with what the backup holds, and not with what has come again since.
func (s *session) nextMissing(ctx context.Context) (wire.Frame, error) {
	s.mu.Lock()
	tell := s.tell
	s.tell = false
	s.mu.Unlock()
	if !tell {
		return nil, nil
	}
	m, err := s.Past.Missing(ctx)
	if err != nil {
		return nil, fmt.Errorf("read what is missing: %w", err)
	}
	if m == nil {
		return nil, nil
	}
	return m, nil
}

func (s *session) noted(ctx context.Context, f *wire.Noted) error {
	if s.Past == nil {
		return nil
	}
	if err := s.Past.Told(ctx, f.Store); err != nil {
		return fmt.Errorf("store that central knows what is missing: %w", err)
	}
	return nil
}
