package agent

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"doorstep/assets"
	"doorstep/assets/locale"
	"doorstep/kiosk/boltstore"
	"doorstep/kiosk/desk"
	"doorstep/kiosk/ime"
	"doorstep/kiosk/lobby"
	"doorstep/kiosk/proof"
	"doorstep/kiosk/web"
	"doorstep/printing/receipt"
	"doorstep/sync/civic"
	"doorstep/sync/identity"
	"doorstep/sync/link"
	"doorstep/sync/uplink"
	"doorstep/sync/wire"
)

// Agent is a terminal, opened and not yet running.
type Agent struct {
	opts     Options
	terminal *identity.Terminal
	keys     *identity.Keyring
	clock    *desk.MachineClock
	store    *boltstore.Store
	life     *life
	uplink   *uplink.Uplink
	desk     *desk.Desk
	board    *lobby.Board
	proof    *proof.Book
	line     *lineState
	press    *receipt.Press
	pages    net.Listener
	metrics  net.Listener // nil where no figures are served
	web      *web.Web
	frozen   string   // the terminal's folder in memory, while its disk is read-only
	told     []string // files in which the addresses of the pages were left
}

// New opens everything and begins to listen for the browser. What the store found damaged is logged and mended, and
// the terminal serves all the same. Run gives everything back.
func New(ctx context.Context, opts Options) (*Agent, error) {
	if err := opts.validate(); err != nil {
		return nil, err
	}
	a := &Agent{opts: opts}
	a.warnOfSwap()
	if err := a.freeze(); err != nil {
		return nil, errors.Join(err, a.thaw())
	}
	for _, step := range []func(context.Context) error{a.openStore, a.openLine, a.openDesk, a.openBoard, a.openPages, a.openMetrics} {
		if err := step(ctx); err != nil {
			return nil, errors.Join(err, a.Close())
		}
	}
	return a, nil
}

// openStore opens the terminal's key and its store.
func (a *Agent) openStore(ctx context.Context) error {
	var err error
	if a.clock, err = desk.OpenClock(a.opts.Clock); err != nil {
		return err
	}
	if a.frozen == "" { // a disk that takes nothing keeps the key that it has
		if err := takeOver(ctx, a.opts, a.clock); err != nil {
			return err
		}
	}
	if a.terminal, err = openKey(a.opts.Dir); err != nil {
		return err
	}
	if a.store, err = openStoreAs(a.opts, a.terminal, a.clock, a.frozen != ""); err != nil {
		return err
	}
	if a.life, err = openLife(a.opts, a.terminal, a.store); err != nil {
		return err
	}
	a.keys = identity.NewKeyring(a.terminal.Root)
	return a.learn(ctx)
}

func keyFile(dir string) string { return filepath.Join(dir, "terminal.key") }

