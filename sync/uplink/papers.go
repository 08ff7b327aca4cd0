package uplink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/duplex"
	"doorstep/sync/wire"
)

// transfer is the paper that is being sent. One chunk at most is on its way, of at most what the line carries in a
// second, so that a chunk never holds up an application for longer.
type transfer struct {
	paper    civic.Paper
	active   bool
	waiting  bool // for a Need
	have     int64
	pace     pace
	inFlight int
	sentAt   time.Time
	restarts int
	skip     map[civic.Digest]bool // papers that did not pass in this session
}

const maxRestarts = 3

func newTransfer(p pace) transfer { return transfer{pace: p, skip: map[civic.Digest]bool{}} }

// nextChunk offers the next chunk, or the question how much of the next paper central has. While no answer is
// awaited the transfer is the sender's alone, so that files are read without the lock.
func (s *session) nextChunk(ctx context.Context) (wire.Frame, error) {
	s.mu.Lock()
	t := s.paper
	s.mu.Unlock()
	switch {
	case t.waiting:
		return nil, nil
	case t.active:
		return s.readChunk(ctx, t), nil
	}
	list, err := s.Papers.Unsent(ctx, len(t.skip)+1)
	if err != nil {
		return nil, fmt.Errorf("list papers: %w", err)
	}
	for _, p := range list {
		if !t.skip[p.Digest] {
			s.setPaper(transfer{paper: p, active: true, waiting: true, sentAt: s.Clock(), pace: t.pace, skip: t.skip})
			return &wire.Chunk{Digest: p.Digest, Size: p.Size}, nil
		}
	}
	return nil, nil
}

func (s *session) setPaper(t transfer) {
	s.mu.Lock()
	s.paper = t
	s.mu.Unlock()
}

// readChunk reads what central needs next.
func (s *session) readChunk(ctx context.Context, t transfer) wire.Frame {
	data, err := s.readPaper(ctx, t.paper.Digest, t.have, min(int64(t.pace.chunk), t.paper.Size-t.have))
	if err != nil {
		s.Logger.Error("paper cannot be read", "paper", t.paper.Digest, "error", err)
		t.giveUp()
		s.setPaper(t)
		s.stuck(civic.Damaged)
		s.lookLost()
		duplex.Notify(s.wake) // for the next one
		return nil
	}
	t.waiting, t.inFlight, t.sentAt = true, len(data), s.Clock()
	s.setPaper(t)
	return &wire.Chunk{Digest: t.paper.Digest, Offset: t.have, Size: t.paper.Size, Data: data}
}

func (s *session) readPaper(ctx context.Context, d civic.Digest, offset, n int64) (b []byte, err error) {
	r, err := s.Papers.Open(ctx, d)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if _, err := r.Seek(offset, io.SeekStart); err != nil {
		return nil, err
	}
	b = make([]byte, n)
	_, err = io.ReadFull(r, b)
	return b, err
}

// needed takes central's word of how much it has.
func (s *session) needed(ctx context.Context, f *wire.Need) error {
	s.mu.Lock()
	t := &s.paper
	if !t.active || !t.waiting || f.Digest != t.paper.Digest {
		s.mu.Unlock()
		return nil
	}
	t.pace.measure(t.inFlight, s.Clock().Sub(t.sentAt))
	t.waiting = false
	if f.Done {
		t.active = false
		s.mu.Unlock()
		if err := s.Papers.Sent(ctx, f.Digest); err != nil {
			return fmt.Errorf("store paper state: %w", err)
		}
		return nil
	}
	defer s.mu.Unlock()
	if f.Have < t.have || f.Have >= t.paper.Size {
		// Central began the paper again: what it had was not what the digest names.
		if t.restarts++; t.restarts > maxRestarts || f.Have < 0 || f.Have >= t.paper.Size {
			s.Logger.Error("paper does not arrive whole", "paper", t.paper.Digest)
			t.giveUp()
			s.trouble = civic.Damaged
			return nil
		}
	}
	t.have = f.Have
	return nil
}

// giveUp leaves a paper for a later session, so that it holds up no other.
func (t *transfer) giveUp() {
	t.skip[t.paper.Digest] = true
	t.active, t.waiting = false, false
}

func (s *session) skipPaper(code civic.Code) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paper.active {
		s.Logger.Warn("central does not take a paper", "paper", s.paper.paper.Digest, "code", code)
		s.paper.giveUp()
		s.trouble = code
	}
}
