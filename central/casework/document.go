package casework

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"doorstep/assets/locale"
	"doorstep/sync/civic"

	"doorstep/central/store"
)

// documented reports whether a step of a clerk issues a document: whatever the law wants in writing. That a clock
// goes on after a special procedure is nothing new to be told.
func documented(from, to civic.Status) bool {
	switch to {
	case civic.Supplement, civic.Declined, civic.Granted, civic.Refused:
		return true
	case civic.Accepted:
		return from == civic.Filed
	}
	return false
}

// lookDocument is what the audit says of a look that a document is written from.
const lookDocument = "document"

// issueTries is how often a document is numbered again when another of the department's got its number first.
const issueTries = 8

// issue takes a step of a clerk, with its document. The document is set before the unit of work and names the number
// that it expects; the store refuses it where another was issued meanwhile, and it is set once more. So no number is
// skipped, and setting type holds up nobody else's commit.
func (w *Casework) issue(ctx context.Context, c store.Case, s store.Step) error {
	if w.o.Press == nil || !documented(c.Status, s.To) {
		return w.step(ctx, c, s)
	}
	// What the store would refuse is refused before anything is read or set.
	if s.Code, s.Version = c.Code, c.Version; s.Check(&c.Case, c.Asked) != nil {
		return w.step(ctx, c, s)
	}
	d, err := w.o.Store.Read(ctx, c.Code, s.Actor, lookDocument, s.At)
	if err != nil {
		return err
	}
	for range issueTries {
		if s.Document, err = w.document(ctx, &d, &s); err != nil {
			return err
		}
		if err = w.step(ctx, c, s); !numberTaken(err) {
			return err
		}
	}
	return err
}

func numberTaken(err error) bool {
	var refusal *civic.Error
	return errors.As(err, &refusal) && refusal.Code == civic.Conflict && refusal.Field == "document"
}

// document sets the document of a step under the department's next number.
func (w *Casework) document(ctx context.Context, d *store.Dossier, s *store.Step) (*store.Document, error) {
	v := &store.Document{Department: d.Case.Department, Year: civic.DateOf(s.At).Year}
	var err error
	if v.N, err = w.o.Store.NextNumber(ctx, v.Department, v.Year); err != nil {
		return nil, err
	}
	g, err := w.o.Publish.Guide(ctx, d.Case.Guide)
	if err != nil {
		return nil, err
	}
	v.Number = number(g, s.To, v.Year, v.N)
	from, err := w.issuer(ctx, g)
	if err != nil {
		return nil, err
	}
	l := letter(g, from, d, s)
	l.Number = v.Number
	set, err := w.o.Press.Letter(l)
	if err != nil {
		return nil, fmt.Errorf("set document: %w", err)
	}
	if len(set.Missing) > 0 {
		w.o.Log.Warn("a document has characters that no font has", "number", v.Number, "characters", len(set.Missing))
	}
	v.PDF = set.PDF
	return v, nil
}

// Draft sets the document that an act would issue, without a number and marked as a draft, so that it is seen before
// it is issued. It names the resident and is a look.
func (w *Casework) Draft(ctx context.Context, code civic.TrackingCode, by store.Person, to civic.Status, r Request) ([]byte, error) {
	c, err := w.assigned(ctx, code, by)
	if err != nil {
		return nil, err
	}
	if w.o.Press == nil || !documented(c.Status, to) || !c.Status.May(to, civic.RoleClerk) {
		return nil, civic.Refuse(civic.NotFound, "document", "document.none")
	}
	now := w.o.Now()
	d, err := w.o.Store.Read(ctx, code, clerk(by), lookDocument, now)
	if err != nil {
		return nil, err
	}
	g, err := w.o.Publish.Guide(ctx, c.Guide)
	if err != nil {
		return nil, err
	}
	cal, err := w.o.Publish.Calendar(ctx)
	if err != nil {
		return nil, err
	}
	s := store.Step{To: to, At: now, Words: strings.TrimSpace(r.Words), Owes: r.Owes}
	switch today := civic.DateOf(now); to {
	case civic.Supplement:
		s.Clock = SupplementClock(cal, today, max(0, min(r.Days, MaxSupplementDays)))
	case civic.Accepted:
		s.Clock = DecisionClock(cal, today, g.Decision())
	}
	from, err := w.issuer(ctx, g)
	if err != nil {
		return nil, err
	}
	l := letter(g, from, &d, &s)
	l.Draft = say("document.draft")
	set, err := w.o.Press.Letter(l)
	if err != nil {
		return nil, fmt.Errorf("set draft: %w", err)
	}
	return set.PDF, nil
}

// Document returns a document that was issued, to a clerk of the department, and writes the look into the audit.
func (w *Casework) Document(ctx context.Context, code civic.TrackingCode, version uint64, by store.Person) (store.Document, error) {
	if _, err := w.assigned(ctx, code, by); err != nil {
		return store.Document{}, err
	}
	return w.o.Store.Document(ctx, code, version, clerk(by), w.o.Now())
}

// say speaks Chinese, the language in which authorities issue documents.
func say(key string, args ...any) string { return locale.T(locale.Chinese, key, args...) }

// issuer is who issues documents for a guide's department: as the register names it, else as the guide does.
func (w *Casework) issuer(ctx context.Context, g *civic.Guide) (store.Office, error) {
	list, err := w.o.Store.Offices(ctx, store.Department)
	out := store.Office{Name: g.Authority, Contact: g.Contact}
	for _, o := range list {
		if o.Key != g.Department {
			continue
		}
		out.Name, out.Address, out.Hours = o.Name, o.Address, o.Hours
		if o.Contact != "" {
			out.Contact = o.Contact
		}
	}
	return out, err
}

// number is how the number of a document is printed: the department in short, what it is, the year, the number.
func number(g *civic.Guide, kind civic.Status, year int, n uint32) string {
	short := g.Authority
	if key := "department." + g.Department; locale.Has(key) {
		short = say(key)
	}
	return say("document.number", short, say("document.kind."+string(kind)), year, n)
}
