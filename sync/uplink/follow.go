package uplink

import (
	"context"
	"fmt"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// feed is how a session follows editions.
type feed struct {
	cursor civic.Cursor // of the last edition in list, or of the shelf
	list   []wire.Edition
	size   int
	refill bool // list grows to the complete set and replaces the shelf
}

// refill is what an interrupted session leaves of a complete set. Central counts on from its cursor, so that a slow
// line that breaks again and again still ends with the whole.
type refill struct {
	cursor civic.Cursor
	list   []wire.Edition
	size   int
}

const (
	applyCount = 32
	applySize  = 1 << 20
	maxSet     = 192 << 20 // of a complete set, in memory: some 30,000 guides
)

// resumeFeed begins a session's feed at the cursor that Prove named.
func (u *Uplink) resumeFeed(store civic.EntryID, cursor civic.Cursor) feed {
	p := u.pending
	u.pending = nil
	if p != nil && p.cursor == cursor && cursor.Store == store {
		return feed{cursor: cursor, list: p.list, size: p.size, refill: true}
	}
	return feed{cursor: cursor}
}

// keepRefill leaves an unfinished complete set for the next session.
func (s *session) keepRefill() {
	if f := s.feed; f.refill && len(f.list) > 0 {
		s.pending = &refill{f.cursor, f.list, f.size}
	}
}

// follow handles a frame of the feed.
func (s *session) follow(ctx context.Context, f wire.Frame) error {
	switch f := f.(type) {
	case *wire.Refill:
		s.step(false)
		s.feed = feed{refill: true, cursor: civic.Cursor{Store: f.Store}}
	case *wire.Edition:
		s.step(false)
		return s.collect(ctx, f)
	case *wire.Pack:
		s.step(false)
		return s.unpack(ctx, f)
	case *wire.Caught:
		if err := s.caught(ctx, f.Cursor.Civic()); err != nil {
			return err
		}
		s.step(f.Cursor.Civic() == s.feed.cursor && !s.feed.refill)
	}
	return nil
}

// unpack collects the editions of a pack. One that is none ends the session, and the next asks for editions as they
// are: to pass it over would lose what it held.
func (s *session) unpack(ctx context.Context, f *wire.Pack) error {
	list, err := f.Unpack()
	if err != nil {
		s.unpacks = false
		s.Logger.Error("pack of editions cannot be unpacked", "error", err)
		return err
	}
	for i := range list {
		if err := s.collect(ctx, &list[i]); err != nil {
			return err
		}
	}
	return nil
}

// collect verifies an edition and keeps it for the next transaction.
func (s *session) collect(ctx context.Context, f *wire.Edition) error {
	e, err := s.Keys.OpenEdition(f.Edition)
	if err == nil && e.Kind == civic.EditionKeys {
		_, err = s.Keys.Learn(f.Edition)
	}
	if err != nil {
		// One that does not verify is passed over and never stored (P5), and holds up no other (P7): central is told,
		// and publishes it again as another revision.
		s.Uplink.stuck(civic.Untrusted)
		s.complain(wire.Error{Code: civic.Untrusted, About: wire.TypeEdition})
		s.Logger.Error("edition does not verify", "error", err)
		return nil
	}
	if e.N <= s.feed.cursor.N {
		return nil // a repeat
	}
	s.feed.list = append(s.feed.list, *f)
	s.feed.size += len(f.Edition.Payload)
	s.feed.cursor = civic.Cursor{Store: s.store, N: e.N, Tag: f.Tag}
	if s.feed.refill {
		if s.feed.size > maxSet {
			return civic.Refuse(wire.CodeTooLarge, "editions", reasonKey(wire.CodeTooLarge))
		}
		return nil
	}
	if len(s.feed.list) >= applyCount || s.feed.size >= applySize {
		return s.flush(ctx)
	}
	return nil
}

// caught ends a part of the feed: all through its cursor is there.
func (s *session) caught(ctx context.Context, c civic.Cursor) error {
	if c.Store != s.store || c.N < s.feed.cursor.N {
		return nil
	}
	if c == s.feed.cursor && len(s.feed.list) == 0 && !s.feed.refill {
		s.say(c)
		return nil
	}
	s.feed.cursor = c
	if !s.feed.refill {
		return s.apply(ctx)
	}
	if err := s.Shelf.Replace(ctx, s.feed.list, c); err != nil {
		return fmt.Errorf("replace shelf: %w", err)
	}
	s.feed = feed{cursor: c}
	s.say(c)
	return nil
}

// flush stores what was collected, unless it is part of a complete set.
func (s *session) flush(ctx context.Context) error {
	if s.feed.refill || len(s.feed.list) == 0 {
		return nil
	}
	return s.apply(ctx)
}

func (s *session) apply(ctx context.Context) error {
	if err := s.Shelf.Apply(ctx, s.feed.list, s.feed.cursor); err != nil {
		return fmt.Errorf("store editions: %w", err)
	}
	s.feed.list, s.feed.size = nil, 0
	s.say(s.feed.cursor)
	return nil
}

// say leaves word that everything through a cursor is stored.
func (s *session) say(c civic.Cursor) {
	s.mu.Lock()
	s.applied = &wire.Applied{Cursor: wire.CursorOf(c)}
	s.mu.Unlock()
}
