package intake

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"

	"doorstep/central/casework"
	"doorstep/central/store"
)

// page is how many entries are read at once.
const page = 64

// OpenAll opens every entry in custody that has no outcome. One that cannot be opened now, for a failure of central's
// own, stays for the next time and does not keep the others.
func (n *Intake) OpenAll(ctx context.Context) error {
	var errs []error
	for after := int64(0); ; {
		list, err := n.o.Store.Unopened(ctx, after, page)
		if err != nil || len(list) == 0 {
			return errors.Join(append(errs, err)...)
		}
		for _, h := range list {
			after = h.Place
			if err := n.openOne(ctx, h); err != nil {
				errs = append(errs, err)
				continue
			}
			n.o.Settled(h.Terminal)
		}
	}
}

// openOne gives one entry its outcome.
func (n *Intake) openOne(ctx context.Context, h store.Held) error {
	aside, err := n.open(ctx, h)
	if err != nil || aside.why == "" {
		return err
	}
	n.o.Log.Warn("entry set aside", slog.String("entry", h.Ref.ID.String()), slog.String("outcome", string(aside.why)))
	return n.o.Store.SetAside(ctx, h.Ref, aside.why, aside.service, n.o.Now())
}

// aside says why an entry is set aside, and what it asks for as far as it could be read; zero where it is not.
type aside struct {
	why     civic.Outcome
	service string
}

// open gives an entry to casework, or returns why it is set aside. An error means that central could not do its work.
func (n *Intake) open(ctx context.Context, h store.Held) (aside, error) {
	e, err := wire.ReadEntry(h.Signed)
	if err != nil {
		return aside{why: civic.OutcomeUnreadable}, nil // verified when it was taken: a later program no longer reads it
	}
	if e.Kind == civic.EntryVoid {
		return aside{why: civic.OutcomeVoid}, nil
	}
	term, why, err := n.maker(ctx, e, h)
	if err != nil {
		return aside{}, err
	}
	plain, err := n.o.Keys.Open(seal.Context{Kind: e.Kind, Entry: e.ID}, e.Sealed)
	if err != nil && why != civic.OutcomeRevoked { // who vouches for it is asked first: any release says so
		why = civic.OutcomeSealed
	}
	if why != "" {
		return aside{why, serviceOf(e.Kind, plain)}, nil
	}
	f := casework.Filing{Ref: h.Ref, Plain: plain, Received: h.Received, Terminal: e.Terminal, Point: term.Place.Point}
	if f.Filed, f.Sure, err = n.filed(ctx, e, h); err != nil {
		return aside{}, err
	}
	if f.Pending, err = n.pending(ctx, e); err != nil {
		return aside{}, err
	}
	switch e.Kind {
	case civic.EntryApplication:
		why, err = n.application(ctx, e, f, h.Department)
	case civic.EntrySupplement:
		why, err = n.answer(ctx, e, f)
	case civic.EntryWithdrawal:
		why, err = n.withdrawal(ctx, e, f)
	case civic.EntryDisplay:
		why, err = n.display(ctx, e, f)
	default:
		why = civic.OutcomeKind
	}
	return aside{why, serviceOf(e.Kind, plain)}, err
}

// maker returns the terminal that made an entry. The number in the envelope must be its own, unless a person who
// gave the entry to a department answers for it.
func (n *Intake) maker(ctx context.Context, e *civic.Entry, h store.Held) (store.Terminal, civic.Outcome, error) {
	if h.Department != "" {
		term, err := n.o.Store.Terminal(ctx, h.Maker)
		return term, "", err
	}
	term, err := n.o.Store.Numbered(ctx, e.Terminal)
	if errors.Is(err, &civic.Error{Code: civic.NotFound}) || err == nil && term.Key != h.Maker {
		return term, civic.OutcomeStranger, nil
	}
	if err == nil && unvouched(&term, &h) {
		return term, civic.OutcomeRevoked, nil
	}
	return term, "", err
}

// unvouched reports whether nobody answers for an entry: it came after the use of its key had ended, when whoever has
// the key could have made it, and no operator has released it (promise P9). A key that took over answers for what it
// chained again of the key before it.
func unvouched(maker *store.Terminal, h *store.Held) bool {
	if h.Released || maker.Revoked.IsZero() || h.Received.Before(maker.Revoked) {
		return false
	}
	return maker.Ended != store.Replaced || h.Terminal == h.Maker
}

