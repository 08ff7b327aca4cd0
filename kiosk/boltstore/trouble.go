package boltstore

import (
	"errors"
	"time"

	"doorstep/sync/civic"
)

// Trouble is what keeps the store from writing.
type Trouble struct {
	Since time.Time // by the machine's clock; zero if the last change was made
	Err   error     // a *civic.Error that says what to do
}

// Trouble returns what keeps the store from writing now, as its last change met it.
func (s *Store) Trouble() Trouble {
	if s.opts.Frozen {
		return Trouble{s.opened, civic.Refuse(civic.Unavailable, "", "store.frozen")}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trouble
}

// met notes how a change went. Only a refusal by the disk is trouble; the first of several stands.
func (s *Store) met(err error) {
	now := s.opts.Clock().Wall // not by what the store knows of central's clock: it may not be readable now
	s.mu.Lock()
	defer s.mu.Unlock()
	var refusal *civic.Error
	switch {
	case err == nil:
		s.trouble = Trouble{}
	case errors.As(err, &refusal) && (refusal.Key == "store.write" || refusal.Key == "store.full" || refusal.Code == civic.Damaged):
		if s.trouble.Since.IsZero() {
			s.trouble.Since = now
		}
		s.trouble.Err = err
	}
}

// Found returns what Open found and mended.
func (s *Store) Found() []Finding { return append([]Finding(nil), s.found...) }
