package civic

import "time"

// Confidence grades how well the time of filing is known.
type Confidence uint8

// The three grades of DESIGN.md 3. A legal limit may rest on Sure and Likely; at Unsure the paper prints days
// and no date.
const (
	Unsure Confidence = iota // central's time of receipt stands in until a clerk sets an earlier one
	Likely                   // the wall clock, corrected by the last offset known
	Sure                     // counted by the monotonic clock from central's own time, in the same boot
)

// String returns the stable name of c.
func (c Confidence) String() string {
	switch c {
	case Sure:
		return "sure"
	case Likely:
		return "likely"
	}
	return "unsure"
}

// Evidence is what a terminal's clocks said when it took an application in. It is signed with the entry; which
// time follows from it is decided by FiledAt, on both sides with the same result.
type Evidence struct {
	Wall time.Time     // the wall clock, millisecond precision
	Boot [16]byte      // the kernel's boot id
	Mono time.Duration // since that boot, never stepped

	// The last synchronisation with central, zero if there was none:
	SyncBoot   [16]byte      // boot during which it happened
	SyncMono   time.Duration // monotonic clock then
	SyncTime   time.Time     // central's clock then
	SyncOffset time.Duration // wall clock less central's clock then
}

// maxDrift bounds how far a corrected wall clock may lie from what is plausible before it is not believed: a wall
// clock that says it is before the last time central was heard has been set back.
const maxDrift = 10 * time.Minute

// FiledAt returns the instant of filing as the evidence supports it, and how far to trust it. In the boot of the
// last synchronisation the monotonic clock counts from central's time: Sure. In another boot the wall clock less
// the last offset is taken where it does not run before that synchronisation: Likely. Without either, the wall
// clock itself, Unsure: central then dates by its own receipt.
func (e Evidence) FiledAt() (time.Time, Confidence) {
	switch {
	case e.SyncTime.IsZero():
		return e.Wall, Unsure
	case e.Boot == e.SyncBoot && e.Mono >= e.SyncMono:
		return e.SyncTime.Add(e.Mono - e.SyncMono), Sure
	}
	corrected := e.Wall.Add(-e.SyncOffset)
	if corrected.Before(e.SyncTime.Add(-maxDrift)) {
		return e.Wall, Unsure
	}
	return corrected, Likely
}
