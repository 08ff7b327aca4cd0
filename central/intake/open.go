package intake

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"

	"doorstep/central/casework"
	"doorstep/central/store"
)

// Outcomes of intake's own beside civic's.
const (
	OutcomeStranger civic.Outcome = "aside:terminal" // its code is not of the terminal that made it
	OutcomeTraining civic.Outcome = "aside:training" // made in training: it counts for nothing
	OutcomeKind     civic.Outcome = "aside:kind"     // of a kind that this version does not act on
	OutcomeRevoked  civic.Outcome = "aside:revoked"  // signed by a key whose use had ended when it came: an operator releases it
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
	if err != nil || aside == "" {
		return err
	}
	n.o.Log.Warn("entry set aside", slog.String("entry", h.Ref.ID.String()), slog.String("outcome", string(aside)))
	return n.o.Store.SetAside(ctx, h.Ref, aside, n.o.Now())
}

// open gives an entry to casework, or returns why it is set aside. An error means that central could not do its work.
func (n *Intake) open(ctx context.Context, h store.Held) (aside civic.Outcome, err error) {
	e, err := wire.ReadEntry(h.Signed)
	if err != nil {
		return civic.OutcomeUnreadable, nil // verified when it was taken: a later program no longer reads it
	}
	if e.Kind == civic.EntryVoid {
		return civic.OutcomeVoid, nil
	}
	term, err := n.o.Store.Numbered(ctx, e.Terminal)
	if errors.Is(err, &civic.Error{Code: civic.NotFound}) || err == nil && term.Key != h.Maker {
		return OutcomeStranger, nil
	}
	if err != nil {
		return "", err
	}
	if unvouched(&term, &h) {
		return OutcomeRevoked, nil
	}
	plain, err := n.o.Keys.Open(seal.Context{Kind: e.Kind, Entry: e.ID}, e.Sealed)
	if err != nil {
		return civic.OutcomeSealed, nil
	}
	f := casework.Filing{Ref: h.Ref, Plain: plain, Received: h.Received, Terminal: e.Terminal, Point: term.Place.Point}
	f.Filed, f.Sure = FiledAt(e.Evidence, h.Received)
	if f.Pending, err = n.pending(ctx, e); err != nil {
		return "", err
	}
	switch e.Kind {
	case civic.EntryApplication:
		return n.application(ctx, e, f)
	case civic.EntrySupplement:
		return n.answer(ctx, e, f)
	case civic.EntryWithdrawal:
		return n.withdrawal(ctx, e, f)
	case civic.EntryDisplay:
		return n.display(ctx, e, f)
	}
	return OutcomeKind, nil
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

func (n *Intake) application(ctx context.Context, e *civic.Entry, f casework.Filing) (civic.Outcome, error) {
	var a civic.Application
	if err := json.Unmarshal(f.Plain, &a); err != nil {
		return civic.OutcomeUnreadable, nil
	}
	if a.ID != e.ID || a.Code != e.Code || a.Code.Terminal() != e.Terminal || !samePapers(e.Papers, a.Materials) {
		return civic.OutcomeUnreadable, nil
	}
	if a.Training {
		return OutcomeTraining, nil
	}
	g, aside, err := n.check(ctx, &a, f.Filed)
	if err != nil || aside != "" {
		return aside, err
	}
	if !n.answersFor(g.Department) {
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

// FiledAt is when an entry counts as filed: what its evidence supports, central's receipt where it supports nothing.
// No one files after central has received.
func FiledAt(ev civic.Evidence, received time.Time) (time.Time, civic.Confidence) {
	at, sure := ev.FiledAt()
	if sure == civic.Unsure || at.After(received) {
		return received, min(sure, civic.Likely)
	}
	return at, sure
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
