package bulletin

import (
	"context"
	"encoding/json"
	"fmt"

	"doorstep/sync/civic"
	"doorstep/sync/form"

	"doorstep/central/store"
)

// PolicyID is the id of the one policy edition, CalendarID that of the calendar.
const (
	PolicyID   = "site"
	CalendarID = "cn"
)

// Guide returns one revision of a guide, however old.
func (b *Bulletin) Guide(ctx context.Context, r civic.Revision) (*civic.Guide, error) {
	p, err := b.o.Store.Revision(ctx, civic.EditionGuide, r)
	if err != nil {
		return nil, err
	}
	return read[civic.Guide](p)
}

// Form returns one revision of a form, however old.
func (b *Bulletin) Form(ctx context.Context, r civic.Revision) (*form.Form, error) {
	p, err := b.o.Store.Revision(ctx, civic.EditionForm, r)
	if err != nil {
		return nil, err
	}
	return form.Parse(p.Body)
}

// Latest returns a service's guide as published now, and which revision that is.
func (b *Bulletin) Latest(ctx context.Context, service string) (civic.Revision, *civic.Guide, error) {
	p, err := b.o.Store.Current(ctx, civic.EditionGuide, service)
	if err != nil {
		return civic.Revision{}, nil, err
	}
	g, err := read[civic.Guide](p)
	return p.Revision(), g, err
}

// LatestForm returns which revision of a form is published now.
func (b *Bulletin) LatestForm(ctx context.Context, id string) (civic.Revision, error) {
	p, err := b.o.Store.Current(ctx, civic.EditionForm, id)
	return p.Revision(), err
}

// Policy returns the site policy in force.
func (b *Bulletin) Policy(ctx context.Context) (*civic.Policy, error) {
	p, err := b.o.Store.Current(ctx, civic.EditionPolicy, PolicyID)
	if err != nil {
		return nil, err
	}
	return read[civic.Policy](p)
}

// Guides returns every guide as published now, by id.
func (b *Bulletin) Guides(ctx context.Context) ([]civic.Guide, error) {
	items, err := b.o.Store.Items(ctx, civic.EditionGuide)
	if err != nil {
		return nil, err
	}
	list := make([]civic.Guide, 0, len(items))
	for _, p := range items {
		g, err := read[civic.Guide](p)
		if err != nil {
			return nil, err
		}
		list = append(list, *g)
	}
	return list, nil
}

func read[T any](p store.Published) (*T, error) {
	v := new(T)
	if err := json.Unmarshal(p.Body, v); err != nil {
		return nil, fmt.Errorf("read %s %s revision %d: %w", p.Kind, p.ID, p.Rev, err)
	}
	return v, nil
}

// Calendar returns the working-day calendar in force.
func (b *Bulletin) Calendar(ctx context.Context) (*civic.Calendar, error) {
	p, err := b.o.Store.Current(ctx, civic.EditionCalendar, CalendarID)
	if err != nil {
		return nil, err
	}
	return read[civic.Calendar](p)
}
