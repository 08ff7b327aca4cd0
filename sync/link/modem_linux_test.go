package link_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"doorstep/assets"
	"doorstep/sync/catalogue"
	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/identity"
	"doorstep/sync/link"
	"doorstep/sync/linktest"
	"doorstep/sync/wire"
)

// modem is a TCP relay that carries some bytes a second each way, late. It takes no more than it can carry, so that what
// it has not taken waits in the sender's kernel.
type modem struct {
	to       string
	rate     int
	latency  time.Duration
	up, down atomic.Int64 // bytes carried
}

// narrow keeps a socket from taking more than the line can carry.
func narrow(_, _ string, c syscall.RawConn) error {
	var err error
	ctlErr := c.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 4096) })
	return errors.Join(ctlErr, err)
}

// listen runs the relay until the test ends, and returns its address.
func (m *modem) listen(tb testing.TB) string {
	tb.Helper()
	ln, err := (&net.ListenConfig{Control: narrow}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			near, err := ln.Accept()
			if err != nil {
				return
			}
			far, err := (&net.Dialer{Control: narrow}).DialContext(tb.Context(), "tcp", m.to)
			if err != nil {
				_ = near.Close()
				continue
			}
			go m.carry(far, near, &m.up)
			go m.carry(near, far, &m.down)
		}
	}()
	return ln.Addr().String()
}

type piece struct {
	b  []byte
	at time.Time
}

// carry moves one direction: a piece at a time, each after the time that the line needs for it.
func (m *modem) carry(to, from net.Conn, count *atomic.Int64) {
	under := make(chan piece, 1000)
	go func() {
		defer func() { _ = to.Close() }()
		for p := range under {
			<-time.After(time.Until(p.at))
			if _, err := to.Write(p.b); err != nil {
				return
			}
		}
	}()
	defer close(under)
	free := time.Now()
	for {
		b := make([]byte, 256)
		n, err := from.Read(b)
		if n > 0 {
			count.Add(int64(n))
			if now := time.Now(); free.Before(now) {
				free = now
			}
			free = free.Add(time.Duration(n) * time.Second / time.Duration(m.rate))
			<-time.After(time.Until(free))
			under <- piece{b[:n], free.Add(m.latency)}
		}
		if err != nil {
			return
		}
	}
}

// shop is central and a terminal on real sockets over a modem.
type shop struct {
	*linktest.World
	b     *testing.B
	modem *modem
	term  *linktest.Terminal
}

func newShop(b *testing.B, bounded bool) *shop {
	w := linktest.NewWorld(b, hub.Limits{})
	services, err := catalogue.Parse(assets.Catalogue())
	if err != nil {
		b.Fatal(err)
	}
	forms := map[string]bool{}
	for _, s := range services {
		if !forms[s.Guide.Form] {
			forms[s.Guide.Form] = true
			w.Central.Publish(civic.Edition{Kind: civic.EditionForm, ID: s.Guide.Form, Rev: 1, Body: s.FormBody})
		}
		w.Central.Publish(civic.Edition{Kind: civic.EditionGuide, ID: s.Guide.ID, Rev: 1, Body: s.GuideBody})
	}
	free := func(c wire.Conn) {
		if !bounded {
			if err := link.Unbound(c); err != nil {
				b.Error(err)
			}
		}
	}
	address, _ := serve(b, func(ctx context.Context, c wire.Conn) {
		free(c)
		_ = w.Hub.Serve(ctx, c)
	})
	m := &modem{to: address, rate: 7000, latency: 300 * time.Millisecond}
	through := m.listen(b)
	s := &shop{World: w, b: b, modem: m, term: w.Terminal("p1")}
	u := w.UplinkTo(s.term, identity.FingerprintOf(w.Central.Root.Public()), func(ctx context.Context) (wire.Conn, error) {
		c, err := link.Dial(ctx, through)
		if err == nil {
			free(c)
		}
		return c, err
	})
	b.Cleanup(w.Run(u))
	return s
}

// file files n applications of 2 KB, one every few seconds, and returns how long each took into custody.
func (s *shop) file(n int) (all []time.Duration) {
	for range n {
		<-time.After(3 * time.Second)
		began, want := time.Now(), s.term.Held()+1
		s.term.TakeInSealed(make([]byte, 3185))
		s.Until(5*time.Minute, func() string { return s.Report(s.term) }, func() bool { return s.term.Held() == want })
		all = append(all, time.Since(began).Round(10*time.Millisecond))
	}
	return all
}

// BenchmarkModem prints what TestSlow of linktest asserts in virtual time, over real sockets: with the bound on what the
// kernel takes, and without. It takes some three minutes.
func BenchmarkModem(b *testing.B) {
	for _, c := range []struct {
		name    string
		bounded bool
	}{{"bounded", true}, {"unbounded", false}} {
		b.Run(c.name, func(b *testing.B) {
			s := newShop(b, c.bounded)
			began := time.Now()
			report := func() string { return s.Report(s.term) }
			s.Until(2*time.Minute, report, func() bool { return s.modem.down.Load() > 8000 }) // editions are on their way
			b.Logf("in custody while editions come: %v", s.file(4))
			s.Until(5*time.Minute, report, func() bool { return s.InStep(s.term, 1) })
			b.Logf("the catalogue after %v, with %d bytes down and %d up", time.Since(began).Round(time.Second), s.modem.down.Load(), s.modem.up.Load())
			if !c.bounded {
				return
			}
			up, down := s.modem.up.Load(), s.modem.down.Load()
			<-time.After(time.Minute)
			b.Logf("idle: %d bytes in a minute above TCP", s.modem.up.Load()-up+s.modem.down.Load()-down)
			s.term.TakeIn(10 << 20)
			all := s.file(7)
			slices.Sort(all)
			b.Logf("in custody while 10 MB are on their way: %v in the median, %v", all[len(all)/2], all)
		})
	}
}

// BenchmarkFast is what the bound costs where the line is none: a wait for each record, far below what lines carry.
func BenchmarkFast(b *testing.B) {
	for _, c := range []struct {
		name    string
		bounded bool
	}{{"bounded", true}, {"unbounded", false}} {
		b.Run(c.name, func(b *testing.B) {
			address, _ := serve(b, func(ctx context.Context, c wire.Conn) {
				c.Limit(wire.MaxFrame)
				for {
					if _, _, err := c.Recv(ctx); err != nil {
						return
					}
				}
			})
			conn, err := link.Dial(b.Context(), address)
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			if !c.bounded {
				if err := link.Unbound(conn); err != nil {
					b.Fatal(err)
				}
			}
			f := &wire.Chunk{Data: make([]byte, wire.MaxChunk)}
			b.SetBytes(wire.MaxChunk)
			for b.Loop() {
				if err := conn.Send(b.Context(), f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
