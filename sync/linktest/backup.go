package linktest

import (
	"bytes"
	"maps"
	"slices"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// Rules are the rules that a test may break on purpose, to see that breaking one is found.
type Rules struct {
	OpenTwice    bool // an entry that comes again opens a second case
	TrustCursors bool // a cursor is believed by its number, whatever its tag
}

// Copy returns a central with the same keys as a backup taken now would restore it. What happens to either afterwards
// does not reach the other.
func (c *Central) Copy() *Central {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := &Central{
		Root: c.Root, Sign: c.Sign, Store: c.Store, Judge: c.Judge, Rules: c.Rules,
		keys: c.keys, terminals: maps.Clone(c.terminals), revoked: maps.Clone(c.revoked),
		enrolments: slices.Clone(c.enrolments), used: maps.Clone(c.used), journals: map[place]*journal{},
		cases: maps.Clone(c.cases), records: slices.Clone(c.records), outcomes: maps.Clone(c.outcomes), conflicts: c.conflicts,
		opened: c.opened, papers: map[civic.Digest]*paper{}, editions: slices.Clone(c.editions),
		statuses: maps.Clone(c.statuses), telemetry: maps.Clone(c.telemetry), seen: c.seen,
	}
	for at, j := range c.journals {
		b.journals[at] = &journal{slices.Clone(j.entries), slices.Clone(j.ids), j.custody, j.head, j.settled}
	}
	for d, p := range c.papers {
		b.papers[d] = &paper{p.size, bytes.Clone(p.data), p.whole, p.lost}
	}
	for point, list := range b.statuses {
		b.statuses[point] = slices.Clone(list)
	}
	return b
}

// Restore returns a central that this one is the backup of.
func (c *Central) Restore() *Central {
	b := c.Copy()
	b.begin()
	return b
}

// begin makes central another store than the one it is a copy of, and signs in its name for what it holds.
func (c *Central) begin() {
	c.Store = NewID()
	for at, j := range c.journals {
		if j.custody != nil {
			signed := must(wire.SignCustody(c.Sign, wire.CustodyBody{Store: c.Store, Terminal: at.key, Through: j.head}))
			j.custody = &signed
		}
	}
}

// Feed returns every edition published, in order.
func (c *Central) Feed() []civic.Edition {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := make([]civic.Edition, len(c.editions))
	for i, e := range c.editions {
		list[i] = e.civic
	}
	return list
}
