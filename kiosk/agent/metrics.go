package agent

import (
	"context"
	"net"

	"github.com/prometheus/client_golang/prometheus"

	"doorstep/sync/civic"
	"doorstep/sync/metrics"
)

// figures tells a Prometheus on this machine how the terminal stands: what kiosk status says in words, read when it is
// asked for.
type figures struct{ a *Agent }

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("doorstep_terminal_"+name, help, labels, nil)
}

// What a terminal tells. Labels are states and codes.
var (
	entriesFigure   = desc("entries", "Entries by how far they have come.", "state")
	waitingFigure   = desc("waiting_entries", "Entries that central does not hold yet.")
	waitBytesFigure = desc("waiting_bytes", "Bytes of the entries that central does not hold yet, with their papers.")
	waitSinceFigure = desc("waiting_oldest_timestamp_seconds", "Filing time of the oldest entry that central does not hold; 0 if none waits.")
	papersFigure    = desc("waiting_papers", "Papers that central does not have whole.")
	lostFigure      = desc("lost_papers", "Papers that central does not have and whose file is gone.")
	unshownFigure   = desc("unshown_receipts", "Entries that were saved and whose receipt was not shown.")
	freeFigure      = desc("disk_free_bytes", "Bytes free on the store's disk.")
	reserveFigure   = desc("disk_reserve_bytes", "Bytes under which no application is begun.")
	brokenFigure    = desc("store_unwritable", "1 if the last change of the store failed at the disk.")
	foundFigure     = desc("store_found", "What the last start found and mended, by what it was.", "finding")
	offsetFigure    = desc("clock_offset_seconds", "Wall clock less central's at the last synchronisation.")
	upFigure        = desc("line_up", "1 while a session with central is open.")
	sinceFigure     = desc("line_since_timestamp_seconds", "Since when the line is up, or down.")
	contactFigure   = desc("line_contact_timestamp_seconds", "When central was last heard; 0 if not since the start.")
	reasonFigure    = desc("line_trouble", "1 with the code of why the line is down, or of what is stuck while it is up.", "code")
	printerFigure   = desc("printer", "1 with the state of the printer.", "state")
)

// Describe leaves the figures to be found out.
func (f figures) Describe(ch chan<- *prometheus.Desc) { prometheus.DescribeByCollect(f, ch) }

// Collect reads the status.
func (f figures) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), asking)
	defer cancel()
	s, err := f.a.status(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(entriesFigure, err)
		return
	}
	tell := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	for _, state := range []civic.EntryState{civic.Kept, civic.Held, civic.Settled, civic.DamagedEntry, civic.Purged} {
		tell(entriesFigure, float64(s.Entries[state]), string(state))
	}
	tell(waitingFigure, float64(s.Waiting.Entries))
	tell(waitBytesFigure, float64(s.Waiting.Bytes))
	tell(waitSinceFigure, metrics.Instant(s.Waiting.Oldest))
	tell(papersFigure, float64(s.Papers.Papers))
	tell(lostFigure, float64(s.Papers.Lost))
	tell(unshownFigure, float64(len(s.Unshown)))
	tell(freeFigure, float64(s.Free))
	tell(reserveFigure, float64(s.Reserve))
	tell(brokenFigure, metrics.Bool(s.Trouble != nil))
	for _, found := range s.Found {
		tell(foundFigure, float64(found.Count), found.Key)
	}
	if s.Synchronised {
		tell(offsetFigure, s.Offset.Seconds())
	}
	tell(upFigure, metrics.Bool(s.Line.Up))
	tell(sinceFigure, metrics.Instant(s.Line.Since))
	tell(contactFigure, metrics.Instant(s.Line.Contact))
	if s.Line.Reason != "" {
		tell(reasonFigure, 1, string(s.Line.Reason))
	}
	tell(printerFigure, 1, s.Printer)
}

// openMetrics opens the door of the figures where one is asked for.
func (a *Agent) openMetrics(ctx context.Context) error {
	if a.opts.Metrics == "" {
		return nil
	}
	var err error
	a.metrics, err = metrics.Listen(ctx, a.opts.Metrics)
	return err
}

// tellFigures serves them until ctx ends.
func (a *Agent) tellFigures(ctx context.Context, ln net.Listener) error {
	if ln == nil {
		return nil
	}
	r, err := metrics.New("kiosk", Version, figures{a})
	if err != nil {
		return err
	}
	return metrics.Serve(ctx, ln, r)
}

// Metrics is the address at which the figures are served; nil where they are not.
func (a *Agent) Metrics() net.Addr {
	if a.metrics == nil {
		return nil
	}
	return a.metrics.Addr()
}
