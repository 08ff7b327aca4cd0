// Package metrics serves what a program counts to a Prometheus on the same machine. [Listen] opens an address of the
// loopback and no other: figures are for whoever runs the machine, and a door that anyone may open needs a lock. [New]
// makes a registry with what every program has, and [Serve] answers GET /metrics from it.
//
// Names follow Prometheus: doorstep_ and the program, base units, _total for what only rises, _timestamp_seconds for an
// instant. Labels hold numbers of terminals, states and codes, nobody's data.
package metrics

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Listen opens an address, host:port, that must be of the loopback.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("metrics: %s is not of the loopback", address)
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return ln, nil
}

// New returns a registry with the program's version, the process and the Go runtime, and what else is given.
func New(program, version string, more ...prometheus.Collector) (*prometheus.Registry, error) {
	r := prometheus.NewRegistry()
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "doorstep_build_info", Help: "The program and its version; always 1.",
		ConstLabels: prometheus.Labels{"program": program, "version": version},
	})
	info.Set(1)
	all := append([]prometheus.Collector{info, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})}, more...)
	for _, c := range all {
		if err := r.Register(c); err != nil {
			return nil, fmt.Errorf("metrics: %w", err)
		}
	}
	return r, nil
}

// scrape bounds one answer.
const scrape = 10 * time.Second

// Serve answers GET /metrics until ctx ends, and closes ln.
func Serve(ctx context.Context, ln net.Listener, g prometheus.Gatherer) error {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(g, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 2, Timeout: scrape,
	}))
	s := &http.Server{Handler: mux, ReadHeaderTimeout: scrape, WriteTimeout: 2 * scrape, MaxHeaderBytes: 16 << 10}
	stop := context.AfterFunc(ctx, func() { _ = s.Close() })
	defer stop()
	if err := s.Serve(ln); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("serve metrics: %w", err)
	}
	return nil
}

// Instant is a time as Prometheus has it: seconds since 1970, 0 for none.
func Instant(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}

// Bool is 1 or 0.
func Bool(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
