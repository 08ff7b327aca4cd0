package lobby

import (
	"context"
	"time"

	"doorstep/sync/civic"
)

// Longest is how long a notice keeps the screen while others wait. A longer one goes on in its next turn, from the
// page where it stopped.
const Longest = 3 * time.Minute

// Shown is what stands on a screen.
type Shown struct {
	Version string  // another whenever something else must stand there
	Notice  *Notice // nil: nothing is in force, and the standing page is shown
	From    Place   // where the notice goes on, if it was begun in an earlier turn
	Next    []Notice
	Changes int // another whenever the list may have changed
}

// Place is a page of a notice as one panel divides it.
type Place struct {
	Page int // from 0
	Of   int // how many pages there were; on a panel that makes another number, the notice begins anew
}

// Page is one page that had its time on a screen, as the screen tells it.
type Page struct {
	Version string        // of what was shown
	Page    int           // from 0
	Of      int           // pages of the notice
	For     time.Duration // how long it stood
}

// Showing is the proof that one page stood on a screen.
type Showing struct {
	Screen      string
	Notice      string
	Rev         uint32
	Digest      civic.Digest
	Page, Of    int // from 0
	From, Until time.Time
	Sure        civic.Confidence
}

// screen is the state of one screen. The board's mutex guards it.
type screen struct {
	rotation
	serial int
	now    *Notice // on the screen; nil: the standing page
	before turned  // what was known of it before this turn
	owed   bool    // it had waited so long that nothing may break into its turn
	since  time.Time
	from   Place
	stops  map[string]stop // where long notices stopped, by id
}

type stop struct {
	rev uint32
	at  Place
}

// maxScreens bounds the names that are kept apart: a terminal has one screen, or a few.
const maxScreens = 16

// Now decides what stands on a screen now. A notice that was taken down, replaced or has run out leaves at once; an
// urgent one that nobody has seen yet comes at once; any other waits until the page tells of its last page's end.
func (b *Board) Now(ctx context.Context, name string) Shown {
	now, _ := b.opts.Now(ctx)
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.screen(name)
	list, _ := inForce(b.all, now)
	s.decide(list, now)
	return b.shown(s, list)
}

// Ended tells that a page has had its time, records the proof, and returns what stands on the screen next. What is
// told of something that is no longer on the screen is recorded nowhere and changes nothing.
func (b *Board) Ended(ctx context.Context, name string, p Page) Shown {
	now, sure := b.opts.Now(ctx)
	b.mu.Lock()
	s := b.screen(name)
	list, _ := inForce(b.all, now)
	var proof *Showing
	if s.now != nil && p.Version == b.version(s.serial) && p.Of > 0 && p.Page >= 0 && p.Page < p.Of {
		proof = s.proof(name, p, now, sure)
		s.end(p, list, now)
	}
	s.decide(list, now)
	out := b.shown(s, list)
	b.mu.Unlock()
	if proof != nil && b.opts.Record != nil {
		b.opts.Record(*proof)
	}
	return out
}

// screen returns the state of a screen, the same for all names beyond the bound.
func (b *Board) screen(name string) *screen {
	s := b.screens[name]
	if s == nil && len(b.screens) >= maxScreens {
		name = ""
		s = b.screens[name]
	}
	if s == nil {
		s = &screen{stops: map[string]stop{}}
		b.screens[name] = s
	}
	return s
}

// decide is the one rule of what is on a screen. Alerts, which go before everything, are to be asked first here and
// nowhere else: the whole screen is theirs while one is in force.
func (s *screen) decide(list []Notice, now time.Time) {
	s.see(list)
	switch {
	case s.now == nil && len(list) > 0:
	case s.now != nil && !holds(list, s.now):
	case s.now != nil && s.breaksIn(list):
		s.giveBack(s.now.ID, s.before)
	default:
		return
	}
	s.show(list, now)
}

// holds reports whether the very revision is in force.
func holds(list []Notice, n *Notice) bool {
	for i := range list {
		if list[i].same(n) {
			return true
		}
	}
	return false
}

// breaksIn reports whether an urgent notice that was not shown yet waits behind one that is not so new.
func (s *screen) breaksIn(list []Notice) bool {
	if s.now.Urgent() || s.owed {
		return false
	}
	for i := range list {
		if list[i].Urgent() && s.fresh(&list[i]) {
			return true
		}
	}
	return false
}

// show puts the notice whose turn it is on the screen, or the standing page where there is none.
func (s *screen) show(list []Notice, now time.Time) {
	s.serial++
	s.now, s.since, s.from, s.owed = nil, now, Place{}, false
	n := s.next(list)
	if n == nil {
		return
	}
	c := *n
	s.now, s.before, s.owed = &c, s.shown[c.ID], s.overdue(list, n)
	if at, ok := s.stops[c.ID]; ok && at.rev == c.Rev {
		s.from = at.at
	}
	delete(s.stops, c.ID)
	s.take(&c)
}

// end ends a turn with the last page, or with any page once the turn has been long enough and others wait.
func (s *screen) end(p Page, list []Notice, now time.Time) {
	last := p.Page+1 >= p.Of
	if !last && (len(list) < 2 || now.Sub(s.since) < Longest) {
		return
	}
	if !last {
		s.stops[s.now.ID] = stop{s.now.Rev, Place{p.Page + 1, p.Of}}
	}
	s.see(list)
	s.forget(list)
	s.show(list, now)
}

// forget drops where notices stopped that are gone.
func (s *screen) forget(list []Notice) {
	for id := range s.stops {
		if !holdsID(list, id) {
			delete(s.stops, id)
		}
	}
}

func holdsID(list []Notice, id string) bool {
	for i := range list {
		if list[i].ID == id {
			return true
		}
	}
	return false
}

// proof is what a page's end proves. How long it stood is told by the page, since only it knows; it cannot be longer
// than the notice has been on the screen.
func (s *screen) proof(name string, p Page, now time.Time, sure civic.Confidence) *Showing {
	stood := min(max(p.For, 0), max(0, now.Sub(s.since)))
	return &Showing{
		Screen: name, Notice: s.now.ID, Rev: s.now.Rev, Digest: s.now.Digest, Page: p.Page, Of: p.Of,
		From: now.Add(-stood), Until: now, Sure: sure,
	}
}

// maxNext is how many titles are told of what comes next.
const maxNext = 4

// shown describes a screen. What comes next is played forward on a copy, so that the list keeps its word as long as
// nothing is published.
func (b *Board) shown(s *screen, list []Notice) Shown {
	out := Shown{Version: b.version(s.serial), Notice: s.now, From: s.from, Changes: b.changes}
	ahead := s.copy()
	for range min(maxNext, len(list)-1) {
		n := ahead.next(list)
		ahead.take(n)
		if !n.same(s.now) {
			out.Next = append(out.Next, *n)
		}
	}
	return out
}
