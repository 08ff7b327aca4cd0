package uplink_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/identity"
	"doorstep/sync/linktest"
	"doorstep/sync/wire"
)

// odd is a central that holds the right keys and says odd things: a fault of ours, an old backup, another version.
type odd struct {
	t *testing.T
	w *linktest.World

	version uint32
	welcome func(*linktest.Terminal, *wire.Welcome)
	after   func(context.Context, wire.Conn)
}

// serve answers one handshake and then does what it was told.
func (o *odd) serve(term *linktest.Terminal) func(context.Context, wire.Conn) {
	return func(ctx context.Context, conn wire.Conn) {
		tr := wire.Transcript{Binding: conn.Binding()}
		_, raw, err := conn.Recv(ctx)
		if err != nil {
			return
		}
		tr.Hello = raw
		keys, err := o.w.Central.Keys(ctx)
		if err != nil {
			o.t.Error(err)
		}
		challenge, err := tr.SignChallenge(o.w.Central.Sign, wire.ChallengeBody{Version: o.version, Store: o.w.Central.Store, Keys: keys})
		if err != nil || conn.Send(ctx, challenge) != nil {
			return
		}
		if _, _, err := conn.Recv(ctx); err != nil {
			return
		}
		w := &wire.Welcome{Number: 7, Generation: 1, Point: "p1", Area: "440113", Time: time.Now().UnixMilli()}
		if o.welcome != nil {
			o.welcome(term, w)
		}
		if conn.Send(ctx, w) != nil {
			return
		}
		conn.Limit(wire.MaxFrame)
		if o.after != nil {
			o.after(ctx, conn)
		}
		for {
			if _, _, err := conn.Recv(ctx); err != nil {
				return
			}
		}
	}
}

// TestOddCentral is what a terminal does not take even from central's own keys.
func TestOddCentral(t *testing.T) {
	custody := func(w *linktest.World, key civic.KeyID, head wire.Head) *wire.Signed {
		s, err := wire.SignCustody(w.Central.Sign, wire.CustodyBody{Store: w.Central.Store, Terminal: key, Through: head})
		if err != nil {
			t.Fatal(err)
		}
		return &s
	}
	head := func(term *linktest.Terminal) wire.Head {
		h, err := term.Head(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	for _, c := range []struct {
		name    string
		version uint32
		welcome func(*linktest.World) func(*linktest.Terminal, *wire.Welcome)
		want    civic.Code
		held    uint64
	}{
		{"as it should be", 1, func(w *linktest.World) func(*linktest.Terminal, *wire.Welcome) {
			return func(term *linktest.Terminal, f *wire.Welcome) { f.Custody = custody(w, term.Key.ID, head(term)) }
		}, "", 2},
		{"another version", 2, nil, wire.CodeTooNew, 0},
		{"another generation", 1, func(*linktest.World) func(*linktest.Terminal, *wire.Welcome) {
			return func(_ *linktest.Terminal, f *wire.Welcome) { f.Generation = 2 }
		}, wire.CodeForked, 0},
		{"another terminal's custody", 1, func(w *linktest.World) func(*linktest.Terminal, *wire.Welcome) {
			return func(term *linktest.Terminal, f *wire.Welcome) { f.Custody = custody(w, civic.KeyID{1}, head(term)) }
		}, civic.Untrusted, 0},
		{"another generation's custody", 1, func(w *linktest.World) func(*linktest.Terminal, *wire.Welcome) {
			return func(term *linktest.Terminal, f *wire.Welcome) {
				h := head(term)
				h.Generation = 4
				f.Custody = custody(w, term.Key.ID, h)
			}
		}, civic.Untrusted, 0},
		{"custody beyond the journal", 1, func(w *linktest.World) func(*linktest.Terminal, *wire.Welcome) {
			return func(term *linktest.Terminal, f *wire.Welcome) {
				h := head(term)
				h.Seq++
				f.Custody = custody(w, term.Key.ID, h)
			}
		}, wire.CodeForked, 0},
		{"custody beside the journal", 1, func(w *linktest.World) func(*linktest.Terminal, *wire.Welcome) {
			return func(term *linktest.Terminal, f *wire.Welcome) {
				h := head(term)
				h.Digest[0] ^= 1
				f.Custody = custody(w, term.Key.ID, h)
			}
		}, wire.CodeForked, 0},
		{"custody signed by another", 1, func(w *linktest.World) func(*linktest.Terminal, *wire.Welcome) {
			return func(term *linktest.Terminal, f *wire.Welcome) {
				f.Custody = custody(w, term.Key.ID, head(term))
				f.Custody.Signature[40] ^= 1
			}
		}, civic.Untrusted, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := linktest.NewWorld(t, hub.Limits{})
				o := &odd{t: t, w: w, version: c.version}
				if c.welcome != nil {
					o.welcome = c.welcome(w)
				}
				term := w.Terminal("p1")
				term.TakeIn()
				term.TakeIn()
				line := &linktest.Line{Serve: o.serve(term)}
				u := w.UplinkTo(term, identity.FingerprintOf(w.Central.Root.Public()), line.Dial)
				stop := w.Run(u)
				w.Until(time.Minute, func() string { return string(u.State().Reason) }, func() bool { return u.State().Reason == c.want && term.Held() == c.held })
				stop()
				line.Wait()
				w.Close()
			})
		})
	}
}

