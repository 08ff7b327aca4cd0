package linktest

import (
	"context"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/wire"
)

// Former implements uplink.Past.
func (t *Terminal) Former(context.Context) (number, generation uint32, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.place.Number, t.head.Generation, nil
}

// Recall implements uplink.Past.
func (t *Terminal) Recall(_ context.Context, store civic.EntryID, held wire.Head) (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held.Store == (civic.EntryID{}) || held.Generation != 0 && t.held.Store == store &&
		(held.Generation != t.held.Through.Generation || held.Seq >= t.held.Through.Seq) {
		return false, nil
	}
	if held.Generation != 0 && (held.Seq > t.head.Seq || held.Seq > 0 && t.entries[held.Seq-1].Position.Digest() != held.Digest) {
		return false, civic.Refuse(wire.CodeForked, "journal", "store.forked")
	}
	for seq := range t.settled {
		if seq > held.Seq {
			delete(t.settled, seq)
		}
	}
	for code, s := range t.statuses {
		s.N = 0
		t.statuses[code] = s
	}
	clear(t.sent)
	t.held, t.seen = wire.CustodyBody{Store: store, Through: held}, 0
	t.recalls++
	return true, nil
}

// Recalls returns how often central was found put back or replaced.
func (t *Terminal) Recalls() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.recalls
}

// Lose makes the terminal know entries that central had and nobody has bytes of.
func (t *Terminal) Lose(m wire.Missing) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.missing = &m
}

// Missing implements uplink.Past.
func (t *Terminal) Missing(context.Context) (*wire.Missing, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.missing, nil
}

// Told implements uplink.Past.
func (t *Terminal) Told(_ context.Context, store civic.EntryID) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.missing != nil && t.missing.Store == store {
		t.missing = nil
	}
	return nil
}

// PutBack makes central what a backup of it would be: another store, with the journal's first n entries and none of
// the papers that came behind them. A hub made after it serves it.
func (c *Central) PutBack(t hub.Terminal, n int) {
	c.Forget(t, n)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.begin()
	clear(c.papers)
	for _, e := range c.journal(t).entries {
		for _, p := range must(wire.ReadEntry(e.Body)).Papers {
			c.papers[p.Digest] = &paper{size: p.Size}
		}
	}
}

// Watcher is hub's Watch: it remembers what it heard.
type Watcher struct {
	c *Central
}

// Watch returns central's ear for machines that were put back, copied or are not known.
func (c *Central) Watch() Watcher { return Watcher{c} }

// Noticed implements hub.Watch.
func (w Watcher) Noticed(_ context.Context, key civic.KeyID, s hub.Sign, _ time.Time) error {
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	if w.c.signs == nil {
		w.c.signs = map[civic.KeyID]map[hub.Sign]int{}
	}
	if w.c.signs[key] == nil {
		w.c.signs[key] = map[hub.Sign]int{}
	}
	w.c.signs[key][s]++
	return nil
}

// Proved implements hub.Watch.
func (Watcher) Proved(context.Context, hub.Terminal, *wire.ProveBody, time.Time) error { return nil }

// Missing implements hub.Watch.
func (w Watcher) Missing(_ context.Context, _ hub.Terminal, m *wire.Missing, _ time.Time) error {
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	w.c.lost = append(w.c.lost, *m)
	return nil
}

// Former implements hub.Watch: the next generation of the key is later than the one it had.
func (w Watcher) Former(_ context.Context, _ string, b *wire.EnrolBody, _ time.Time) error {
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	key := civic.KeyIDOf(b.PublicKey)
	t := w.c.terminals[key]
	t.Generation = max(t.Generation, b.Generation)
	w.c.terminals[key] = t
	return nil
}

// Signs returns how often a sign was seen of a key.
func (c *Central) Signs(key civic.KeyID, s hub.Sign) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.signs[key][s]
}

// Lost returns what terminals said is missing.
func (c *Central) Lost() []wire.Missing {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]wire.Missing(nil), c.lost...)
}

// Empty makes central what one would be that took its place with the same keys and an empty store.
func (c *Central) Empty() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Store = NewID()
	clear(c.terminals)
	clear(c.journals)
	clear(c.cases)
	clear(c.outcomes)
	c.records = nil
	clear(c.papers)
	clear(c.statuses)
	clear(c.used)
	c.enrolments, c.editions = nil, c.editions[:1]
}
