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

// maxDrift is how far before the last time central was heard a corrected wall clock may lie: one that says it is
// earlier was set back.
const maxDrift = 10 * time.Minute

// maxSilence is how long after central was last heard the wall clock alone is still believed. A battery clock loses
// seconds a day; one that says more than a year has passed was set forward by hand, by damage, or by a wrong
// server, and no legal limit may rest on it.
const maxSilence = 366 * 24 * time.Hour

// FiledAt returns the time by central's clock as the evidence supports it, and how far to trust it. In the boot of
// the last synchronisation the monotonic clock counts from central's time: Sure, whatever the wall clock says. In
// another boot the wall clock less the last offset is taken where it neither runs before that synchronisation nor
// more than a year past it: Likely. Otherwise Unsure, and central dates by its own receipt. The time is then the
// earliest it can be, when central was last heard and what has certainly passed since, so that what ended before
// does not come back on a screen when the battery of a clock dies; the wall clock where central was never heard.
func (e Evidence) FiledAt() (time.Time, Confidence) {
	if e.SyncTime.IsZero() {
		return e.Wall, Unsure
	}
	passed := e.SyncTime.Add(Evidence{Boot: e.SyncBoot, Mono: e.SyncMono}.Elapsed(e))
	if e.Boot == e.SyncBoot && e.Boot != ([16]byte{}) && e.Mono >= e.SyncMono {
		return passed, Sure // a boot id of zeros is a machine whose clocks cannot be read
	}
	corrected := e.Wall.Add(-e.SyncOffset)
	if corrected.Before(e.SyncTime.Add(-maxDrift)) || corrected.After(e.SyncTime.Add(maxSilence)) {
		return passed, Unsure
	}
	return corrected, Likely
}

// Elapsed returns the time that has certainly passed between two readings of one machine's clocks, e first: in one
// boot what the monotonic clock counted, in two what it counted since the second began.
func (e Evidence) Elapsed(later Evidence) time.Duration {
	if e.Boot == later.Boot {
		return max(0, later.Mono-e.Mono)
	}
	return later.Mono
}
