package desk

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/form"
)

// shelf is what central has published, read once for every change. It never changes after it is made.
type shelf struct {
	guides    []shelved // by id
	byID      map[string]shelved
	forms     map[string]pinned // by id
	policy    civic.Policy
	calendar  *civic.Calendar
	terminals map[uint32][]civic.TerminalNotice
	index     *index
}

// shelved is a guide with the revision and the time it is published for.
type shelved struct {
	guide       civic.Guide
	rev         civic.Revision
	from, until time.Time
}

// pinned is a form with its revision.
type pinned struct {
	form *form.Form
	rev  civic.Revision
}

// same reports whether e is the edition that p was read from.
func (p pinned) same(e *civic.Edition) bool {
	return p.form != nil && p.rev == e.Revision() && bytes.Equal(p.form.Body(), e.Body)
}

// open reports whether the guide is published at now.
func (s shelved) open(now time.Time) bool {
	return !now.Before(s.from) && (s.until.IsZero() || now.Before(s.until))
}

// defaultPolicy bounds a terminal that has not received its policy: small enough for any disk.
func defaultPolicy() civic.Policy {
	return civic.Policy{
		IdleWarning: 90, IdleLeave: 30, DiskReserve: 512 << 20, MaxPaper: 10 << 20, MaxPapers: 60 << 20,
		MaxQueue: 2000, ReplyDays: 5,
	}
}

// reload reads the shelf. One unreadable item is left out and logged: it must not take the others off the screen
// (promise P7).
func (d *Desk) reload(ctx context.Context) error {
	before := d.shelf.Load()
	s := &shelf{
		byID: map[string]shelved{}, forms: map[string]pinned{}, terminals: map[uint32][]civic.TerminalNotice{},
		policy: defaultPolicy(),
	}
	for _, kind := range []civic.EditionKind{
		civic.EditionPolicy, civic.EditionCalendar, civic.EditionTerminal, civic.EditionForm, civic.EditionGuide,
	} {
		editions, err := d.opts.Store.Editions(ctx, kind)
		if err != nil {
			return fmt.Errorf("read %s editions: %w", kind, err)
		}
		for i := range editions {
			if err := s.put(&editions[i], before); err != nil {
				d.opts.Logger.Error("edition unreadable", "kind", kind, "id", editions[i].ID, "rev", editions[i].Rev, "error", err)
			}
			editions[i].Body = nil // read: of ten thousand, not all need be held beside what they were read into
		}
	}
	slices.SortFunc(s.guides, func(a, b shelved) int { return cmp.Compare(a.guide.ID, b.guide.ID) })
	s.index = newIndex(s.guides, d.opts.Readings)
	d.shelf.Store(s)
	return nil
}

// put reads one edition onto the shelf. A form that has not changed since the shelf before is not parsed again.
func (s *shelf) put(e *civic.Edition, before *shelf) error {
	switch e.Kind {
	case civic.EditionPolicy:
		policy := defaultPolicy()
		if err := json.Unmarshal(e.Body, &policy); err != nil {
			return fmt.Errorf("read policy: %w", err)
		}
		s.policy = policy
	case civic.EditionCalendar:
		c := new(civic.Calendar)
		if err := json.Unmarshal(e.Body, c); err != nil {
			return fmt.Errorf("read calendar: %w", err)
		}
		s.calendar = c
	case civic.EditionTerminal:
		var t civic.TerminalNotice
		if err := json.Unmarshal(e.Body, &t); err != nil {
			return fmt.Errorf("read terminal: %w", err)
		}
		s.terminals[t.Number] = append(s.terminals[t.Number], t)
	case civic.EditionForm:
		if before != nil && before.forms[e.ID].same(e) {
			s.forms[e.ID] = before.forms[e.ID]
			return nil
		}
		f, err := form.Parse(e.Body)
		if err != nil {
			return err
		}
		s.forms[e.ID] = pinned{f, e.Revision()}
	case civic.EditionGuide:
		g := shelved{rev: e.Revision(), from: e.From, until: e.Until}
		if err := json.Unmarshal(e.Body, &g.guide); err != nil {
			return fmt.Errorf("read guide: %w", err)
		}
		s.guides = append(s.guides, g)
		s.byID[e.ID] = g
	}
	return nil
}

// Service is a guide as a list shows it.
type Service struct {
	ID    string
	Name  string
	Field string
	Here  bool // it can be filed at this terminal
	guide *civic.Guide
}

// Guide returns the guide's own text.
func (s Service) Guide() civic.Guide { return *s.guide }

func (s shelved) service(lang string, forms map[string]pinned) Service {
	name := s.guide.Name
	if lang == "en" && s.guide.NameEN != "" {
		name = s.guide.NameEN
	}
	_, ok := forms[s.guide.Form]
	return Service{ID: s.guide.ID, Name: name, Field: s.guide.Field, Here: s.guide.FiledHere() && ok, guide: &s.guide}
}

// Services returns every service published now, by id, named in a language.
func (d *Desk) Services(lang string) []Service {
	s, now := d.shelf.Load(), d.now()
	var out []Service
	for _, g := range s.guides {
		if g.open(now) {
			out = append(out, g.service(lang, s.forms))
		}
	}
	return out
}

// Search returns the services that match what a resident typed, the best first, at most ten: by characters, by
// words people use, by department, by pinyin initials or full readings, by English words.
func (d *Desk) Search(query, lang string) []Service {
	s, now := d.shelf.Load(), d.now()
	var out []Service
	for _, i := range s.index.search(query, maxFound) {
		if g := s.guides[i]; g.open(now) {
			out = append(out, g.service(lang, s.forms))
		}
	}
	return out
}

// Guide returns a service's guide as published now.
func (d *Desk) Guide(id string) (civic.Guide, error) {
	g, ok := d.shelf.Load().byID[id]
	if !ok || !g.open(d.now()) {
		return civic.Guide{}, civic.Refuse(civic.NotFound, "service", "desk.service")
	}
	return g.guide, nil
}

// Blank returns a service's guide with its form, to be filled on paper: also where it cannot be filed here.
func (d *Desk) Blank(id string) (civic.Guide, *form.Form, error) {
	g, err := d.Guide(id)
	if err != nil {
		return g, nil, err
	}
	f, ok := d.shelf.Load().forms[g.Form]
	if !ok {
		return g, nil, civic.Refuse(civic.NotFound, "service", "desk.service")
	}
	return g, f.form, nil
}

// Policy returns the site policy in force.
func (d *Desk) Policy() civic.Policy { return d.shelf.Load().policy }