// openKey opens the terminal's key. Only where there is none is enrolling the answer: a damaged one comes back from
// its copy.
func openKey(dir string) (*identity.Terminal, error) {
	t, err := identity.OpenTerminal(keyFile(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("this machine is not enrolled, run kiosk enrol first: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("open the terminal's key: %w", err)
	}
	return t, nil
}

func openStore(opts Options, t *identity.Terminal, clock *desk.MachineClock) (*boltstore.Store, error) {
	return openStoreAs(opts, t, clock, false)
}

func openStoreAs(opts Options, t *identity.Terminal, clock *desk.MachineClock, frozen bool) (*boltstore.Store, error) {
	o := boltstore.DefaultOptions()
	o.Frozen = frozen
	o.Dir, o.Signer, o.Logger = filepath.Join(opts.Dir, "store"), t.Key, opts.Logger
	o.Clock = func() civic.Evidence {
		r := clock.Read()
		return civic.Evidence{Wall: r.Wall, Boot: r.Boot, Mono: r.Mono}
	}
	s, report, err := boltstore.Open(o)
	if err != nil {
		return nil, err
	}
	if len(report.Findings) > 0 {
		opts.Logger.Warn("store mended", "found", report)
	}
	return s, nil
}

// learn takes central's keys from the shelf; none there yet is no fault, the line will bring them.
func (a *Agent) learn(ctx context.Context) error {
	e, err := a.store.Signed(ctx, civic.EditionKeys, identity.KeysID)
	if errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := a.keys.Learn(e.Edition); err != nil {
		a.opts.Logger.Error("keys on the shelf not trusted", "error", err)
	}
	return nil
}

func (a *Agent) openLine(context.Context) error {
	var l uplink.Life = a.life
	if a.frozen != "" {
		l = nil // a key that is made in memory would be gone at the next start, which is to take it up
	}
	var err error
	a.uplink, err = newUplink(a.opts, a.terminal, a.keys, a.store, a.clock, l)
	return err
}

func newUplink(opts Options, t *identity.Terminal, keys *identity.Keyring, s *boltstore.Store, clock *desk.MachineClock, l uplink.Life) (*uplink.Uplink, error) {
	return uplink.New(uplink.Options{
		Dial: func(ctx context.Context) (wire.Conn, error) { return link.Dial(ctx, t.Address) },
		Key:  t.Key, Keys: keys, Journal: s.Journal(), Papers: s, Shelf: s, Statuses: s, Site: reporter{s, opts.PrintDir},
		Past: s.Journal(), Life: l,
		Boot: clock.Read().Boot, Logger: opts.Logger, Agent: Version, Clock: opts.Clock,
	})
}

func (a *Agent) openDesk(ctx context.Context) error {
	o := desk.DefaultOptions()
	o.Store, o.Site, o.Line, o.Closed = ledger{a.store}, site{a}, a.uplink, a.life.Closed
	o.Clock, o.Readings, o.Logger = a.clock, ime.Readings, a.opts.Logger
	var err error
	if a.desk, err = desk.New(ctx, o); err != nil {
		return err
	}
	a.line = &lineState{uplink: a.uplink, desk: a.desk, wall: a.opts.Clock, path: stepFile(a.opts.Dir)}
	a.line.open(ctx)
	return nil
}

func (a *Agent) openPages(ctx context.Context) error {
	files, err := assets.Open()
	if err != nil {
		return err
	}
	if a.press, err = newPress(files); err != nil {
		return err
	}
	engine, err := ime.Open(files.Plain())
	if err != nil {
		return err
	}
	var lc net.ListenConfig
	if a.pages, err = lc.Listen(ctx, "tcp", a.opts.Listen); err != nil {
		return fmt.Errorf("listen for the browser: %w", err)
	}
	faces, err := web.ParseFaces(a.opts.Faces)
	if err != nil {
		return err
	}
	a.web, err = web.New(web.Options{
		Desk: a.desk, Site: site{a}, Queue: a.store.Queue, Line: a.line, Files: files,
		Board: a.board, Faces: faces, Panel: a.opts.panel(), ScreenKey: a.screenKey(),
		Press: a.setReceipt, Print: a.printer(), Paper: a.opts.Paper, Blank: a.setBlank, Typist: typist{engine},
		Listen: a.pages, Token: rand.Text(), PxPerMM: a.opts.PxPerMM, Clock: a.now, Logger: a.opts.Logger,
	})
	if err != nil {
		return err
	}
	return a.announce(faces)
}

func newPress(files *assets.Files) (*receipt.Press, error) {
	regular, err := files.Font(400)
	if err != nil {
		return nil, err
	}
	bold, err := files.Font(700)
	if err != nil {
		return nil, err
	}
	return receipt.New(receipt.Options{Regular: regular, Bold: bold, T: locale.T})
}

// announce leaves the addresses that open the pages where only the machine's own browser starter reads them: the
// machine's own face in open-url, any other in open-url-lobby and the like.
func (a *Agent) announce(faces []web.Face) error {
	a.clearAddresses()
	for i, f := range faces {
		path := urlFile(a.opts.Dir)
		if i > 0 {
			path += "-" + string(f)
		}
		if err := leave(path, a.web.FaceURL(f)); err != nil {
			return fmt.Errorf("leave the address of the pages: %w", err)
		}
		a.told = append(a.told, path)
	}
	return nil
}

// leave writes an address into a file of its own. What an agent left that was killed is not written into, since others
// might read it or it might lead elsewhere.
func leave(path, address string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(address + "\n")
	return errors.Join(err, f.Close())
}

// clearAddresses removes what agents before left of faces that may be off now.
func (a *Agent) clearAddresses() {
	old, _ := filepath.Glob(urlFile(a.opts.Dir) + "-*") // the pattern is ours
	for _, path := range old {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			a.opts.Logger.Warn("old address of the pages not removed", "error", err)
		}
	}
}

func urlFile(dir string) string { return filepath.Join(dir, "open-url") }

// Run serves until ctx ends, then closes everything. Losing the line ends nothing.
func (a *Agent) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.web.Run(ctx) })
	g.Go(func() error { return a.desk.Run(ctx) })
	g.Go(func() error { return a.board.Run(ctx) })
	g.Go(func() error { return a.proof.Run(ctx) })
	g.Go(func() error { return a.line.keep(ctx, a.opts.Logger.Warn) })
	g.Go(func() error { return a.uplink.Run(ctx) })
	g.Go(func() error { return a.purge(ctx) })
	g.Go(func() error { return a.answer(ctx) })
	g.Go(func() error { return a.errands(ctx) })
	g.Go(func() error { return a.tellFigures(ctx, a.metrics) })
	return errors.Join(g.Wait(), a.Close())
}

// OpenURL is the address that opens the pages in this machine's browser.
func (a *Agent) OpenURL() string { return a.web.OpenURL() }

// Close gives back what New opened; Run calls it.
func (a *Agent) Close() error {
	var err error
	for _, path := range a.told { // by this agent, and not by one that runs in the same folder
		if e := os.Remove(path); e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	a.told = nil
	if a.pages != nil {
		if e := a.pages.Close(); !errors.Is(e, net.ErrClosed) {
			err = errors.Join(err, e)
		}
		a.pages = nil
	}
	if a.metrics != nil {
		if e := a.metrics.Close(); !errors.Is(e, net.ErrClosed) {
			err = errors.Join(err, e)
		}
		a.metrics = nil
	}
	if a.proof != nil {
		err = errors.Join(err, a.proof.Close())
		a.proof = nil
	}
	if a.press != nil {
		err = errors.Join(err, a.press.Close())
		a.press = nil
	}
	if a.store != nil {
		err = errors.Join(err, a.store.Close())
		a.store = nil
	}
	return errors.Join(err, a.thaw())
}
