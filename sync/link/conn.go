package link

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"net"

	"github.com/gorilla/websocket"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// Path is where central takes sessions.
const Path = "/doorstep/v1"

// The TLS exporter (RFC 9266's idea, with a label of our own) that signatures of the handshake cover.
const (
	exporterLabel = "EXPORTER-doorstep-v1"
	exporterLen   = 32
)

// conn is a wire.Conn over a websocket over TLS.
type conn struct {
	ws      *websocket.Conn
	binding []byte
	once    sync.Once
}

// newConn takes over an upgraded websocket.
func newConn(ws *websocket.Conn, state *tls.ConnectionState) (*conn, error) {
	binding, err := state.ExportKeyingMaterial(exporterLabel, nil, exporterLen)
	if err != nil {
		return nil, fmt.Errorf("export keying material: %w", err)
	}
	c := &conn{ws: ws, binding: binding}
	c.Limit(wire.MaxHandshake)
	if w := watchOf(ws.NetConn()); w != nil {
		w.armed.Store(true)
	}
	return c, nil
}

// Send writes one frame. A peer that takes no bytes for wire.Silence ends the connection.
func (c *conn) Send(ctx context.Context, f wire.Frame) error {
	b, err := wire.Encode(f)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, c.abort)()
	if err := c.ws.WriteMessage(websocket.BinaryMessage, b); err != nil {
		return c.failed(ctx, err)
	}
	return nil
}

// Recv reads one frame.
func (c *conn) Recv(ctx context.Context) (wire.Frame, []byte, error) {
	defer context.AfterFunc(ctx, c.abort)()
	kind, b, err := c.ws.ReadMessage()
	switch {
	case errors.Is(err, websocket.ErrReadLimit):
		return nil, nil, &civic.Error{Code: wire.CodeTooLarge, Field: "frame", Key: "wire.large", Err: err}
	case err != nil:
		return nil, nil, c.failed(ctx, err)
	case kind != websocket.BinaryMessage:
		return nil, nil, civic.Refuse(wire.CodeMalformed, "frame", "wire.malformed")
	}
	f, err := wire.Decode(b)
	return f, b, err
}

// Binding returns the TLS exporter.
func (c *conn) Binding() []byte { return c.binding }

// Limit bounds the frames that are read from now on.
func (c *conn) Limit(n int) { c.ws.SetReadLimit(int64(n)) }

// Close ends the connection after what was sent.
func (c *conn) Close() error {
	var err error
	c.once.Do(func() { err = c.ws.Close() })
	return err
}

// abort ends the connection without a farewell: TLS would wait for a peer that takes no bytes.
func (c *conn) abort() {
	c.once.Do(func() {
		if t, ok := c.ws.NetConn().(*tls.Conn); ok {
			_ = t.NetConn().Close()
			return
		}
		_ = c.ws.Close()
	})
}

// failed says why an open connection ended.
func (c *conn) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fail(CodeLost, err)
}

func isEOF(err error) bool {
	var ce *websocket.CloseError
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || errors.As(err, &ce)
}

// watch sits below TLS, holds back what the kernel would not send soon, and ends a connection on which no byte moves. Deadlines count from the last byte and not from
// the beginning of a frame: a large entry on a slow line is life, however long it takes.
type watch struct {
	net.Conn
	silence time.Duration
	gate    *gate
	armed   atomic.Bool // not while HTTP sets deadlines of its own
}

func newWatch(c net.Conn) *watch { return &watch{Conn: c, silence: wire.Silence, gate: newGate(c)} }

func watchOf(nc net.Conn) *watch {
	if t, ok := nc.(*tls.Conn); ok {
		nc = t.NetConn()
	}
	w, _ := nc.(*watch)
	return w
}

// Read reads with a deadline for the next byte.
func (w *watch) Read(b []byte) (int, error) {
	if w.armed.Load() {
		if err := w.SetReadDeadline(time.Now().Add(w.silence)); err != nil {
			return 0, err
		}
	}
	return w.Conn.Read(b)
}

// Write writes with a deadline for this TLS record.
func (w *watch) Write(b []byte) (int, error) {
	if w.armed.Load() {
		if err := w.SetWriteDeadline(time.Now().Add(w.silence)); err != nil {
			return 0, err
		}
	}
	if err := w.gate.wait(); err != nil {
		return 0, err
	}
	return w.Conn.Write(b)
}
