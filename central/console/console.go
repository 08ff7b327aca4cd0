// Package console serves the pages of the staff with Fiber: sign-in, cases by deadline, one case and what may be
// done with it, terminals and codes to join the fleet, entries set aside, people and places, the audit.
//
// Every page is rendered here and works without scripts; a form is a real POST followed by a redirect. A page is
// opened by roles, and the rail lists only what the reader's roles open; which case a person may read or move is
// decided by casework, which also writes each look into the audit (promise P12). Nothing personal stands in a URL, a
// cookie or a log. Between two requests only two things are kept, in memory: who opened which case just now, and how
// the audit's chain stood when it was last walked.
//
// A page action is a file named after it; routes.go lists them all.
package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/sync/errgroup"

	"doorstep/assets"
	"doorstep/central/bulletin"
	"doorstep/central/casework"
	"doorstep/central/chart"
	"doorstep/central/fleet"
	"doorstep/central/notices"
	"doorstep/central/staff"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// Store is what the console reads of central's store itself.
type Store interface {
	store.Audit
	store.Displays
	store.Search
	store.Offices
	store.Recovery
	// Person returns a person by login, for the name to show; see store.Staff.
	Person(ctx context.Context, login string) (store.Person, error)
	store.Asides
	// Generations returns a terminal as it was in each of its generations; see store.Terminals.
	Generations(ctx context.Context, key civic.KeyID) ([]store.Terminal, error)
	// Journal returns how far the journal of a terminal's generation is held; see store.Custody.
	Journal(ctx context.Context, terminal civic.KeyID, generation uint32) (store.Journal, error)
	// GuideList, GuideHistory and GuideDraft are those of store.Guides, Current that of store.Editions.
	GuideList(ctx context.Context, f store.GuideFilter) (store.GuidePage, error)
	GuideHistory(ctx context.Context, id string) ([]store.GuideEvent, error)
	GuideDraft(ctx context.Context, id string, version uint64) (store.GuideDraft, error)
	Current(ctx context.Context, kind civic.EditionKind, id string) (store.Published, error)
}

// Options are what a Console is made of.
type Options struct {
	Door      *staff.Door
	Casework  *casework.Casework
	Fleet     *fleet.Fleet
	Store     Store
	Bulletin  *bulletin.Bulletin
	Notices   *notices.Notices
	Press     *bulletin.Press
	Connected func() []civic.KeyID // the terminals that have a session now
	Files     *assets.Files
	Listen    net.Listener
	Secure    bool // reached by https: cookies travel by it only
	Clock     func() time.Time
	Logger    *slog.Logger
}

// Console is the pages of the staff.
type Console struct {
	opts  Options
	app   *fiber.App
	pages *assets.Pages
	pen   *chart.Pen
	// terminalPages are those of the resident's face, to show a guide as a terminal will.
	terminalPages *assets.Pages
	importer      *bulletin.Importer
	// chain is how the audit's chain stands; walk is asked to walk it.
	chain chain
	walk  chan struct{}
	// present knows who may be looking at a case now.
	present presence
	// tries bounds how many passwords are checked at once: each takes 64 MiB.
	tries chan struct{}
}

// maxTries is how many passwords are checked at once.
const maxTries = 4

// maxBody bounds one request: the longest words that an act takes, as a form encodes them. A notice may come with its
// attachments.
const (
	maxBody   = 256 << 10
	maxNotice = notices.MaxBytes + maxBody
)

// New wires the pages. It starts nothing: Run does.
func New(opts Options) (*Console, error) {
	if opts.Door == nil || opts.Casework == nil || opts.Fleet == nil || opts.Store == nil || opts.Bulletin == nil ||
		opts.Notices == nil || opts.Press == nil || opts.Connected == nil || opts.Files == nil || opts.Listen == nil ||
		opts.Clock == nil || opts.Logger == nil {
		return nil, errors.New("console: door, casework, fleet, store, bulletin, notices, press, sessions, files, listener, clock and logger are needed")
	}
	calendar, err := civic.ParseCalendar(bytes.NewReader(assets.Calendar()))
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	pages, err := opts.Files.Pages(assets.ConsoleFace, assets.MarkedBy(calendar))
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	font, err := opts.Files.Text("NotoSansSC_400Regular.ttf")
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	pen, err := chart.NewPen([]byte(font))
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	terminal, err := opts.Files.Pages(assets.KioskFace, assets.MarkedBy(calendar))
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	importer, err := bulletin.NewImporter(opts.Press, opts.Logger)
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	k := &Console{
		opts: opts, pages: pages, pen: pen, terminalPages: terminal, importer: importer,
		tries: make(chan struct{}, maxTries), walk: make(chan struct{}, 1),
	}
	k.app = fiber.New(fiber.Config{
		DisableStartupMessage: true,
		// Fiber lends its strings for the time of a handler; these go on into casework and the store.
		Immutable:    true,
		BodyLimit:    maxBody,
		ReadTimeout:  time.Minute,
		IdleTimeout:  2 * time.Minute,
		ErrorHandler: k.failed,
	})
	k.app.Server().HeaderReceived = k.roomFor
	k.routes()
	return k, nil
}

// Run serves until ctx is done, and works on what publishers bring.
func (k *Console) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return k.importer.Run(ctx) })
	g.Go(func() error { k.walkChain(ctx); return nil })
	g.Go(func() error { return k.serve(ctx) })
	return g.Wait()
}

func (k *Console) serve(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = k.app.ShutdownWithTimeout(3 * time.Second) })
	defer stop()
	if err := k.app.Listener(k.opts.Listen); err != nil && ctx.Err() == nil {
		return fmt.Errorf("serve console: %w", err)
	}
	return nil
}

// patient bounds what is asked of the store before there is a request.
func (k *Console) patient() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), 5*time.Second)
}