// TestBadCustody is an ack in the middle of a session that does not verify: nothing is held, and taking in goes on.
func TestBadCustody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		w.Line.Become(func(p linktest.Passing) linktest.Fate {
			if wire.TypeOf(p.Frame) == wire.TypeCustody && p.Session == 1 {
				p.Bytes[len(p.Bytes)-1] ^= 1 // of the signature
			}
			return linktest.Deliver
		})
		term := w.Terminal("p1")
		u := w.Uplink(term)
		stop := w.Run(u)
		w.Until(time.Minute, func() string { return "up" }, func() bool { return u.State().Up })
		term.TakeIn()
		w.Until(time.Minute, func() string { return "refused" }, func() bool { return u.State().Reason == civic.Untrusted })
		if term.Held() != 0 {
			t.Error("held on a forged ack")
		}
		term.TakeIn()
		w.Until(time.Minute, func() string { return w.Report(term) }, func() bool { return w.InStep(term, 1) })
		stop()
	})
}

// TestOddCaught is an end of the feed that lies before what is stored, or is another central's: the cursor stays.
func TestOddCaught(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		w.Central.Publish(guide("g", 1))
		term := w.Terminal("p1")
		stop := w.Run(w.Uplink(term))
		w.Until(time.Minute, func() string { return w.Report(term) }, func() bool { return w.InStep(term, 1) })
		stop()
		want := w.Central.Cursor()
		var told atomic.Bool
		o := &odd{t: t, w: w, version: 1, after: func(ctx context.Context, conn wire.Conn) {
			for _, c := range []wire.Cursor{
				{Store: want.Store, N: want.N - 1, Tag: civic.Digest{1}},
				{Store: civic.EntryID{9}, N: want.N + 5, Tag: civic.Digest{2}},
			} {
				if err := conn.Send(ctx, &wire.Caught{Cursor: c}); err != nil {
					t.Error(err)
				}
			}
			told.Store(conn.Send(ctx, &wire.Ping{}) == nil)
		}}
		line := &linktest.Line{Serve: o.serve(term)}
		u := w.UplinkTo(term, identity.FingerprintOf(w.Central.Root.Public()), line.Dial)
		stop = w.Run(u)
		w.Until(time.Minute, func() string { return "told" }, told.Load)
		timer := time.NewTimer(time.Second)
		<-timer.C
		if got, err := term.Cursor(context.Background()); err != nil || got != want {
			t.Errorf("cursor %+v, %v, want %+v", got, err, want)
		}
		stop()
		line.Wait()
		w.Close()
	})
}

// TestWindow is a central that takes and never acknowledges: what is under way is bounded.
func TestWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		term := w.Terminal("p1")
		for range 400 {
			term.TakeIn()
		}
		var got atomic.Int32
		line := &linktest.Line{}
		o := &odd{t: t, w: w, version: 1}
		line.Serve = o.serve(term)
		line.Fate = func(p linktest.Passing) linktest.Fate {
			if wire.TypeOf(p.Frame) == wire.TypeEntry {
				got.Add(1)
			}
			return linktest.Deliver
		}
		stop := w.Run(w.UplinkTo(term, identity.FingerprintOf(w.Central.Root.Public()), line.Dial))
		timer := time.NewTimer(30 * time.Second)
		<-timer.C
		stop()
		if n := got.Load(); n != 256 {
			t.Errorf("%d entries under way", n)
		}
		line.Wait()
		w.Close()
	})
}

// TestFutureFrame is a frame of a type that neither side knows, each way: it is answered, and the session goes on.
func TestFutureFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		var up, down atomic.Int32 // answers each way
		w.Line.Become(func(p linktest.Passing) linktest.Fate {
			switch f := p.Frame.(type) {
			case *wire.Telemetry:
				p.Bytes[2] = 99
			case *wire.Caught:
				p.Bytes[2] = 99
			case *wire.Error:
				if f.Code == wire.CodeUnknownFrame && f.About == 99 && !f.Fatal && p.Up {
					up.Add(1)
				} else if f.Code == wire.CodeUnknownFrame && f.About == 99 && !f.Fatal {
					down.Add(1)
				}
			}
			return linktest.Deliver
		})
		term := w.Terminal("p1")
		u := w.Uplink(term)
		stop := w.Run(u)
		term.TakeIn()
		w.Until(30*time.Second, func() string { return w.Report(term) }, func() bool { return term.Held() == 1 && up.Load() > 0 && down.Load() > 0 })
		if w.Line.Sessions() != 1 || !u.State().Up {
			t.Errorf("%d sessions, %+v", w.Line.Sessions(), u.State())
		}
		stop()
	})
}

// TestClock is that central's time is stored as it is when it arrives, over a line with two seconds each way.
func TestClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		w.Line.Latency = 2 * time.Second
		term := w.Terminal("p1")
		u := w.Uplink(term)
		stop := w.Run(u)
		w.Until(time.Minute, func() string { return "up" }, func() bool { return u.State().Up })
		if off := u.State().Since.Sub(term.Clock()); off.Abs() > 50*time.Millisecond {
			t.Errorf("clock is off by %v", off)
		}
		first := term.Clock()
		timer := time.NewTimer(4 * time.Minute)
		<-timer.C
		if !term.Clock().Equal(first) {
			t.Error("the clock is stored with every heartbeat")
		}
		timer.Reset(3 * time.Minute)
		<-timer.C
		if d := term.Clock().Sub(first); d < 5*time.Minute || d > 6*time.Minute {
			t.Errorf("second synchronisation after %v", d)
		}
		stop()
	})
}
