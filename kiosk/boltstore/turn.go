package boltstore

import (
	"context"
	"errors"

	bolt "go.etcd.io/bbolt"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// maxTurn bounds how much one turn takes, so that the first caller does not wait for the last.
const (
	maxTurnChanges = 128
	maxTurnBytes   = 8 << 20
)

// change is one change to the store. plan is called with the turn and a transaction in which the changes before it
// can be seen; it decides, and either returns an error having stored nothing, or tells the batch what to store.
type change struct {
	plan func(*batch) error
	size int // about how many bytes it will write
	done chan error
}

// batch is what the changes of one turn come to.
type batch struct {
	tx      *bolt.Tx
	now     int64
	head    wire.Head // as it will be
	nextN   uint64
	records []byte         // for the journal
	entries []uint64       // N of the entry records among them
	owed    []*entryRecord // the same, to apply again if bbolt fails
	rows    []*row
	custody *custodyRow
	sync    bool     // the records are a commit point
	papers  bool     // names of papers must be made durable before
	touched int      // counts what was stored, so that a plan that failed half way is found out
	after   []func() // once all is committed
}

// commit waits for a turn and makes change c. Whoever gets the turn carries out all changes that wait; the others
// find theirs done. ctx is not asked again once the change is in line: it may then happen.
func (s *Store) commit(ctx context.Context, size int, plan func(*batch) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c := &change{plan: plan, size: size, done: make(chan error, 1)}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return civic.Refuse(civic.Unavailable, "", "store.closed")
	}
	s.waiting = append(s.waiting, c)
	s.mu.Unlock()
	for {
		select {
		case err := <-c.done:
			return err
		case s.turn <- struct{}{}:
			s.take(s.next())
			<-s.turn
		}
	}
}

// next takes changes from the line.
func (s *Store) next() []*change {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, bytes := 0, 0
	for n < len(s.waiting) && n < maxTurnChanges && (n == 0 || bytes+s.waiting[n].size <= maxTurnBytes) {
		bytes += s.waiting[n].size
		n++
	}
	list := append([]*change(nil), s.waiting[:n]...)
	s.waiting = append(s.waiting[:0], s.waiting[n:]...)
	return list
}

// errHalf says that a plan failed after it had stored something, so that its transaction cannot be used.
var errHalf = errors.New("plan failed half way")

// take makes changes together. A change that refuses leaves the others untouched: where it had stored something
// before it failed, each is made alone.
func (s *Store) take(list []*change) {
	refused := make([]error, len(list))
	err := guard(func() error {
		if err := s.settleOwed(); err != nil {
			return err
		}
		return s.takeBatch(list, refused)
	})
	if len(list) > 1 && errors.Is(err, errHalf) {
		for i := range list {
			s.take(list[i : i+1])
		}
		return
	}
	if err != nil {
		s.met(err)
	}
	for i, c := range list {
		if refused[i] != nil {
			c.done <- refused[i]
			continue
		}
		c.done <- err
	}
}

// takeBatch is promise P1 for a turn: the names of papers, then the journal, then bbolt.
func (s *Store) takeBatch(list []*change, refused []error) error {
	tx, err := s.db.Begin(true)
	if err != nil {
		return refuse("begin", err)
	}
	defer func() { _ = tx.Rollback() }()
	b := &batch{tx: tx, now: s.now(tx).UnixMilli(), head: s.headNow(), nextN: s.nextN}
	half := b.planAll(list, refused)
	s.nextN = b.nextN // a number given out is never used again, whatever happens
	switch {
	case half:
		return errHalf
	case b.touched == 0:
		return nil
	}
	if b.papers {
		if err := s.disk.syncDir("paper:dir", s.path(dirPapers)); err != nil {
			return refuse("sync papers", err)
		}
	}
	if len(b.records) > 0 {
		if err := s.journal.append(b.records, b.sync, b.entries); err != nil {
			return refuse("commit", err)
		}
	}
	s.setHead(b.head)
	s.owed = append(s.owed, owed{b.owed, b.rows, b.custody})
	if err := s.commitBolt(tx); err != nil {
		return refuse("commit after journal", err)
	}
	s.owed = nil
	s.met(nil)
	for _, do := range b.after {
		do()
	}
	return nil
}

// planAll plans changes in turn and reports whether one failed half way. bbolt's own assertions count as that.
func (b *batch) planAll(list []*change, refused []error) (half bool) {
	for i, c := range list {
		before := b.touched
		refused[i] = guard(func() error { return c.plan(b) })
		if refused[i] != nil && (b.touched != before || errors.Is(refused[i], &civic.Error{Code: civic.Damaged})) {
			return true
		}
	}
	return false
}

func (s *Store) commitBolt(tx *bolt.Tx) error {
	if err := s.disk.at("bolt:commit"); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	return s.disk.at("bolt:committed")
}

// owed is what the journal has and bbolt has not, because a commit failed.
type owed struct {
	entries []*entryRecord
	rows    []*row
	custody *custodyRow
}

// settleOwed carries over what earlier turns left, before anything is read to be changed.
func (s *Store) settleOwed() error {
	if len(s.owed) == 0 {
		return nil
	}
	tx, err := s.db.Begin(true)
	if err != nil {
		return refuse("begin", err)
	}
	defer func() { _ = tx.Rollback() }()
	for _, o := range s.owed {
		if err := o.apply(tx); err != nil {
			return refuse("carry over", err)
		}
	}
	if err := s.commitBolt(tx); err != nil {
		return refuse("carry over", err)
	}
	s.owed = nil
	s.met(nil)
	return nil
}

func (o owed) apply(tx *bolt.Tx) error {
	for _, e := range o.entries {
		if before, err := getRow(tx, e.Row.ID); err != nil {
			return err
		} else if e.Row.later(before) {
			if err := putEntry(tx, before, e); err != nil {
				return err
			}
		}
	}
	for _, r := range o.rows {
		if before, err := getRow(tx, r.ID); err != nil {
			return err
		} else if r.later(before) {
			if err := putRow(tx, before, r); err != nil {
				return err
			}
		}
	}
	if o.custody != nil {
		return metaBucket.save(tx, keyCustody, o.custody)
	}
	return nil
}

// addEntry plans a new entry: journal and bbolt. The caller has chained it.
func (b *batch) addEntry(e *entryRecord) error {
	payload, err := encode(e)
	if err != nil {
		return err
	}
	b.records = appendRecord(b.records, recordEntry, payload)
	b.entries = append(b.entries, e.Row.N)
	b.owed = append(b.owed, e)
	b.sync = true
	b.touched++
	return putEntry(b.tx, nil, e)
}

// changeRow plans a changed row. The journal gets it without a sync of its own: a lost change is one that central or
// the next look finds again, while a lost entry would be lost for good.
func (b *batch) changeRow(before *row, r *row) error {
	r.Rev = before.Rev + 1
	payload, err := encode(r)
	if err != nil {
		return err
	}
	b.records = appendRecord(b.records, recordRow, payload)
	b.rows = append(b.rows, r)
	b.touched++
	return putRow(b.tx, before, r)
}
