package uplink

import (
	"testing"
	"time"

	"doorstep/sync/wire"
)

// TestPace is how large chunks become on lines of every kind: a second of the line, whatever the way there and back.
func TestPace(t *testing.T) {
	for _, c := range []struct {
		name      string
		bandwidth int
		trip      time.Duration
		want      int
	}{
		{"modem", 7000, 600 * time.Millisecond, 7000},
		{"slower than a chunk a second", 1000, 600 * time.Millisecond, minChunk},
		{"satellite", 100_000, 1500 * time.Millisecond, 100_000},
		{"fibre", 100_000_000, time.Millisecond, wire.MaxChunk},
	} {
		t.Run(c.name, func(t *testing.T) {
			took := func(n int) time.Duration {
				return c.trip + time.Duration(n)*time.Second/time.Duration(c.bandwidth)
			}
			p := pace{}.next(c.trip)
			last := p.chunk
			for range 10 {
				p.measure(p.chunk, took(p.chunk))
				if p.chunk > max(last*growth, minChunk) || p.chunk > max(c.want+1, minChunk) {
					t.Errorf("a chunk of %d after one of %d", p.chunk, last)
				}
				last = p.chunk
			}
			if p.chunk < c.want*99/100 {
				t.Errorf("chunks of %d, want %d", p.chunk, c.want)
			}
			// The line is another: the first chunk of the next session takes it for no more than firstChunk.
			if next := p.next(time.Second); next.chunk > firstChunk || next.chunk != min(p.chunk, firstChunk) {
				t.Errorf("the next session begins with %d", next.chunk)
			}
		})
	}
	p := pace{}.next(time.Second)
	p.measure(0, 100*time.Millisecond)
	if p.trip != 100*time.Millisecond || p.chunk != minChunk {
		t.Errorf("after a question: %+v", p)
	}
}
