package link

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/websocket"

	"doorstep/sync/wire"
)

const (
	dialTimeout    = 10 * time.Second
	upgradeTimeout = 15 * time.Second
)

// Dial opens a connection to central at host:port. Its errors are *civic.Error with this package's codes, so that
// the screen can say what is wrong with the line.
func Dial(ctx context.Context, address string) (wire.Conn, error) {
	dialer := net.Dialer{Timeout: dialTimeout}
	tcp, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fail(dialCode(err), err)
	}
	// No goroutine outlives Dial, and none of the steps below blocks beyond ctx.
	defer context.AfterFunc(ctx, func() { _ = tcp.Close() })()
	c, err := upgrade(ctx, tcp, address)
	if err == nil {
		return c, nil
	}
	_ = tcp.Close()
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil, fail(CodeTimeout, err) // and not what the closed connection says of itself
	}
	return nil, err
}

func upgrade(ctx context.Context, tcp net.Conn, address string) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, upgradeTimeout)
	defer cancel()
	secure := tls.Client(newWatch(tcp), &tls.Config{
		MinVersion: tls.VersionTLS13,
		NextProtos: []string{"http/1.1"},
		// Neither authority nor date is checked: what is trusted is central's signature over this connection's
		// exporter, verified up to the root key of the enrolment code before anything is said. See the package comment.
		InsecureSkipVerify: true,
	})
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, fail(tlsCode(err), err)
	}
	dialer := websocket.Dialer{
		NetDialTLSContext: func(context.Context, string, string) (net.Conn, error) { return secure, nil },
		HandshakeTimeout:  upgradeTimeout,
		ReadBufferSize:    4096,
		WriteBufferSize:   4096,
	}
	u := url.URL{Scheme: "wss", Host: address, Path: Path}
	ws, resp, err := dialer.DialContext(ctx, u.String(), http.Header{})
	if resp != nil && resp.Body != nil {
		_ = resp.Body.Close()
	}
	if err != nil {
		return nil, fail(upgradeCode(err, resp), err)
	}
	state := secure.ConnectionState()
	return newConn(ws, &state)
}
