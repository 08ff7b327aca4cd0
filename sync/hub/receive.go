package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/duplex"
	"doorstep/sync/wire"
)

const (
	maxBatch    = 64 // entries of one transaction
	seenEvery   = time.Minute
	reportEvery = 10 * time.Second // telemetry that comes more often is not stored
	maxRefused  = 1024             // frames of one session that are refused before the terminal is sent away
	maxAsks     = 60               // look-ups in a minute
)

// receive works the inbox off.
func (s *session) receive(ctx context.Context) error {
	for {
		f, err := s.in.Next(ctx)
		var unknown *wire.UnknownFrame
		switch {
		case errors.As(err, &unknown):
			err = s.object(ctx, s.answers, wire.CodeUnknownFrame, unknown.Type)
		case err != nil:
			if !isRefusable(err) {
				return err
			}
		default:
			err = s.handle(ctx, f)
		}
		if err != nil {
			if ctx.Err() == nil {
				s.end(s.frameOf(err))
				<-ctx.Done()
			}
			return err
		}
		duplex.Notify(s.wake)
	}
}

// isRefusable reports whether a connection that brings no more frames may still take the word why.
func isRefusable(err error) bool {
	return wire.IsMalformed(err) || errors.Is(err, &civic.Error{Code: wire.CodeTooLarge})
}

// handle does what one frame asks. An error ends the session.
func (s *session) handle(ctx context.Context, f wire.Frame) error {
	switch f := f.(type) {
	case *wire.Entry:
		return s.take(ctx, duplex.More(s.in, f, maxBatch))
	case *wire.Chunk:
		return s.chunk(ctx, f)
	case *wire.Lost:
		return s.gone(ctx, f)
	case *wire.Ask:
		return s.ask(ctx, f)
	case *wire.Ping:
		s.mu.Lock()
		s.pong = &wire.Pong{ID: f.ID}
		s.mu.Unlock()
		return s.note(ctx, nil)
	case *wire.Telemetry:
		return s.note(ctx, f)
	case *wire.Rekey:
		return s.rekey(ctx, f)
	case *wire.Empty:
		return s.empty(ctx, f)
	case *wire.Applied, *wire.StatusSeen, *wire.Pong:
		return nil // the terminal's store is what counts; the next Prove tells of it
	case *wire.Missing:
		return s.missing(ctx, f)
	case *wire.Error:
		if f.Code == wire.CodeForked {
			s.notice(ctx, s.t.Key, SignImage)
		}
		s.Logger.Warn("terminal refused a frame", "terminal", s.t.Number, "code", f.Code, "type", uint8(f.About))
		return s.offence()
	default:
		return s.object(ctx, s.answers, wire.CodeDisorder, wire.TypeOf(f))
	}
}

// take commits entries and leaves the custody for the sender.
func (s *session) take(ctx context.Context, frames []*wire.Entry) error {
	batch := make([]wire.Entry, len(frames))
	for i, f := range frames {
		batch[i] = *f
	}
	custody, err := s.Intake.Take(ctx, s.t, batch, s.Clock())
	if isBadEntry(err) && len(batch) > 1 {
		custody, err = s.takeSingly(ctx, batch)
	}
	if custody != nil {
		s.mu.Lock()
		s.custody = custody
		s.news.outcomes = true
		s.mu.Unlock()
	}
	var e *civic.Error
	if isBadEntry(err) && errors.As(err, &e) {
		s.Logger.Error("entry not taken", "terminal", s.t.Number, "code", e.Code)
		if e.Code == wire.CodeForked {
			s.notice(ctx, s.t.Key, SignImage)
		}
		return s.object(ctx, s.answers, e.Code, wire.TypeEntry)
	}
	if err != nil {
		return fmt.Errorf("take entries: %w", err)
	}
	return nil
}

// takeSingly commits what comes before the entry that spoils a batch.
func (s *session) takeSingly(ctx context.Context, batch []wire.Entry) (custody *wire.Signed, err error) {
	for i := range batch {
		c, err := s.Intake.Take(ctx, s.t, batch[i:i+1], s.Clock())
		if err != nil {
			return custody, err
		}
		custody = c
	}
	return custody, nil
}

