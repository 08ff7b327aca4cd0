package link

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"doorstep/sync/wire"
)

const headerTimeout = 10 * time.Second

// Listen listens for terminals on a TCP address, with TLS 1.3 and a certificate made for this process alone.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	cert, err := certificate()
	if err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for terminals: %w", err)
	}
	return tls.NewListener(watched{ln}, &tls.Config{
		MinVersion:             tls.VersionTLS13,
		Certificates:           []tls.Certificate{cert},
		NextProtos:             []string{"http/1.1"}, // a websocket cannot be upgraded from HTTP/2 here
		SessionTicketsDisabled: true,                 // a session lasts for days: resuming one saves nothing
	}), nil
}

// watched puts a watch under every connection.
type watched struct{ net.Listener }

// Accept returns the next connection with its watch.
func (l watched) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return newWatch(c), nil
}

// certificate makes the certificate that TLS cannot do without and that nobody reads.
func certificate() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make certificate: %w", err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Unix(1<<32, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// Handler upgrades requests on Path and hands each connection to serve in a goroutine of its own. It returns at once:
// net/http then frees what it holds for a request, 12 KB of the 17 KB that an idle terminal would cost.
func Handler(serve func(wire.Conn)) http.Handler {
	return handler(func(c *conn) { go serve(c) })
}

func handler(start func(*conn)) http.Handler {
	up := websocket.Upgrader{
		ReadBufferSize:  1024,
		WriteBufferSize: 4096,
		WriteBufferPool: &sync.Pool{},
		// Terminals are no browsers: they send no Origin, and a page that does gets no further than here.
		CheckOrigin: func(r *http.Request) bool { return r.Header.Get("Origin") == "" },
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != Path || r.TLS == nil {
			http.NotFound(w, r)
			return
		}
		ws, err := up.Upgrade(w, r, nil)
		if err != nil {
			return // Upgrade has answered
		}
		c, err := newConn(ws, r.TLS)
		if err != nil {
			_ = ws.Close()
			return
		}
		start(c)
	})
}

// Serve takes connections from ln until ctx ends, then closes ln and waits until every serve has returned. The
// context of serve is ctx.
func Serve(ctx context.Context, ln net.Listener, logger *slog.Logger, serve func(context.Context, wire.Conn)) error {
	var open sessions
	srv := &http.Server{
		Handler: handler(func(c *conn) {
			if !open.begin() {
				_ = c.Close()
				return
			}
			go func() {
				defer open.running.Done()
				serve(ctx, c)
				_ = c.Close()
			}()
		}),
		ReadHeaderTimeout: headerTimeout,
		MaxHeaderBytes:    8 << 10,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
	defer context.AfterFunc(ctx, func() { _ = srv.Close() })()
	err := srv.Serve(ln)
	open.end()
	if errors.Is(err, http.ErrServerClosed) && ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("serve terminals: %w", err)
}

// sessions counts what http.Server forgets: upgraded connections.
type sessions struct {
	mu      sync.Mutex // guards closed, and running from a first Add while end waits
	closed  bool
	running sync.WaitGroup
}

func (s *sessions) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.running.Add(1)
	}
	return !s.closed
}

func (s *sessions) end() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.running.Wait()
}
