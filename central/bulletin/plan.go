package bulletin

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"doorstep/sync/civic"
	"doorstep/sync/form"
	"doorstep/sync/wire"

	"doorstep/central/store"
	"doorstep/central/workbook"
)

// ChangeKind says what a workbook does to a guide.
type ChangeKind string

// The kinds of change.
const (
	ChangeNew   ChangeKind = "new"     // never published
	ChangeAgain ChangeKind = "again"   // published again after it was withdrawn
	ChangeText  ChangeKind = "changed" // says something else
)

// Change is one guide that a workbook changes.
type Change struct {
	ID, Name string
	Kind     ChangeKind
	Fields   []string // paths in which the text differs, as Differences names them
	Draft    string   // login of who has a draft of it open, which stays; empty where nobody has
}

// Plan is what a workbook would do, found without doing it. A guide that the workbook does not name stays as it is:
// none is ever withdrawn by a workbook.
type Plan struct {
	Changes   []Change
	Unchanged int
	Absent    int // published guides that the workbook does not name
	Book      *workbook.Book

	drafts []store.Draft
}

// Faulty reports whether the plan cannot be carried out.
func (p *Plan) Faulty() bool { return len(p.Book.Faults) > 0 }

// Plan finds what a workbook would do, and adds what keeps its guides from being published to its faults. tell is
// called now and then, from several goroutines, with how many services were looked at.
func (p *Press) Plan(ctx context.Context, book *workbook.Book, tell func(services int)) (*Plan, error) {
	forms, err := p.published(ctx)
	if err != nil {
		return nil, err
	}
	present, err := p.present(ctx)
	if err != nil {
		return nil, err
	}
	faults, err := p.checkAll(ctx, book.Services, forms, tell)
	if err != nil {
		return nil, err
	}
	plan := &Plan{Book: book}
	named := map[string]bool{}
	for i := range book.Services {
		s := &book.Services[i]
		named[s.Guide.ID] = true
		for _, f := range faults[i] {
			book.Add(i, f)
		}
		if len(faults[i]) == 0 {
			if err := plan.put(book, i, present[s.Guide.ID]); err != nil {
				return nil, err
			}
		}
	}
	for id, now := range present {
		if !named[id] && now.text != nil && !now.row.Gone {
			plan.Absent++
		}
	}
	book.Sort()
	tell(len(book.Services))
	return plan, nil
}

// checkAll holds every service against the rules, on every processor at once.
func (p *Press) checkAll(ctx context.Context, list []workbook.Service, forms map[string]*form.Form, tell func(int)) ([][]*civic.Error, error) {
	out := make([][]*civic.Error, len(list))
	var next atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	for range runtime.GOMAXPROCS(0) {
		g.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(list) || ctx.Err() != nil {
					return ctx.Err()
				}
				if i%100 == 0 {
					tell(i)
				}
				var err error
				if out[i], err = p.rules.Check(&list[i].Guide, func(id string) *form.Form { return forms[id] }); err != nil {
					return err
				}
			}
		})
	}
	return out, g.Wait()
}

// shelved is a guide as central has it.
type shelved struct {
	row   store.GuideRow
	text  []byte // body of its edition; nil where none is published
	scope civic.Scope
}

// present returns what central has of every guide, by id.
func (p *Press) present(ctx context.Context) (map[string]shelved, error) {
	out := map[string]shelved{}
	page, err := p.store.GuideList(ctx, store.GuideFilter{State: store.GuidesAll, Max: -1})
	if err != nil {
		return nil, err
	}
	for _, r := range page.Rows {
		out[r.ID] = shelved{row: r}
	}
	items, err := p.store.Items(ctx, civic.EditionGuide)
	if err != nil {
		return nil, err
	}
	for i := range items {
		v := out[items[i].ID]
		v.text, v.scope = items[i].Body, items[i].Scope
		out[items[i].ID] = v
	}
	return out, nil
}

// put adds what becomes of one service to the plan.
func (p *Plan) put(book *workbook.Book, i int, now shelved) error {
	s := &book.Services[i]
	text, err := body(&s.Guide)
	if err != nil {
		return err
	}
	if bytes.Equal(text, now.text) {
		p.Unchanged++
		return nil
	}
	if s.Rev != 0 && s.Rev != now.row.Rev {
		// What somebody published since the workbook was made would be undone without a word.
		book.Add(i, civic.Refuse(civic.Conflict, "revision", "workbook.overtaken", s.Rev, now.row.Rev))
		return nil
	}
	c := Change{ID: s.Guide.ID, Name: s.Guide.Name, Kind: ChangeText}
	if now.row.Draft != 0 {
		c.Draft = now.row.Login
	}
	switch {
	case now.row.Rev == 0:
		c.Kind = ChangeNew
	case now.text == nil:
		c.Kind = ChangeAgain
	default:
		if c.Fields, err = changed(now.text, &s.Guide); err != nil {
			return err
		}
	}
	p.Changes = append(p.Changes, c)
	over := now.row.Rev
	p.drafts = append(p.drafts, store.Draft{
		Edition: civic.Edition{Kind: civic.EditionGuide, ID: s.Guide.ID, Scope: now.scope, Body: text}, Over: &over,
	})
	return nil
}

// changed returns the paths in which a guide differs from a published text.
func changed(text []byte, g *civic.Guide) ([]string, error) {
	was, err := read[civic.Guide](store.Published{Edition: civic.Edition{Kind: civic.EditionGuide, ID: g.ID, Body: text}})
	if err != nil {
		return nil, err
	}
	a, err := fields(was)
	if err != nil {
		return nil, err
	}
	b, err := fields(g)
	if err != nil {
		return nil, err
	}
	values := map[string]string{}
	for _, f := range a {
		values[f.path] = f.value
	}
	var out []string
	for _, f := range b {
		if values[f.path] != f.value {
			out = append(out, f.path)
		}
		delete(values, f.path)
	}
	for _, f := range a {
		if v, gone := values[f.path]; gone && v != "" {
			out = append(out, f.path)
		}
	}
	return out, nil
}

// Carry publishes everything that a plan changes, in one unit of work: all of it or nothing. A guide that was
// published since the plan was made is civic.Conflict. tell is called with how many editions were signed.
func (p *Press) Carry(ctx context.Context, plan *Plan, by store.Actor, tell func(editions int)) error {
	if plan.Faulty() {
		return civic.Refuse(civic.Invalid, "file", "workbook.faulty")
	}
	at, signed := p.bulletin.o.Now(), 0
	list := make([]store.Draft, len(plan.drafts))
	for i, d := range plan.drafts {
		d.By, d.At = by, at
		d.Sign = p.counted(&signed, tell)
		list[i] = d
	}
	if len(list) > 0 {
		if _, err := p.store.PublishAll(ctx, list); err != nil {
			return fmt.Errorf("publish workbook: %w", err)
		}
		p.bulletin.o.Published()
	}
	return p.store.Record(ctx, store.AuditEntry{
		At: at, Actor: by, Action: store.ActImport, Subject: "catalogue", Detail: fmt.Sprint(len(list)),
	})
}

// counted signs and counts.
func (p *Press) counted(n *int, tell func(int)) func(*civic.Edition) (wire.Signed, error) {
	return func(e *civic.Edition) (wire.Signed, error) {
		if *n++; *n%100 == 0 {
			tell(*n)
		}
		return p.bulletin.sign(e)
	}
}
