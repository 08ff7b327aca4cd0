package desk

import (
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"doorstep/sync/civic"
)

// Clock reads the machine's clocks.
type Clock interface{ Read() Reading }

// Reading is what the machine's clocks say at one instant.
type Reading struct {
	Wall time.Time
	Boot [16]byte      // the kernel's boot id; zero where it cannot be known
	Mono time.Duration // since that boot, sleep included, never stepped
}

// MachineClock reads the clocks of a Linux machine.
type MachineClock struct {
	boot [16]byte
	wall func() time.Time
}

// OpenClock reads the boot id, which does not change while the program runs. wall is the machine's wall clock.
func OpenClock(wall func() time.Time) (*MachineClock, error) {
	b, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return nil, fmt.Errorf("read boot id: %w", err)
	}
	id, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(string(b)), "-", ""))
	if err != nil || len(id) != 16 {
		return nil, fmt.Errorf("read boot id: %d bytes: %w", len(id), err)
	}
	return &MachineClock{boot: [16]byte(id), wall: wall}, nil
}

// Read returns what the clocks say. CLOCK_BOOTTIME counts through suspend, where CLOCK_MONOTONIC stands still and
// would date an application too early.
func (c *MachineClock) Read() Reading {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		return Reading{Wall: c.wall()}
	}
	return Reading{Wall: c.wall(), Boot: c.boot, Mono: time.Duration(ts.Nano())}
}

// evidence joins what the clocks say now with what the terminal knows of central's clock. A store that cannot say
// leaves the evidence without it: taking in outlives trust (promise P9), and the time is then unsure.
func (d *Desk) evidence(ctx context.Context) civic.Evidence {
	e, err := d.opts.Store.LastSync(ctx)
	if err != nil {
		d.opts.Logger.Warn("last synchronisation unknown", "error", err)
		e = civic.Evidence{}
	}
	r := d.opts.Clock.Read()
	e.Wall, e.Boot, e.Mono = r.Wall.Truncate(time.Millisecond), r.Boot, r.Mono
	return e
}
