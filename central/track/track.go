// Package track serves what everybody may read without signing in: the page behind the QR of a receipt (where the
// application is, by when what happens next, what the resident owes), and the notices on show, as pages and as feeds.
//
// The first is one page, for anyone who holds the paper; nothing of it names a person or shows a paper.
// The link is a capability and the one secret that stands in a URL (DESIGN.md 3). The page is therefore kept
// nowhere, sends no referrer, loads nothing, and is logged by its route's pattern only.
package track

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets"
	"doorstep/central/casework"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// Options are what a Track is made of.
type Options struct {
	Casework *casework.Casework
	Board    store.Board
	Fleet    Fleet
	ID       civic.EntryID // of the store: feeds keep their ids by it
	Site     string        // how this is reached from outside, as https://track.example
	Files    *assets.Files
	Listen   net.Listener
	Clock    func() time.Time
	Logger   *slog.Logger
}

// Track is the page.
type Track struct {
	opts   Options
	app    *fiber.App
	pages  *assets.Pages
	policy string // of content security
	board  *assets.Pages
	// boardPolicy is policy for the pages of notices.
	boardPolicy string
	calls       *limiter
}

// maxBody bounds a request. The page takes none with a body.
const maxBody = 4 << 10

// New wires the page. It starts nothing: Run does.
func New(opts Options) (*Track, error) {
	if opts.Casework == nil || opts.Board == nil || opts.Fleet == nil || opts.Site == "" || opts.Files == nil || opts.Listen == nil || opts.Clock == nil || opts.Logger == nil {
		return nil, errors.New("track: casework, board, fleet, site, files, listener, clock and logger are needed")
	}
	calendar, err := civic.ParseCalendar(bytes.NewReader(assets.Calendar()))
	if err != nil {
		return nil, fmt.Errorf("track: %w", err)
	}
	pages, err := opts.Files.Pages(assets.TrackFace, assets.MarkedBy(calendar))
	if err != nil {
		return nil, fmt.Errorf("track: %w", err)
	}
	board, err := opts.Files.Pages(assets.PostedFace, assets.MarkedBy(calendar))
	if err != nil {
		return nil, fmt.Errorf("track: %w", err)
	}
	t := &Track{opts: opts, pages: pages, board: board, calls: newLimiter()}
	if t.policy, err = policy(opts.Files, "track.css"); err != nil {
		return nil, fmt.Errorf("track: %w", err)
	}
	if t.boardPolicy, err = policy(opts.Files, "posted.css"); err != nil {
		return nil, fmt.Errorf("track: %w", err)
	}
	t.app = fiber.New(fiber.Config{
		DisableStartupMessage: true,
		Immutable:             true,
		BodyLimit:             maxBody,
		ReadTimeout:           20 * time.Second,
		IdleTimeout:           30 * time.Second,
		ErrorHandler:          t.failed,
	})
	t.routes()
	return t, nil
}

// Run serves until ctx is done.
func (t *Track) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = t.app.ShutdownWithTimeout(3 * time.Second) })
	defer stop()
	if err := t.app.Listener(t.opts.Listen); err != nil && ctx.Err() == nil {
		return fmt.Errorf("serve tracking page: %w", err)
	}
	return nil
}
