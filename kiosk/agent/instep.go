package agent

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"doorstep/kiosk/desk"
	"doorstep/kiosk/web"
	"doorstep/sync/uplink"
)

// lineState is the uplink as the pages ask for it. It remembers over the agent's own ends when the terminal was last
// in step, since a screen that was started anew without a line must still say how old it is.
type lineState struct {
	uplink *uplink.Uplink
	desk   *desk.Desk
	wall   func() time.Time
	path   string

	mu   sync.Mutex // guards last
	last time.Time  // in step, by central's clock
}

// stepFile is where the last time in step is kept.
func stepFile(dir string) string { return filepath.Join(dir, "in-step") }

// keepEvery is how often that is written, and lookEvery how often it is looked at: a kill may make the screen
// understate by so much, a terminal that was in step for seconds says so too.
const (
	keepEvery = time.Minute
	lookEvery = 3 * time.Second
)

// open reads what the agent before left. A file that says nothing, or a time to come, is as good as none.
func (l *lineState) open(ctx context.Context) {
	b, err := os.ReadFile(l.path)
	if err != nil {
		return
	}
	at, err := time.Parse(time.RFC3339, strings.TrimSpace(string(b)))
	if now, _ := l.desk.Now(ctx); err == nil && !at.After(now) {
		l.last = at
	}
}

// State returns whether a session is open.
func (l *lineState) State() bool { return l.uplink.State().Up }

// Step returns how far the terminal is in step with what central has published, in central's time. A session in which
// something did not verify is not in step.
func (l *lineState) Step(ctx context.Context) web.Step {
	s := l.uplink.State()
	now, _ := l.desk.Now(ctx)
	if s.Up && s.Caught && s.Reason == "" {
		l.note(now)
		return web.Step{Now: true, At: now}
	}
	// Both instants carry the monotonic clock, so that the wall clock may have jumped in between.
	ago := func(at time.Time) time.Time { return now.Add(-l.wall().Sub(at)) }
	if !s.InStep.IsZero() {
		l.note(ago(s.InStep))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	out := web.Step{At: l.last}
	if !s.Up {
		out.Since = ago(s.Since)
	}
	return out
}

func (l *lineState) note(at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at.After(l.last) {
		l.last = at
	}
}

// keep writes the last time in step down until ctx ends, and then once more.
func (l *lineState) keep(ctx context.Context, warn func(string, ...any)) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var written time.Time
	for ended := false; !ended; {
		select {
		case <-ctx.Done():
			ended = true
		case <-tick.C:
		}
		at := l.Step(context.WithoutCancel(ctx)).At.Truncate(time.Second)
		if !at.After(written) || !ended && at.Sub(written) < keepEvery {
			continue
		}
		if err := l.write(at); err != nil {
			warn("time of the last step not kept", "error", err)
			continue
		}
		written = at
	}
	return nil
}

// write replaces the file whole: half a time would be another time.
func (l *lineState) write(at time.Time) error {
	next := l.path + ".tmp"
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.WriteFile(next, []byte(at.UTC().Format(time.RFC3339)+"\n"), 0o600); err != nil {
		return err
	}
	return os.Rename(next, l.path)
}
