package link

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"
)

// TestWatch is that a connection ends when no byte moves for a while, and not because a frame takes long.
func TestWatch(t *testing.T) {
	const silence = 200 * time.Millisecond
	near, far := net.Pipe()
	defer func() { _ = near.Close() }()
	defer func() { _ = far.Close() }()
	w := &watch{Conn: near, silence: silence}
	w.armed.Store(true)
	go func() {
		tick := time.NewTicker(silence / 4)
		defer tick.Stop()
		for range 12 {
			<-tick.C
			if _, err := far.Write([]byte{1}); err != nil {
				return
			}
		}
	}()
	began := time.Now()
	got := 0
	for {
		n, err := w.Read(make([]byte, 1))
		if err != nil {
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error(err)
			}
			break
		}
		got += n
	}
	if took := time.Since(began); got != 12 || took < 3*silence {
		t.Errorf("%d bytes in %v", got, took)
	}
	began = time.Now()
	if _, err := w.Write([]byte{1}); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) < silence/2 {
		t.Errorf("a write nobody reads: %v after %v", err, time.Since(began))
	}
}
