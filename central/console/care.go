package console

import (
	"cmp"
	"slices"
	"time"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/store"
	"doorstep/sync/wire"
)

// From when on something about a terminal is a person's work.
const (
	quietFor  = 24 * time.Hour  // a hall is shut at night; a day without a word is not that
	keptFor   = 24 * time.Hour  // an application that central does not have after a day
	clockOff  = 2 * time.Minute // a wall clock this far off is set by somebody, not by drift
	diskTimes = 2               // the disk is said to be nearly full at this many times the reserve
)

// readings are what a terminal is judged by, the most pressing first: what may cost a resident the application, what
// ends taking in, what keeps it away from central, what only makes it awkward.
var readings = [...]string{"records", "receipts", "disk", "queue", "line", "clock", "printer", "version"}

// urgency is the place of a reading among the readings.
func urgency(id string) int { return slices.Index(readings[:], id) }

// care returns what a terminal needs of a person, each with what to do, the most pressing first. A terminal that is
// revoked needs nothing.
func care(lang locale.Lang, t store.Terminal, connected bool, now time.Time, reserve int64) []view.Care {
	if !t.Revoked.IsZero() {
		return nil
	}
	var out []view.Care
	need := func(is bool, reading, key string, args ...any) {
		if is {
			out = append(out, view.Care{Reading: reading, Text: locale.T(lang, "terminals.care."+key, args...)})
		}
	}
	said := t.Telemetry
	need(said.Damaged > 0, "records", "damaged", said.Damaged)
	need(said.Lost > 0, "records", "lost", said.Lost)
	need(said.Unshown > 0, "receipts", "unshown", said.Unshown)
	need(said.Free > 0 && said.Free < reserve, "disk", "full", size(said.Free))
	need(said.Free >= reserve && said.Free > 0 && said.Free < diskTimes*reserve, "disk", "disk", size(said.Free))
	oldest := time.UnixMilli(said.Oldest)
	need(said.Queue > 0 && said.Oldest != 0 && now.Sub(oldest) >= keptFor, "queue", "waiting", said.Queue, locale.Short(lang, oldest))
	switch {
	case connected:
	case t.Seen.IsZero():
		need(true, "line", "never")
	default:
		need(now.Sub(t.Seen) >= quietFor, "line", "quiet", locale.Short(lang, t.Seen))
	}
	offset := time.Duration(said.Offset) * time.Millisecond
	need(offset.Abs() >= clockOff, "clock", "clock", clock(lang, offset))
	printer := printerKey(said.Printer)
	need(printer != "", "printer", "printer."+printer)
	return out
}

// pressing orders terminals by what they need of a person: the most pressing thing first, then how many there are,
// then by number.
func pressing(a, b view.TerminalRow) int {
	rank := func(r view.TerminalRow) int {
		switch {
		case len(r.Care) > 0:
			return urgency(r.Care[0].Reading)
		case r.Revoked:
			return len(readings) + 1
		}
		return len(readings)
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(len(b.Care), len(a.Care)), cmp.Compare(a.Number, b.Number))
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

// printer says in words how a printer stands; empty where the terminal has not said, or says what is not known here.
func printer(lang locale.Lang, state string) string {
	if key := "terminal.printer." + state; state != "" && locale.Has(key) {
		return locale.T(lang, key)
	}
	return ""
}

// why says what keeps a terminal's entries from central.
func why(lang locale.Lang, r view.TerminalRow) string {
	switch {
	case r.Revoked:
		return locale.T(lang, "terminal.queue.revoked")
	case r.Connected:
		return locale.T(lang, "terminal.queue.sending")
	}
	return locale.T(lang, "terminal.queue.line", locale.Short(lang, r.LastSeen))
}

// readingsOf sets out everything that a terminal said of itself, each with what it needs of a person.
func readingsOf(lang locale.Lang, r view.TerminalRow, said wire.Telemetry, now time.Time) []view.Reading {
	value := map[string]string{
		"line":    locale.T(lang, "terminals.seen", locale.Ago(lang, r.LastSeen, now)),
		"disk":    r.Disk,
		"clock":   r.Clock,
		"printer": r.Printer,
		"version": r.Version,
	}
	if said != (wire.Telemetry{}) {
		value["records"] = locale.T(lang, "terminal.records", said.Damaged)
		value["receipts"] = locale.T(lang, "terminal.receipts", said.Unshown)
		value["queue"] = locale.T(lang, "terminal.queue", said.Queue)
		if !r.Oldest.IsZero() {
			value["queue"] += " · " + locale.T(lang, "terminals.oldest", locale.Short(lang, r.Oldest))
		}
		if said.Queue > 0 {
			value["queue"] += " · " + why(lang, r)
		}
	}
	out := make([]view.Reading, 0, len(readings))
	for _, id := range readings {
		v := view.Reading{ID: id, Value: value[id]}
		for _, c := range r.Care {
			if c.Reading == id {
				v.Care = append(v.Care, c.Text)
			}
		}
		out = append(out, v)
	}
	return out
}
