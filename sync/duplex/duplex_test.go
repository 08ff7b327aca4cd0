package duplex_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"doorstep/sync/duplex"
	"doorstep/sync/wire"
)

// script is a connection that brings what it was given and keeps what is sent.
type script struct {
	in   chan wire.Frame
	out  chan wire.Frame
	read int
}

var errEnd = errors.New("end")

// Recv returns the next frame of the script; nil stands for a type that nobody knows.
func (s *script) Recv(ctx context.Context) (wire.Frame, []byte, error) {
	select {
	case f, ok := <-s.in:
		if !ok {
			return nil, nil, errEnd
		}
		s.read++
		if f == nil {
			return nil, make([]byte, 10), &wire.UnknownFrame{Type: 99}
		}
		return f, make([]byte, 10), nil
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
}

// Send keeps a frame.
func (s *script) Send(ctx context.Context, f wire.Frame) error {
	select {
	case s.out <- f:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Binding, Limit and Close do nothing.
func (s *script) Binding() []byte { return nil }

// Limit does nothing.
func (s *script) Limit(int) {}

// Close does nothing.
func (s *script) Close() error { return nil }

// TestInbox is order, the bound, what is taken together, and the end after everything before it.
func TestInbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		c := &script{in: make(chan wire.Frame, 100)}
		for i := range uint64(6) {
			c.in <- &wire.Ping{ID: i}
		}
		c.in <- &wire.Pong{ID: 6}
		c.in <- nil
		c.in <- &wire.Ping{ID: 8}
		close(c.in)
		b := duplex.NewInbox(40)
		heard := 0
		done := make(chan error, 1)
		go func() { done <- b.Fill(ctx, c, func() { heard++ }) }()
		synctest.Wait()
		if c.read != 5 { // four fill the inbox, the fifth waits at its door
			t.Errorf("%d frames read ahead", c.read)
		}
		f, err := b.Next(ctx)
		if p, ok := f.(*wire.Ping); err != nil || !ok || p.ID != 0 {
			t.Fatalf("first: %#v, %v", f, err)
		}
		synctest.Wait()
		if got := duplex.More(b, f.(*wire.Ping), 3); len(got) != 3 || got[2].ID != 2 {
			t.Errorf("together: %v", got)
		}
		synctest.Wait()
		f, _ = b.Next(ctx)
		if got := duplex.More(b, f.(*wire.Ping), 9); len(got) < 2 || got[0].ID != 3 || got[len(got)-1].ID > 5 {
			t.Errorf("together: %v", got)
		}
		var ids []uint64
		for {
			f, err := b.Next(ctx)
			var unknown *wire.UnknownFrame
			if errors.As(err, &unknown) {
				ids = append(ids, uint64(unknown.Type))
				continue
			}
			if err != nil {
				if !errors.Is(err, errEnd) {
					t.Error(err)
				}
				break
			}
			switch f := f.(type) {
			case *wire.Ping:
				ids = append(ids, f.ID)
			case *wire.Pong:
				ids = append(ids, f.ID)
			}
		}
		if n := len(ids); n < 3 || ids[n-3] != 6 || ids[n-2] != 99 || ids[n-1] != 8 {
			t.Errorf("the rest: %v", ids)
		}
		if err := <-done; !errors.Is(err, errEnd) || heard != 9 || !b.Empty() {
			t.Errorf("ended with %v after %d", err, heard)
		}
	})
}

// TestDrain is that word of something to send is never lost, and that a quiet line beats.
func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		c := &script{out: make(chan wire.Frame, 100)}
		wake := make(chan struct{}, 1)
		var left []wire.Frame
		next := func(context.Context) (wire.Frame, error) {
			if len(left) == 0 {
				return nil, nil
			}
			f := left[0]
			left = left[1:]
			return f, nil
		}
		done := make(chan error, 1)
		go func() {
			done <- duplex.Drain(ctx, c, wake, next, func() wire.Frame { return &wire.Pong{} })
		}()
		synctest.Wait()
		left = []wire.Frame{&wire.Ping{ID: 1}, &wire.Ping{ID: 2}}
		duplex.Notify(wake)
		duplex.Notify(wake)
		synctest.Wait()
		if len(c.out) != 2 {
			t.Errorf("%d frames sent", len(c.out))
		}
		<-time.After(wire.Heartbeat - time.Second)
		if len(c.out) != 2 {
			t.Error("beats too early")
		}
		<-time.After(2 * wire.Heartbeat)
		synctest.Wait()
		if len(c.out) != 4 {
			t.Errorf("%d frames after two heartbeats", len(c.out))
		}
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}
