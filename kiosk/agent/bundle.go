package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"doorstep/kiosk/boltstore"
	"doorstep/kiosk/desk"
	"doorstep/sync/bundle"
	"doorstep/sync/civic"
	"doorstep/sync/identity"
	"doorstep/sync/uplink"
)

// carrier is the terminal's courier, in this process or in the agent that runs. The folder of the bundle is read and
// written by whoever was asked to: the agent sees files only, and needs no right to the stick.
type carrier interface {
	Start(ctx context.Context, all bool) (uplink.Place, error)
	Write(ctx context.Context, from uplink.Place, limit int) (*uplink.Outgoing, error)
	Review(ctx context.Context, at uplink.Place, file []byte) (uplink.Place, bool, error)
	Take(ctx context.Context, file []byte) (*uplink.Delivery, error)
}

// Exported is what was written into a folder.
type Exported struct {
	Files   int
	Entries int
	Bytes   int64 // of papers
	Lost    int   // papers that cannot be read
	Removed int   // files that were there and are not needed any more
}

// Extent says how much Export writes.
type Extent int

// What is written: what central is not known to have and the folder does not hold; of that what no earlier export
// wrote anywhere; or everything that is still kept.
const (
	ExportOwed Extent = iota
	ExportRest
	ExportAll
)

// Export writes into a folder, as a stick's, what central does not have. It may be cut off and run again: files that
// are there whole are not written again, and those that central has confirmed are removed. tell is called after each
// file. civic.Full where the folder has no more room: ExportRest goes on in another.
func Export(ctx context.Context, opts Options, dir string, extent Extent, tell func(Exported)) (sum Exported, err error) {
	c, done, err := openCarrier(ctx, opts)
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, done()) }()
	at, err := c.Start(ctx, extent == ExportAll)
	if err != nil {
		return sum, err
	}
	if extent == ExportRest {
		at = goOn(at, loadPlace(opts.Dir))
	}
	if at, sum.Removed, err = review(ctx, c, dir, at); err != nil {
		return sum, err
	}
	for limit, more := 0, true; more; {
		out, err := c.Write(ctx, at, limit)
		if err != nil {
			return sum, err
		}
		_, err = bundle.Write(dir, out.File)
		if smaller, ok := shrink(limit); ok && errors.Is(err, &civic.Error{Code: civic.Full}) {
			limit = smaller // what is left may still hold the applications, if not the papers
			continue
		}
		if err == nil {
			err = savePlace(opts.Dir, out.Place)
		}
		if err != nil {
			return sum, err
		}
		at, more = out.Place, out.More
		sum.Files++
		sum.Entries += out.Entries
		sum.Bytes += out.Bytes
		sum.Lost += out.Lost
		tell(sum)
	}
	return sum, nil
}

// shrink returns the next smaller limit of a file, down to where a file is mostly its opening.
func shrink(limit int) (int, bool) {
	const smallest = 16 << 10
	if limit == 0 {
		limit = bundle.MaxPart
	}
	return limit / 8, limit/8 >= smallest
}

// goOn returns the later of a fresh place and the one where an earlier export ended.
func goOn(fresh, saved uplink.Place) uplink.Place {
	if saved.Generation != fresh.Generation {
		return fresh
	}
	saved.Since, saved.Seq = fresh.Since, max(saved.Seq, fresh.Seq)
	return saved
}

// review passes over what lies in the folder already, and removes what central has confirmed.
func review(ctx context.Context, c carrier, dir string, at uplink.Place) (uplink.Place, int, error) {
	list, _, err := bundle.Survey(ctx, dir)
	if err != nil {
		return at, 0, err
	}
	removed := 0
	for _, f := range list {
		if f.Err != nil || f.Opening.Up == nil {
			continue
		}
		b, err := bundle.Read(dir, f.Name)
		if err != nil {
			continue // pulled out meanwhile: writing will say so
		}
		next, spent, err := c.Review(ctx, at, b)
		var no *civic.Error
		if errors.As(err, &no) {
			continue // another terminal's, or damaged: not ours to touch
		}
		if err != nil {
			return at, removed, err
		}
		if at = next; !spent {
			continue
		}
		if err := os.Remove(filepath.Join(dir, f.Name)); err != nil {
			return at, removed, &civic.Error{Code: civic.Unavailable, Field: "bundle", Key: "bundle.unwritable", Err: err}
		}
		removed++
	}
	return at, removed, nil
}

// placeFile remembers where the last export ended, for ExportRest.
func placeFile(dir string) string { return filepath.Join(dir, "exported.json") }

// loadPlace returns the zero place where there is none that can be read: then everything is written again.
func loadPlace(dir string) (p uplink.Place) {
	b, err := os.ReadFile(placeFile(dir))
	if err != nil || json.Unmarshal(b, &p) != nil {
		return uplink.Place{}
	}
	return p
}

func savePlace(dir string, p uplink.Place) error {
	b, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("remember what was exported: %w", err)
	}
	return replaceFile(placeFile(dir), b)
}

// replaceFile replaces a small file whole.
func replaceFile(path string, b []byte) error {
	next := path + ".tmp"
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.WriteFile(next, b, 0o600); err != nil {
		return err
	}
	return os.Rename(next, path)
}

