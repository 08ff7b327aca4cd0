package hub

import (
	"context"
	"errors"
	"time"

	"doorstep/sync/civic"
)

// patience is how long a connection may take over its handshake while others wait for its place. A terminal on the
// slowest line needs two seconds; who dials and says nothing must not keep terminals out.
const patience = 5 * time.Second

// opening is a connection that has not proved who it is.
type opening struct {
	ctx   context.Context // ends when it gives way
	began time.Time
	leave context.CancelFunc
}

// admit gives a connection a place among those being opened, nil where all are taken. The one that has taken longest
// gives way once it has taken longer than patience.
func (h *Hub) admit(ctx context.Context) *opening {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.openings) >= h.Limits.Handshakes {
		oldest := h.oldest()
		if time.Since(oldest.began) < patience {
			return nil
		}
		oldest.leave()
		delete(h.openings, oldest)
	}
	o := &opening{began: time.Now()}
	o.ctx, o.leave = context.WithCancel(ctx)
	h.openings[o] = true
	return o
}

// oldest returns the opening that began first; the caller holds the lock.
func (h *Hub) oldest() (oldest *opening) {
	for o := range h.openings {
		if oldest == nil || o.began.Before(oldest.began) {
			oldest = o
		}
	}
	return oldest
}

// admitted frees the place of a connection whose handshake is over.
func (h *Hub) admitted(o *opening) {
	h.mu.Lock()
	defer h.mu.Unlock()
	o.leave()
	delete(h.openings, o)
}

// CodeOf returns the stable code of why a session ended, for the log.
func CodeOf(err error) civic.Code {
	var e *civic.Error
	switch {
	case errors.As(err, &e):
		return e.Code
	case errors.Is(err, context.DeadlineExceeded):
		return "line-timeout"
	}
	return civic.Unavailable
}
