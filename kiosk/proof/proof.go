// Package proof keeps what was really on a terminal's screens until central has it.
//
// A [Book] is an append-only file of one line for each page that had its time. Lines are synced as they come, so that
// neither a kill nor a power cut takes back what was proved. When an hour is over the file is closed, its lines are
// added up and handed to the desk, which seals them into an entry like any other. A file is named after that entry
// from its first line on, and nothing is added once it is closed: the same record is taken in once, however often the
// program dies on the way.
//
// The book is bounded. While the line is down one file goes on and adds itself up; only when even that is full it is
// closed. Where closed files cannot be taken in either, the book counts what it could not record, and says so to
// central. It holds nothing about people.
package proof

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"doorstep/sync/civic"
)

// Options are what a Book is made of.
type Options struct {
	Dir string // holds nothing else
	// TakeIn makes a record durable on its way to central. Asked again for the same id it adds nothing.
	TakeIn func(ctx context.Context, d civic.Display) error
	// Queue counts what waits for the line: while anything does, past hours stay in the open file, so that months
	// without a line do not fill the queue with proofs.
	Queue  func(ctx context.Context) (int, error)
	Now    func(ctx context.Context) (time.Time, civic.Confidence)
	Every  time.Duration // between two looks whether an hour is over
	Logger *slog.Logger
}

func (o *Options) validate() error {
	if o.Dir == "" || o.TakeIn == nil || o.Queue == nil || o.Now == nil || o.Logger == nil || o.Every <= 0 {
		return errors.New("proof: folder, desk, clock and logger are needed")
	}
	return nil
}

const (
	openSuffix   = ".open"
	closedSuffix = ".closed"
	maxClosed    = 8                           // files that wait to be taken in
	maxLines     = civic.MaxDisplayedHours     // of a file, as it is written
	fullLines    = civic.MaxDisplayedHours / 2 // added up, at which a file is closed whatever waits
)

// Book is a terminal's record of display. It is safe for concurrent use.
type Book struct {
	opts Options

	mu    sync.Mutex // guards what follows, and the files
	id    civic.EntryID
	f     *os.File              // the open file; nil after an error, until it can be opened again
	lines []civic.DisplayedHour // in it
	lost  int                   // pages that stood and could not be recorded
}

// Open opens the record in a folder, or begins one. Lines that a crash left torn are passed over.
func Open(o Options) (*Book, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("proof: %w", err)
	}
	b := &Book{opts: o}
	list, err := b.files(openSuffix)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		list = []civic.EntryID{newID()}
	}
	return b, b.open(list[0])
}

func newID() civic.EntryID {
	var id civic.EntryID
	_, _ = rand.Read(id[:]) // never fails since Go 1.24
	return id
}

func (b *Book) path(id civic.EntryID, suffix string) string {
	return filepath.Join(b.opts.Dir, id.String()+suffix)
}

// files lists the ids of the files in a state.
func (b *Book) files(suffix string) ([]civic.EntryID, error) {
	list, err := os.ReadDir(b.opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("list records of display: %w", err)
	}
	var out []civic.EntryID
	for _, e := range list {
		name, ours := strings.CutSuffix(e.Name(), suffix)
		if id, err := civic.ParseEntryID(name); ours && err == nil {
			out = append(out, id)
		}
	}
	return out, nil
}

// open opens a file and reads what is in it. A line torn by a power cut is ended, so that the next stands on its own.
func (b *Book) open(id civic.EntryID) error {
	lines, torn, err := b.read(b.path(id, openSuffix))
	if err != nil {
		return err
	}
	f, err := os.OpenFile(b.path(id, openSuffix), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("open record of display: %w", err)
	}
	if torn {
		_, err = f.WriteString("\n")
	}
	if err = errors.Join(err, syncDir(b.opts.Dir)); err != nil {
		_ = f.Close()
		return fmt.Errorf("open record of display: %w", err)
	}
	b.id, b.f, b.lines = id, f, lines
	return nil
}

// read reads a file's lines; none where there is none.
func (b *Book) read(path string) (lines []civic.DisplayedHour, torn bool, err error) {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, false, fmt.Errorf("read record of display: %w", err)
	}
	for line := range bytes.Lines(text) {
		if l, err := readLine(line); err == nil {
			lines = append(lines, l)
		} else if len(bytes.TrimSpace(line)) > 0 {
			b.opts.Logger.Warn("line of the record of display unreadable", "error", err)
		}
	}
	return lines, len(text) > 0 && text[len(text)-1] != '\n', nil
}

