package intake

import (
	"context"
	"slices"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"

	"doorstep/central/store"
)

// FiledAt is when an entry counts as filed by its own evidence alone: what that supports, central's receipt where it
// supports nothing. No one files after central has received.
func FiledAt(ev civic.Evidence, received time.Time) (time.Time, civic.Confidence) {
	at, sure := ev.FiledAt()
	if sure == civic.Unsure || at.After(received) {
		return received, min(sure, civic.Likely)
	}
	return at, sure
}

// Stamp is what is known of when one entry was made.
type Stamp struct {
	Evidence civic.Evidence
	Received time.Time
}

// FiledBetween is when an entry counts as filed among those that stand before and after it in its journal, the oldest
// first. A synchronisation in the boot that made it, told by any of them, dates it for sure: the monotonic clock
// counts backwards as well. Otherwise its time is held between theirs, so that the order of the journal is kept
// whatever the wall clock did between two entries.
func FiledBetween(before []Stamp, e Stamp, after []Stamp) (time.Time, civic.Confidence) {
	at, sure := FiledAt(e.Evidence, e.Received)
	if sure == civic.Sure {
		return at, sure
	}
	for _, list := range [2][]Stamp{after, before} {
		for _, n := range list {
			if ev := n.Evidence; !ev.SyncTime.IsZero() && ev.SyncBoot == e.Evidence.Boot && ev.SyncBoot != ([16]byte{}) {
				exact := ev.SyncTime.Add(e.Evidence.Mono - ev.SyncMono)
				if !exact.After(e.Received) {
					return exact, civic.Sure
				}
			}
		}
	}
	if sure == civic.Unsure {
		at = earlier(at, latestBefore(after, e.Evidence, civic.Likely))
	}
	if from := earliestAfter(before, e.Evidence); from.After(at) {
		at = from
	}
	// Last, since a neighbour that is sure outweighs one whose wall clock had jumped ahead.
	at = earlier(at, latestBefore(after, e.Evidence, civic.Sure))
	return earlier(at, e.Received), sure
}

// earliestAfter is the first instant at which an entry behind others can have been made; zero where none of them has a
// time of its own.
func earliestAfter(list []Stamp, e civic.Evidence) (at time.Time) {
	var last civic.Evidence
	pass := func(to civic.Evidence) {
		if !at.IsZero() {
			at = at.Add(last.Elapsed(to))
		}
		last = to
	}
	for _, s := range list {
		pass(s.Evidence)
		if own, sure := FiledAt(s.Evidence, s.Received); sure != civic.Unsure && own.After(at) {
			at = own
		}
	}
	pass(e)
	return at
}

// latestBefore is the last instant at which an entry before others can have been made, by those of them whose time is
// known at least so well; zero where there is none.
func latestBefore(list []Stamp, e civic.Evidence, least civic.Confidence) (at time.Time) {
	var next civic.Evidence
	back := func(to civic.Evidence) {
		if !at.IsZero() {
			at = at.Add(-to.Elapsed(next))
		}
		next = to
	}
	for _, s := range slices.Backward(list) {
		back(s.Evidence)
		if own, sure := FiledAt(s.Evidence, s.Received); sure >= least {
			at = earlier(own, at)
		}
	}
	back(e)
	return at
}

// earlier returns the earlier of a time and a bound, which is none where it is zero.
func earlier(at, bound time.Time) time.Time {
	if !bound.IsZero() && bound.Before(at) {
		return bound
	}
	return at
}

// beside is how many neighbours on each side are asked for.
const beside = 32

// filed dates an entry. Its neighbours are read only where its own evidence does not do.
func (n *Intake) filed(ctx context.Context, e *civic.Entry, h store.Held) (time.Time, civic.Confidence, error) {
	at, sure := FiledAt(e.Evidence, h.Received)
	if sure == civic.Sure {
		return at, sure, nil
	}
	before, after, err := n.o.Store.Neighbours(ctx, h.Ref, beside)
	if err != nil {
		return at, sure, err
	}
	at, sure = FiledBetween(stamps(before), Stamp{e.Evidence, h.Received}, stamps(after))
	return at, sure, nil
}

func stamps(list []store.Held) []Stamp {
	var out []Stamp
	for _, h := range list {
		if e, err := wire.ReadEntry(h.Signed); err == nil {
			out = append(out, Stamp{e.Evidence, h.Received})
		}
	}
	return out
}
