package linktest

import (
	"context"
	"encoding/binary"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

// Publish appends an edition to the feed and returns its number.
func (c *Central) Publish(e civic.Edition) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	e.N = uint64(len(c.editions) + 1)
	return c.append(e, must(wire.SignEdition(c.Sign, seal.DomainEdition, &e)))
}

// PublishAs appends an edition signed by another key than central's.
func (c *Central) PublishAs(key *seal.Signer, e civic.Edition) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	e.N = uint64(len(c.editions) + 1)
	return c.append(e, must(wire.SignEdition(key, seal.DomainEdition, &e)))
}

// Tamper changes a published edition without signing it anew.
func (c *Central) Tamper(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.editions {
		if e.civic.ID == id {
			p := e.frame.Edition.Payload
			p[len(p)-1] ^= 1
		}
	}
}

// Retract takes back the last editions, as an old backup would, and begins another chain.
func (c *Central) Retract(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.editions = c.editions[:len(c.editions)-n]
}

func (c *Central) append(e civic.Edition, signed wire.Signed) uint64 {
	var prev civic.Digest
	if n := len(c.editions); n > 0 {
		prev = c.editions[n-1].frame.Tag
	}
	tag := civic.DigestOf(append(prev[:], signed.Payload...))
	c.editions = append(c.editions, edition{wire.Edition{Edition: signed, Tag: tag}, e})
	return e.N
}

// Keys implements hub.Bulletin.
func (c *Central) Keys(context.Context) (wire.Signed, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.keys, nil
}

// Editions implements hub.Bulletin.
func (c *Central) Editions(_ context.Context, t hub.Terminal, cursor civic.Cursor, most int) (hub.Editions, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var part hub.Editions
	if !c.knows(cursor) {
		part.Refill, cursor = true, civic.Cursor{Store: c.Store}
	}
	n := int(cursor.N)
	for ; n < len(c.editions) && len(part.List) < most; n++ {
		if e := c.editions[n]; e.civic.Scope.Covers(t.Area, t.Point, t.Key) {
			part.List = append(part.List, e.frame)
		}
	}
	part.Next = c.cursor(n)
	part.Caught = n == len(c.editions)
	return part, nil
}

// knows reports whether a cursor is one of this feed's; the caller holds the lock.
func (c *Central) knows(cursor civic.Cursor) bool {
	if c.Rules.TrustCursors {
		return cursor.Store == c.Store && cursor.N <= uint64(len(c.editions))
	}
	return cursor.Store == c.Store && cursor.N <= uint64(len(c.editions)) && c.cursor(int(cursor.N)) == cursor
}

func (c *Central) cursor(n int) civic.Cursor {
	cursor := civic.Cursor{Store: c.Store, N: uint64(n)}
	if n > 0 {
		cursor.Tag = c.editions[n-1].frame.Tag
	}
	return cursor
}

// Cursor returns the end of the feed.
func (c *Central) Cursor() civic.Cursor {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cursor(len(c.editions))
}

// Tell adds a status for a point.
func (c *Central) Tell(point string, code civic.TrackingCode) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := uint64(len(c.statuses[point]) + 1)
	c.statuses[point] = append(c.statuses[point], wire.Status{N: n, Code: code, Locked: binary.BigEndian.AppendUint64(nil, n)})
}

// Statuses implements hub.Bulletin.
func (c *Central) Statuses(_ context.Context, t hub.Terminal, n uint64, most int) ([]wire.Status, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := c.statuses[t.Point]
	if n >= uint64(len(list)) {
		return nil, nil
	}
	list = list[n:]
	return append([]wire.Status(nil), list[:min(most, len(list))]...), nil
}

// Untell takes back the last statuses of a point, as an old backup would.
func (c *Central) Untell(point string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := c.statuses[point]
	c.statuses[point] = list[:len(list)-n]
}
