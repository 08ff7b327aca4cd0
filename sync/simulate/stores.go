package simulate

import (
	"context"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/linktest"
	"doorstep/sync/wire"
)

// power is what the dice say of a write.
type power int

const (
	stays power = iota
	goesBefore
	goesAfter
)

// write does one transaction, during which the power may go before or after it was committed. Whoever waits for the
// answer then never gets one.
func write(ctx context.Context, p power, die func(), commit func() error) error {
	if p == goesBefore {
		die()
		<-ctx.Done()
		return ctx.Err()
	}
	err := commit()
	if p == goesAfter {
		die()
		<-ctx.Done()
		return ctx.Err()
	}
	return err
}

func leave(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// disk is a terminal's store on a machine that may lose its power.
type disk struct {
	*linktest.Terminal
	*machine
	power context.CancelFunc
	safe  bool
}

func (d *disk) write(ctx context.Context, commit func() error) error {
	p := stays
	if d.stormy() && !d.safe {
		if r := d.roll(rollWrite, uint64(d.n), d.writes.Add(1)); r%80 == 0 {
			p = goesBefore + power(r>>32&1)
		}
	}
	return write(ctx, p, func() {
		leave(d.crashed)
		d.power()
	}, commit)
}

// Hold implements uplink.Journal.
func (d *disk) Hold(ctx context.Context, s wire.Signed, c wire.CustodyBody) error {
	return d.write(ctx, func() error { return d.Terminal.Hold(ctx, s, c) })
}

// Settle implements uplink.Journal.
func (d *disk) Settle(ctx context.Context, o wire.Outcome) error {
	return d.write(ctx, func() error { return d.Terminal.Settle(ctx, o) })
}

// Sent implements uplink.Papers.
func (d *disk) Sent(ctx context.Context, p civic.Digest) error {
	return d.write(ctx, func() error { return d.Terminal.Sent(ctx, p) })
}

// Again implements uplink.Papers.
func (d *disk) Again(ctx context.Context, list []civic.Digest) error {
	return d.write(ctx, func() error { return d.Terminal.Again(ctx, list) })
}

// Apply implements uplink.Shelf.
func (d *disk) Apply(ctx context.Context, list []wire.Edition, cursor civic.Cursor) error {
	if d.Rules.CursorFirst {
		_ = d.Terminal.Apply(ctx, nil, cursor)
	}
	return d.write(ctx, func() error { return d.Terminal.Apply(ctx, list, cursor) })
}

// Replace implements uplink.Shelf.
func (d *disk) Replace(ctx context.Context, list []wire.Edition, cursor civic.Cursor) error {
	return d.write(ctx, func() error { return d.Terminal.Replace(ctx, list, cursor) })
}

// Put implements uplink.Statuses.
func (d *disk) Put(ctx context.Context, list []wire.Status) error {
	return d.write(ctx, func() error { return d.Terminal.Put(ctx, list) })
}

// ledger is central's store on a machine that may lose its power.
type ledger struct {
	*linktest.Central
	fleet *fleet
	takes uint64 // guarded by fleet.mu
}

func (l *ledger) write(ctx context.Context, commit func() error) error {
	p := stays
	if l.fleet.stormy() {
		l.fleet.mu.Lock()
		l.takes++
		n := l.takes
		l.fleet.mu.Unlock()
		if r := l.fleet.roll(rollTake, n); r%3000 == 0 {
			p = goesBefore + power(r>>32&1)
		}
	}
	return write(ctx, p, func() { leave(l.fleet.crashed) }, commit)
}

// Take implements hub.Intake.
func (l *ledger) Take(ctx context.Context, t hub.Terminal, batch []wire.Entry, now time.Time) (s *wire.Signed, err error) {
	err = l.write(ctx, func() error {
		s, err = l.Central.Take(ctx, t, batch, now)
		return err
	})
	return s, err
}

// Append implements hub.Papers.
func (l *ledger) Append(ctx context.Context, t hub.Terminal, c *wire.Chunk) (n wire.Need, err error) {
	err = l.write(ctx, func() error {
		n, err = l.Central.Append(ctx, t, c)
		return err
	})
	return n, err
}

// Gone implements hub.Papers.
func (l *ledger) Gone(ctx context.Context, t hub.Terminal, list []civic.Digest, now time.Time) error {
	return l.write(ctx, func() error { return l.Central.Gone(ctx, t, list, now) })
}
