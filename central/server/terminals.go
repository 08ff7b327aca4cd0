package server

import (
	"context"
	"io"
	"time"

	"doorstep/central/fleet"
	"doorstep/central/intake"
	"doorstep/central/store"
	"doorstep/sync/civic"
	"doorstep/sync/rescue"
	"doorstep/sync/wire"
)

// Fleet is the terminals, for the command line.
func (s *Server) Fleet() *fleet.Fleet { return s.fleet }

// watchOrders tells the sessions of terminals to which another process gave an order, as the command line does.
func (s *Server) watchOrders(ctx context.Context) error {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	var last uint64
	for {
		list, err := s.fleet.Orders(ctx)
		if err != nil && ctx.Err() == nil {
			s.opts.Logger.Error("orders not watched", "error", err)
		}
		for _, o := range list {
			if o.N > last { // numbers rise and are never used again
				last = o.N
				s.wake(civic.Scope{Terminal: o.Terminal})
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// recoverBatch is how many entries of a folder are taken in one unit of work.
const recoverBatch = 256

// Recover takes custody of what kiosk recover read off a dead terminal's disk. A folder that is damaged gives what
// stands before the damage.
func (s *Server) Recover(ctx context.Context, dir string) (intake.Rescued, error) {
	var sum intake.Rescued
	var batch []wire.Entry
	take := func() error {
		r, err := s.intake.Rescue(ctx, batch, func(d civic.Digest) (io.ReadCloser, error) { return rescue.Paper(dir, d) },
			store.System(), s.opts.Clock())
		sum.Fresh, sum.Held, sum.Strange = sum.Fresh+r.Fresh, sum.Held+r.Held, sum.Strange+r.Strange
		sum.Papers, sum.Absent = sum.Papers+r.Papers, sum.Absent+r.Absent
		batch = batch[:0]
		return err
	}
	broken := rescue.Read(dir, func(e wire.Entry) error {
		if batch = append(batch, e); len(batch) < recoverBatch {
			return nil
		}
		return take()
	})
	if err := take(); err != nil {
		return sum, err
	}
	return sum, broken
}

// Release gives an entry that was set aside back to be opened, from the command line of the machine itself.
func (s *Server) Release(ctx context.Context, id civic.EntryID) error {
	return s.store.Release(ctx, id, "", s.opts.Clock(), store.System())
}
