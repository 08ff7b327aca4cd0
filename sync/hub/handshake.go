package hub

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

const (
	handshakeTimeout = 20 * time.Second
	cooling          = 10 * time.Minute // for a terminal of which too much was refused
)

// open does the handshake. It returns nil and no error after an enrolment.
func (h *Hub) open(ctx context.Context, conn wire.Conn) (*session, error) {
	hctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	t, err := h.greet(hctx, conn)
	if err != nil {
		return nil, h.reject(hctx, conn, err)
	}
	f, _, err := conn.Recv(hctx)
	if err != nil {
		return nil, fmt.Errorf("receive proof: %w", err)
	}
	var s *session
	switch f := f.(type) {
	case *wire.Prove:
		s, err = h.prove(hctx, conn, t, f)
	case *wire.Enrol:
		err = h.enrol(hctx, conn, t, f)
	case *wire.Error:
		return nil, fmt.Errorf("terminal refused: %s", f.Code)
	default:
		err = civic.Refuse(wire.CodeDisorder, "frame", "link.out-of-order")
	}
	if err != nil {
		return nil, h.reject(hctx, conn, err)
	}
	return s, nil
}

// greet answers Hello with central's proof.
func (h *Hub) greet(ctx context.Context, conn wire.Conn) (t wire.Transcript, err error) {
	if t.Binding = conn.Binding(); len(t.Binding) == 0 {
		return t, civic.Refuse(civic.Untrusted, "binding", "link.untrusted")
	}
	f, raw, err := conn.Recv(ctx)
	if err != nil {
		return t, err
	}
	hello, ok := f.(*wire.Hello)
	if !ok {
		return t, civic.Refuse(wire.CodeDisorder, "frame", "link.out-of-order")
	}
	t.Hello = raw
	version, err := agree(hello)
	if err != nil {
		return t, err
	}
	keys, err := h.Bulletin.Keys(ctx)
	if err != nil {
		return t, fmt.Errorf("read keys: %w", err)
	}
	body := wire.ChallengeBody{Version: version, Store: h.Store, Time: h.Clock().UnixMilli(), Keys: keys}
	if _, err := rand.Read(body.Nonce[:]); err != nil {
		panic("bug: hub: random: " + err.Error()) // crypto/rand never fails since Go 1.24
	}
	challenge, err := t.SignChallenge(h.Signer, body)
	if err != nil {
		return t, fmt.Errorf("sign challenge: %w", err)
	}
	if t.Challenge, err = wire.Encode(challenge); err != nil {
		return t, err
	}
	return t, conn.Send(ctx, challenge)
}

// agree picks the newest version that both sides speak.
func agree(hello *wire.Hello) (uint32, error) {
	switch {
	case hello.Newest < wire.Oldest:
		return 0, civic.Refuse(wire.CodeTooOld, "version", "link.version-too-old")
	case hello.Oldest > wire.Version:
		return 0, civic.Refuse(wire.CodeTooNew, "version", "link.version-too-new")
	}
	return min(hello.Newest, wire.Version), nil
}

// prove verifies who the terminal is and opens its session.
func (h *Hub) prove(ctx context.Context, conn wire.Conn, t wire.Transcript, f *wire.Prove) (*session, error) {
	var body wire.ProveBody
	if err := wire.Unmarshal(f.Payload, &body); err != nil {
		return nil, err
	}
	terminal, err := h.known(ctx, body.Key)
	if err != nil {
		return nil, err
	}
	if err := t.VerifyProve(terminal.PublicKey, f); err != nil {
		return nil, err
	}
	if err := h.generations(ctx, terminal, &body); err != nil {
		return nil, err
	}
	custody, err := h.Intake.Custody(ctx, terminal)
	if err != nil {
		return nil, fmt.Errorf("read custody: %w", err)
	}
	now := h.Clock()
	if err := h.Registrar.Seen(ctx, terminal.Key, now, nil); err != nil {
		return nil, fmt.Errorf("note terminal: %w", err)
	}
	if err := h.Watch.Proved(ctx, terminal, &body, now); err != nil && ctx.Err() == nil {
		h.Logger.Error("what the terminal had is not noted", "terminal", terminal.Number, "error", err)
	}
	if behind(body.Head, custody) {
		h.notice(ctx, terminal.Key, SignImage)
	}
	w := welcome(terminal, now)
	w.Custody = custody
	if err := conn.Send(ctx, w); err != nil {
		return nil, err
	}
	conn.Limit(wire.MaxFrame)
	s := newSession(h, conn, terminal, body)
	if h.join(s) {
		h.notice(ctx, terminal.Key, SignClone)
	}
	return s, nil
}

// enrol gives a new key its place.
func (h *Hub) enrol(ctx context.Context, conn wire.Conn, t wire.Transcript, f *wire.Enrol) error {
	body, err := t.OpenEnrol(f)
	if err != nil {
		return err
	}
	now := h.Clock()
	list, err := h.Registrar.Enrolments(ctx, now)
	if err != nil {
		return fmt.Errorf("list enrolments: %w", err)
	}
	for _, e := range list {
		if !t.ProvesEnrolment(body, e.Secret) {
			continue
		}
		if body.Generation > 0 {
			if err := h.Watch.Former(ctx, e.ID, &body, now); err != nil {
				return fmt.Errorf("note former place: %w", err)
			}
		}
		terminal, err := h.Registrar.Enrol(ctx, e.ID, body.PublicKey, now)
		if err != nil {
			return err
		}
		h.Logger.Info("terminal enrolled", "terminal", terminal.Number, "key", terminal.Key, "agent", body.Agent)
		return conn.Send(ctx, welcome(terminal, now))
	}
	return civic.Refuse(wire.CodeEnrolment, "code", "link.enrolment-invalid")
}

func welcome(t Terminal, now time.Time) *wire.Welcome {
	return &wire.Welcome{
		Time: now.UnixMilli(), Number: t.Number, Generation: t.Generation,
		Point: t.Point, PointName: t.PointName, Area: t.Area,
	}
}

// reject tells the terminal why there is no session, and returns why.
func (h *Hub) reject(ctx context.Context, conn wire.Conn, cause error) error {
	return errors.Join(cause, h.refuse(ctx, conn, h.frameOf(cause)))
}

// refuse sends a fatal Error frame.
func (h *Hub) refuse(ctx context.Context, conn wire.Conn, f *wire.Error) error {
	if err := conn.Send(ctx, f); err != nil {
		return fmt.Errorf("refuse with %s: %w", f.Code, err)
	}
	return nil
}

// frameOf says in a frame why a session cannot go on. What is no refusal is a fault of ours: the terminal is asked to
// come back.
func (h *Hub) frameOf(cause error) *wire.Error {
	var e *civic.Error
	if errors.As(cause, &e) && e.Code != civic.Unavailable && e.Code != civic.Full {
		f := &wire.Error{Code: e.Code, Fatal: true}
		if e.Code == civic.Limited {
			f.After = uint32(cooling.Milliseconds())
		}
		return f
	}
	return &wire.Error{Code: wire.CodeBusy, After: h.later(), Fatal: true}
}
