package bulletin

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
	"doorstep/central/workbook"
)

// ImportPhase is how far an import is.
type ImportPhase string

// The phases, in their order. Only ImportPublishing changes anything, and that all at once.
const (
	ImportNone       ImportPhase = "none"
	ImportReading    ImportPhase = "reading"
	ImportChecking   ImportPhase = "checking"
	ImportPlanned    ImportPhase = "planned" // waits for a person
	ImportPublishing ImportPhase = "publishing"
	ImportDone       ImportPhase = "done"
	ImportFailed     ImportPhase = "failed"
)

// Busy reports whether the program works on it now.
func (p ImportPhase) Busy() bool {
	return p == ImportReading || p == ImportChecking || p == ImportPublishing
}

// ImportState is what a page shows of an import.
type ImportState struct {
	Phase  ImportPhase
	Name   string // of the file
	Login  string // who brought it
	Began  time.Time
	Ended  time.Time
	Done   int // rows read, services checked, editions signed
	Of     int // as many as there are, 0 while that is not known
	Plan   *Plan
	Failed error
}

// Importer takes in one workbook after the other: it is read and checked, a person sees what it would do, and then
// all of it is published or nothing. What it works on is in memory only: a crash leaves nothing behind.
type Importer struct {
	press *Press
	log   *slog.Logger
	jobs  chan job

	mu    sync.Mutex // guards state
	state ImportState
}

// job is what Run does next.
type job struct {
	file []byte // to be read; nil to publish the plan
	by   store.Actor
}

// NewImporter makes an importer for a press.
func NewImporter(p *Press, log *slog.Logger) (*Importer, error) {
	if p == nil || log == nil {
		return nil, errors.New("bulletin: an importer needs a press and a logger")
	}
	return &Importer{press: p, log: log, jobs: make(chan job, 1), state: ImportState{Phase: ImportNone}}, nil
}

// State returns how far the import is.
func (m *Importer) State() ImportState {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state
}

// Begin takes a workbook to be read and checked. While the program works on another, or another's plan waits for
// them, it is civic.Conflict.
func (m *Importer) Begin(name string, file []byte, by store.Actor) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.state.Phase.Busy() || m.state.Phase == ImportPlanned && m.state.Login != by.Login && !m.stale() {
		return civic.Refuse(civic.Conflict, "file", "import.busy")
	}
	m.state = ImportState{Phase: ImportReading, Name: name, Login: by.Login, Began: m.now()}
	m.jobs <- job{file: file, by: by} // holds one, and the one before was taken
	return nil
}

// patience is how long a plan waits before somebody else may bring a workbook.
const patience = 30 * time.Minute

func (m *Importer) stale() bool    { return m.now().Sub(m.state.Began) > patience }
func (m *Importer) now() time.Time { return m.press.bulletin.o.Now() }

// Publish carries the plan out that was shown. began tells it from another that came in its place, which is
// civic.Conflict.
func (m *Importer) Publish(began time.Time, by store.Actor) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.state.Phase != ImportPlanned || !m.state.Began.Equal(began) {
		return civic.Refuse(civic.Conflict, "file", "import.gone")
	}
	if m.state.Plan.Faulty() {
		return civic.Refuse(civic.Invalid, "file", "workbook.faulty")
	}
	m.state.Phase, m.state.Done, m.state.Of = ImportPublishing, 0, len(m.state.Plan.drafts)
	m.jobs <- job{by: by}
	return nil
}

// Forget gives up a plan, or clears what the last import left to be read.
func (m *Importer) Forget() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.state.Phase.Busy() {
		return civic.Refuse(civic.Conflict, "file", "import.busy")
	}
	m.state = ImportState{Phase: ImportNone}
	return nil
}

// Run does the work until ctx ends.
func (m *Importer) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case j := <-m.jobs:
			if err := m.do(ctx, j); err != nil {
				m.fail(ctx, err)
			}
		}
	}
}

func (m *Importer) do(ctx context.Context, j job) error {
	if j.file == nil {
		plan := m.State().Plan
		if err := m.press.Carry(ctx, plan, j.by, m.progress); err != nil {
			return err
		}
		m.change(func(s *ImportState) { s.Phase, s.Ended, s.Done = ImportDone, m.now(), s.Of })
		return nil
	}
	book, err := workbook.Read(ctx, j.file, m.progress)
	if err != nil {
		return err
	}
	m.change(func(s *ImportState) { s.Phase, s.Done, s.Of = ImportChecking, 0, len(book.Services) })
	plan, err := m.press.Plan(ctx, book, m.progress)
	if err != nil {
		return err
	}
	m.change(func(s *ImportState) { s.Phase, s.Plan = ImportPlanned, plan })
	return nil
}

// fail keeps why an import ended. What is no refusal of ours is logged.
func (m *Importer) fail(ctx context.Context, err error) {
	var refusal *civic.Error
	if !errors.As(err, &refusal) && ctx.Err() == nil {
		m.log.Error("import failed", "error", err)
	}
	m.change(func(s *ImportState) { s.Phase, s.Ended, s.Failed = ImportFailed, m.now(), err })
}

func (m *Importer) progress(done int) { m.change(func(s *ImportState) { s.Done = done }) }

func (m *Importer) change(do func(*ImportState)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	do(&m.state)
}
