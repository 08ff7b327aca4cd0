package uplink

import (
	"time"

	"doorstep/sync/wire"
)

// pace sizes chunks: each is of at most what the line carries in a second, as the last one measured it. Only the time
// that grows with a chunk counts, not the way there and back: a satellite's second would else make every chunk the
// smallest, however much the line carries.
type pace struct {
	chunk int           // bytes of the next chunk
	trip  time.Duration // the shortest way there and back of this session
}

const (
	minChunk   = 4 << 10
	firstChunk = 16 << 10 // at most, of a session: the line may be another than before
	growth     = 4        // one measurement that was off cannot fill a slow line for a minute
)

// next returns the pace of a session that follows one of this pace. trip is the way there and back as the handshake
// measured it, when nothing else was on the line.
func (p pace) next(trip time.Duration) pace {
	return pace{chunk: min(max(p.chunk, minChunk), firstChunk), trip: trip}
}

// measure takes how long the answer to a chunk of n bytes took; n is 0 for a question, which says how long the way is.
func (p *pace) measure(n int, took time.Duration) {
	p.trip = min(p.trip, took)
	if n == 0 {
		return
	}
	perSecond := int64(n) * int64(time.Second) / int64(max(took-p.trip, time.Millisecond))
	p.chunk = int(min(max(perSecond, minChunk), int64(p.chunk*growth), wire.MaxChunk))
}
