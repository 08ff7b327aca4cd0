package wire

import (
	"context"
	"time"
)

// The heartbeat. A side that has sent nothing for Heartbeat sends a Ping; a connection on which not one byte has
// arrived for Silence is lost. Bytes count, not frames: a large entry may take minutes on a slow line.
const (
	Heartbeat = 20 * time.Second
	Silence   = 60 * time.Second
)

// Conn is one session's transport. Send and Recv may be used by one goroutine each at the same time; Close by any,
// and it ends both. A frame arrives whole or not at all, in the order sent, or the connection fails.
type Conn interface {
	// Send writes one frame. It returns when the transport has taken it, or ctx ends, or the connection failed.
	Send(ctx context.Context, f Frame) error
	// Recv returns the next frame and the exact bytes it came in. An *UnknownFrame error leaves the
	// connection usable; any other ends it. A connection that stays silent for Silence fails.
	Recv(ctx context.Context) (Frame, []byte, error)
	// Binding is what both ends of this very connection know and no one between them can choose: 32 bytes of
	// TLS exporter. It is nil where there is no such thing, and then no session is opened.
	Binding() []byte
	// Limit bounds the bytes of the frames that Recv takes from now on. A connection begins with MaxHandshake.
	Limit(n int)
	// Close ends the connection. Only the first call counts.
	Close() error
}
