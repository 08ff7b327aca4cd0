package boltstore

import (
	"context"
	"errors"
	"fmt"
	"os"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// Open reads both copies of the store, makes them agree and returns the store, with a report of what was found. It
// goes on whatever is missing or damaged; only a directory that cannot be written, another program that has it open
// (civic.Conflict) and files of a later version (civic.Unsupported, nothing touched) end it.
func Open(opts Options) (*Store, Report, error) {
	if err := opts.validate(); err != nil {
		return nil, Report{}, err
	}
	s := &Store{
		opts: opts, disk: disk{opts.Fault}, turn: make(chan struct{}, 1),
		busy: map[civic.EntryID]chan struct{}{}, sound: map[civic.Digest]bool{}, losers: map[civic.EntryID]bool{},
	}
	s.journal = &journal{disk: s.disk, dir: s.path(dirJournal), limit: opts.SegmentSize}
	for _, dir := range []string{"", dirJournal, dirPapers, dirDamaged} {
		if err := os.MkdirAll(s.path(dir), 0o700); err != nil {
			return nil, Report{}, fmt.Errorf("make store: %w", err)
		}
	}
	var err error
	if s.lock, err = lockDir(opts.Dir); err != nil {
		return nil, Report{}, err
	}
	report, err := s.open()
	if err != nil {
		s.journal.close()
		s.shelf.close()
		if s.db != nil {
			err = errors.Join(err, s.db.Close())
		}
		return nil, report, errors.Join(err, s.lock.Close())
	}
	s.found, s.opened = report.Findings, s.opts.Clock().Wall
	return s, report, nil
}

func (s *Store) open() (Report, error) {
	found, err := takeSurvey(s)
	if err != nil {
		return Report{}, err
	}
	m := &mending{s: s, found: found}
	steps := []struct {
		doing string
		do    func() error
	}{
		{"clear unfinished files", m.clear},
		{"mend journal", m.mendJournal},
		{"join the copies", m.join},
		{"mend state", m.mendState},
		{"fill journal", m.fillJournal},
		{"mend shelf", m.mendShelf},
		{"save identity", m.mendIdentity},
		{"check chain", m.mendChain},
		{"check papers", m.mendPapers},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			return m.report, fmt.Errorf("%s: %w", step.doing, err)
		}
	}
	return m.report, nil
}

// Check compares both copies as Open would, without changing anything, and returns what Open would find. Nothing is
// what a store in use should say.
func (s *Store) Check(ctx context.Context) ([]Finding, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var r Report
	err := s.exclusive(func() error {
		if err := s.settleOwed(); err != nil {
			return err
		}
		found, err := takeSurvey(s)
		if err != nil {
			return err
		}
		r = found.differences(s)
		return nil
	})
	return r.Findings, err
}

// differences lists in what the two copies do not agree.
func (v *survey) differences(s *Store) Report {
	var r Report
	if v.state.condition != sound {
		r.note(FoundBadState, 1)
	}
	for _, seg := range v.journal.segments {
		r.add(FoundDamaged, int64(seg.damaged))
		r.add(FoundTorn, seg.torn)
	}
	var forward, back, lost, papers int64
	for id, j := range v.journal.rows {
		b := v.state.rows[id]
		if b == nil || j.Rev > b.Rev {
			forward++
		}
	}
	for id, b := range v.state.rows {
		j := v.journal.rows[id]
		if j == nil || b.Rev > j.Rev || (b.Purged == 0 && !v.journal.has[id] && v.bodySound(b)) {
			back++
		}
		if b.state() == civic.Kept && !v.bodySound(b) {
			lost++
		}
		for _, p := range b.Papers {
			if info, err := os.Stat(s.paperPath(p.Digest)); !p.Lost && !p.Sent && (err != nil || info.Size() != p.Size) {
				papers++
			}
		}
	}
	r.add(FoundForward, forward)
	r.add(FoundBack, back)
	r.add(FoundLost, lost)
	r.add(FoundPapers, papers)
	return r
}

// bodySound reports whether bbolt's bytes of an entry are those the row names.
func (v *survey) bodySound(r *row) bool {
	var body wire.Signed
	b := v.state.bodies[r.ID]
	return b != nil && decode(b, &body) == nil && body.Digest() == r.Digest
}
