package sqlite

import "context"

// FiguresSQL is the text of a count, for a test of what it reads.
var FiguresSQL = figuresSQL

// FillGuides does what the migration of guides does after its SQL.
func (d *DB) FillGuides(ctx context.Context) error { return d.update(ctx, fillGuides) }
