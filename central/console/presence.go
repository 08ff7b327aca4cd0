package console

import (
	"slices"
	"sync"
	"time"

	"doorstep/sync/civic"
)

// presence remembers for a short while who opened which case, so that two clerks who are at one case are both told.
// It is kept in memory only: the audit keeps who looked; this only says who may still be looking.
type presence struct {
	mu   sync.Mutex // guards open
	open map[civic.TrackingCode][]look
}

// look is one person who opened a case.
type look struct {
	login string
	at    time.Time
}

// present is how long somebody who opened a case is taken to be at it; maxPresent bounds how many cases are
// remembered.
const (
	present    = 15 * time.Minute
	maxPresent = 5000
)

// enter notes that a person opened a case, and returns who else did within the last while, the latest first.
func (p *presence) enter(code civic.TrackingCode, login string, now time.Time) []look {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open == nil || len(p.open) >= maxPresent {
		p.forget(now)
	}
	var others []look
	for _, l := range p.open[code] {
		if l.login != login && now.Sub(l.at) < present {
			others = append(others, l)
		}
	}
	// One case at a time: who opens another has left the one before.
	p.leave(login)
	p.open[code] = append(slices.Clone(others), look{login, now})
	slices.SortFunc(others, func(a, b look) int { return b.at.Compare(a.at) })
	return others
}

// gone notes that a person is at no case any more.
func (p *presence) gone(login string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.leave(login)
}

func (p *presence) leave(login string) {
	for code, list := range p.open {
		if i := slices.IndexFunc(list, func(l look) bool { return l.login == login }); i >= 0 {
			p.open[code] = slices.Delete(list, i, i+1)
			if len(p.open[code]) == 0 {
				delete(p.open, code)
			}
		}
	}
}

// forget drops what has expired, and everything where even that leaves too much.
func (p *presence) forget(now time.Time) {
	for code, list := range p.open {
		list = slices.DeleteFunc(list, func(l look) bool { return now.Sub(l.at) >= present })
		if p.open[code] = list; len(list) == 0 {
			delete(p.open, code)
		}
	}
	if p.open == nil || len(p.open) >= maxPresent {
		p.open = map[civic.TrackingCode][]look{}
	}
}
