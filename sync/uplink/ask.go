package uplink

import (
	"context"
	"encoding/json"
	"fmt"

	"doorstep/sync/civic"
	"doorstep/sync/duplex"
	"doorstep/sync/wire"
)

// Ask looks a case up at central, by its code and the last four characters of the document used. Without a line it is
// civic.Unavailable at once; a wrong pair and an unknown code are the same civic.NotFound.
func (u *Uplink) Ask(ctx context.Context, code civic.TrackingCode, lastFour string) (*civic.StatusNotice, error) {
	u.mu.Lock()
	s := u.session
	u.mu.Unlock()
	if s == nil {
		return nil, civic.Refuse(civic.Unavailable, "", "link.down")
	}
	answer, ok := s.question(code, lastFour)
	if !ok {
		return nil, civic.Refuse(civic.Limited, "", "link.busy")
	}
	duplex.Notify(s.wake)
	select {
	case a := <-answer:
		return readAnswer(a)
	case <-s.done:
		return nil, civic.Refuse(civic.Unavailable, "", "link.down")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func readAnswer(a *wire.Answer) (*civic.StatusNotice, error) {
	if a.Code != "" {
		return nil, civic.Refuse(a.Code, "code", "lookup."+string(a.Code))
	}
	var n civic.StatusNotice
	if err := json.Unmarshal(a.Status, &n); err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	return &n, nil
}

// asks are the questions of a session: queued until sent, open until answered. The session's lock guards them.
type asks struct {
	last  uint64
	queue []*wire.Ask
	open  map[uint64]chan *wire.Answer
}

const maxAsks = 16

func (s *session) question(code civic.TrackingCode, lastFour string) (<-chan *wire.Answer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := &s.asks
	if len(a.open) >= maxAsks {
		return nil, false
	}
	a.last++
	answer := make(chan *wire.Answer, 1)
	a.open[a.last] = answer
	a.queue = append(a.queue, &wire.Ask{ID: a.last, Code: code, LastFour: lastFour})
	return answer, true
}

func (a *asks) next() wire.Frame {
	if len(a.queue) == 0 {
		return nil
	}
	f := a.queue[0]
	a.queue = a.queue[1:]
	return f
}

func (a *asks) answer(f *wire.Answer) {
	if answer, ok := a.open[f.ID]; ok {
		delete(a.open, f.ID)
		answer <- f
	}
}
