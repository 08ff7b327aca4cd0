package bulletin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"doorstep/sync/catalogue"
	"doorstep/sync/civic"
	"doorstep/sync/form"

	"doorstep/central/store"
)

// PressStore is what a press asks of central's store.
type PressStore interface {
	store.Guides
	store.Editions
	// Record appends to the audit; see store.Audit.
	Record(ctx context.Context, e store.AuditEntry) error
}

// Press is what publishers do with guides: write a draft, see what keeps it from being published, publish it,
// withdraw what is published, and take in a whole catalogue. The rules are those of package catalogue.
type Press struct {
	bulletin *Bulletin
	store    PressStore
	rules    *catalogue.Rules

	mu    sync.Mutex            // guards forms
	forms map[string]parsedForm // by id, as last parsed
}

type parsedForm struct {
	rev  uint32
	form *form.Form
}

// NewPress makes the press of a bulletin.
func NewPress(b *Bulletin, s PressStore, r *catalogue.Rules) (*Press, error) {
	if b == nil || s == nil || r == nil {
		return nil, errors.New("bulletin: a press needs bulletin, store and rules")
	}
	return &Press{bulletin: b, store: s, rules: r, forms: map[string]parsedForm{}}, nil
}

// FormName is a published form, to choose from.
type FormName struct {
	ID         string
	Title      form.Text
	Conditions []string
}

// Forms returns the forms published now, by id.
func (p *Press) Forms(ctx context.Context) ([]FormName, error) {
	list, err := p.published(ctx)
	if err != nil {
		return nil, err
	}
	var out []FormName
	for id, f := range list {
		out = append(out, FormName{ID: id, Title: form.Text{ZH: f.Title("zh"), EN: f.Title("en")}, Conditions: f.Conditions()})
	}
	slices.SortFunc(out, func(a, b FormName) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

// published returns the forms published now. One that has not changed is not parsed again.
func (p *Press) published(ctx context.Context) (map[string]*form.Form, error) {
	items, err := p.store.Items(ctx, civic.EditionForm)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make(map[string]*form.Form, len(items))
	for i := range items {
		e := &items[i]
		kept := p.forms[e.ID]
		if kept.form == nil || kept.rev != e.Rev {
			f, err := form.Parse(e.Body)
			if err != nil {
				return nil, fmt.Errorf("read form %s revision %d: %w", e.ID, e.Rev, err)
			}
			kept = parsedForm{e.Rev, f}
			p.forms[e.ID] = kept
		}
		out[e.ID] = kept.form
	}
	return out, nil
}

// body is what the edition of a guide carries. It is the same for the same guide.
func body(g *civic.Guide) ([]byte, error) {
	b, err := json.Marshal(g)
	if err != nil {
		return nil, fmt.Errorf("encode guide %s: %w", g.ID, err)
	}
	return b, nil
}
