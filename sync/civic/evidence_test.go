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
			with(func(e *civic.Evidence) { e.Boot = other; e.Wall = sync.Add(-time.Hour) }), sync.Add(-time.Hour), civic.Unsure},
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