// isBadEntry reports whether the journal, and not central, is at fault.
func isBadEntry(err error) bool {
	for _, code := range []civic.Code{wire.CodeForked, wire.CodeTooLarge, wire.CodeMalformed, civic.Untrusted, civic.Unsupported, civic.Invalid} {
		if errors.Is(err, &civic.Error{Code: code}) {
			return true
		}
	}
	return false
}

// chunk stores part of a paper. An empty chunk asks how much there is.
func (s *session) chunk(ctx context.Context, c *wire.Chunk) error {
	if len(c.Data) > wire.MaxChunk || c.Size > wire.MaxPaper || c.Offset < 0 || c.Size < 0 {
		return s.object(ctx, s.needs, wire.CodeTooLarge, wire.TypeChunk)
	}
	var n wire.Need
	var err error
	if len(c.Data) == 0 {
		n, err = s.Papers.Have(ctx, s.t, c.Digest)
	} else {
		n, err = s.Papers.Append(ctx, s.t, c)
	}
	var e *civic.Error
	if errors.As(err, &e) && e.Code != civic.Full && e.Code != civic.Unavailable {
		return s.object(ctx, s.needs, e.Code, wire.TypeChunk)
	}
	if err != nil {
		return fmt.Errorf("store paper: %w", err)
	}
	n.Digest = c.Digest
	return put(ctx, s.needs, &n)
}

// gone records which papers will not come.
func (s *session) gone(ctx context.Context, f *wire.Lost) error {
	if err := s.Papers.Gone(ctx, s.t, f.Papers[:min(len(f.Papers), wire.MaxLost)], s.Clock()); err != nil {
		return fmt.Errorf("store that papers are lost: %w", err)
	}
	s.Logger.Warn("papers are lost at a terminal", "terminal", s.t.Number, "count", len(f.Papers))
	return nil
}

// ask answers a look-up. What central cannot do now is the asker's to hear and no reason to end the session.
func (s *session) ask(ctx context.Context, f *wire.Ask) error {
	answer := &wire.Answer{ID: f.ID}
	if now := s.Clock(); now.Sub(s.askedFrom) >= time.Minute {
		s.askedFrom, s.asks = now, 0
	}
	if s.asks++; s.asks > maxAsks {
		answer.Code = civic.Limited
		return s.answer(ctx, answer)
	}
	notice, err := s.Enquiry.Ask(ctx, s.t, f.Code, f.LastFour, s.Clock())
	if err == nil {
		answer.Status, err = json.Marshal(notice)
	}
	var e *civic.Error
	switch {
	case errors.As(err, &e):
		answer.Code = e.Code
	case err != nil:
		s.Logger.Error("look-up", "terminal", s.t.Number, "error", err)
		answer.Code = civic.Unavailable
	}
	return s.answer(ctx, answer)
}

// note records that the terminal was heard: with what it says of itself, or now and then without.
func (s *session) note(ctx context.Context, t *wire.Telemetry) error {
	now := s.Clock()
	if t == nil && now.Sub(s.seen) < seenEvery {
		return nil
	}
	if t != nil && !s.reported.IsZero() && now.Sub(s.reported) < reportEvery {
		return nil
	}
	if s.seen = now; t != nil {
		s.reported = now
	}
	if err := s.Registrar.Seen(ctx, s.t.Key, now, t); err != nil {
		return fmt.Errorf("note terminal: %w", err)
	}
	return nil
}

func (s *session) answer(ctx context.Context, f wire.Frame) error { return put(ctx, s.answers, f) }

// object refuses a frame; the session goes on, unless there were too many.
func (s *session) object(ctx context.Context, to chan<- wire.Frame, code civic.Code, about wire.Type) error {
	if err := s.offence(); err != nil {
		return err
	}
	return put(ctx, to, &wire.Error{Code: code, About: about})
}

// offence counts a frame that a terminal in order does not send, and refuses the terminal after too many.
func (s *session) offence() error {
	if s.refused++; s.refused > maxRefused {
		return civic.Refuse(civic.Limited, "session", "link.limited")
	}
	return nil
}

func put(ctx context.Context, to chan<- wire.Frame, f wire.Frame) error {
	select {
	case to <- f:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
