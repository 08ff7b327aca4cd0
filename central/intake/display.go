package intake

import (
	"context"
	"encoding/json"
	"log/slog"

	"doorstep/sync/civic"

	"doorstep/central/casework"
	"doorstep/central/store"
)

// display stores what a terminal proves of its screens. No case comes of it. Where the terminal stands is what central
// knows, not what the record says.
func (n *Intake) display(ctx context.Context, e *civic.Entry, f casework.Filing) (civic.Outcome, error) {
	var d civic.Display
	if err := json.Unmarshal(f.Plain, &d); err != nil || d.ID != e.ID || !d.Sound() {
		return civic.OutcomeUnreadable, nil
	}
	if d.Lost > 0 {
		n.o.Log.Warn("display not recorded", slog.Int("terminal", int(e.Terminal)), slog.Int("pages", d.Lost))
	}
	return "", n.o.Store.Displayed(ctx, store.Proof{
		Ref: f.Ref, Terminal: e.Terminal, Point: f.Point, Lines: d.Lines, Lost: d.Lost, At: n.o.Now(),
	})
}
