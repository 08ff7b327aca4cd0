package link_test

import (
	"context"
	"testing"
	"time"

	"doorstep/sync/link"
	"doorstep/sync/wire"
)

// TestUnsent is that neither end lets the kernel take more than it sends soon: a side that does not read stops the other
// before megabytes stand between the lanes and the line. Without the bound they do.
func TestUnsent(t *testing.T) {
	conns := make(chan wire.Conn, 1)
	address, _ := serve(t, func(ctx context.Context, c wire.Conn) {
		conns <- c
		<-ctx.Done()
	})
	near, err := link.Dial(patience(t), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = near.Close() }()
	const record = 17 << 10 // of TLS, the most that one write brings
	for name, c := range map[string]wire.Conn{"terminal": near, "central": <-conns} {
		sent := flood(t, c)
		bounded := waiting(t, c, sent)
		if err := link.Unbound(c); err != nil {
			t.Fatal(err)
		}
		free := waiting(t, c, sent)
		t.Logf("figures %s-waits=%d unbounded-%s-waits=%d", name, bounded, name, free)
		if bounded > link.Unsent+record || free < 20*bounded {
			t.Errorf("%s: %d bytes wait in the kernel, %d without the bound", name, bounded, free)
		}
	}
}

// flood sends for as long as the connection takes anything, and tells of each frame.
func flood(t *testing.T, c wire.Conn) <-chan struct{} {
	sent := make(chan struct{})
	go func() {
		for c.Send(t.Context(), &wire.Chunk{Data: make([]byte, 8<<10)}) == nil {
			select {
			case sent <- struct{}{}:
			case <-t.Context().Done():
				return
			}
		}
	}()
	return sent
}

// waiting returns what the kernel has taken and not sent, once it takes no more.
func waiting(t *testing.T, c wire.Conn, sent <-chan struct{}) int {
	t.Helper()
	for {
		select {
		case <-sent:
		case <-time.After(300 * time.Millisecond): // nobody reads: what is not taken by now never is
			n, err := link.Waiting(c)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
}
