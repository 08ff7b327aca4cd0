package server

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"doorstep/central/store"
	"doorstep/sync/civic"
	"doorstep/sync/metrics"
)

// Version names this program to the operator.
const Version = "0.1.0"

// figures tells a Prometheus on this machine how the fleet and what came of it stand, read when it is asked for. A
// terminal is named by its number; nothing here is about a resident.
type figures struct{ s *Server }

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("doorstep_central_"+name, help, labels, nil)
}

// What central tells. What a terminal said of itself is as old as its last word.
var (
	sessionsFigure = desc("sessions", "Terminals with an open session.")
	fleetFigure    = desc("terminals", "Terminals of the fleet.", "state")
	asideFigure    = desc("aside_entries", "Entries that wait for a person, by the code of why.", "outcome")
	asideSince     = desc("aside_oldest_timestamp_seconds", "Since when the longest waiting of them waits; 0 if none does.")

	upFigure      = desc("terminal_up", "1 while the terminal has a session.", "terminal")
	seenFigure    = desc("terminal_seen_timestamp_seconds", "When the terminal was last heard; 0 if never.", "terminal")
	heldFigure    = desc("terminal_held_entries", "Entries of its journal that central holds, in its present generation.", "terminal")
	safeFigure    = desc("terminal_safe_entries", "Those of them that a verified backup covers.", "terminal")
	waitingFigure = desc("terminal_waiting_entries", "Entries that it said central does not hold.", "terminal")
	oldestFigure  = desc("terminal_waiting_oldest_timestamp_seconds", "Filing time of the oldest of them; 0 if none waits.", "terminal")
	freeFigure    = desc("terminal_disk_free_bytes", "Bytes free on its disk.", "terminal")
	offsetFigure  = desc("terminal_clock_offset_seconds", "Its wall clock less central's.", "terminal")
	unshownFigure = desc("terminal_unshown_receipts", "Entries it saved whose receipt was not shown.", "terminal")
	damagedFigure = desc("terminal_damaged_records", "Records it cannot read.", "terminal")
)

// Describe leaves the figures to be found out.
func (f figures) Describe(ch chan<- *prometheus.Desc) { prometheus.DescribeByCollect(f, ch) }

// reading bounds one look at the store.
const reading = 10 * time.Second

// Collect reads the fleet and what is set aside.
func (f figures) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), reading)
	defer cancel()
	if err := f.fleet(ctx, ch); err != nil {
		ch <- prometheus.NewInvalidMetric(fleetFigure, err)
	}
	if err := f.aside(ctx, ch); err != nil {
		ch <- prometheus.NewInvalidMetric(asideFigure, err)
	}
}

func tell(ch chan<- prometheus.Metric, d *prometheus.Desc, v float64, labels ...string) {
	ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}

func (f figures) fleet(ctx context.Context, ch chan<- prometheus.Metric) error {
	list, err := f.s.fleet.Terminals(ctx)
	if err != nil {
		return err
	}
	up := map[civic.KeyID]bool{}
	for _, key := range f.s.hub.Sessions() {
		up[key] = true
	}
	tell(ch, sessionsFigure, float64(len(up)))
	states := map[string]int{"enrolled": 0, "revoked": 0}
	for _, t := range list {
		if !t.Revoked.IsZero() {
			states["revoked"]++
			continue
		}
		states["enrolled"]++
		if err := f.terminal(ctx, ch, t, up[t.Key]); err != nil {
			return err
		}
	}
	for state, n := range states {
		tell(ch, fleetFigure, float64(n), state)
	}
	return nil
}

func (f figures) terminal(ctx context.Context, ch chan<- prometheus.Metric, t store.Terminal, up bool) error {
	held, err := f.s.store.Journal(ctx, t.Key, t.Generation)
	if err != nil {
		return err
	}
	number, said := fmt.Sprintf("%05d", t.Number), t.Telemetry
	tell(ch, upFigure, metrics.Bool(up), number)
	tell(ch, seenFigure, metrics.Instant(t.Seen), number)
	tell(ch, heldFigure, float64(held.Seq), number)
	tell(ch, safeFigure, float64(held.Safe), number)
	if said.Agent == "" {
		return nil // it has said nothing of itself yet
	}
	tell(ch, waitingFigure, float64(said.Queue), number)
	oldest := 0.0
	if said.Queue > 0 {
		oldest = float64(said.Oldest) / 1000
	}
	tell(ch, oldestFigure, oldest, number)
	tell(ch, freeFigure, float64(said.Free), number)
	tell(ch, offsetFigure, float64(said.Offset)/1000, number)
	tell(ch, unshownFigure, float64(said.Unshown), number)
	tell(ch, damagedFigure, float64(said.Damaged), number)
	return nil
}

func (f figures) aside(ctx context.Context, ch chan<- prometheus.Metric) error {
	list, err := f.s.store.Asides(ctx, store.MaxPage)
	if err != nil {
		return err
	}
	var oldest time.Time
	codes := map[civic.Outcome]int{}
	for _, a := range list {
		codes[a.Outcome]++
		if oldest.IsZero() || a.Since.Before(oldest) {
			oldest = a.Since
		}
	}
	for code, n := range codes {
		tell(ch, asideFigure, float64(n), string(code))
	}
	tell(ch, asideSince, metrics.Instant(oldest))
	return nil
}

// openMetrics opens the door of the figures where one is asked for.
func (s *Server) openMetrics(ctx context.Context) error {
	if s.opts.Metrics == "" {
		return nil
	}
	var err error
	s.metrics, err = metrics.Listen(ctx, s.opts.Metrics)
	return err
}

// tellFigures serves them until ctx ends.
func (s *Server) tellFigures(ctx context.Context, ln net.Listener) error {
	if ln == nil {
		return nil
	}
	r, err := metrics.New("central", Version, figures{s})
	if err != nil {
		return err
	}
	return metrics.Serve(ctx, ln, r)
}
