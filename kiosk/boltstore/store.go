package boltstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/sys/unix"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// The files of a store's directory.
const (
	fileBolt     = "state.db"
	fileIdentity = "identity.rec"
	fileShelf    = "editions.rec"
	filePurged   = "purged.rec"
	fileLock     = "lock"
	dirJournal   = "journal"
	dirPapers    = "papers"
	dirDamaged   = "damaged" // what was moved aside, for a person to look at
)

// Store is a terminal's durable half. Open makes one.
type Store struct {
	opts    Options
	disk    disk
	found   []Finding // by Open
	opened  time.Time
	lock    *os.File
	db      *bolt.DB
	journal *journal
	shelf   shelfFile

	// turn is held by whoever changes the store. It guards journal, shelf, nextN and owed.
	turn  chan struct{}
	nextN uint64
	owed  []owed

	mu       sync.Mutex // guards what is below; nothing is read or written on disk under it
	closed   bool
	trouble  Trouble
	waiting  []*change
	head     wire.Head
	identity identity
	busy     map[civic.EntryID]chan struct{} // entries being taken in
	sound    map[civic.Digest]bool           // papers whose digest was verified since Open
	losers   map[civic.EntryID]bool          // entries that may have lost papers: all that have, and some that had
	shelved  signal
	outgoing signal
}

// signal is closed and replaced when something changed.
type signal struct{ c chan struct{} }

func (g *signal) wait() <-chan struct{} {
	if g.c == nil {
		g.c = make(chan struct{})
	}
	return g.c
}

func (g *signal) raise() {
	if g.c != nil {
		close(g.c)
		g.c = nil
	}
}

func (s *Store) path(name string) string { return filepath.Join(s.opts.Dir, name) }

// now is the time by central's clock, as far as the terminal knows it: what is kept for days must not go, nor stay
// for ever, because the wall clock jumped. Where what is known of that clock cannot be read, the wall clock stands
// in: taking in does not wait for it.
func (s *Store) now(tx *bolt.Tx) time.Time {
	e, err := lastSync(tx)
	if err != nil {
		e = civic.Evidence{}
	}
	clock := s.opts.Clock()
	e.Wall, e.Boot, e.Mono = clock.Wall, clock.Boot, clock.Mono
	at, _ := e.FiledAt()
	return at
}

func (s *Store) headNow() wire.Head {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.head
}

func (s *Store) setHead(h wire.Head) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.head = h
}

func (s *Store) who() identity {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.identity
}

// Changed is closed when an edition has changed, and replaced by the next call.
func (s *Store) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shelved.wait()
}

func (s *Store) raiseOutgoing() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outgoing.raise()
}

// Close carries out the changes that wait, and closes the files. Later changes are refused.
func (s *Store) Close() error {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	s.mu.Lock()
	again := s.closed
	s.closed = true
	s.mu.Unlock()
	if again {
		return nil
	}
	for list := s.next(); len(list) > 0; list = s.next() {
		s.take(list)
	}
	var err error
	if s.journal.f != nil && !s.journal.abandon {
		err = s.disk.sync("journal:close", s.journal.f)
	}
	s.journal.close()
	s.shelf.close()
	return errors.Join(err, s.db.Close(), s.lock.Close())
}

// lockDir keeps a second program out: two would chain two journals.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, fileLock), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock store: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, &civic.Error{Code: civic.Conflict, Key: "store.busy", Err: fmt.Errorf("lock store: %w", err)}
	}
	return f, nil
}

// frozenFree is the room of a disk that takes no writes: none. It is not 0, which on the wire is a number not known.
const frozenFree = 1

// Free returns the bytes free on the store's disk.
func (s *Store) Free(ctx context.Context) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if s.opts.Frozen {
		return frozenFree, nil
	}
	var st unix.Statfs_t
	if err := unix.Statfs(s.opts.Dir, &st); err != nil {
		return 0, fmt.Errorf("measure disk: %w", err)
	}
	return int64(st.Bavail) * st.Bsize, nil
}
