package simulate

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/linktest"
)

// live is what happens to central, until ctx ends.
func (f *fleet) live(ctx context.Context) {
	plan := f.plan()
	f.mu.Lock()
	f.left += len(plan)
	f.mu.Unlock()
	for {
		next := time.Hour
		if len(plan) > 0 {
			next = max(time.Until(f.began.Add(plan[0].at)), 1)
		}
		timer := time.NewTimer(next)
		select {
		case <-timer.C:
		case <-f.crashed:
			f.count("central without power while writing")
			f.restart(f.central.Copy(), time.Duration(f.roll(rollWait, uint64(time.Since(f.began)))%uint64(10*time.Second)))
		case <-ctx.Done():
			timer.Stop()
			return
		}
		timer.Stop()
		for len(plan) > 0 && time.Since(f.began) >= plan[0].at {
			plan[0].do()
			plan = plan[1:]
			f.mu.Lock()
			f.left--
			f.mu.Unlock()
		}
	}
}

// plan is what happens at central, in order.
func (f *fleet) plan() []event {
	r := rand.New(rand.NewPCG(f.Seed, 1<<32))
	var list []event
	add := func(from, to time.Duration, do func()) time.Duration {
		at := from + time.Duration(r.Int64N(int64(to-from)))
		list = append(list, event{at, do})
		return at
	}
	for i := range 6 + r.IntN(15) {
		item, rev, gone := r.IntN(12), uint32(i+2), r.IntN(6) == 0
		add(0, storm, func() { f.publish(item, rev, gone) })
	}
	for range r.IntN(3) {
		away := time.Duration(r.Int64N(int64(20 * time.Second)))
		add(0, storm, func() {
			f.count("central without power")
			f.restart(f.central.Copy(), away)
		})
	}
	if kind := r.IntN(4); kind < 2 {
		taken := add(0, storm/2, func() { f.backup = f.central.Copy() })
		away := time.Duration(r.Int64N(int64(20 * time.Second)))
		add(taken+1, storm, func() {
			if kind == 0 {
				f.count("central put back to an image")
				f.restart(f.backup.Copy(), away)
				return
			}
			f.count("central restored from a backup")
			f.restart(f.backup.Restore(), away)
		})
	}
	slices.SortFunc(list, func(a, b event) int { return cmp.Compare(a.at, b.at) })
	return list
}

// publish brings out another revision of an item, or withdraws it. Each item has its own scope.
func (f *fleet) publish(item int, rev uint32, gone bool) {
	kinds := []civic.EditionKind{civic.EditionGuide, civic.EditionForm, civic.EditionNotice, civic.EditionAlert}
	e := civic.Edition{Kind: kinds[item%len(kinds)], ID: fmt.Sprintf("i%d", item), Rev: rev, Tombstone: gone, Body: []byte("{}")}
	switch item % 6 {
	case 1:
		e.Scope.Area = "4401"
	case 2:
		e.Scope.Area = "440103"
	case 3:
		e.Scope.Point = "p3"
	case 4:
		e.Scope.Terminal = f.machines[item%len(f.machines)].key
	}
	f.mu.Lock()
	c, h := f.central, f.hub
	f.mu.Unlock()
	c.Publish(e)
	h.Wake(e.Scope)
}

// restart ends central's program and starts it again over a copy of a store, a while later: what a process that is gone
// still does reaches nothing.
func (f *fleet) restart(next *linktest.Central, away time.Duration) {
	f.mu.Lock()
	f.hub, f.central = nil, next
	f.mu.Unlock()
	for _, m := range f.machines {
		m.line.Down(true) // before the program ends, so that it has no time for a last word
	}
	f.kill()
	sleep(context.Background(), away+1)
	select {
	case <-f.crashed:
	default:
	}
	f.mu.Lock()
	f.open()
	f.mu.Unlock()
	for _, m := range f.machines {
		m.line.Down(false)
	}
}
