package hub_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/linktest"
	"doorstep/sync/wire"
)

// siege is a world in which a terminal works as it should while another, or a stranger, does not.
type siege struct {
	*linktest.World
	t       *testing.T
	healthy *linktest.Terminal
	log     syncBuffer
}

// syncBuffer is a log that sessions write at once.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func newSiege(t *testing.T, limits hub.Limits) *siege {
	t.Helper()
	s := &siege{World: linktest.NewWorld(t, limits), t: t}
	c := s.Central
	h, err := hub.New(hub.Options{
		Registrar: c, Intake: c, Papers: c, Bulletin: c, Enquiry: c, Signer: c.Sign, Store: c.Store, Limits: limits,
		Logger: slog.New(slog.NewTextHandler(&s.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Hub = h
	s.Line.Serve = func(ctx context.Context, conn wire.Conn) {
		if err := h.Serve(ctx, conn); err != nil {
			h.Logger.Info("session ended", "code", hub.CodeOf(err), "error", err) // as central's server does
		}
	}
	s.healthy = s.Terminal("p1")
	return s
}

// dialRaw opens a connection that has said nothing.
func (s *siege) dialRaw() *raw {
	conn, err := s.Line.Dial(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	return &raw{t: s.t, conn: conn, tr: wire.Transcript{Binding: conn.Binding()}}
}

// last receives until the connection ends, and returns the last Error frame.
func last(r *raw) (last wire.Error) {
	for {
		f, _, err := r.conn.Recv(context.Background())
		if err != nil {
			_ = r.conn.Close()
			return last
		}
		if e, ok := f.(*wire.Error); ok {
			last = *e
		}
	}
}

// pour sends the same bytes over and over until the connection takes no more.
func pour(r *raw, n int, b []byte) {
	for range n {
		if linktest.SendBytes(context.Background(), r.conn, b) != nil {
			return
		}
	}
}

func encode(t *testing.T, f wire.Frame) []byte {
	t.Helper()
	b, err := wire.Encode(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const repetitions = 40

// TestHostile is what whoever reaches central's port, or holds one terminal's key, can do: be refused with a code, be
// written of once, and cost no other terminal anything.
func TestHostile(t *testing.T) {
	for _, c := range []struct {
		name   string
		attack func(*siege) wire.Error // one try; returns the word it was refused with
		times  int
		want   civic.Code
		log    string // what stands in the log, once
	}{
		{"a frame over the limit of strangers", func(s *siege) wire.Error {
			r := s.dialRaw()
			pour(r, 1, encode(s.t, &wire.Hello{Newest: 1, Oldest: 1}))
			pour(r, 1, make([]byte, wire.MaxHandshake+1))
			return last(r)
		}, repetitions, "", "code=too-large"},
		{"a frame over the limit of sessions", func(s *siege) wire.Error {
			r := open(s.t, s.World, s.Terminal("p2"), firstBody())
			pour(r, 1, make([]byte, wire.MaxFrame+1))
			return last(r)
		}, 3, wire.CodeTooLarge, "code=too-large"},
		{"bytes that are no frame", func(s *siege) wire.Error {
			r := s.dialRaw()
			pour(r, 1, []byte("GET / HTTP/1.1\r\n\r\n"))
			return last(r)
		}, repetitions, wire.CodeMalformed, "code=malformed"},
		{"bytes that are no frame, in a session", func(s *siege) wire.Error {
			r := open(s.t, s.World, s.Terminal("p2"), firstBody())
			pour(r, 1, []byte{0x82, 0x10, 0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
			return last(r)
		}, repetitions, wire.CodeMalformed, "code=malformed"},
		{"a proof signed by another key", func(s *siege) wire.Error {
			r := dial(s.t, s.World, hello)
			posing := linktest.NewTerminal()
			body := firstBody()
			body.Key = s.healthy.Key.ID
			p, err := r.tr.SignProve(posing.Key, body)
			if err != nil {
				s.t.Fatal(err)
			}
			r.send(p)
			return last(r)
		}, repetitions, civic.Untrusted, "code=untrusted"},
		{"an enrolment code that was guessed", func(s *siege) wire.Error {
			s.Central.Invite(hub.Enrolment{ID: "e", Secret: []byte{0, 1, 2, 3, 4, 5, 6, 7}})
			r := dial(s.t, s.World, hello)
			ask, err := r.tr.SignEnrol(linktest.NewTerminal().Key, make([]byte, 8), wire.EnrolBody{})
			if err != nil {
				s.t.Fatal(err)
			}
			r.send(ask)
			return last(r)
		}, repetitions, wire.CodeEnrolment, "code=enrolment-invalid"},
		{"another terminal's entries", func(s *siege) wire.Error {
			r := open(s.t, s.World, s.Terminal("p2"), firstBody())
			list, err := s.healthy.After(context.Background(), 0, 1)
			if err != nil || len(list) == 0 {
				s.t.Fatal(err)
			}
			r.send(&list[0])
			e := until[*wire.Error](r)
			if e.Fatal || e.About != wire.TypeEntry {
				s.t.Errorf("got %+v", e)
			}
			_ = r.conn.Close()
			return *e
		}, repetitions, civic.Untrusted, `msg="entry not taken" terminal=7 code=untrusted`},
		{"a flood of unknown frames", func(s *siege) wire.Error {
			r := open(s.t, s.World, s.Terminal("p2"), firstBody())
			go pour(r, 50_000, linktest.NewerFrame(200))
			return last(r)
		}, 3, civic.Limited, "code=limited"},
		{"a flood of Error frames", func(s *siege) wire.Error {
			r := open(s.t, s.World, s.Terminal("p2"), firstBody())
			go pour(r, 50_000, encode(s.t, &wire.Error{Code: "made-up"}))
			return last(r)
		}, 3, civic.Limited, "terminal refused a frame"},
		{"a flood of chunks of nobody's paper", func(s *siege) wire.Error {
			r := open(s.t, s.World, s.Terminal("p2"), firstBody())
			go pour(r, 50_000, encode(s.t, &wire.Chunk{Digest: civic.Digest{9}, Size: 5}))
			return last(r)
		}, 3, civic.Limited, "code=limited"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSiege(t, hub.Limits{Inbox: 32 << 10})
				defer s.Close()
				s.healthy.TakeIn(50_000)
				u := s.Uplink(s.healthy)
				defer s.Run(u)()
				s.Until(time.Minute, func() string { return "up" }, func() bool { return u.State().Up })
				since := u.State().Since
				for range c.times {
					if e := c.attack(s); c.want != "" && e.Code != c.want {
						t.Fatalf("refused with %+v, want %s", e, c.want)
					}
					s.healthy.TakeIn()
				}
				s.Until(10*time.Second, func() string { return s.Report(s.healthy) }, func() bool { return s.InStep(s.healthy, 1) })
				if state := u.State(); !state.Up || state.Since != since || state.Reason != "" {
					t.Errorf("the healthy session was disturbed: %+v", state)
				}
				if n := strings.Count(s.log.String(), c.log); n != 1 {
					t.Errorf("logged %d times:\n%s", n, s.log.String())
				}
			})
		})
	}
}

// TestReplay is every frame that a terminal sent in a session of its own, sent again by someone who overheard it.
func TestReplay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSiege(t, hub.Limits{})
		defer s.Close()
		var mu sync.Mutex
		var heard [][]byte
		s.Line.Become(func(p linktest.Passing) linktest.Fate {
			mu.Lock()
			defer mu.Unlock()
			if p.Up && p.Session == 1 {
				heard = append(heard, bytes.Clone(p.Bytes))
			}
			return linktest.Deliver
		})
		s.healthy.TakeIn(1000)
		u := s.Uplink(s.healthy)
		defer s.Run(u)()
		s.Until(time.Minute, func() string { return s.Report(s.healthy) }, func() bool { return s.InStep(s.healthy, 1) })
		since := u.State().Since
		for range repetitions {
			r := s.dialRaw()
			mu.Lock()
			again := heard
			mu.Unlock()
			go func() {
				for _, b := range again {
					if linktest.SendBytes(context.Background(), r.conn, b) != nil {
						return
					}
				}
			}()
			if e := last(r); e.Code != civic.Untrusted || !e.Fatal {
				t.Fatalf("got %+v", e)
			}
		}
		if state := u.State(); !state.Up || state.Since != since {
			t.Errorf("the session overheard was disturbed: %+v", state)
		}
		if n := strings.Count(s.log.String(), "code=untrusted"); n != 1 {
			t.Errorf("logged %d times", n)
		}
		if cases, _ := s.Central.Cases(); cases != 1 {
			t.Errorf("%d cases", cases)
		}
	})
}

// TestFloodOfTelemetry is a terminal that reports without end: central writes it down now and then.
func TestFloodOfTelemetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSiege(t, hub.Limits{})
		defer s.Close()
		r := open(t, s.World, s.Terminal("p2"), firstBody())
		before := s.Central.Sightings()
		pour(r, 5000, encode(t, &wire.Telemetry{Queue: 1}))
		r.send(&wire.Ping{ID: 3})
		until[*wire.Pong](r)
		if n := s.Central.Sightings() - before; n < 1 || n > 2 {
			t.Errorf("%d writes", n)
		}
	})
}

