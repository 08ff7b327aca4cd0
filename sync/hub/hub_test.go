package hub_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/linktest"
	"doorstep/sync/wire"
)

func open(t *testing.T, w *linktest.World, term *linktest.Terminal, body wire.ProveBody) *raw {
	t.Helper()
	r := dial(t, w, hello)
	if f := r.prove(term, body); wire.TypeOf(f) != wire.TypeWelcome {
		t.Fatalf("got %#v", f)
	}
	r.conn.Limit(wire.MaxFrame)
	return r
}

// TestNewestWins is a terminal whose old connection died without a word, and a copy of a terminal's disk.
func TestNewestWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		term := w.Terminal("p1")
		old := open(t, w, term, firstBody())
		newer := open(t, w, term, firstBody())
		if e := until[*wire.Error](old); e.Code != wire.CodeSuperseded || !e.Fatal {
			t.Errorf("the old session was told %+v", e)
		}
		newer.send(&wire.Ping{ID: 4})
		if p := until[*wire.Pong](newer); p.ID != 4 || p.Time != time.Now().UnixMilli() && p.Time == 0 {
			t.Errorf("the new session answers %+v", p)
		}
		_ = old.conn.Close()
		timer := time.NewTimer(5 * time.Second) // the old session is gone by now, and takes nothing with it
		<-timer.C
		if got := w.Hub.Sessions(); len(got) != 1 || got[0] != term.Key.ID {
			t.Errorf("sessions %v", got)
		}
	})
}

// TestClone is one key on two machines that take the session from each other by turns.
func TestClone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		var log bytes.Buffer
		h, err := hub.New(hub.Options{
			Registrar: w.Central, Intake: w.Central, Papers: w.Central, Bulletin: w.Central, Enquiry: w.Central,
			Signer: w.Central.Sign, Store: w.Central.Store, Logger: slog.New(slog.NewTextHandler(&log, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		w.Hub = h
		term := w.Terminal("p1")
		boots := [][16]byte{{1}, {1}, {2}, {3}, {2}}
		for i, boot := range boots {
			body := firstBody()
			body.Boot = boot
			r := open(t, w, term, body)
			r.send(&wire.Ping{})
			until[*wire.Pong](r)
			if told := strings.Contains(log.String(), "one key on two machines"); told != (i == len(boots)-1) {
				t.Errorf("after boot %d: told %v", i, told)
			}
		}
		w.Close()
	})
}

// TestQuietSession is what an idle terminal costs: heartbeats, and a sign of life in the store once a minute.
func TestQuietSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		for range 150 {
			w.Central.Tell("p1", civic.NewTrackingCode(7, 1))
		}
		var caught, statuses atomic.Int32
		w.Line.Become(func(p linktest.Passing) linktest.Fate {
			switch p.Frame.(type) {
			case *wire.Caught:
				caught.Add(1)
			case *wire.Status:
				statuses.Add(1)
			}
			return linktest.Deliver
		})
		term := w.Terminal("p1")
		u := w.Uplink(term)
		stop := w.Run(u)
		w.Until(time.Minute, func() string { return w.Report(term) }, func() bool { return w.InStep(term, 1) && statuses.Load() == 150 })
		before := w.Central.Sightings()
		timer := time.NewTimer(30 * time.Minute)
		<-timer.C
		for range 10 {
			w.Hub.Wake(civic.Scope{})
		}
		timer.Reset(time.Second)
		<-timer.C
		stop()
		if n := caught.Load(); n != 1 || statuses.Load() != 150 || w.Line.Sessions() != 1 {
			t.Errorf("%d ends of the feed, %d statuses, %d sessions", n, statuses.Load(), w.Line.Sessions())
		}
		if n := w.Central.Sightings() - before; n < 28 || n > 62 { // telemetry each minute, and at most one ping
			t.Errorf("%d writes in 30 minutes", n)
		}
	})
}

func TestStrangeFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		r := open(t, w, w.Terminal("p1"), firstBody())
		r.send(&wire.Welcome{}) // of the other direction
		if e := until[*wire.Error](r); e.Code != wire.CodeDisorder || e.About != wire.TypeWelcome || e.Fatal {
			t.Errorf("got %+v", e)
		}
		r.send(&wire.Chunk{Size: wire.MaxPaper + 1})
		if e := until[*wire.Error](r); e.Code != wire.CodeTooLarge || e.About != wire.TypeChunk || e.Fatal {
			t.Errorf("got %+v", e)
		}
		r.send(&wire.Chunk{Digest: civic.DigestOf([]byte("nobody's")), Size: 9})
		if e := until[*wire.Error](r); e.Code != civic.NotFound || e.About != wire.TypeChunk || e.Fatal {
			t.Errorf("got %+v", e)
		}
		r.send(&wire.Ask{ID: 5, Code: civic.NewTrackingCode(7, 1), LastFour: "9999"})
		if a := until[*wire.Answer](r); a.ID != 5 || a.Code != civic.NotFound || a.Status != nil {
			t.Errorf("got %+v", a)
		}
	})
}

// TestBadEntryHoldsUpItself is promise P7 for the journal: what comes before a bad entry is held, and every other
// lane goes on.
func TestBadEntryHoldsUpItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		term := w.Terminal("p1")
		for range 5 {
			term.TakeIn(5000)
		}
		term.Spoil(4)
		w.Central.Publish(civic.Edition{Kind: civic.EditionGuide, ID: "g", Rev: 1, Body: []byte("{}")})
		var entries atomic.Int32
		w.Line.Become(func(p linktest.Passing) linktest.Fate {
			if wire.TypeOf(p.Frame) == wire.TypeEntry {
				entries.Add(1)
			}
			return linktest.Deliver
		})
		u := w.Uplink(term)
		stop := w.Run(u)
		w.Until(time.Minute, func() string { return w.Report(term) }, func() bool {
			_, sent := term.Papers()
			return term.Held() == 3 && sent == 3 && term.Shelf()["guide/g"] == 1
		})
		if s := u.State(); !s.Up || s.Reason != civic.Untrusted || s.Queue != 2 {
			t.Errorf("state %+v", s)
		}
		sent := entries.Load()
		term.TakeIn()
		timer := time.NewTimer(5 * time.Minute)
		<-timer.C
		if n := entries.Load(); n != sent || w.Line.Sessions() != 1 {
			t.Errorf("%d entries sent after the refusal", n-sent)
		}
		timer.Reset(10 * time.Minute)
		<-timer.C
		if entries.Load() == sent || w.Line.Sessions() != 2 {
			t.Errorf("not tried again: %d sessions", w.Line.Sessions())
		}
		stop()
	})
}

func TestBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{Sessions: 1, Spread: 10 * time.Second})
		defer w.Close()
		open(t, w, w.Terminal("p1"), firstBody())
		conn, err := w.Line.Dial(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		f, _, err := conn.Recv(context.Background())
		if e, ok := f.(*wire.Error); err != nil || !ok || e.Code != wire.CodeBusy || e.After < 1000 || e.After > 11_000 {
			t.Errorf("got %#v, %v", f, err)
		}
	})
}

// TestCrowd is many terminals that come back at once: some are told to come back, and all are served.
func TestCrowd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{Handshakes: 3, Spread: 20 * time.Second})
		defer w.Close()
		const n = 60
		var busy atomic.Int32
		w.Line.Fate = func(p linktest.Passing) linktest.Fate {
			if isError(p.Frame, wire.CodeBusy) {
				busy.Add(1)
			}
			return linktest.Deliver
		}
		var terms []*linktest.Terminal
		for range n {
			term := w.Terminal("p1")
			term.TakeIn()
			terms = append(terms, term)
			defer w.Run(w.Uplink(term))()
		}
		w.Until(5*time.Minute, func() string { return "all served" }, func() bool {
			for _, term := range terms {
				if !w.InStep(term, 1) {
					return false
				}
			}
			return true
		})
		if busy.Load() == 0 {
			t.Error("nobody was told to come back: the crowd was too small")
		}
		t.Logf("figures tried=%d told-to-come-back=%d dials=%d", n, busy.Load(), w.Line.Sessions())
	})
}

