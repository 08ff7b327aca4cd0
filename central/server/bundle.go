package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"doorstep/sync/bundle"
	"doorstep/sync/civic"
	"doorstep/sync/hub"
)

// BundleImported is what a folder of bundles brought.
type BundleImported struct {
	Terminals []TerminalImported // in the order first met
	Elsewhere int                // files that no terminal wrote
	Refused   []RefusedFile
	More      int // files beyond the bound, not looked at
}

// TerminalImported is what came of one terminal.
type TerminalImported struct {
	Number  uint32
	Entries int
	Held    uint64
	Papers  int
	Missing bool       // something could not be added, since what comes before it is not here
	Refused civic.Code // why entries were not taken

	key civic.KeyID
}

// RefusedFile is a file that was not taken.
type RefusedFile struct {
	Name string
	Err  error
}

// ImportBundles takes custody of what terminals wrote into a folder, opens it, and remembers how far each terminal
// said it was. It may run beside a central that serves, again, and in any order. tell is called after each file.
func (s *Server) ImportBundles(ctx context.Context, dir string, tell func(done, of int)) (sum BundleImported, err error) {
	list, more, err := bundle.Survey(ctx, dir)
	if err != nil {
		return sum, err
	}
	sum.More = more
	for n, f := range list {
		if f.Err == nil && f.Opening.Up == nil {
			sum.Elsewhere++
			continue
		}
		if err := s.importFile(ctx, dir, f, &sum); err != nil {
			return sum, err
		}
		tell(n+1, len(list))
	}
	return sum, s.intake.OpenAll(ctx)
}

func (s *Server) importFile(ctx context.Context, dir string, f bundle.File, sum *BundleImported) error {
	var c *hub.Collected
	b, err := []byte(nil), f.Err
	if err == nil {
		b, err = bundle.Read(dir, f.Name)
	}
	if err == nil {
		c, err = s.hub.Collect(ctx, b)
	}
	var no *civic.Error
	if errors.As(err, &no) && no.Code != civic.Full && no.Code != civic.Unavailable {
		sum.Refused = append(sum.Refused, RefusedFile{f.Name, err})
		return nil
	}
	if err != nil {
		return err
	}
	sum.of(c.Terminal).add(c)
	book, err := s.loadBook(c.Terminal.Key)
	if err != nil {
		return err
	}
	book.Up, book.Place.Answers = &c.Up, 0
	return s.saveBook(c.Terminal.Key, book)
}

// of returns the line of a terminal.
func (b *BundleImported) of(t hub.Terminal) *TerminalImported {
	for i := range b.Terminals {
		if b.Terminals[i].key == t.Key {
			return &b.Terminals[i]
		}
	}
	b.Terminals = append(b.Terminals, TerminalImported{Number: t.Number, key: t.Key})
	return &b.Terminals[len(b.Terminals)-1]
}

func (t *TerminalImported) add(c *hub.Collected) {
	t.Entries += c.Entries
	t.Held = max(t.Held, c.Held)
	t.Papers += c.Papers
	t.Missing = t.Missing || c.Missing
	if c.Refused != "" {
		t.Refused = c.Refused
	}
}

// BundleExported is what was written for one terminal so far.
type BundleExported struct {
	Terminal uint32
	Files    int
	Outcomes int
	Statuses int
	Editions int
	Done     bool
}

// ExportBundles writes into a folder what terminals have not: custody, outcomes, statuses, editions, each terminal's
// from where it last said it was. Without numbers it writes for every terminal that ever sent a bundle. What lies there
// from an export before is replaced, unless rest says to go on where that one ended. tell is called after each file,
// and once when a terminal is done.
func (s *Server) ExportBundles(ctx context.Context, dir string, numbers []uint32, rest bool, tell func(BundleExported)) error {
	keys, err := s.bundleTerminals(ctx, numbers)
	if err != nil {
		return err
	}
	for _, key := range keys {
		t, err := s.fleet.Terminal(ctx, key)
		if err != nil {
			return err
		}
		if err := s.exportTerminal(ctx, dir, t, rest, tell); err != nil {
			return err
		}
	}
	return nil
}

