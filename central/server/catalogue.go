package server

import (
	"context"
	"io"
	"time"

	"doorstep/central/bulletin"
	"doorstep/central/store"
	"doorstep/central/workbook"
	"doorstep/sync/civic"
)

// ExportCatalogue writes the catalogue as it is published now as a workbook, and returns how many services it has.
func (s *Server) ExportCatalogue(ctx context.Context, w io.Writer) (int, error) {
	return s.press.Export(ctx, w)
}

// PlanCatalogue finds what a workbook would do. tell is called now and then with how far it is.
func (s *Server) PlanCatalogue(ctx context.Context, file []byte, tell func(done int)) (*bulletin.Plan, error) {
	book, err := workbook.Read(ctx, file, tell)
	if err != nil {
		return nil, err
	}
	return s.press.Plan(ctx, book, tell)
}

// ImportCatalogue carries a plan out: all of it or nothing.
func (s *Server) ImportCatalogue(ctx context.Context, plan *bulletin.Plan, tell func(done int)) error {
	return s.press.Carry(ctx, plan, store.System(), tell)
}

// watchEvery is how soon terminals are told of what another process published, as the command line does.
const watchEvery = 2 * time.Second

// watch wakes the sessions when the feed grew by another hand than this process.
func (s *Server) watch(ctx context.Context) error {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	last, err := s.store.Head(ctx)
	for {
		if err != nil && ctx.Err() == nil {
			s.opts.Logger.Error("feed not watched", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		now, failed := s.store.Head(ctx)
		if err = failed; err == nil && now != last {
			last = now
			s.wake(civic.Scope{})
		}
	}
}
