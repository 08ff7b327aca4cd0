package agent

import (
	"context"
	"os"

	"doorstep/kiosk/boltstore"
	"doorstep/sync/wire"
)

// The states of a printer as telemetry names them; PROTOCOL.md lists them all.
const (
	printerNone  = "none"
	printerReady = "ready"
	printerError = "error"
)

// reporter is what the line tells the operator of this terminal: the store's figures and the printer's state.
type reporter struct {
	*boltstore.Store
	printDir string // of the stand-in for a printer; empty: no printer
}

// Telemetry returns what the operator is to see.
func (r reporter) Telemetry(ctx context.Context) (wire.Telemetry, error) {
	t, err := r.Store.Telemetry(ctx)
	t.Printer = printerState(r.printDir)
	return t, err
}

// printerState says how the stand-in for a printer stands: whether its folder takes a file, which is made at the first
// print.
func printerState(dir string) string {
	if dir == "" {
		return printerNone
	}
	info, err := os.Stat(dir)
	if os.IsNotExist(err) {
		return printerReady
	}
	if err != nil || !info.IsDir() || info.Mode().Perm()&0o300 != 0o300 {
		return printerError
	}
	return printerReady
}
