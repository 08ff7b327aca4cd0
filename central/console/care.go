package console

import (
	"time"

	"doorstep/assets/locale"
	"doorstep/central/store"
)

// From when on something about a terminal is a person's work.
const (
	quietFor  = 24 * time.Hour  // a hall is shut at night; a day without a word is not that
	keptFor   = 24 * time.Hour  // an application that central does not have after a day
	clockOff  = 2 * time.Minute // a wall clock this far off is set by somebody, not by drift
	diskTimes = 2               // the disk is said to be nearly full at this many times the reserve
)

// care returns what a terminal needs of a person, each with what to do, the most pressing first. A terminal that is
// revoked needs nothing.
func care(lang locale.Lang, t store.Terminal, connected bool, now time.Time, reserve int64) []string {
	if !t.Revoked.IsZero() {
		return nil
	}
	var out []string
	need := func(is bool, key string, args ...any) {
		if is {
			out = append(out, locale.T(lang, "terminals.care."+key, args...))
		}
	}
	said := t.Telemetry
	need(said.Damaged > 0, "damaged", said.Damaged)
	need(said.Unshown > 0, "unshown", said.Unshown)
	need(said.Free > 0 && said.Free < reserve, "full", size(said.Free))
	need(said.Free >= reserve && said.Free > 0 && said.Free < diskTimes*reserve, "disk", size(said.Free))
	oldest := time.UnixMilli(said.Oldest)
	need(said.Queue > 0 && said.Oldest != 0 && now.Sub(oldest) >= keptFor, "waiting", said.Queue, locale.Short(lang, oldest))
	switch {
	case connected:
	case t.Seen.IsZero():
		need(true, "never")
	default:
		need(now.Sub(t.Seen) >= quietFor, "quiet", locale.Short(lang, t.Seen))
	}
	offset := time.Duration(said.Offset) * time.Millisecond
	need(offset.Abs() >= clockOff, "clock", clock(lang, offset))
	printer := printerKey(said.Printer)
	need(printer != "", "printer."+printer)
	return out
}

// printerKey names what a printer's state needs of a person; empty where it needs nothing or is not known.
func printerKey(state string) string {
	switch state {
	case "paper-low":
		return "low"
	case "paper-out":
		return "out"
	case "cover-open":
		return "cover"
	case "jam", "offline", "error":
		return state
	}
	return ""
}
