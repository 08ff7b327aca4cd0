package consoletest

import (
	"encoding/json"
	"testing"

	"doorstep/sync/civic"
)

// Show makes an entry that proves what stood on the terminal's screens.
func (m *Terminal) Show(t testing.TB, lines ...civic.DisplayedHour) *Filed {
	t.Helper()
	e := m.entry(0)
	e.Kind = civic.EntryDisplay
	f := &Filed{}
	m.close(t, f, e, must(json.Marshal(civic.Display{ID: e.ID, Lines: lines}))(t))
	return f
}
