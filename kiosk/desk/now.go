package desk

import (
	"context"
	"time"

	"doorstep/sync/civic"
)

// Now is the time by central's clock as well as this terminal knows it, and how far to trust it.
func (d *Desk) Now(ctx context.Context) (time.Time, civic.Confidence) {
	return d.evidence(ctx).FiledAt()
}

// now is the time that everything the desk decides goes by: what is published, who is of age, when something was
// filed. The wall clock alone may be wrong by years.
func (d *Desk) now() time.Time {
	at, _ := d.Now(context.Background())
	return at
}
