package civic_test

import (
	"testing"
	"time"

	"doorstep/sync/civic"
)

// TestFiledAt names the rule for each confidence: what a lying, jumping or stopped clock may and may not do.
func TestFiledAt(t *testing.T) {
	sync := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	boot, other := [16]byte{1}, [16]byte{2}
	known := civic.Evidence{Boot: boot, SyncBoot: boot, SyncMono: time.Hour, SyncTime: sync, SyncOffset: 5 * time.Minute}
	with := func(change func(*civic.Evidence)) civic.Evidence {
		e := known
		change(&e)
		return e
	}
	for _, c := range []struct {
		name string
		e    civic.Evidence
		at   time.Time
		sure civic.Confidence
	}{
		{"same boot counts from central's time, whatever the wall says",
			with(func(e *civic.Evidence) { e.Mono = 3 * time.Hour; e.Wall = sync.AddDate(-20, 0, 0) }), sync.Add(2 * time.Hour), civic.Sure},
		{"another boot takes the wall less the offset",
			with(func(e *civic.Evidence) { e.Boot = other; e.Wall = sync.Add(25 * time.Hour) }), sync.Add(25*time.Hour - 5*time.Minute), civic.Likely},
		{"a wall set back before the last contact is not believed",
			with(func(e *civic.Evidence) { e.Boot = other; e.Wall = sync.Add(-time.Hour) }), sync, civic.Unsure},
		{"one a little behind it, by drift, is",
			with(func(e *civic.Evidence) { e.Boot = other; e.Wall = sync.Add(-time.Minute) }), sync.Add(-6 * time.Minute), civic.Likely},
		{"a dead battery: what passed since this boot is counted after the last contact",
			with(func(e *civic.Evidence) {
				e.Boot = other
				e.Mono = 5 * time.Hour
				e.Wall = time.Date(2000, 1, 1, 5, 0, 0, 0, time.UTC)
			}),
			sync.Add(5 * time.Hour), civic.Unsure},
		{"a wall set forward by years is not believed either",
			with(func(e *civic.Evidence) { e.Boot = other; e.Mono = time.Hour; e.Wall = sync.AddDate(11, 0, 0) }), sync.Add(time.Hour), civic.Unsure},
		{"a terminal without a line for eleven months is",
			with(func(e *civic.Evidence) { e.Boot = other; e.Wall = sync.AddDate(0, 11, 0) }), sync.AddDate(0, 11, 0).Add(-5 * time.Minute), civic.Likely},
		{"a zone changed changes no instant",
			with(func(e *civic.Evidence) {
				e.Boot = other
				e.Wall = sync.Add(time.Hour).In(time.FixedZone("elsewhere", -7*3600))
			}),
			sync.Add(55 * time.Minute), civic.Likely},
		{"a machine whose boot cannot be known is never sure",
			civic.Evidence{Wall: sync.Add(time.Hour), SyncTime: sync}, sync.Add(time.Hour), civic.Likely},
		{"never synchronised", civic.Evidence{Boot: boot, Mono: time.Hour, Wall: sync}, sync, civic.Unsure},
		{"a monotonic clock that runs backwards within a boot is not counted from",
			with(func(e *civic.Evidence) { e.Mono = time.Minute; e.Wall = sync.Add(time.Hour) }), sync.Add(55 * time.Minute), civic.Likely},
	} {
		at, sure := c.e.FiledAt()
		if !at.Equal(c.at) || sure != c.sure {
			t.Errorf("%s: %s %s, want %s %s", c.name, at, sure, c.at, c.sure)
		}
	}
}

// TestElapsed: what certainly passed, whatever the wall clock did meanwhile.
func TestElapsed(t *testing.T) {
	at := func(boot byte, mono time.Duration) civic.Evidence {
		return civic.Evidence{Boot: [16]byte{boot}, Mono: mono, Wall: time.Unix(0, 0)}
	}
	for _, c := range []struct {
		name         string
		first, later civic.Evidence
		want         time.Duration
	}{
		{"one boot", at(1, time.Hour), at(1, 3*time.Hour), 2 * time.Hour},
		{"two boots", at(1, 9*time.Hour), at(2, time.Minute), time.Minute},
		{"a counter that ran backwards", at(1, time.Hour), at(1, time.Minute), 0},
	} {
		if got := c.first.Elapsed(c.later); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
