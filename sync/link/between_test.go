package link_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"doorstep/assets/locale"
	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/identity"
	"doorstep/sync/link"
	"doorstep/sync/linktest"
	"doorstep/sync/uplink"
	"doorstep/sync/wire"
)

// TestBetween is what may stand between a terminal and central and answer in its place, as real servers on loopback:
// the terminal tells a sign-in page from a proxy that refuses.
func TestBetween(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		want   civic.Code
	}{
		{"a portal sends to its page", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://portal.example/login?from="+r.Host, http.StatusFound)
		}, link.CodeCaptive},
		{"a portal shows its page", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<form>...</form>")
		}, link.CodeCaptive},
		{"RFC 6585", status(http.StatusNetworkAuthenticationRequired), link.CodeCaptive},
		{"a proxy wants a password", status(http.StatusProxyAuthRequired), link.CodeProxy},
		{"a firewall forbids", status(http.StatusForbidden), link.CodeProxy},
		{"a proxy has no way", status(http.StatusBadGateway), link.CodeProxy},
		{"a proxy waits in vain", status(http.StatusGatewayTimeout), link.CodeProxy},
		{"another web server", http.NotFound, link.CodeProxy},
		{"a proxy that does not pass websockets", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Via", "1.1 proxy")
			http.Error(w, "upgrade required", http.StatusUpgradeRequired)
		}, link.CodeProxy},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := httptest.NewTLSServer(c.answer)
			defer s.Close()
			_, err := link.Dial(patience(t), s.Listener.Addr().String())
			var e *civic.Error
			if !errors.As(err, &e) || e.Code != c.want {
				t.Fatalf("got %v, want %s", err, c.want)
			}
			if !locale.Has(e.Key) {
				t.Errorf("%s has no words", e.Key)
			}
		})
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// TestIntercepted is a proxy that opens TLS, with a certificate that the machine may even trust, and passes every byte
// on: the terminal says so in words, tells it nothing but its versions, and delivers as soon as it is gone.
func TestIntercepted(t *testing.T) {
	w := linktest.NewWorld(t, hub.Limits{})
	central, _ := serve(t, func(ctx context.Context, c wire.Conn) { _ = w.Hub.Serve(ctx, c) })
	proxy, up := interceptor(t, central)
	var to atomic.Value
	to.Store(proxy)
	term := w.Terminal("p1")
	term.TakeIn(1000)
	u := w.UplinkTo(term, identity.FingerprintOf(w.Central.Root.Public()), func(ctx context.Context) (wire.Conn, error) {
		return link.Dial(ctx, to.Load().(string))
	})
	defer w.Run(u)()
	w.Until(20*time.Second, func() string { return string(u.State().Reason) }, func() bool { return u.State().Reason == uplink.CodeIntercepted })
	s := u.State()
	if s.Up || s.Queue != 1 || !locale.Has(s.Key()) || s.Key() == "link.untrusted" {
		t.Errorf("state %+v, %s", s, s.Key())
	}
	if n := up.Load(); n > 1500 {
		t.Errorf("the proxy was told %d bytes", n)
	}
	if len(w.Hub.Sessions()) != 0 {
		t.Error("a session through the proxy")
	}
	to.Store(central)
	w.Until(20*time.Second, func() string { return w.Report(term) }, func() bool { return w.InStep(term, 1) })
}

// interceptor runs a proxy that ends TLS on both sides, and counts the bytes of the first connection that go up.
func interceptor(t *testing.T, central string) (address string, up *atomic.Int64) {
	t.Helper()
	donor := httptest.NewTLSServer(http.NotFoundHandler())
	certificates := donor.TLS.Certificates
	donor.Close()
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: certificates, NextProtos: []string{"http/1.1"}})
	if err != nil {
		t.Fatal(err)
	}
	up = new(atomic.Int64)
	var running sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(func() {
		cancel()
		_ = ln.Close()
		running.Wait()
	})
	first := true
	running.Go(func() {
		for {
			from, err := ln.Accept()
			if err != nil {
				return
			}
			counted := first
			first = false
			running.Go(func() { pass(ctx, from, central, up, counted) })
		}
	})
	return ln.Addr().String(), up
}

func pass(ctx context.Context, from net.Conn, central string, up *atomic.Int64, counted bool) {
	defer func() { _ = from.Close() }()
	dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}}}
	to, err := dialer.DialContext(ctx, "tcp", central)
	if err != nil {
		slog.Error("dial", "error", err)
		return
	}
	defer func() { _ = to.Close() }()
	defer context.AfterFunc(ctx, func() { _, _ = from.Close(), to.Close() })()
	back := make(chan struct{})
	go func() {
		defer close(back)
		_, _ = io.Copy(from, to)
		_ = from.Close()
	}()
	n, _ := io.Copy(to, from)
	if counted {
		up.Store(n)
	}
	_ = to.Close()
	<-back
}
