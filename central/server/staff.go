package server

import (
	"context"

	"doorstep/assets"
	"doorstep/central/notices"
	"doorstep/central/store"
	"doorstep/sync/civic"
	"doorstep/sync/identity"
)

// AddPerson adds a member of staff with a first password, from the command line of the machine itself. Where p is
// Fresh, its owner has to replace the password at the first sign-in.
func (s *Server) AddPerson(ctx context.Context, p store.Person, password string) error {
	return s.door.Add(ctx, p, password, store.System())
}

// Invite makes a code with which one machine may join the fleet at a place.
func (s *Server) Invite(ctx context.Context, at store.Place) (identity.Code, error) {
	return s.fleet.Invite(ctx, at, store.System())
}

// Samples puts a sample notice of every kind through the hands of three members of staff, for demonstrations, and tells
// how many it put. What is there already stays as it is.
func (s *Server) Samples(ctx context.Context, publisher, network, secrecy string) (int, error) {
	list, err := notices.Samples(assets.Notices(), civic.DateOf(s.opts.Clock()))
	if err != nil {
		return 0, err
	}
	var by [len(notices.Hands)]store.Person
	for i, login := range []string{publisher, network, secrecy} {
		if by[i], err = s.store.Person(ctx, login); err != nil {
			return 0, err
		}
	}
	return s.notices.Put(ctx, list, by[0], by[1], by[2])
}