// TestFloodOfQuestions is a terminal that tries codes: after as many as people at a counter could ask it is told that
// there were too many, and is served again a minute later.
func TestFloodOfQuestions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSiege(t, hub.Limits{})
		defer s.Close()
		r := open(t, s.World, s.Terminal("p2"), firstBody())
		answered := map[civic.Code]int{}
		for i := range 200 {
			r.send(&wire.Ask{ID: uint64(i), Code: civic.NewTrackingCode(7, uint32(i)), LastFour: "0000"})
			answered[until[*wire.Answer](r).Code]++
		}
		if answered[civic.NotFound] != 60 || answered[civic.Limited] != 140 {
			t.Errorf("answers: %v", answered)
		}
		for range 4 {
			timer := time.NewTimer(16 * time.Second)
			<-timer.C
			r.send(&wire.Ping{})
		}
		r.send(&wire.Ask{ID: 999, Code: civic.NewTrackingCode(7, 1), LastFour: "1234"})
		if a := until[*wire.Answer](r); a.ID != 999 || a.Code != "" {
			t.Errorf("a minute later: %+v", a)
		}
	})
}

// TestCrowdOfStrangers is connections that take every place and say nothing: a terminal gets in all the same.
func TestCrowdOfStrangers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSiege(t, hub.Limits{Handshakes: 8, Spread: time.Second})
		defer s.Close()
		ctx, cancel := context.WithCancel(context.Background())
		var strangers sync.WaitGroup
		for range 40 {
			strangers.Go(func() {
				for ctx.Err() == nil {
					conn, err := s.Line.Dial(ctx)
					if err != nil {
						return
					}
					_, _, _ = conn.Recv(ctx) // until it is told to come back, or gives way
					_ = conn.Close()
					timer := time.NewTimer(time.Second)
					select {
					case <-timer.C:
					case <-ctx.Done():
					}
				}
			})
		}
		timer := time.NewTimer(10 * time.Second)
		<-timer.C
		s.healthy.TakeIn()
		u := s.Uplink(s.healthy)
		stop := s.Run(u)
		s.Until(5*time.Minute, func() string { return s.Report(s.healthy) }, func() bool { return s.InStep(s.healthy, 1) })
		if n := len(s.Hub.Sessions()); n != 1 {
			t.Errorf("%d sessions", n)
		}
		t.Logf("in step after %v, with %d connections of strangers", time.Since(u.State().Since), s.Line.Sessions())
		stop()
		cancel()
		strangers.Wait()
	})
}
