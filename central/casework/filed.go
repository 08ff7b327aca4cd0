package casework

import (
	"context"
	"crypto/subtle"
	"fmt"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// Filing is an entry that intake opened and checked.
type Filing struct {
	Ref      store.Ref
	Plain    []byte // the opened content, as it came
	Filed    time.Time
	Sure     civic.Confidence
	Received time.Time
	Terminal uint32
	Point    string // where that terminal stands
	Pending  bool   // some of its papers have not arrived
}

// Begin opens a case for an application with the guide it was filed with, and starts its reply clock on the day of
// filing. A claim over the data of another case goes to the department of that case. A second call for the same entry
// changes nothing. A code that another entry's case has is civic.Conflict.
func (w *Casework) Begin(ctx context.Context, f Filing, a *civic.Application, g *civic.Guide) error {
	cal, err := w.o.Publish.Calendar(ctx)
	if err != nil {
		return err
	}
	clock := ReplyClock(cal, civic.DateOf(f.Filed))
	c := store.Case{
		Case: civic.Case{
			Code: a.Code, Entry: a.ID, Service: a.Service, Department: g.Department, Guide: a.Guide, Form: a.Form,
			Status: civic.Filed, Flags: civic.Flags{PapersPending: f.Pending}, Filed: f.Filed, Sure: f.Sure,
			Received: f.Received, Since: f.Filed, Due: clock.Due, DueDays: clock.Days, DueKind: clock.Kind,
			Point: f.Point, Terminal: f.Terminal, Version: 1,
		},
		ServiceName: g.Name, Retention: g.Retention, Secret: a.Secret, Claim: g.Claim,
	}
	if g.Claim != civic.NoClaim {
		about, found, err := w.claimed(ctx, a)
		if err != nil {
			return err
		}
		if found {
			c.Department, c.About = about.Department, about.Code
		}
	}
	notice, err := w.lock(ctx, c)
	if err != nil {
		return err
	}
	err = w.o.Store.Open(ctx, store.NewCase{
		Ref: f.Ref, Case: c.Case, ServiceName: c.ServiceName, Retention: c.Retention, Claim: c.Claim, About: c.About, Application: f.Plain,
		Secret: a.Secret, Document: a.Applicant.Document, Notice: notice, At: w.o.Now(),
	})
	if err != nil {
		return fmt.Errorf("open case: %w", err)
	}
	w.o.Changed(c.Point)
	return nil
}

// Answer files what a resident supplies. Where it was asked for, the case is filed again and its reply clock starts
// anew on the day of the answer; papers that were owed join a case that is filed or accepted and change no clock. A
// secret that is not that of the receipt is civic.Untrusted; a case that can take nothing more is civic.Forbidden.
func (w *Casework) Answer(ctx context.Context, f Filing, a *civic.SupplementAnswer) error {
	c, err := w.presented(ctx, a.Code, a.Secret)
	if err != nil {
		return err
	}
	cal, err := w.o.Publish.Calendar(ctx)
	if err != nil {
		return err
	}
	flags := c.Flags
	flags.PapersPending = flags.PapersPending || f.Pending
	if c.Status == civic.Filed || c.Status == civic.Accepted {
		return w.step(ctx, c, store.Step{
			To: c.Status, Actor: resident(f), Since: c.Since, Flags: flags, Clock: unchanged(c), Entry: &f.Ref, Content: f.Plain,
		})
	}
	return w.step(ctx, c, store.Step{
		To: civic.Filed, Actor: resident(f), Since: f.Filed, Flags: flags,
		Clock: ReplyClock(cal, civic.DateOf(f.Filed)), Entry: &f.Ref, Content: f.Plain,
	})
}

// Withdraw ends a case at the resident's wish; refusals are those of Answer.
func (w *Casework) Withdraw(ctx context.Context, f Filing, a *civic.Withdrawal) error {
	c, err := w.presented(ctx, a.Code, a.Secret)
	if err != nil {
		return err
	}
	return w.step(ctx, c, store.Step{
		To: civic.Withdrawn, Actor: resident(f), Since: f.Filed, Flags: c.Flags, Entry: &f.Ref, Content: f.Plain,
	})
}

// presented returns the case of a receipt whose secret was at hand.
func (w *Casework) presented(ctx context.Context, code civic.TrackingCode, secret civic.Secret) (store.Case, error) {
	c, err := w.o.Store.Case(ctx, code)
	if err != nil {
		return c, err
	}
	if subtle.ConstantTimeCompare(c.Secret[:], secret[:]) != 1 {
		return store.Case{}, civic.Refuse(civic.Untrusted, "secret", "case.secret")
	}
	return c, nil
}

func resident(f Filing) store.Actor {
	return store.Actor{Login: fmt.Sprintf("%05d", f.Terminal), Role: civic.RoleResident}
}
