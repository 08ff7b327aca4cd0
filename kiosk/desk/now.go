package desk

import (
	"context"
	"time"

	"doorstep/sync/civic"
)

// Now is the time by central's clock as well as this terminal knows it, and how far to trust it.
func (d *Desk) Now(ctx context.Context) (time.Time, civic.Confidence) { return timeBy(d.evidence(ctx)) }

// timeBy is the time that evidence supports. Where it supports none, as when the clock's battery is dead and the wall
// clock says 2000, what has certainly passed since central was last heard is still counted: what ended before then
// must not come back on a screen.
func timeBy(e civic.Evidence) (time.Time, civic.Confidence) {
	at, sure := e.FiledAt()
	if sure != civic.Unsure || e.SyncTime.IsZero() {
		return at, sure
	}
	passed := e.SyncTime
	if e.Boot != e.SyncBoot {
		passed = passed.Add(e.Mono) // this boot began after central was heard
	}
	return passed, civic.Unsure
}