// serviceOf returns what an application asks for, so that a person can tell whose it is without reading it.
func serviceOf(kind civic.EntryKind, plain []byte) string {
	var a struct {
		Service string `json:"service"`
	}
	if kind != civic.EntryApplication || json.Unmarshal(plain, &a) != nil || len(a.Service) > maxService {
		return ""
	}
	return a.Service
}

// maxService bounds a service's id as a list shows it: what was not checked yet may be of any length.
const maxService = 64

// application makes a case of an application that stands up to its form, or that a person gave to a department.
func (n *Intake) application(ctx context.Context, e *civic.Entry, f casework.Filing, given string) (civic.Outcome, error) {
	var a civic.Application
	if err := json.Unmarshal(f.Plain, &a); err != nil {
		return civic.OutcomeUnreadable, nil
	}
	if a.ID != e.ID || a.Code != e.Code || a.Code.Terminal() != e.Terminal || !samePapers(e.Papers, a.Materials) {
		return civic.OutcomeUnreadable, nil
	}
	if a.Training {
		return civic.OutcomeTraining, nil
	}
	var g *civic.Guide
	var aside civic.Outcome
	var err error
	if given != "" {
		g, aside, err = n.given(ctx, &a, given)
	} else {
		g, aside, err = n.check(ctx, &a, f.Filed)
	}
	if err != nil || aside != "" {
		return aside, err
	}
	if given == "" && !n.answersFor(g.Department) {
		return civic.OutcomeUnrouted, nil
	}
	err = n.o.Cases.Begin(ctx, f, &a, g)
	if errors.Is(err, &civic.Error{Code: civic.Conflict}) {
		return civic.OutcomeConflict, nil
	}
	return "", err
}

func (n *Intake) answer(ctx context.Context, e *civic.Entry, f casework.Filing) (civic.Outcome, error) {
	var a civic.SupplementAnswer
	if err := json.Unmarshal(f.Plain, &a); err != nil || a.ID != e.ID || a.Code != e.Code || !samePapers(e.Papers, a.Materials) {
		return civic.OutcomeUnreadable, nil
	}
	return stepOutcome(n.o.Cases.Answer(ctx, f, &a))
}

func (n *Intake) withdrawal(ctx context.Context, e *civic.Entry, f casework.Filing) (civic.Outcome, error) {
	var a civic.Withdrawal
	if err := json.Unmarshal(f.Plain, &a); err != nil || a.ID != e.ID || a.Code != e.Code {
		return civic.OutcomeUnreadable, nil
	}
	return stepOutcome(n.o.Cases.Withdraw(ctx, f, &a))
}

// stepOutcome tells what a case's refusal of a step makes of the entry. A conflict is tried again: someone changed
// the case at the same moment.
func stepOutcome(err error) (civic.Outcome, error) {
	switch {
	case errors.Is(err, &civic.Error{Code: civic.NotFound}), errors.Is(err, &civic.Error{Code: civic.Forbidden}):
		return civic.OutcomeStatus, nil
	case errors.Is(err, &civic.Error{Code: civic.Untrusted}):
		return civic.OutcomeInvalid, nil
	}
	return "", err
}

// pending reports whether a paper of an entry has not arrived.
func (n *Intake) pending(ctx context.Context, e *civic.Entry) (bool, error) {
	for _, p := range e.Papers {
		kept, err := n.o.Store.Paper(ctx, p.Digest)
		if err != nil {
			return false, err
		}
		if kept.Arrived.IsZero() {
			return true, nil
		}
	}
	return false, nil
}

// samePapers reports whether the ciphertexts that the envelope names are those of the sealed list, in its order.
func samePapers(clear []civic.Paper, handed []civic.Handed) bool {
	i := 0
	for _, h := range handed {
		for _, a := range h.Papers {
			if i == len(clear) || clear[i].Digest != a.Digest || clear[i].Size != a.Size {
				return false
			}
			i++
		}
	}
	return i == len(clear)
}
