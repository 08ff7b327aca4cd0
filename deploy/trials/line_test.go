package trials_test

import (
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// line stands between a terminal and its central, carries bytes both ways, and breaks when it is told to. It sees
// what anyone on the way sees: TLS.
type line struct {
	ln net.Listener
	to string // central's listener

	carried atomic.Int64 // bytes to central
	brought atomic.Int64 // bytes to the terminal
	breaks  atomic.Int64 // connections cut while something was under way

	mu    sync.Mutex // guards what follows
	up    bool
	rule  func() rule // for the next connection
	conns map[net.Conn]bool
	wg    sync.WaitGroup
}

// rule decides before each piece that a connection carries, by its direction and size, whether to cut instead.
type rule func(toCentral bool, n int) (cut bool)

// newLine listens at an address for whom it carries to another. It is down until it is set up.
func newLine(t *testing.T, at, to string) *line {
	t.Helper()
	ln, err := net.Listen("tcp", at)
	must(t, err)
	l := &line{ln: ln, to: to, conns: map[net.Conn]bool{}}
	l.wg.Go(l.serve)
	t.Cleanup(func() {
		_ = ln.Close()
		l.set(false)
		l.wg.Wait()
	})
	return l
}

// set puts the line up, or cuts it with everything that is under way.
func (l *line) set(up bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.up = up
	if !up {
		for c := range l.conns {
			_ = c.Close()
		}
	}
}

// cutBy gives every later connection a rule; nil carries everything.
func (l *line) cutBy(make func() rule) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rule = make
}

func (l *line) serve() {
	for {
		c, err := l.ln.Accept()
		if err != nil {
			return
		}
		l.wg.Go(func() { l.carry(c) })
	}
}

// keep remembers a connection so that it can be cut; false means that the line is down.
func (l *line) keep(c net.Conn) (rule, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.up {
		return nil, false
	}
	l.conns[c] = true
	if l.rule == nil {
		return nil, true
	}
	return l.rule(), true
}

func (l *line) forget(c net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, c)
}

// carry carries one connection until either end or the rule ends it.
func (l *line) carry(terminal net.Conn) {
	defer func() { _ = terminal.Close() }()
	cut, ok := l.keep(terminal)
	if !ok {
		return
	}
	defer l.forget(terminal)
	central, err := net.Dial("tcp", l.to)
	if err != nil {
		return
	}
	defer func() { _ = central.Close() }()
	var broken atomic.Bool
	pass := func(to, from net.Conn, toCentral bool) {
		// Both, so that the other direction ends too.
		defer func() { _, _ = to.Close(), from.Close() }()
		piece := make([]byte, 16<<10)
		for {
			n, err := from.Read(piece)
			if n > 0 && cut != nil && cut(toCentral, n) {
				if !broken.Swap(true) {
					l.breaks.Add(1)
				}
				return
			}
			if toCentral {
				l.carried.Add(int64(n))
			} else {
				l.brought.Add(int64(n))
			}
			if _, failed := to.Write(piece[:n]); failed != nil || err != nil {
				return
			}
		}
	}
	var both sync.WaitGroup
	both.Go(func() { pass(central, terminal, true) })
	both.Go(func() { pass(terminal, central, false) })
	both.Wait()
}
