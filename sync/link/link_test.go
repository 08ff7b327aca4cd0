package link_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sync"
	"testing"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/identity"
	"doorstep/sync/link"
	"doorstep/sync/linktest"
	"doorstep/sync/wire"
)

// serve runs a server whose sessions fn holds, and returns its address.
func serve(t testing.TB, fn func(context.Context, wire.Conn)) (address string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ln, err := link.Listen(ctx, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- link.Serve(ctx, ln, slog.New(slog.DiscardHandler), fn) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	t.Cleanup(stop)
	return ln.Addr().String(), stop
}

func patience(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// echo sends back what it gets.
func echo(ctx context.Context, c wire.Conn) {
	c.Limit(wire.MaxFrame)
	for {
		f, _, err := c.Recv(ctx)
		if err != nil || c.Send(ctx, f) != nil {
			return
		}
	}
}

func TestFrames(t *testing.T) {
	address, _ := serve(t, echo)
	ctx := patience(t)
	c, err := link.Dial(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	c.Limit(wire.MaxFrame)
	for _, f := range []wire.Frame{
		&wire.Ping{ID: 7},
		&wire.Chunk{Digest: civic.Digest{1}, Data: bytes.Repeat([]byte{9}, wire.MaxChunk)},
		&wire.Entry{Body: wire.Signed{Payload: bytes.Repeat([]byte{8}, wire.MaxSealed), Signature: []byte{1}}},
		&wire.Pong{},
	} {
		if err := c.Send(ctx, f); err != nil {
			t.Fatal(err)
		}
		got, raw, err := c.Recv(ctx)
		want, encErr := wire.Encode(got)
		if err != nil || encErr != nil || wire.TypeOf(got) != wire.TypeOf(f) || !bytes.Equal(raw, want) {
			t.Errorf("sent %T, got %T, %v", f, got, err)
		}
		if e, ok := f.(*wire.Ping); ok && !reflect.DeepEqual(got, e) {
			t.Errorf("got %+v", got)
		}
	}
}

// TestSession is the whole over real sockets: a terminal enrols, files, follows, and goes on after central restarted.
func TestSession(t *testing.T) {
	w := linktest.NewWorld(t, hub.Limits{})
	w.Central.Publish(civic.Edition{Kind: civic.EditionGuide, ID: "g", Rev: 1, Body: []byte("{}")})
	var mu sync.Mutex
	h := w.Hub
	session := func(ctx context.Context, c wire.Conn) {
		mu.Lock()
		now := h
		mu.Unlock()
		_ = now.Serve(ctx, c)
	}
	address, stop := serve(t, session)
	code, err := identity.NewCode(address, w.Central.Root.Public())
	if err != nil {
		t.Fatal(err)
	}
	w.Central.Invite(hub.Enrolment{ID: "e", Secret: code.Secret[:]})
	dial := func(ctx context.Context) (wire.Conn, error) {
		mu.Lock()
		to := address
		mu.Unlock()
		return link.Dial(ctx, to)
	}
	term := linktest.NewTerminal()
	u := w.UplinkTo(term, code.Root, dial)
	conn, err := dial(patience(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := u.Enrol(patience(t), conn, code.Secret); err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()

	halt := w.Run(u)
	defer halt()
	term.TakeIn(300_000)
	report := func() string { return w.Report(term) }
	w.Until(20*time.Second, report, func() bool { return w.InStep(term, 1) })
	stop()
	w.Until(20*time.Second, report, func() bool { return !u.State().Up })
	term.TakeIn(1000)
	again, _ := serve(t, session)
	mu.Lock()
	address, h = again, w.NewHub(hub.Limits{})
	mu.Unlock()
	w.Until(40*time.Second, report, func() bool { return w.InStep(term, 1) })
	if n, err := u.Ask(patience(t), civic.NewTrackingCode(1, 2), "1234"); err != nil || n.Status != civic.Accepted {
		t.Errorf("asked: %+v, %v", n, err)
	}
}

// TestBinding is that both ends know the same and no two connections share it.
func TestBinding(t *testing.T) {
	bindings := make(chan []byte, 2)
	address, _ := serve(t, func(ctx context.Context, c wire.Conn) {
		bindings <- c.Binding()
		_, _, _ = c.Recv(ctx)
	})
	var seen [][]byte
	for range 2 {
		c, err := link.Dial(patience(t), address)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		if there := <-bindings; !bytes.Equal(there, c.Binding()) || len(there) != 32 {
			t.Errorf("central has %x, the terminal %x", there, c.Binding())
		}
		seen = append(seen, c.Binding())
	}
	if bytes.Equal(seen[0], seen[1]) {
		t.Error("two connections with one binding")
	}
}

func TestLimit(t *testing.T) {
	end := make(chan error, 1)
	address, _ := serve(t, func(ctx context.Context, c wire.Conn) {
		_, _, err := c.Recv(ctx)
		end <- err
	})
	c, err := link.Dial(patience(t), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if err := c.Send(patience(t), &wire.Chunk{Data: make([]byte, wire.MaxHandshake)}); err != nil {
		t.Fatal(err)
	}
	if err := <-end; !errors.Is(err, &civic.Error{Code: wire.CodeTooLarge}) {
		t.Errorf("got %v", err)
	}
}

// TestEnds is that closing on one side ends the other, and a context its own side, without waiting for the peer.
func TestEnds(t *testing.T) {
	began, ends := make(chan struct{}, 2), make(chan error, 2)
	address, stop := serve(t, func(ctx context.Context, c wire.Conn) {
		began <- struct{}{}
		_, _, err := c.Recv(ctx)
		ends <- err
	})
	c, err := link.Dial(patience(t), address)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	<-began
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, _, err := c.Recv(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := <-ends; !errors.Is(err, &civic.Error{Code: link.CodeLost}) {
		t.Errorf("the other side: %v", err)
	}
	if err := c.Send(patience(t), &wire.Ping{}); !errors.Is(err, &civic.Error{Code: link.CodeLost}) {
		t.Errorf("after the end: %v", err)
	}

	c, err = link.Dial(patience(t), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	<-began
	stop() // waits for the session, whose Recv ends with the server
	if err := <-ends; !errors.Is(err, context.Canceled) {
		t.Errorf("central stops: %v", err)
	}
	if _, _, err := c.Recv(patience(t)); !errors.Is(err, &civic.Error{Code: link.CodeLost}) {
		t.Errorf("central gone: %v", err)
	}
}

// TestReasons is that the screen can tell apart what a person would do different things about.
func TestReasons(t *testing.T) {
	listen := func(handle func(net.Conn)) string {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = ln.Close() })
		go func() {
			for {
				c, err := ln.Accept()
				if err != nil {
					return
				}
				go func() {
					defer func() { _ = c.Close() }()
					handle(c)
				}()
			}
		}()
		return ln.Addr().String()
	}
	read := func(c net.Conn) { _, _ = c.Read(make([]byte, 2048)) }
	portal := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Redirect(w, &http.Request{}, "https://portal.example/login", http.StatusFound)
	})
	plain, secure := httptest.NewServer(portal), httptest.NewTLSServer(portal)
	defer plain.Close()
	defer secure.Close()
	old := httptest.NewUnstartedServer(portal)
	old.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS12}
	old.StartTLS()
	defer old.Close()

	for _, c := range []struct {
		name, address string
		want          civic.Code
	}{
		{"no such name", "central.invalid:7443", link.CodeDNS},
		{"nobody listens", unused(t), link.CodeRefused},
		{"answers in another language", listen(func(c net.Conn) { read(c); _, _ = io.WriteString(c, "220 mail ready\r\n") }), link.CodeTLS},
		{"answers in plain HTTP", listen(func(c net.Conn) { read(c); _, _ = io.WriteString(c, "HTTP/1.1 302 Found\r\n\r\n") }), link.CodeCaptive},
		{"a plain web server", plain.Listener.Addr().String(), link.CodeCaptive},
		{"a portal with a certificate", secure.Listener.Addr().String(), link.CodeCaptive},
		{"TLS 1.2", old.Listener.Addr().String(), link.CodeTLS},
		{"hangs up", listen(func(net.Conn) {}), link.CodeLost},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn, err := link.Dial(patience(t), c.address)
			if conn != nil {
				_ = conn.Close()
			}
			if !errors.Is(err, &civic.Error{Code: c.want}) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
	t.Run("no answer", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		defer cancel()
		hold := make(chan struct{})
		defer close(hold)
		if _, err := link.Dial(ctx, listen(func(net.Conn) { <-hold })); !errors.Is(err, &civic.Error{Code: link.CodeTimeout}) {
			t.Errorf("got %v", err)
		}
	})
}

func unused(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	return ln.Addr().String()
}

// TestStrangers is what the server gives to who is no terminal.
func TestStrangers(t *testing.T) {
	address, _ := serve(t, func(context.Context, wire.Conn) { t.Error("a stranger got a session") })
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	for _, c := range []struct {
		path   string
		header http.Header
		want   int
	}{
		{"/", nil, http.StatusNotFound},
		{link.Path, nil, http.StatusBadRequest},
		{link.Path, http.Header{
			"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"},
			"Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="}, "Origin": {"https://page.example"},
		}, http.StatusForbidden},
	} {
		req, err := http.NewRequestWithContext(patience(t), http.MethodGet, "https://"+address+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header = c.header
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != c.want {
			t.Errorf("%s %v: %d, want %d", c.path, c.header, resp.StatusCode, c.want)
		}
	}
	client.CloseIdleConnections()
}
