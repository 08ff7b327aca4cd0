package boltstore

import (
	"encoding/hex"
	"errors"
	"log/slog"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
)

// Options are what a Store is made of.
type Options struct {
	// Dir holds all files of the store. It is made if it is missing; nothing else may be kept in it.
	Dir string
	// Signer is the terminal's key. It signs entries and their positions.
	Signer *seal.Signer
	// Logger is told what was coped with. It never gets content.
	Logger *slog.Logger
	// Clock returns the Wall, Boot and Mono of now.
	Clock func() civic.Evidence
	// Frozen says that Dir is a copy that will not last, of a store whose disk takes no writes: what is in it is read
	// and brought to central, nothing is taken in, and nothing is signed that the store itself would not know of.
	Frozen bool
	// SegmentSize is the size in bytes at which a journal segment is closed and the next begun.
	SegmentSize int64
	// Fault, if set, is asked before each call of the operating system that writes, by the call's label; what it
	// returns stands for the call's failure. It exists so that a test can fail or end the program exactly there.
	// The labels are listed in FORMAT.md.
	Fault func(label string) error
}

// DefaultOptions returns the options of a terminal without its directory and key.
func DefaultOptions() Options {
	return Options{Logger: slog.Default(), Clock: machineClock(), SegmentSize: 8 << 20}
}

func (o Options) validate() error {
	if o.Dir == "" || o.Signer == nil || o.Logger == nil || o.Clock == nil {
		return errors.New("boltstore: directory, signer, logger and clock are needed")
	}
	if o.SegmentSize < 4096 {
		return errors.New("boltstore: a segment must hold at least 4096 bytes")
	}
	return nil
}

// machineClock reads the clocks of a Linux machine. CLOCK_BOOTTIME counts through suspend.
func machineClock() func() civic.Evidence {
	var boot [16]byte
	if b, err := os.ReadFile("/proc/sys/kernel/random/boot_id"); err == nil {
		if id, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(string(b)), "-", "")); err == nil {
			copy(boot[:], id)
		}
	}
	return func() civic.Evidence {
		e := civic.Evidence{Wall: time.Now().Truncate(time.Millisecond)}
		var ts unix.Timespec
		if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err == nil {
			e.Boot, e.Mono = boot, time.Duration(ts.Nano())
		}
		return e
	}
}
