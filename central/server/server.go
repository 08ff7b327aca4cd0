package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"doorstep/assets"
	"doorstep/central/bulletin"
	"doorstep/central/casework"
	"doorstep/central/console"
	"doorstep/central/fleet"
	"doorstep/central/intake"
	"doorstep/central/notices"
	"doorstep/central/papers"
	"doorstep/central/sqlite"
	"doorstep/central/staff"
	"doorstep/central/store"
	"doorstep/central/track"
	"doorstep/printing/receipt"
	"doorstep/sync/catalogue"
	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/identity"
	"doorstep/sync/link"
	"doorstep/sync/wire"
)

// Server is central, opened and not yet running.
type Server struct {
	opts       Options
	store      *sqlite.DB
	keys       *identity.Central
	bulletin   *bulletin.Bulletin
	notices    *notices.Notices
	press      *bulletin.Press
	casework   *casework.Casework
	intake     *intake.Intake
	fleet      *fleet.Fleet
	door       *staff.Door
	hub        *hub.Hub
	console    *console.Console
	track      *track.Track
	typesetter *receipt.Press
	terminal   net.Listener
	metrics    net.Listener // nil where no figures are served
}

// New opens everything and begins to listen. Close gives it back; Run does that too.
func New(ctx context.Context, opts Options) (*Server, error) {
	s, err := Open(ctx, opts)
	if err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{s.publishKeys, s.listen} {
		if err := step(ctx); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// Open opens everything but does not listen: what the command line needs to add people and make enrolment codes,
// also while another process serves.
func Open(ctx context.Context, opts Options) (*Server, error) {
	if err := opts.validate(); err != nil {
		return nil, err
	}
	s := &Server{opts: opts}
	for _, step := range []func(context.Context) error{s.openStore, s.wire, s.seed} {
		if err := step(ctx); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// openStore opens the keys and the database, and makes them the first time.
func (s *Server) openStore(ctx context.Context) error {
	if err := os.MkdirAll(s.opts.Dir, 0o700); err != nil {
		return fmt.Errorf("make central's folder: %w", err)
	}
	var err error
	keys := filepath.Join(s.opts.Dir, "keys")
	if s.keys, err = identity.OpenCentral(keys); errors.Is(err, os.ErrNotExist) {
		s.keys, err = identity.CreateCentral(keys, s.opts.Clock())
	}
	if err != nil {
		return err
	}
	database, vaultKey := filepath.Join(s.opts.Dir, "central.db"), filepath.Join(keys, "vault.key")
	vault, err := store.OpenVault(vaultKey)
	if errors.Is(err, os.ErrNotExist) {
		// A database whose vault key is gone must not get a new one: it would look empty and be filled again.
		if _, err := os.Stat(database); err == nil {
			return fmt.Errorf("the database is there but its key %s is not: restore the key first", vaultKey)
		}
		vault, err = store.CreateVault(vaultKey)
	}
	if err != nil {
		return err
	}
	s.store, err = sqlite.Open(ctx, sqlite.Options{Path: database, Vault: vault})
	return err
}

// wire makes the parts and ties them together.
func (s *Server) wire(ctx context.Context) error {
	var err error
	now, log := s.opts.Clock, s.opts.Logger
	s.bulletin, err = bulletin.New(bulletin.Options{
		Store: s.store, Sign: s.keys.Sign, Now: now, Published: func() { s.wake(civic.Scope{}) },
	})
	if err != nil {
		return err
	}
	posts := notices.DefaultOptions()
	posts.Store, posts.Calendar, posts.Sign, posts.Now, posts.Log = s.store, s.bulletin, s.keys.Sign, now, log
	posts.Published = func() { s.wake(civic.Scope{}) }
	if s.notices, err = notices.New(posts); err != nil {
		return err
	}
	rules, err := catalogue.ParseRules(assets.Catalogue())
	if err != nil {
		return err
	}
	if s.press, err = bulletin.NewPress(s.bulletin, s.store, rules); err != nil {
		return err
	}
	folder, err := papers.Open(filepath.Join(s.opts.Dir, "papers"))
	if err != nil {
		return err
	}
	cases := casework.DefaultOptions()
	cases.Store, cases.Publish, cases.Papers, cases.Keys = s.store, s.bulletin, folder, s.keys.Keyring()
	cases.Now, cases.Log = now, log
	if s.typesetter, err = newPress(); err != nil {
		return err
	}
	cases.Press = s.typesetter
	cases.Changed = func(point string) { s.wake(civic.Scope{Point: point}) }
	if s.casework, err = casework.New(cases); err != nil {
		return err
	}
	taking := intake.DefaultOptions()
	taking.Store, taking.Folder, taking.Publish, taking.Cases = s.store, folder, s.bulletin, s.casework
	taking.Keys, taking.Sign, taking.Now, taking.Log = s.keys.Keyring(), s.keys.Sign, now, log
	taking.Arrived = s.casework.Wake // tells the resident that all papers have come
	taking.Settled = func(key civic.KeyID) { s.wake(civic.Scope{Terminal: key}) }
	if s.intake, err = intake.New(ctx, taking); err != nil {
		return err
	}
	s.fleet, err = fleet.New(fleet.Options{
		Store: s.store, Publish: s.bulletin, Root: s.keys.RootKey, Address: s.opts.Public, Now: now,
		Revoked: s.drop, Ordered: func(key civic.KeyID) { s.wake(civic.Scope{Terminal: key}) },
	})
	if err != nil {
		return err
	}
	door := staff.DefaultOptions()
	door.Store, door.Now = s.store, now
	if s.door, err = staff.New(door); err != nil {
		return err
	}
	id, err := s.store.ID(ctx)
	if err != nil {
		return err
	}
	s.hub, err = hub.New(hub.Options{
		Registrar: s.fleet, Intake: s.intake, Papers: s.intake, Bulletin: s.bulletin, Enquiry: s.casework, Watch: fleet.Watch{Store: s.store},
		Orders: s.fleet.ForSessions(), Signer: s.keys.Sign, Store: id, Logger: log, Clock: now,
	})
	return err
}

// drop ends the session of a key, where sessions are held at all.
func (s *Server) drop(key civic.KeyID) {
	if s.hub != nil {
		s.hub.Drop(key)
	}
}

// wake tells sessions that there is something for them. Parts call it before the hub is there, while seeding.
func (s *Server) wake(where civic.Scope) {
	if s.hub != nil {
		s.hub.Wake(where)
	}
}

// listen opens the three doors, terminals, staff, residents' phones, and that of the figures where one is asked for.
func (s *Server) listen(ctx context.Context) error {
	if err := s.openMetrics(ctx); err != nil {
		return err
	}
	files, err := assets.Open()
	if err != nil {
		return err
	}
	if s.terminal, err = link.Listen(ctx, s.opts.Terminals); err != nil {
		return err
	}
	var lc net.ListenConfig
	staffDoor, err := lc.Listen(ctx, "tcp", s.opts.Console)
	if err != nil {
		return fmt.Errorf("listen for staff: %w", err)
	}
	s.console, err = console.New(console.Options{
		Door: s.door, Casework: s.casework, Fleet: s.fleet, Store: s.store, Bulletin: s.bulletin, Notices: s.notices, Press: s.press, Connected: s.hub.Sessions,
		Files: files, Listen: staffDoor, Secure: s.opts.SecureCookies, Clock: s.opts.Clock, Logger: s.opts.Logger,
	})
	if err != nil {
		return errors.Join(err, staffDoor.Close())
	}
	id, err := s.store.ID(ctx)
	if err != nil {
		return err
	}
	publicDoor, err := lc.Listen(ctx, "tcp", s.opts.Track)
	if err != nil {
		return fmt.Errorf("listen for phones: %w", err)
	}
	s.track, err = track.New(track.Options{
		Casework: s.casework, Board: s.store, Fleet: s.fleet, ID: id, Site: s.opts.site(), Files: files, Listen: publicDoor, Clock: s.opts.Clock, Logger: s.opts.Logger,
	})
	if err != nil {
		return errors.Join(err, publicDoor.Close())
	}
	return nil
}

// Run serves until ctx ends, then closes everything, in the order opposite to New's. ErrKeys says that it is to be
// opened again.
func (s *Server) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.intake.Run(ctx) })
	g.Go(func() error { return s.casework.Run(ctx) })
	g.Go(func() error { return s.notices.Run(ctx) })
	g.Go(func() error { return s.keeper().Run(ctx) })
	g.Go(func() error { return s.console.Run(ctx) })
	g.Go(func() error { return s.track.Run(ctx) })
	g.Go(func() error { return s.serveTerminals(ctx) })
	g.Go(func() error { return s.watch(ctx) })
	g.Go(func() error { return s.tellFigures(ctx, s.metrics) })
	g.Go(func() error { return s.watchOrders(ctx) })
	g.Go(func() error { return s.followKeys(ctx) })
	err := g.Wait()
	s.terminal = nil // link.Serve closed it
	return errors.Join(err, s.Close())
}

// farewell bounds the wait for sessions to end.
const farewell = 5 * time.Second

func (s *Server) serveTerminals(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		bound, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
		defer cancel()
		_ = s.hub.Close(bound)
	})
	defer stop()
	return link.Serve(ctx, s.terminal, s.opts.Logger, func(ctx context.Context, c wire.Conn) {
		if err := s.hub.Serve(ctx, c); err != nil && ctx.Err() == nil {
			s.hub.Logger.Info("session ended", "code", hub.CodeOf(err), "error", err)
		}
	})
}

// Close gives back what New opened.
func (s *Server) Close() error {
	var errs []error
	if s.terminal != nil {
		errs = append(errs, s.terminal.Close())
		s.terminal = nil
	}
	if s.metrics != nil {
		if err := s.metrics.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
		s.metrics = nil
	}
	if s.typesetter != nil {
		errs = append(errs, s.typesetter.Close())
		s.typesetter = nil
	}
	if s.store != nil {
		errs = append(errs, s.store.Close())
		s.store = nil
	}
	return errors.Join(errs...)
}
