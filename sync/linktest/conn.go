package linktest

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// pair is one connection: two ends and a stream each way.
type pair struct {
	line              *Line
	session           int
	binding           []byte
	terminal, central *end
}

// end is one side's wire.Conn.
type end struct {
	*pair
	up      bool // the terminal's end
	in, out *stream
	sent    int
	done    chan struct{} // closed when this end is closed or cut

	mu     sync.Mutex // guards all below
	closed bool
	limit  int
}

// stream carries frames one way.
type stream struct {
	wake chan struct{}

	mu    sync.Mutex // guards all below
	queue []packet
	free  time.Time // when the wire has sent what it was given
	last  time.Time // when the last frame arrives
	ended bool      // nothing comes after queue
	mute  bool      // what is sent is lost
}

type packet struct {
	bytes []byte
	at    time.Time
}

var errLost = &civic.Error{Code: "line-lost", Key: "link.lost", Err: errors.New("connection cut")}

func newPair(l *Line, session int) *pair {
	p := &pair{line: l, session: session, binding: make([]byte, 32)}
	if _, err := rand.Read(p.binding); err != nil {
		panic("bug: linktest: random: " + err.Error())
	}
	up, down := &stream{wake: make(chan struct{}, 1)}, &stream{wake: make(chan struct{}, 1)}
	p.terminal = &end{pair: p, up: true, in: down, out: up, done: make(chan struct{}), limit: wire.MaxHandshake}
	p.central = &end{pair: p, in: up, out: down, done: make(chan struct{}), limit: wire.MaxHandshake}
	return p
}

// cut breaks the connection at both ends; what is on its way is lost.
func (p *pair) cut() {
	for _, e := range []*end{p.terminal, p.central} {
		e.out.drop()
		e.shut()
	}
	p.line.gone(p)
}

// Binding returns what both ends know, as a TLS exporter would be.
func (e *end) Binding() []byte { return e.binding }

// Limit bounds the frames received from now on.
func (e *end) Limit(n int) {
	e.mu.Lock()
	e.limit = n
	e.mu.Unlock()
}

// Close ends the connection here; the other side receives what was sent and then sees the end.
func (e *end) Close() error {
	e.shut()
	e.out.end()
	e.in.silence()
	e.line.gone(e.pair)
	return nil
}

func (e *end) shut() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.closed {
		e.closed = true
		close(e.done)
	}
}

func (e *end) isShut() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.closed
}

// Send encodes f, waits until the wire has taken it and lets the line decide what becomes of it.
func (e *end) Send(ctx context.Context, f wire.Frame) error {
	b, err := wire.Encode(f)
	if err != nil {
		return err
	}
	return e.send(ctx, f, b)
}

// SendBytes sends bytes as they are, frame or not, over a connection that a Line opened.
func SendBytes(ctx context.Context, conn wire.Conn, b []byte) error {
	f, _ := wire.Decode(b)
	if f == nil {
		f = new(wire.Error) // so that a Fate has something to look at
	}
	return conn.(*end).send(ctx, f, b)
}

func (e *end) send(ctx context.Context, f wire.Frame, b []byte) error {
	if e.isShut() || e.out.isEnded() {
		return errLost
	}
	e.sent++
	passing := Passing{Session: e.session, Up: e.up, N: e.sent, Frame: f, Bytes: b}
	fate := e.line.fate(passing)
	sent := e.out.occupy(len(b), e.line.Bandwidth)
	if err := e.wait(ctx, sent); err != nil {
		return err
	}
	return e.pass(fate, b, sent.Add(e.line.delay(passing)))
}

func (e *end) pass(fate Fate, b []byte, at time.Time) error {
	switch fate {
	case Lose:
		e.breakOff()
		return errLost
	case Cut:
		e.out.put(b, at)
		e.breakOff()
		return errLost
	case Late:
		e.out.put(b, at.Add(late))
		e.breakOff()
		return errLost
	case Silent:
		e.in.silence()
		e.out.silence()
	case Repeat:
		e.out.put(b, at)
		e.out.put(b, at)
	case Corrupt:
		e.line.flip(b)
		e.out.put(b, at)
	default:
		e.out.put(b, at)
	}
	return nil
}

// breakOff ends the connection for this end at once; the other end still receives what is on its way to it, and
// what it sends is lost.
func (e *end) breakOff() {
	e.shut()
	e.out.end()
	e.in.silence()
	e.line.gone(e.pair)
}

// Recv returns the next frame once it has arrived.
func (e *end) Recv(ctx context.Context) (wire.Frame, []byte, error) {
	silence := time.NewTimer(wire.Silence)
	defer silence.Stop()
	for {
		if e.isShut() {
			return nil, nil, errLost
		}
		p, ok, ended := e.in.head()
		switch {
		case ok:
			if err := e.wait(ctx, p.at); err != nil {
				return nil, nil, err
			}
			if !e.in.pop() {
				continue
			}
			return e.read(p.bytes)
		case ended:
			if err := e.wait(ctx, e.in.endsAt()); err != nil {
				return nil, nil, err
			}
			return nil, nil, errLost
		}
		select {
		case <-e.in.wake:
		case <-silence.C:
			return nil, nil, errLost
		case <-e.done:
			return nil, nil, errLost
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
}

func (e *end) read(b []byte) (wire.Frame, []byte, error) {
	e.mu.Lock()
	limit := e.limit
	e.mu.Unlock()
	if len(b) > limit {
		return nil, nil, civic.Refuse(wire.CodeTooLarge, "frame", "wire.large")
	}
	f, err := wire.Decode(b)
	return f, b, err
}

// wait waits for an instant.
func (e *end) wait(ctx context.Context, until time.Time) error {
	d := time.Until(until)
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-e.done:
		return errLost
	case <-ctx.Done():
		return ctx.Err()
	}
}

// occupy books the wire for n bytes and returns when they have left.
func (s *stream) occupy(n, bandwidth int) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := time.Now(); s.free.Before(now) {
		s.free = now
	}
	if bandwidth > 0 {
		s.free = s.free.Add(time.Duration(n) * time.Second / time.Duration(bandwidth))
	}
	return s.free
}

func (s *stream) put(b []byte, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mute || s.ended {
		return
	}
	if !at.After(s.last) {
		at = s.last.Add(1) // never two at one instant: what becomes of the first is settled before the second is there
	}
	s.last = at
	s.queue = append(s.queue, packet{append([]byte(nil), b...), at})
	s.notify()
}

func (s *stream) head() (p packet, ok, ended bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		return p, false, s.ended
	}
	return s.queue[0], true, false
}

// endsAt is when the end of the stream arrives: a moment behind the last frame, which is looked at first.
func (s *stream) endsAt() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last.Add(time.Millisecond)
}

// pop takes the head, and reports whether it is still there: the line may have fallen silent while it was on its way.
func (s *stream) pop() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		return false
	}
	s.queue = s.queue[1:]
	return true
}

func (s *stream) isEnded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}

func (s *stream) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	s.notify()
}

func (s *stream) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue, s.ended = nil, true
	s.notify()
}

func (s *stream) silence() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue, s.mute = nil, true
}

func (s *stream) notify() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