// Imported is what a folder brought.
type Imported struct {
	Files     int // for this terminal, taken
	Elsewhere int // for another terminal, or not from central
	Held      uint64
	Outcomes  int
	Statuses  int
	Editions  int
	Papers    int
	Missing   bool       // a file is not here that comes before one that is
	Waiting   bool       // a complete set is not here to its end
	Forked    civic.Code // central's custody is not of this journal
	Refused   []Refused
	More      int // files beyond the bound, not looked at
}

// Refused is a file that was not taken.
type Refused struct {
	Name string
	Err  error
}

// Import takes what central wrote into a folder. It may be run again, in any order. tell is called after each file.
func Import(ctx context.Context, opts Options, dir string, tell func(Imported)) (sum Imported, err error) {
	c, done, err := openCarrier(ctx, opts)
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, done()) }()
	list, more, err := bundle.Survey(ctx, dir)
	if err != nil {
		return sum, err
	}
	sum.More = more
	for _, f := range list {
		if f.Err == nil && f.Opening.Down == nil {
			sum.Elsewhere++
			continue
		}
		if err := sum.take(ctx, c, dir, f); err != nil {
			return sum, err
		}
		tell(sum)
	}
	return sum, nil
}

func (i *Imported) take(ctx context.Context, c carrier, dir string, f bundle.File) error {
	var d *uplink.Delivery
	b, err := []byte(nil), f.Err
	if err == nil {
		b, err = bundle.Read(dir, f.Name)
	}
	if err == nil {
		d, err = c.Take(ctx, b)
	}
	var no *civic.Error
	switch {
	case errors.Is(err, &civic.Error{Code: civic.NotFound, Key: "bundle.elsewhere"}):
		i.Elsewhere++
		return nil
	case errors.As(err, &no):
		i.Refused = append(i.Refused, Refused{f.Name, err})
		return nil
	case err != nil:
		return err
	}
	i.Files++
	i.Held = max(i.Held, d.Held)
	i.Outcomes += d.Outcomes
	i.Statuses += d.Statuses
	i.Editions += d.Editions
	i.Papers += d.Papers
	i.Missing = i.Missing || d.Missing
	i.Waiting = d.Waiting
	if d.Forked != "" {
		i.Forked = d.Forked
	}
	return nil
}

// openFiles opens the store for as long as one command needs it; no agent runs.
func openFiles(ctx context.Context, opts Options) (c carrier, done func() error, err error) {
	t, err := openKey(opts.Dir)
	if err != nil {
		return nil, nil, err
	}
	clock, err := desk.OpenClock(opts.Clock)
	if err != nil {
		return nil, nil, err
	}
	store, err := openStore(opts, t, clock)
	if err != nil {
		return nil, nil, err
	}
	a := &Agent{opts: opts, terminal: t, clock: clock, store: store, keys: identity.NewKeyring(t.Root)}
	if err = a.learn(ctx); err == nil {
		c, err = a.newCourier()
	}
	if err != nil {
		return nil, nil, errors.Join(err, store.Close())
	}
	return c, store.Close, nil
}

// newCourier makes the courier of an opened agent.
func (a *Agent) newCourier() (*uplink.Courier, error) {
	s := a.store
	heard := heardFile{path: filepath.Join(a.opts.Dir, "central-time"), store: s}
	return uplink.NewCourier(uplink.CourierOptions{
		Options: uplink.Options{
			// A courier dials nobody.
			Key: a.terminal.Key, Keys: a.keys, Journal: s.Journal(), Papers: s, Shelf: s, Statuses: s,
			Site: reporter{s, a.opts.PrintDir}, Boot: a.clock.Read().Boot, Logger: a.opts.Logger, Agent: Version, Clock: a.opts.Clock,
		},
		Held: func(ctx context.Context) (uint64, error) {
			head, err := s.Journal().Head(ctx)
			if err != nil {
				return 0, err
			}
			_, c, ok, err := s.Custody(ctx)
			if !ok || c.Through.Generation != head.Generation {
				return 0, err
			}
			return c.Through.Seq, err
		},
		Latest: heard.latest, Note: heard.note,
	})
}

// heardFile remembers central's time as bundles told it, beside what the line told the store.
type heardFile struct {
	path  string
	store *boltstore.Store
}

func (h heardFile) latest(ctx context.Context) (time.Time, error) {
	sync, err := h.store.LastSync(ctx)
	if err != nil {
		return time.Time{}, err
	}
	at := sync.SyncTime
	b, err := os.ReadFile(h.path)
	if errors.Is(err, fs.ErrNotExist) {
		return at, nil
	}
	if err != nil {
		return at, fmt.Errorf("read central's time: %w", err)
	}
	told, err := time.Parse(time.RFC3339Nano, string(b))
	if err == nil && told.After(at) { // half a file is as good as none
		at = told
	}
	return at, nil
}

func (h heardFile) note(ctx context.Context, central time.Time) error {
	before, err := h.latest(ctx)
	if err != nil || !central.After(before) {
		return err
	}
	return replaceFile(h.path, []byte(central.UTC().Format(time.RFC3339Nano)))
}
