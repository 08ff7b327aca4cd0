package server

import (
	"context"

	"doorstep/central/store"
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
