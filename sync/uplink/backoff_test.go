package uplink

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// TestBackoff is the bounds of the wait after each kind of end, and that it fills them.
func TestBackoff(t *testing.T) {
	refused := func(code civic.Code, after uint32) error {
		return fmt.Errorf("session: %w", (*refusal)(&wire.Error{Code: code, After: after}))
	}
	lost := &civic.Error{Code: "line-lost"}
	for _, c := range []struct {
		name     string
		tries    int
		err      error
		min, max time.Duration
	}{
		{"first", 0, lost, 0, time.Second},
		{"third", 2, lost, 0, 4 * time.Second},
		{"fifth", 4, lost, 0, 16 * time.Second},
		{"sixth and on", 5, lost, 0, 30 * time.Second},
		{"after a day", 5000, lost, 0, 30 * time.Second},
		{"told when", 0, refused(wire.CodeBusy, 8000), 8 * time.Second, 10 * time.Second},
		{"told a year", 0, refused(wire.CodeBusy, 1<<32-1), 10 * time.Minute, 12*time.Minute + 30*time.Second},
		{"superseded", 0, refused(wire.CodeSuperseded, 0), 0, time.Second},
		{"revoked", 0, refused(wire.CodeRevoked, 0), 5 * time.Minute, 10 * time.Minute},
		{"generation unknown to central", 0, &civic.Error{Code: wire.CodeForked}, 5 * time.Minute, 10 * time.Minute},
		{"a stuck lane tried again", 0, &again{wire.CodeForked}, 0, time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			least, most := c.max, time.Duration(0)
			for range 2000 {
				b := backoff{min: time.Second, max: 30 * time.Second, tries: c.tries}
				d := b.next(c.err)
				least, most = min(least, d), max(most, d)
			}
			span := c.max - c.min
			if least < c.min || most > c.max || least > c.min+span/20 || most < c.max-span/20 {
				t.Errorf("from %v to %v, want %v to %v", least, most, c.min, c.max)
			}
		})
	}
	b := backoff{min: time.Second, max: time.Minute, tries: 9}
	b.reset()
	if d := b.next(lost); d > time.Second || b.tries != 1 {
		t.Errorf("after a steady session: %v, %d tries", d, b.tries)
	}
}

func TestReasons(t *testing.T) {
	for _, c := range []struct {
		err  error
		code civic.Code
		key  string
	}{
		{(*refusal)(&wire.Error{Code: wire.CodeRevoked}), wire.CodeRevoked, "link.revoked"},
		{fmt.Errorf("x: %w", &civic.Error{Code: "line-dns", Key: "link.dns"}), "line-dns", "link.dns"},
		{context.DeadlineExceeded, "line-timeout", "link.timeout"},
		{&again{civic.Damaged}, civic.Damaged, "link.damaged"},
		{errors.New("disk"), civic.Unavailable, "link.unavailable"},
	} {
		if got := Error(c.err); got.Code != c.code || got.Key != c.key {
			t.Errorf("%v: %s, %s, want %s, %s", c.err, got.Code, got.Key, c.code, c.key)
		}
		if s := (State{Reason: c.code}); s.Key() != c.key {
			t.Errorf("%v: state says %s", c.err, s.Key())
		}
	}
	if (State{}).Key() != "" {
		t.Error("nothing wrong has a key")
	}
}
