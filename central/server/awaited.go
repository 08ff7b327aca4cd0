package server

import (
	"context"

	"doorstep/central/casework"
	"doorstep/sync/civic"
)

// Awaited returns the papers that a case still lacks; see casework.Awaited.
func (s *Server) Awaited(ctx context.Context, code civic.TrackingCode, max int) ([]casework.Awaited, error) {
	return s.casework.Awaited(ctx, code, max)
}
