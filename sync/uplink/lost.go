package uplink

import (
	"context"
	"fmt"

	"doorstep/sync/wire"
)

// lookLost makes the sender ask for lost papers: at the beginning, when one could not be read, when central took an
// entry, and now and then, since they are found lost elsewhere too.
func (s *session) lookLost() {
	s.mu.Lock()
	s.losing = true
	s.mu.Unlock()
}

// nextLost tells central which papers will not come, each once a session: what a break swallowed is told by the next.
func (s *session) nextLost(ctx context.Context) (wire.Frame, error) {
	s.mu.Lock()
	losing := s.losing
	s.losing = false
	s.mu.Unlock()
	if !losing {
		return nil, nil
	}
	list, err := s.Papers.Lost(ctx, len(s.told)+wire.MaxLost)
	if err != nil {
		return nil, fmt.Errorf("list lost papers: %w", err)
	}
	f := &wire.Lost{}
	for _, d := range list {
		if !s.told[d] && len(f.Papers) < wire.MaxLost {
			s.told[d] = true
			f.Papers = append(f.Papers, d)
		}
	}
	if len(f.Papers) == 0 {
		return nil, nil
	}
	if len(f.Papers) == wire.MaxLost {
		s.lookLost() // there may be more
	}
	return f, nil
}
