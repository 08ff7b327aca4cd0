package uplink

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

const handshakeTimeout = 30 * time.Second

// CodeIntercepted is that central's word arrived and is not about this connection: something in between, a proxy that
// opens TLS, holds one connection to the terminal and another to central. It learned which versions are spoken.
const CodeIntercepted civic.Code = "line-intercepted"

// open does the handshake of a session and reads what the session begins from.
func (u *Uplink) open(ctx context.Context, conn wire.Conn) (*session, error) {
	hctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	t, challenge, err := u.greet(hctx, conn)
	if err != nil {
		return nil, err
	}
	body, err := u.standing(hctx)
	if err != nil {
		return nil, err
	}
	prove, err := t.SignProve(u.Key, body)
	if err != nil {
		return nil, fmt.Errorf("sign proof: %w", err)
	}
	w, trip, err := u.ask(hctx, conn, prove)
	u.standingChanged(ctx, err) // only here central has proved who it is: a stranger's word closes nothing
	if err != nil {
		return nil, err
	}
	if w.Generation != body.Generation {
		return nil, civic.Refuse(wire.CodeForked, "generation", reasonKey(wire.CodeForked))
	}
	if err := u.Site.Enrolled(hctx, *w); err != nil {
		return nil, fmt.Errorf("store place: %w", err)
	}
	if err := u.lookBack(hctx, challenge.Store, w); err != nil {
		return nil, err
	}
	conn.Limit(wire.MaxFrame)
	return u.newSession(hctx, conn, challenge.Store, *w, body, trip)
}

// greet opens the handshake and returns once central has proved who it is: until then the other side learns no more
// than which versions are spoken here.
func (u *Uplink) greet(ctx context.Context, conn wire.Conn) (wire.Transcript, wire.ChallengeBody, error) {
	var t wire.Transcript
	var body wire.ChallengeBody
	if t.Binding = conn.Binding(); len(t.Binding) == 0 {
		return t, body, civic.Refuse(civic.Untrusted, "binding", reasonKey(civic.Untrusted))
	}
	hello := &wire.Hello{Newest: wire.Version, Oldest: wire.Oldest}
	if _, err := rand.Read(hello.Nonce[:]); err != nil {
		panic("bug: uplink: random: " + err.Error()) // crypto/rand never fails since Go 1.24
	}
	var err error
	if t.Hello, err = wire.Encode(hello); err != nil {
		return t, body, err
	}
	f, raw, err := exchange(ctx, conn, hello)
	if err != nil {
		return t, body, err
	}
	challenge, ok := f.(*wire.Challenge)
	if !ok {
		return t, body, civic.Refuse(wire.CodeDisorder, "frame", reasonKey(wire.CodeDisorder))
	}
	t.Challenge = raw
	if err := wire.Unmarshal(challenge.Payload, &body); err != nil {
		return t, body, err
	}
	if body.Version < wire.Oldest || body.Version > wire.Version {
		return t, body, civic.Refuse(wire.CodeTooNew, "version", reasonKey(wire.CodeTooNew))
	}
	return t, body, u.recognise(ctx, t, challenge, body.Keys)
}

// recognise follows the signature of a challenge up to the root key.
func (u *Uplink) recognise(ctx context.Context, t wire.Transcript, c *wire.Challenge, keys wire.Signed) error {
	news, err := u.Keys.Learn(keys)
	if err != nil {
		return fmt.Errorf("central's keys: %w", err)
	}
	pub, err := u.Keys.SignedBy(c.Signature)
	if err != nil {
		return fmt.Errorf("central's challenge: %w", err)
	}
	if err := t.VerifyChallenge(pub, c); err != nil {
		// The list of keys is central's, and so is the key that is said to have signed: what differs is the connection.
		return &civic.Error{Code: CodeIntercepted, Field: "challenge", Key: reasonKey(CodeIntercepted), Err: err}
	}
	if !news {
		return nil
	}
	// The list is stored before the feed comes to it, so that a terminal cut off right after its enrolment can seal.
	cursor, err := u.Shelf.Cursor(ctx)
	if err == nil {
		err = u.Shelf.Apply(ctx, []wire.Edition{{Edition: keys}}, cursor)
	}
	if err != nil {
		return fmt.Errorf("store keys: %w", err)
	}
	return nil
}

