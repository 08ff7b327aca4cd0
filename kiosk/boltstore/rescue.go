package boltstore

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// Rescued is an entry that a store still holds, from whichever copy has it.
type Rescued struct {
	Entry wire.Entry // the position may be empty
	State civic.EntryState
	Names []RescuedPaper
}

// RescuedPaper is a paper of an entry, which is not said to be there.
type RescuedPaper struct {
	civic.Paper
	Sent bool // central has said that it has it whole
}

// Lost is an entry that a store knows of and whose bytes it no longer has.
type Lost struct {
	Code  civic.TrackingCode
	State civic.EntryState
}

// Rescue reads the store of a terminal that runs no more and gives do every entry that either copy still holds, in the
// order of the journal, whatever its state: central knows what it has. It needs no key and changes nothing, so that it
// works on a disk mounted read-only and on one that Open would not open; it returns what is known of and lost. A store
// that a program has open is civic.Conflict. What was purged is not lost: central has it, safely.
func Rescue(dir string, do func(Rescued) error) ([]Lost, error) {
	s := &Store{opts: Options{Dir: dir}}
	s.journal = &journal{dir: s.path(dirJournal)}
	unlock, err := lockToRead(dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	found, err := takeSurvey(s)
	if err != nil {
		return nil, err
	}
	r := &rescue{found: found, given: map[civic.EntryID]bool{}, do: do}
	err = s.journal.each(func(_ uint64, rec record) bool {
		e := new(entryRecord)
		if rec.kind == recordEntry && decode(rec.payload, e) == nil && !found.journal.undone[e.Row.N] {
			r.give(&e.Row, e.Body)
		}
		return r.err == nil
	})
	if err = errors.Join(err, r.err); err != nil {
		return nil, err
	}
	return r.rest()
}

type rescue struct {
	found *survey
	given map[civic.EntryID]bool
	do    func(Rescued) error
	err   error
}

// row returns the latest that is known of an entry.
func (r *rescue) row(id civic.EntryID) *row {
	j, b := r.found.journal.rows[id], r.found.state.rows[id]
	if b == nil || j != nil && j.later(b) {
		return j
	}
	return b
}

// give hands one entry on, once, if its bytes are those that were signed.
func (r *rescue) give(known *row, body wire.Signed) {
	if r.given[known.ID] || body.Digest() != known.Digest || r.err != nil {
		return
	}
	if latest := r.row(known.ID); latest != nil && latest.Digest == known.Digest {
		known = latest
	}
	e, err := wire.ReadEntry(body)
	if err != nil {
		return // counted among the lost
	}
	r.given[known.ID] = true
	out := Rescued{Entry: wire.Entry{Body: body, Position: known.Position}, State: known.state()}
	for i, p := range e.Papers {
		// Purging drops the list: central had them all then.
		out.Names = append(out.Names, RescuedPaper{p, known.Purged != 0 || i < len(known.Papers) && known.Papers[i].Sent})
	}
	r.err = r.do(out)
}

// rest gives what only bbolt holds, and tells what neither does.
func (r *rescue) rest() ([]Lost, error) {
	for id, known := range r.found.state.rows {
		var body wire.Signed
		if b := r.found.state.bodies[id]; b != nil && decode(b, &body) == nil {
			r.give(known, body)
		}
	}
	var lost []Lost
	seen := map[civic.EntryID]bool{}
	for _, rows := range []map[civic.EntryID]*row{r.found.state.rows, r.found.journal.rows} {
		for id := range rows {
			known := r.row(id)
			if r.given[id] || seen[id] || known.state() == civic.Purged || r.found.journal.undone[known.N] {
				continue
			}
			seen[id] = true
			lost = append(lost, Lost{Code: known.Code, State: known.state()})
		}
	}
	return lost, r.err
}

// RescuePaper returns a ciphertext of a store that Rescue reads; civic.NotFound if it is not there, civic.Damaged if it
// is no longer what was sealed.
func RescuePaper(dir string, p civic.Paper) ([]byte, error) {
	b, err := os.ReadFile(filepath.Join(dir, dirPapers, p.Digest.String()))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, &civic.Error{Code: civic.NotFound, Field: "paper", Key: "store.paper", Err: err}
	case err != nil || civic.DigestOf(b) != p.Digest:
		return nil, &civic.Error{Code: civic.Damaged, Field: "paper", Key: "store.paper", Err: err}
	}
	return b, nil
}

// lockToRead keeps the store's own program out while it is read, without writing anything.
func lockToRead(dir string) (unlock func(), err error) {
	f, err := os.Open(filepath.Join(dir, fileLock))
	if errors.Is(err, os.ErrNotExist) {
		return func() {}, nil
	}
	if err != nil {
		return nil, refuse("open lock", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB); err != nil {
		return nil, errors.Join(&civic.Error{Code: civic.Conflict, Key: "store.busy", Err: err}, f.Close())
	}
	return func() { _ = f.Close() }, nil
}
