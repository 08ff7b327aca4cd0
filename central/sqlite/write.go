package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
)

// writer lets units of work through one after the other and shares commits among those that come together: a sync
// costs about as much for sixty units as for one. There is no goroutine of its own. Whoever asks puts the unit into
// the queue; one of those who wait leads, commits what is there, and tells the others.
type writer struct {
	queue chan *unit
	lead  chan struct{} // holds the word to lead; its holder alone uses conn and stmts
	conn  *sql.Conn
	stmts *stmts
}

// unit is one unit of work that waits for its commit.
type unit struct {
	ctx  context.Context // whose caller waits; looked at before and after the work, never handed to SQLite
	work func(context.Context, *tx) error
	done chan error
}

// maxGroup bounds how many units share a commit, and so how long the first of them waits.
const maxGroup = 256

var errClosed = errors.New("store is closed")

func newWriter(conn *sql.Conn) writer {
	w := writer{queue: make(chan *unit, maxGroup), lead: make(chan struct{}, 1), conn: conn, stmts: newStmts(conn.PrepareContext)}
	w.lead <- struct{}{}
	return w
}

// update does a unit of work: durably when it returns nil, not at all otherwise. It waits for the end of the unit
// also where ctx ends, so that its answer is the truth.
func (d *DB) update(ctx context.Context, work func(context.Context, *tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	u := &unit{ctx: ctx, work: work, done: make(chan error, 1)}
	d.write.queue <- u
	for {
		select {
		case err := <-u.done:
			return err
		case <-d.write.lead:
			d.write.commit()
			d.write.lead <- struct{}{}
		}
	}
}

// commit does the units that are in the queue in one transaction. A unit that fails is undone alone.
func (w *writer) commit() {
	var group []*unit
	for len(group) < maxGroup {
		select {
		case u := <-w.queue:
			group = append(group, u)
			continue
		default:
		}
		break
	}
	if len(group) == 0 {
		return
	}
	for u, err := range w.run(group) {
		u.done <- err
	}
}

// run returns what became of each unit of a group.
func (w *writer) run(group []*unit) map[*unit]error {
	// SQLite undoes the whole transaction when a statement is interrupted: the neighbours must not see one context.
	ctx := context.Background()
	result := make(map[*unit]error, len(group))
	all := func(err error) map[*unit]error {
		for _, u := range group {
			result[u] = err
		}
		return result
	}
	if w.conn == nil {
		return all(errClosed)
	}
	if err := w.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return all(fmt.Errorf("begin: %w", err))
	}
	done := 0
	for _, u := range group {
		var err error
		if result[u], err = w.one(ctx, u); err != nil {
			return all(errors.Join(err, w.exec(ctx, "ROLLBACK")))
		}
		if result[u] == nil {
			done++
		}
	}
	if done == 0 {
		if err := w.exec(ctx, "ROLLBACK"); err != nil {
			return all(fmt.Errorf("roll back: %w", err))
		}
		return result
	}
	if err := w.exec(ctx, "COMMIT"); err != nil {
		return all(errors.Join(fmt.Errorf("commit: %w", err), w.exec(ctx, "ROLLBACK")))
	}
	return result
}

// one does a unit behind a savepoint. broken means that the transaction itself is gone.
func (w *writer) one(ctx context.Context, u *unit) (failed, broken error) {
	if err := u.ctx.Err(); err != nil {
		return err, nil
	}
	if err := w.exec(ctx, "SAVEPOINT unit"); err != nil {
		return nil, fmt.Errorf("savepoint: %w", err)
	}
	failed = u.work(ctx, &tx{w.stmts})
	if failed == nil {
		failed = u.ctx.Err()
	}
	if failed != nil {
		if err := w.exec(ctx, "ROLLBACK TO unit"); err != nil {
			return nil, errors.Join(failed, err)
		}
	}
	return failed, w.exec(ctx, "RELEASE unit")
}

func (w *writer) exec(ctx context.Context, text string) error {
	_, err := (&tx{w.stmts}).exec(ctx, text)
	return err
}

// alone does something with the connection outside any transaction, while no one leads.
func (w *writer) alone(do func(*writer) error) error {
	<-w.lead
	defer func() { w.lead <- struct{}{} }()
	return do(w)
}

// close waits for the leader, and makes every later unit fail.
func (w *writer) close() error {
	if w.lead == nil {
		return nil // never opened
	}
	<-w.lead
	defer func() { w.lead <- struct{}{} }()
	if w.conn == nil {
		return nil
	}
	err := errors.Join(w.stmts.close(), w.conn.Close())
	w.conn = nil
	return err
}

// tx is what a unit of work does its statements with.
type tx struct{ stmts *stmts }

func (t *tx) exec(ctx context.Context, text string, args ...any) (sql.Result, error) {
	s, err := t.stmts.get(ctx, text) //nolint:sqlclosecheck // kept until close
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

func (t *tx) row(ctx context.Context, text string, args ...any) scanner {
	s, err := t.stmts.get(ctx, text) //nolint:sqlclosecheck // kept until close
	if err != nil {
		return failed{err}
	}
	return s.QueryRowContext(ctx, args...)
}

func (t *tx) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	s, err := t.stmts.get(ctx, text) //nolint:sqlclosecheck // kept until close
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// reader reads outside any unit of work, each call a snapshot of its own.
type reader struct {
	db    *sql.DB
	stmts *stmts
}

func (r reader) row(ctx context.Context, text string, args ...any) scanner {
	return (&tx{r.stmts}).row(ctx, text, args...)
}

func (r reader) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	return (&tx{r.stmts}).query(ctx, text, args...)
}

// stmts keeps statements prepared: preparing costs more than most of them do.
type stmts struct {
	prepare func(context.Context, string) (*sql.Stmt, error)

	mu   sync.Mutex // guards kept
	kept map[string]*sql.Stmt
}

func newStmts(prepare func(context.Context, string) (*sql.Stmt, error)) *stmts {
	return &stmts{prepare: prepare, kept: map[string]*sql.Stmt{}}
}

func (s *stmts) get(ctx context.Context, text string) (*sql.Stmt, error) {
	s.mu.Lock()
	st := s.kept[text]
	s.mu.Unlock()
	if st != nil {
		return st, nil
	}
	st, err := s.prepare(ctx, text)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if other := s.kept[text]; other != nil {
		return other, st.Close() //nolint:sqlclosecheck // two prepared it at once
	}
	s.kept[text] = st
	return st, nil
}

func (s *stmts) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, st := range s.kept {
		errs = append(errs, st.Close())
	}
	return errors.Join(errs...)
}

// snapshot reads several things as they were at one instant.
func (r reader) snapshot(ctx context.Context, read func(querier) error) (err error) {
	t, err := r.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Rollback()) }()
	return read(within{t})
}

// within reads inside a snapshot.
type within struct{ t *sql.Tx }

func (w within) row(ctx context.Context, text string, args ...any) scanner {
	return w.t.QueryRowContext(ctx, text, args...)
}

func (w within) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	return w.t.QueryContext(ctx, text, args...)
}