// bundleTerminals returns the keys of the numbered terminals, or of all that have a book and were not revoked.
func (s *Server) bundleTerminals(ctx context.Context, numbers []uint32) ([]civic.KeyID, error) {
	var keys []civic.KeyID
	for _, n := range numbers {
		t, err := s.store.Numbered(ctx, n)
		if errors.Is(err, &civic.Error{Code: civic.NotFound}) {
			err = civic.Refuse(civic.NotFound, "terminal", "terminal.unknown")
		}
		if err != nil {
			return nil, err
		}
		keys = append(keys, t.Key)
	}
	if len(numbers) > 0 {
		return keys, nil
	}
	fleet, err := s.fleet.Terminals(ctx)
	for _, t := range fleet {
		if _, missing := os.Stat(s.bookFile(t.Key)); missing == nil && t.Revoked.IsZero() {
			keys = append(keys, t.Key)
		}
	}
	return keys, err
}

func (s *Server) exportTerminal(ctx context.Context, dir string, t hub.Terminal, rest bool, tell func(BundleExported)) error {
	book, err := s.loadBook(t.Key)
	if err != nil {
		return err
	}
	at := hub.PlaceOf(book.Up)
	if book.Up != nil && book.Up.Standing.Generation != t.Generation {
		at.Settled = 0 // its outcomes are counted anew
	}
	if at.Number = book.Place.Number; rest {
		at = book.Place
	} else if err := s.clear(ctx, dir, t.Key); err != nil {
		return err
	}
	sum := BundleExported{Terminal: t.Number}
	for more := true; more; {
		out, err := s.hub.Dispatch(ctx, t, book.Up, at)
		if err != nil {
			return err
		}
		if _, err := bundle.Write(dir, out.File); err != nil {
			return err
		}
		at, more = out.Place, out.More
		if book.Place = at; !more {
			book.Place.Answers = 0
		}
		if err := s.saveBook(t.Key, book); err != nil {
			return err
		}
		sum.Files++
		sum.Outcomes += out.Outcomes
		sum.Statuses += out.Statuses
		sum.Editions += out.Editions
		tell(sum)
	}
	sum.Done = true
	tell(sum)
	return nil
}

// clear removes what central wrote for a terminal into a folder before. Files of others are left alone.
func (s *Server) clear(ctx context.Context, dir string, terminal civic.KeyID) error {
	list, _, err := bundle.Survey(ctx, dir)
	if err != nil {
		return err
	}
	for _, f := range list {
		if f.Err != nil || f.Opening.Down == nil || f.Opening.Down.Terminal != terminal {
			continue
		}
		b, err := bundle.Read(dir, f.Name)
		if err == nil {
			_, err = bundle.Open(b, bundle.By(s.keys.SignKeys()...))
		}
		if err != nil {
			continue // not ours to touch
		}
		if err := os.Remove(filepath.Join(dir, f.Name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return &civic.Error{Code: civic.Unavailable, Field: "bundle", Key: "bundle.unwritable", Err: err}
		}
	}
	return nil
}

// book is what central remembers of a terminal that it speaks to by bundles: what the terminal last said of itself,
// and how far the files go that were written for it. A lost book costs no more than files that say more than is needed.
type book struct {
	Up    *bundle.Up `json:"up"`
	Place hub.Place  `json:"place"`
}

func (s *Server) bookFile(key civic.KeyID) string {
	return filepath.Join(s.opts.Dir, "bundles", key.String()+".json")
}

func (s *Server) loadBook(key civic.KeyID) (b book, err error) {
	text, err := os.ReadFile(s.bookFile(key))
	if errors.Is(err, fs.ErrNotExist) {
		return b, nil
	}
	if err != nil {
		return b, fmt.Errorf("read what a terminal said by bundle: %w", err)
	}
	if err := json.Unmarshal(text, &b); err != nil {
		s.opts.Logger.Error("what a terminal said by bundle is unreadable", "key", key, "error", err)
		return book{}, nil
	}
	return b, nil
}

func (s *Server) saveBook(key civic.KeyID, b book) error {
	text, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("keep what a terminal said by bundle: %w", err)
	}
	path := s.bookFile(key)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("keep what a terminal said by bundle: %w", err)
	}
	if err := os.WriteFile(path+".tmp", text, 0o600); err != nil {
		return fmt.Errorf("keep what a terminal said by bundle: %w", err)
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		return fmt.Errorf("keep what a terminal said by bundle: %w", err)
	}
	return nil
}
