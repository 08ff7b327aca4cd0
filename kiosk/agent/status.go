package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"doorstep/kiosk/boltstore"
	"doorstep/kiosk/desk"
	"doorstep/sync/civic"
)

// Status is what staff may know of a terminal: counts, states, codes and times, nobody's data.
type Status struct {
	Terminal uint32                   `json:"terminal"`
	Entries  map[civic.EntryState]int `json:"entries"`
	Unshown  []Unshown                `json:"unshown"` // saved, receipt not shown; oldest first

	Running      bool                `json:"running"`           // an agent answered; else the files were read
	Folder       string              `json:"folder"`            // in which the agent leaves the addresses of its pages; empty where none runs
	PointName    string              `json:"point"`             // where the terminal stands
	Waiting      boltstore.Queue     `json:"waiting"`           // entries that central does not hold
	Papers       boltstore.Backlog   `json:"papers"`            // papers that central does not have whole
	Free         int64               `json:"free"`              // bytes on the store's disk
	Reserve      int64               `json:"reserve,omitempty"` // bytes under which no application is begun; 0 where no agent runs
	Offset       time.Duration       `json:"offset"`            // wall clock less central's at the last synchronisation
	Synchronised bool                `json:"synchronised"`      // there was one
	Swap         int                 `json:"swap,omitempty"`    // areas of swap
	Found        []boltstore.Finding `json:"found,omitempty"`   // what the last start found and mended
	Trouble      *Trouble            `json:"trouble,omitempty"` // the store cannot write
	Printer      string              `json:"printer,omitempty"` // as in telemetry; empty where no agent runs
	Line         *Line               `json:"line,omitempty"`    // nil where no agent runs
}

// Line is how the line to central is.
type Line struct {
	Up      bool       `json:"up"`
	Since   time.Time  `json:"since"`   // of Up, or of its contrary
	Contact time.Time  `json:"contact"` // central was last heard; zero if not since the agent began
	Reason  civic.Code `json:"reason"`  // why it is down, or what is stuck while it is up; empty if nothing is wrong
	Next    time.Time  `json:"next"`    // next try while down
}

// Trouble is why the store cannot write.
type Trouble struct {
	Since time.Time  `json:"since"`
	Code  civic.Code `json:"code"`
	Key   string     `json:"key"` // of the sentence that says what it is
}

// Unshown is one entry that was saved and whose receipt was not shown: the resident left with nothing in hand.
type Unshown struct {
	Code  civic.TrackingCode `json:"code"`
	Kind  civic.EntryKind    `json:"kind"`
	State civic.EntryState   `json:"state"`
	Taken time.Time          `json:"taken"`
}

// asking bounds one question at the socket.
const asking = 10 * time.Second

func socketFile(dir string) string { return filepath.Join(dir, "agent.sock") }

// Tell asks the agent that runs in opts.Dir for its status, or, where none runs, the files themselves, which mends
// them as every start does.
func Tell(ctx context.Context, opts Options) (Status, error) {
	if err := opts.validate(); err != nil {
		return Status{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", socketFile(opts.Dir))
	if err != nil { // on a disk that is read-only the agent answers from memory
		if frozen, e := d.DialContext(ctx, "unix", socketFile(frozenDir(opts.Dir))); e == nil {
			c, err = frozen, nil
		}
	}
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return statusOfFiles(ctx, opts)
	}
	if err != nil {
		return Status{}, fmt.Errorf("ask the agent: %w", err)
	}
	defer func() { _ = c.Close() }()
	if end, ok := ctx.Deadline(); ok {
		if err := c.SetDeadline(end); err != nil {
			return Status{}, fmt.Errorf("ask the agent: %w", err)
		}
	}
	var s Status
	if err := json.NewDecoder(c).Decode(&s); err != nil {
		return s, fmt.Errorf("read the agent's answer: %w", err)
	}
	return s, nil
}

func statusOfFiles(ctx context.Context, opts Options) (s Status, err error) {
	t, err := openKey(opts.Dir)
	if err != nil {
		return s, err
	}
	clock, err := desk.OpenClock(opts.Clock)
	if err != nil {
		return s, err
	}
	store, err := openStore(opts, t, clock)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return statusOf(ctx, store)
}

func statusOf(ctx context.Context, store *boltstore.Store) (Status, error) {
	var s Status
	p, err := store.Place(ctx)
	if err != nil && !errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		return s, err
	}
	s.Terminal, s.PointName = p.Number, p.PointName
	if s.Entries, err = store.Tally(ctx); err != nil {
		return s, err
	}
	list, err := store.Unshown(ctx)
	if err != nil {
		return s, err
	}
	for _, k := range list {
		s.Unshown = append(s.Unshown, Unshown{k.Code, k.Kind, k.State, k.Taken})
	}
	if s.Waiting, err = store.Waiting(ctx); err != nil {
		return s, err
	}
	if s.Papers, err = store.Backlog(ctx); err != nil {
		return s, err
	}
	if s.Free, err = store.Free(ctx); err != nil {
		return s, err
	}
	last, err := store.LastSync(ctx)
	s.Offset, s.Synchronised = last.SyncOffset, !last.SyncTime.IsZero()
	s.Found, s.Trouble, s.Swap = store.Found(), troubleOf(store), swapAreas()
	return s, err
}

func troubleOf(store *boltstore.Store) *Trouble {
	t := store.Trouble()
	var refusal *civic.Error
	if !errors.As(t.Err, &refusal) {
		return nil
	}
	return &Trouble{t.Since, refusal.Code, refusal.Key}
}

// status is that of a terminal whose agent runs.
func (a *Agent) status(ctx context.Context) (Status, error) {
	s, err := statusOf(ctx, a.store)
	if err != nil {
		return s, err
	}
	l := a.uplink.State()
	s.Folder = a.opts.Dir
	s.Running, s.Reserve, s.Printer = true, a.desk.Policy().DiskReserve, printerState(a.opts.PrintDir)
	s.Line = &Line{l.Up, l.Since, l.Contact, l.Reason, l.Next}
	return s, nil
}

// answer tells the status to whoever connects to the socket, which only the terminal's own user can, until ctx ends.
// The store's lock is ours, so that a socket found here is left from an agent that was killed. A folder whose path
// is too long for a socket leaves the terminal without this door, and is no reason not to serve residents.
func (a *Agent) answer(ctx context.Context) error {
	path := socketFile(a.opts.Dir)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		a.opts.Logger.Warn("old socket not removed", "error", err)
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "unix", path)
	if err == nil {
		err = os.Chmod(path, 0o600)
	}
	if err != nil {
		a.opts.Logger.Warn("no socket for staff's questions", "error", err)
		return nil
	}
	stop := context.AfterFunc(ctx, func() { _ = ln.Close() })
	defer stop()
	for {
		c, err := ln.Accept()
		if err != nil {
			if ctx.Err() == nil {
				a.opts.Logger.Warn("staff's questions not heard any more", "error", err)
			}
			return nil
		}
		a.tell(ctx, c)
	}
}

// tell writes the status to one connection.
func (a *Agent) tell(ctx context.Context, c net.Conn) {
	defer func() { _ = c.Close() }()
	s, err := a.status(ctx)
	if err == nil {
		err = c.SetDeadline(time.Now().Add(asking))
	}
	if err == nil {
		err = json.NewEncoder(c).Encode(s)
	}
	if err != nil {
		a.opts.Logger.Warn("status not told", "error", err)
	}
}
