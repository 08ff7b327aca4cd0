// Package linktest is a line that misbehaves on purpose, for tests: [Line] gives pairs of wire.Conn over memory that
// delay, run out of bandwidth, cut, fall silent, repeat, corrupt and deliver late, frame by frame as a [Fate] decides.
// Frames are encoded and decoded for real. It uses no sockets and only timers, so it runs in testing/synctest bubbles.
//
// [Central] and [Terminal] are honest in-memory implementations of what hub and uplink ask of the two halves, and
// [World] joins them: small enough to be believed, complete enough to hold the promises against.
package linktest

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// Line joins terminals to central. Its fields are set before the first Dial; Fate may be nil.
type Line struct {
	Serve     func(context.Context, wire.Conn) // central's end; it gets a goroutine for each dial
	Latency   time.Duration                    // one way
	Jitter    time.Duration                    // added at random; order is kept
	Bandwidth int                              // bytes a second each way; 0 is without bound
	Opening   time.Duration                    // that a Dial takes: TCP, TLS and the upgrade
	Fate      func(Passing) Fate               // what becomes of a frame; called by one goroutine at a time
	Seed      uint64
	Delay     func(Passing) time.Duration // how long a frame takes; nil for Latency and Jitter

	mu       sync.Mutex // guards all below
	random   *rand.Rand
	down     bool
	sessions int
	open     map[*pair]bool
	served   sync.WaitGroup
}

// Passing is a frame on its way.
type Passing struct {
	Session int  // counts dials, from 1
	Up      bool // to central
	N       int  // counts the frames of this session and direction, from 1
	Frame   wire.Frame
	Bytes   []byte
}

// Fate is what becomes of a frame.
type Fate int

// The fates.
const (
	Deliver Fate = iota
	Lose         // it is lost with everything behind it: the connection breaks before it arrives
	Cut          // it arrives, and the connection breaks behind it
	Late         // the sender sees the connection break now; the frame arrives seconds later, on the old session
	Silent       // it is lost, and so is all that follows both ways, and nobody is told
	Repeat       // it arrives twice
	Corrupt      // one bit is flipped
)

// late is how much later a Late frame arrives: long enough for the next session to be open.
const late = 5 * time.Second

// Dial opens a connection, or refuses while the line is down.
func (l *Line) Dial(ctx context.Context) (wire.Conn, error) {
	if err := l.greet(ctx); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		return nil, civic.Refuse("line-refused", "", "link.refused")
	}
	if l.random == nil {
		l.random = rand.New(rand.NewPCG(l.Seed, 1))
		l.open = map[*pair]bool{}
	}
	l.sessions++
	p := newPair(l, l.sessions)
	l.open[p] = true
	l.served.Add(1)
	serve := context.WithoutCancel(ctx) // central lives on when a terminal stops
	go func() {
		defer l.served.Done()
		l.Serve(serve, p.central)
		_ = p.central.Close()
	}()
	return p.terminal, nil
}

// greet lets the time pass that opening a connection takes.
func (l *Line) greet(ctx context.Context) error {
	if l.Opening <= 0 {
		return nil
	}
	timer := time.NewTimer(l.Opening)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Reset cuts what is open. The line stays up.
func (l *Line) Reset() {
	l.Down(true)
	l.Down(false)
}

// Sessions returns how many connections were opened.
func (l *Line) Sessions() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sessions
}

// Down takes the line down, cutting what is open, or up again.
func (l *Line) Down(down bool) {
	l.mu.Lock()
	l.down = down
	cut := make([]*pair, 0, len(l.open))
	if down {
		for p := range l.open {
			cut = append(cut, p)
		}
		clear(l.open)
	}
	l.mu.Unlock()
	for _, p := range cut {
		p.cut()
	}
}

// Wait takes the line down and waits until every Serve has returned.
func (l *Line) Wait() {
	l.Down(true)
	l.served.Wait()
}

// fate asks for a frame's fate, one at a time.
func (l *Line) fate(p Passing) Fate {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.Fate == nil {
		return Deliver
	}
	return l.Fate(p)
}

// delay returns how long a frame takes.
func (l *Line) delay(p Passing) time.Duration {
	if l.Delay != nil {
		return l.Delay(p)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.Jitter <= 0 {
		return l.Latency
	}
	return l.Latency + time.Duration(l.random.Int64N(int64(l.Jitter)))
}

// flip flips one random bit.
func (l *Line) flip(b []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(b) > 0 {
		b[l.random.IntN(len(b))] ^= 1 << l.random.IntN(8)
	}
}

func (l *Line) gone(p *pair) {
	l.mu.Lock()
	delete(l.open, p)
	l.mu.Unlock()
}

// Become changes what becomes of frames from now on.
func (l *Line) Become(fate func(Passing) Fate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.Fate = fate
}