// Record keeps one line: what stood within one hour. It is synced before Record returns. What cannot be kept is
// counted.
func (b *Book) Record(l civic.DisplayedHour) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.record(l); err != nil {
		b.lost += l.Pages
		b.opts.Logger.Error("display not recorded", "error", err)
	}
}

func (b *Book) record(l civic.DisplayedHour) error {
	text, err := writeLine(l)
	if err != nil {
		return err
	}
	if b.f == nil {
		if err := b.open(b.id); err != nil {
			return err
		}
	}
	if len(b.lines) >= maxLines {
		if err := b.makeRoom(); err != nil {
			return err
		}
	}
	if _, err = b.f.Write(text); err == nil {
		err = b.f.Sync()
	}
	if err != nil {
		_ = b.f.Close() // what of the line is in the file is found out when it is opened again
		b.f = nil
		return fmt.Errorf("write display: %w", err)
	}
	b.lines = append(b.lines, l)
	return nil
}

// makeRoom adds the open file up, and closes it where that is not enough.
func (b *Book) makeRoom() error {
	sum := sumUp(b.lines)
	if len(sum) >= fullLines {
		return b.close()
	}
	var out bytes.Buffer
	for _, l := range sum {
		text, err := writeLine(l)
		if err != nil {
			return err
		}
		out.Write(text)
	}
	_ = b.f.Close()
	b.f = nil
	if err := replace(b.path(b.id, openSuffix), out.Bytes()); err != nil {
		return fmt.Errorf("add up record of display: %w", err)
	}
	return b.open(b.id)
}

// close ends the open file and begins another.
func (b *Book) close() error {
	waiting, err := b.files(closedSuffix)
	if err != nil {
		return err
	}
	if len(waiting) >= maxClosed {
		return errors.New("record of display is full")
	}
	if b.f != nil {
		_ = b.f.Close() // every line is synced
		b.f = nil
	}
	if err := os.Rename(b.path(b.id, openSuffix), b.path(b.id, closedSuffix)); err != nil {
		return fmt.Errorf("close record of display: %w", err)
	}
	b.id, b.lines = newID(), nil
	return b.open(b.id)
}

// Run hands over what is due until ctx ends.
func (b *Book) Run(ctx context.Context) error {
	tick := time.NewTicker(b.opts.Every)
	defer tick.Stop()
	for {
		if err := b.HandOver(ctx); err != nil && ctx.Err() == nil {
			b.opts.Logger.Warn("record of display not taken in", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// HandOver takes in what is closed, and closes the open file if its first hour is over and nothing waits for the line.
func (b *Book) HandOver(ctx context.Context) error {
	now, _ := b.opts.Now(ctx)
	waiting, err := b.opts.Queue(ctx)
	if err != nil {
		return fmt.Errorf("count queue: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.takeInClosed(ctx); err != nil {
		return err
	}
	if len(b.lines) == 0 || waiting > 0 || !over(b.lines, now) {
		return nil
	}
	if err := b.close(); err != nil {
		return err
	}
	return b.takeInClosed(ctx)
}

func (b *Book) takeInClosed(ctx context.Context) error {
	closed, err := b.files(closedSuffix)
	if err != nil {
		return err
	}
	for _, id := range closed {
		if err := b.takeIn(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// takeIn hands one closed file over and removes it. Dying in between, it is handed over again under the same id, and
// adds nothing.
func (b *Book) takeIn(ctx context.Context, id civic.EntryID) error {
	lines, _, err := b.read(b.path(id, closedSuffix))
	if err != nil {
		return err
	}
	if len(lines) > 0 {
		if err := b.opts.TakeIn(ctx, civic.Display{ID: id, Lines: sumUp(lines), Lost: b.lost}); err != nil {
			return err
		}
		b.lost = 0
	}
	if err := os.Remove(b.path(id, closedSuffix)); err != nil {
		return fmt.Errorf("remove what was taken in: %w", err)
	}
	return nil
}

// over reports whether an hour of a record has passed. One that lies in the future, after the clock was put back, must
// not stay for ever either.
func over(lines []civic.DisplayedHour, now time.Time) bool {
	return slices.ContainsFunc(lines, func(l civic.DisplayedHour) bool {
		return !now.Before(l.Hour.Add(time.Hour)) || now.Before(l.Hour.Add(-time.Hour))
	})
}

// Close closes the open file; what is in it is found by the next Open.
func (b *Book) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.f == nil {
		return nil
	}
	err := b.f.Close()
	b.f = nil
	return err
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// replace writes a file whole under another name first: half written it would lose what was proved.
func replace(path string, content []byte) error {
	next := path + ".tmp"
	f, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(next, path)
}
