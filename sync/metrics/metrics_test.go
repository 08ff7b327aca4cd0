package metrics_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"doorstep/sync/metrics"
)

// The door opens on the loopback only, whatever else the machine has.
func TestListen(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "[::]:0", "example.cn:0", "127.0.0.1"} {
		if ln, err := metrics.Listen(t.Context(), address); err == nil {
			_ = ln.Close()
			t.Errorf("%s is let in", address)
		}
	}
	for _, address := range []string{"127.0.0.1:0", "localhost:0", "127.3.2.1:0"} {
		ln, err := metrics.Listen(t.Context(), address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		_ = ln.Close()
	}
}

func TestServe(t *testing.T) {
	ln, err := metrics.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r, err := metrics.New("kiosk", "1.2", nil...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- metrics.Serve(ctx, ln, r) }()
	status, body := get(t, "http://"+ln.Addr().String()+"/metrics")
	if status != http.StatusOK || !strings.Contains(body, `doorstep_build_info{program="kiosk",version="1.2"} 1`) ||
		!strings.Contains(body, "process_open_fds") || !strings.Contains(body, "go_goroutines") {
		t.Errorf("status %d: %.300s", status, body)
	}
	if status, _ := get(t, "http://"+ln.Addr().String()+"/"); status != http.StatusNotFound {
		t.Errorf("another path: status %d", status)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func get(t *testing.T, link string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, link, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}
