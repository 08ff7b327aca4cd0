package server

import (
	"context"

	"doorstep/central/casework"
)

// Kept returns how every retention term stands.
func (s *Server) Kept(ctx context.Context) ([]casework.Kept, error) { return s.casework.Kept(ctx) }

// Expire erases what is due; see casework.Expire. Another process may serve meanwhile.
func (s *Server) Expire(ctx context.Context, done func(n int)) error {
	return s.casework.Expire(ctx, done)
}
