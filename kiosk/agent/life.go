package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"doorstep/kiosk/boltstore"
	"doorstep/kiosk/desk"
	"doorstep/sync/civic"
	"doorstep/sync/identity"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

// life is what the terminal does on central's word about itself; see uplink.Life. What lasts is in files beside the
// key: the key to come, the place that central gave it, and why nothing new is begun.
type life struct {
	dir      string
	terminal *identity.Terminal
	store    *boltstore.Store
	clock    func() time.Time
	closed   atomic.Pointer[closing]
}

// closing says why no new application is begun, and since when.
type closing struct {
	Why   string    `json:"why"`
	Since time.Time `json:"since"`
}

// nextPlace is where the next key stands.
type nextPlace struct {
	Number     uint32 `json:"number"`
	Generation uint32 `json:"generation"`
	Point      string `json:"point"`
	PointName  string `json:"pointName"`
	Area       string `json:"area"`
	Moved      bool   `json:"moved"` // to another point: the shelf is filled anew
}

func nextKeyFile(dir string) string   { return filepath.Join(dir, "next.key") }
func nextPlaceFile(dir string) string { return filepath.Join(dir, "next-place.json") }
func closedFile(dir string) string    { return filepath.Join(dir, "closed.json") }

func openLife(opts Options, t *identity.Terminal, s *boltstore.Store) (*life, error) {
	l := &life{dir: opts.Dir, terminal: t, store: s, clock: opts.Clock}
	var c closing
	switch err := readJSON(closedFile(l.dir), &c); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("read whether the terminal is closed: %w", err)
	default:
		l.closed.Store(&c)
	}
	return l, nil
}

// Successor returns the key that is to follow the present one.
func (l *life) Successor(context.Context) (*seal.Signer, error) {
	next, err := identity.EnrolTerminal(nextKeyFile(l.dir), identity.Code{Address: l.terminal.Address, Root: l.terminal.Root}, l.clock())
	if err != nil {
		return nil, err
	}
	return next.Key, nil
}

// Placed stores the place that central gave the next key.
func (l *life) Placed(ctx context.Context, w wire.Welcome) error {
	now, err := l.store.Place(ctx)
	if err != nil {
		return err
	}
	return writeJSON(nextPlaceFile(l.dir), nextPlace{
		Number: w.Number, Generation: w.Generation, Point: w.Point, PointName: w.PointName, Area: w.Area,
		Moved: w.Point != now.Point || w.Area != now.Area,
	})
}

// Close begins nothing new from now on, also after a restart without a line.
func (l *life) Close(_ context.Context, why string) error {
	if c := l.closed.Load(); c != nil && c.Why == why {
		return nil
	}
	c := &closing{Why: why, Since: l.clock().UTC()}
	l.closed.Store(c)
	return writeJSON(closedFile(l.dir), c)
}

// Welcomed opens again what a revocation closed.
func (l *life) Welcomed(context.Context) error {
	if c := l.closed.Load(); c == nil || c.Why != string(wire.CodeRevoked) {
		return nil
	}
	l.closed.Store(nil)
	return reopen(l.dir)
}

// Closed is the refusal of new applications, nil while they are taken.
func (l *life) Closed() error {
	c := l.closed.Load()
	switch {
	case c == nil:
		return nil
	case c.Why == wire.TaskRetire:
		return civic.Refuse(civic.Unavailable, "", "desk.retired")
	}
	return civic.Refuse(civic.Unavailable, "", "desk.revoked")
}

// reopen forgets why nothing new was begun.
func reopen(dir string) error {
	if err := os.Remove(closedFile(dir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// takeOver makes the next key the terminal's own, if central has given it a place: everything that central has not
// settled is chained again under it. Each step may be done again after a power cut at any instant, and all of it
// without a line.
func takeOver(ctx context.Context, opts Options, clock *desk.MachineClock) error {
	var p nextPlace
	switch err := readJSON(nextPlaceFile(opts.Dir), &p); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("read the next place: %w", err)
	}
	next, err := identity.OpenTerminal(nextKeyFile(opts.Dir))
	if errors.Is(err, fs.ErrNotExist) {
		return os.Remove(nextPlaceFile(opts.Dir)) // the power failed right before this
	}
	if err != nil {
		return fmt.Errorf("open the next key: %w", err)
	}
	s, err := openStore(opts, next, clock)
	if err != nil {
		return err
	}
	err = s.Enrolled(ctx, wire.Welcome{Number: p.Number, Generation: p.Generation, Point: p.Point, PointName: p.PointName, Area: p.Area})
	if err == nil && p.Moved {
		err = s.Refill(ctx)
	}
	if err = errors.Join(err, s.Close()); err != nil {
		return fmt.Errorf("chain again under the next key: %w", err)
	}
	err = os.Rename(nextKeyFile(opts.Dir), keyFile(opts.Dir))
	if err == nil {
		err = syncDir(opts.Dir)
	}
	if err == nil {
		err = os.Remove(nextPlaceFile(opts.Dir))
	}
	if err != nil {
		return fmt.Errorf("take up the next key: %w", err)
	}
	opts.Logger.Info("the next key has taken over", "terminal", p.Number, "point", p.Point)
	return nil
}

func readJSON(path string, v any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}

// writeJSON replaces a file as a whole, durably.
func writeJSON(path string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".tmp-*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(append(b, '\n'))
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