// standing says how far the terminal has come.
func (u *Uplink) standing(ctx context.Context) (b wire.ProveBody, err error) {
	b = wire.ProveBody{Key: u.Key.ID, Boot: u.Boot, Wall: u.Clock().UnixMilli(), Agent: u.Agent, Unpacks: u.unpacks}
	if b.Head, err = u.Journal.Head(ctx); err != nil {
		return b, fmt.Errorf("read journal head: %w", err)
	}
	b.Generation = b.Head.Generation
	if b.Settled, err = u.Journal.Settled(ctx); err != nil {
		return b, fmt.Errorf("read outcomes: %w", err)
	}
	cursor, err := u.Shelf.Cursor(ctx)
	if err != nil {
		return b, fmt.Errorf("read cursor: %w", err)
	}
	if u.pending != nil && len(u.pending.list) > 0 {
		cursor = u.pending.cursor // an interrupted refill goes on where it stopped
	}
	b.Cursor = wire.CursorOf(cursor)
	if b.Statuses, err = u.Statuses.Seen(ctx); err != nil {
		return b, fmt.Errorf("read statuses: %w", err)
	}
	return b, nil
}

// ask sends a Prove or an Enrol and returns the Welcome and how long it took. The round trip is halved for central's
// clock.
func (u *Uplink) ask(ctx context.Context, conn wire.Conn, f wire.Frame) (w *wire.Welcome, trip time.Duration, err error) {
	sent := u.Clock()
	answer, _, err := exchange(ctx, conn, f)
	if err != nil {
		return nil, 0, err
	}
	w, ok := answer.(*wire.Welcome)
	if !ok {
		return nil, 0, civic.Refuse(wire.CodeDisorder, "frame", reasonKey(wire.CodeDisorder))
	}
	trip = u.Clock().Sub(sent)
	return w, trip, u.synchronise(ctx, w.Time, trip)
}

// maxTrip is the longest round trip that still tells the time well enough for evidence.
const maxTrip = 10 * time.Second

// synchronise stores central's clock as it must be by now.
func (u *Uplink) synchronise(ctx context.Context, ms int64, trip time.Duration) error {
	if trip < 0 || trip > maxTrip {
		return nil
	}
	if err := u.Site.Synchronised(ctx, time.UnixMilli(ms).Add(trip/2).UTC()); err != nil {
		return fmt.Errorf("store central's time: %w", err)
	}
	return nil
}

// exchange sends a frame of the handshake and returns the answer and its bytes; an Error frame is returned as error.
func exchange(ctx context.Context, conn wire.Conn, f wire.Frame) (wire.Frame, []byte, error) {
	if err := conn.Send(ctx, f); err != nil {
		return nil, nil, err
	}
	answer, raw, err := conn.Recv(ctx)
	if err != nil {
		return nil, nil, err
	}
	if e, ok := answer.(*wire.Error); ok {
		return nil, nil, (*refusal)(e)
	}
	return answer, raw, nil
}

// openCustody verifies a custody ack for this terminal and generation.
func (u *Uplink) openCustody(s wire.Signed, generation uint32) (wire.CustodyBody, error) {
	c, err := u.Keys.OpenCustody(s)
	if err == nil && (c.Terminal != u.Key.ID || c.Through.Generation != generation) {
		err = civic.Refuse(civic.Untrusted, "custody", reasonKey(civic.Untrusted))
	}
	if err != nil {
		return c, fmt.Errorf("custody: %w", err)
	}
	return c, nil
}
