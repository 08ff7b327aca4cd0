package server

import (
	"context"
	"sync"
	"testing"
	"time"

	"doorstep/central/store"
	"doorstep/sync/linktest"
	"doorstep/sync/wire"
)

// TestResume is a central that stops again and again while a paper is on its way: after each start it knows which paper
// it lacks and how much of it is here, and the terminal goes on from there.
func TestResume(t *testing.T) {
	const size, restarts = 1_500_000, 2
	dir := t.TempDir()
	start := func() *Server {
		s, err := Open(t.Context(), options(t, dir))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	var mu sync.Mutex // guards s
	s := start()
	var sent, longest, chunks int
	cut := make(chan struct{}, 1)
	line := &linktest.Line{
		Serve: func(ctx context.Context, conn wire.Conn) {
			mu.Lock()
			h := s.hub
			mu.Unlock()
			_ = h.Serve(ctx, conn)
		},
		Fate: func(p linktest.Passing) linktest.Fate {
			c, ok := p.Frame.(*wire.Chunk)
			if !ok || len(c.Data) == 0 {
				return linktest.Deliver
			}
			sent += len(c.Data)
			longest = max(longest, len(c.Data))
			if chunks++; chunks%3 == 0 && chunks <= 3*restarts {
				cut <- struct{}{}
				return linktest.Lose
			}
			return linktest.Deliver
		},
	}
	w := &linktest.World{TB: t, Line: line}
	code, err := s.Invite(t.Context(), store.Place{Point: "hualong", Name: "化龙镇", Area: "440113"})
	if err != nil {
		t.Fatal(err)
	}
	term := linktest.NewTerminal()
	u := w.UplinkTo(term, code.Root, line.Dial)
	conn, err := line.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := u.Enrol(t.Context(), conn, code.Secret); err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	term.TakeIn(size)
	stop := w.Run(u)
	had := int64(0)
	for range restarts {
		<-cut
		line.Wait()
		mu.Lock()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = start()
		mu.Unlock()
		list, err := s.Awaited(t.Context(), 0, 10)
		papers, _ := term.Papers()
		if err != nil || len(list) != 1 || list[0].Digest != papers[0].Digest || list[0].Size != size || list[0].Have <= had {
			t.Fatalf("after a start these papers are awaited: %+v, %v; %d bytes were there before", list, err, had)
		}
		if of, err := s.Awaited(t.Context(), list[0].Code, 10); err != nil || len(of) != 1 {
			t.Errorf("of the case %d papers are awaited, %v", len(of), err)
		}
		had = list[0].Have
		line.Down(false)
	}
	w.Until(time.Minute, func() string { return "paper sent" }, func() bool { _, n := term.Papers(); return n == 1 })
	stop()
	line.Wait()
	if list, err := s.Awaited(t.Context(), 0, 10); err != nil || len(list) != 0 {
		t.Errorf("in the end %d papers are awaited, %v", len(list), err)
	}
	if sent > size+restarts*longest {
		t.Errorf("%d bytes sent for %d in %d restarts, longest chunk %d", sent, size, restarts, longest)
	}
	t.Logf("figures tried=%d bytes=%d sent=%d longest-chunk=%d", restarts, size, sent, longest)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
