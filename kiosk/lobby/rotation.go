package lobby

import "maps"

// rotation remembers what a screen has shown, to be fair to every notice. A turn is one notice on the screen.
type rotation struct {
	turn   int
	shown  map[string]turned // by id of the notice
	urgent int               // the turn at which an urgent one was shown last
}

// turned is when a notice had its last turn.
type turned struct {
	rev  uint32
	turn int
}

// urgentEvery is how many turns there are from one urgent notice to the next, while there is one.
const urgentEvery = 4

// next says whose turn it is, of the notices in force in their order; nil where there are none. The first rule that
// names one decides:
//
//  1. One that has waited through twice as many turns as there are notices: nothing new keeps it waiting longer.
//  2. An urgent one, if none was among the last three.
//  3. One whose revision has not been shown yet: the urgent first, then the latest.
//  4. The one that was shown longest ago.
//
// The notice shown last comes again only where there is no other.
func (r *rotation) next(list []Notice) *Notice {
	if len(list) == 0 {
		return nil
	}
	oldest := r.oldest(list, func(*Notice) bool { return true })
	if r.overdue(list, oldest) {
		return oldest
	}
	if r.turn-r.urgent >= urgentEvery-1 {
		if n := r.oldest(list, (*Notice).Urgent); n != nil && r.waited(n) > 0 {
			return n
		}
	}
	for i := range list {
		if r.fresh(&list[i]) {
			return &list[i]
		}
	}
	return oldest
}

// overdue reports whether n has waited so long that nothing may go before it.
func (r *rotation) overdue(list []Notice, n *Notice) bool { return r.waited(n) >= 2*len(list) }

// take gives a notice its turn.
func (r *rotation) take(n *Notice) {
	if r.shown == nil {
		r.shown = map[string]turned{}
	}
	r.turn++
	r.shown[n.ID] = turned{n.Rev, r.turn}
	if n.Urgent() {
		r.urgent = r.turn
	}
}

// giveBack takes a turn back that was broken into: the notice waits as it did before.
func (r *rotation) giveBack(id string, before turned) { r.shown[id] = before }

// see notes which notices are in force, so that one that has not been shown waits from now on, and what has gone is
// forgotten.
func (r *rotation) see(list []Notice) {
	if r.shown == nil {
		r.shown = map[string]turned{}
	}
	here := make(map[string]bool, len(list))
	for i := range list {
		here[list[i].ID] = true
		if _, ok := r.shown[list[i].ID]; !ok {
			r.shown[list[i].ID] = turned{0, r.turn}
		}
	}
	for id := range r.shown {
		if !here[id] {
			delete(r.shown, id)
		}
	}
}

// fresh reports whether this revision of n has had no turn yet. Revisions count from 1.
func (r *rotation) fresh(n *Notice) bool { return r.shown[n.ID].rev != n.Rev }

// waited is how many turns n has waited through.
func (r *rotation) waited(n *Notice) int { return r.turn - r.shown[n.ID].turn }

// oldest returns the one of a kind that has waited longest; of equal ones the first.
func (r *rotation) oldest(list []Notice, of func(*Notice) bool) *Notice {
	var found *Notice
	for i := range list {
		if n := &list[i]; of(n) && (found == nil || r.waited(n) > r.waited(found)) {
			found = n
		}
	}
	return found
}

// copy returns a rotation that can be played forward without changing r.
func (r *rotation) copy() rotation {
	c := *r
	c.shown = maps.Clone(r.shown)
	return c
}