// deaf is a connection whose other side stops taking bytes after the Welcome.
type deaf struct {
	wire.Conn
	sent int
}

// Send blocks from the third frame on.
func (d *deaf) Send(ctx context.Context, f wire.Frame) error {
	if d.sent++; d.sent > 2 {
		<-ctx.Done()
		return ctx.Err()
	}
	return d.Conn.Send(ctx, f)
}

// TestSlowReader is a terminal that stops reading: no other waits for it, nor does Wake, and Close has its time bound.
func TestSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		var served atomic.Int32
		w.Line.Serve = func(ctx context.Context, conn wire.Conn) {
			if served.Add(1) == 1 {
				conn = &deaf{Conn: conn}
			}
			_ = w.Hub.Serve(ctx, conn)
		}
		open(t, w, w.Terminal("p1"), firstBody())
		term := w.Terminal("p1")
		stop := w.Run(w.Uplink(term))
		for range 100 {
			term.TakeIn()
			w.Central.Publish(civic.Edition{Kind: civic.EditionGuide, ID: "g", Rev: 1, Body: []byte("{}")})
			w.Hub.Wake(civic.Scope{})
		}
		w.Until(10*time.Second, func() string { return w.Report(term) }, func() bool { return w.InStep(term, 1) })
		stop()
		began := time.Now()
		w.Close()
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("close took %v", took)
		}
	})
}

func TestCloseTellsTerminals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		r := open(t, w, w.Terminal("p1"), firstBody())
		go func() {
			if e := until[*wire.Error](r); e.Code != wire.CodeBusy || e.After == 0 || !e.Fatal {
				t.Errorf("got %+v", e)
			}
			_ = r.conn.Close()
		}()
		began := time.Now()
		w.Close()
		if took := time.Since(began); took > time.Second {
			t.Errorf("close took %v although the terminal had closed", took)
		}
	})
}

func TestDrop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		term := w.Terminal("p1")
		u := w.Uplink(term)
		stop := w.Run(u)
		w.Until(time.Minute, func() string { return "up" }, func() bool { return u.State().Up })
		w.Central.Revoke(term.Key.ID)
		w.Hub.Drop(term.Key.ID)
		w.Until(time.Minute, func() string { return "down" }, func() bool { return !u.State().Up })
		if s := u.State(); s.Reason != wire.CodeRevoked || s.Next.Before(time.Now()) {
			t.Errorf("state %+v", s)
		}
		stop()
	})
}

// TestStoreTrouble is a central whose disk fails for a while: nothing is acknowledged, and the terminal comes back.
func TestStoreTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{Spread: time.Second})
		defer w.Close()
		w.Central.Fail(errors.New("disk"))
		term := w.Terminal("p1")
		term.TakeIn()
		u := w.Uplink(term)
		stop := w.Run(u)
		w.Until(time.Minute, func() string { return "told to come back" }, func() bool { return u.State().Reason == wire.CodeBusy })
		if term.Held() != 0 {
			t.Error("acknowledged without a commit")
		}
		w.Central.Fail(nil)
		w.Until(time.Minute, func() string { return w.Report(term) }, func() bool { return w.InStep(term, 1) })
		stop()
	})
}

// TestLateOutcomes is opening that runs behind custody: outcomes come when they are known.
func TestLateOutcomes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		w.Central.HoldOpening()
		term := w.Terminal("p1")
		for range 200 {
			term.TakeIn()
		}
		stop := w.Run(w.Uplink(term))
		w.Until(time.Minute, func() string { return w.Report(term) }, func() bool { return term.Held() == 200 })
		if n, _ := term.Settled(context.Background()); n != 0 {
			t.Errorf("settled %d before opening", n)
		}
		w.Central.Open()
		w.Hub.Wake(civic.Scope{Terminal: term.Key.ID})
		w.Until(time.Minute, func() string { return w.Report(term) }, func() bool { return w.InStep(term, 1) })
		stop()
	})
}
