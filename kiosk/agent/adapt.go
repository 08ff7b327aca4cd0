package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"doorstep/assets/locale"
	"doorstep/kiosk/boltstore"
	"doorstep/kiosk/desk"
	"doorstep/kiosk/ime"
	"doorstep/kiosk/web"
	"doorstep/printing/blank"
	"doorstep/printing/receipt"
	"doorstep/sync/civic"
	"doorstep/sync/form"
	"doorstep/sync/seal"
)

// ledger is the store as the desk asks for it. The two packages do not know each other: their structs have the same
// fields, and the compiler checks that they stay so.
type ledger struct{ *boltstore.Store }

// TakeIn makes t durable.
func (l ledger) TakeIn(ctx context.Context, t desk.Taken) error {
	return l.Store.TakeIn(ctx, boltstore.Taken(t))
}

// Kept returns the entries that are about a code.
func (l ledger) Kept(ctx context.Context, code civic.TrackingCode) ([]desk.Kept, error) {
	list, err := l.Store.Kept(ctx, code)
	return keptOf(list), err
}

// Unshown returns what was saved and whose receipt was not shown.
func (l ledger) Unshown(ctx context.Context) ([]desk.Kept, error) {
	list, err := l.Store.Unshown(ctx)
	return keptOf(list), err
}

func keptOf(list []boltstore.Kept) []desk.Kept {
	out := make([]desk.Kept, len(list))
	for i, k := range list {
		out[i] = desk.Kept(k)
	}
	return out
}

// site is who the terminal is, for the desk.
type site struct{ a *Agent }

// Place returns where the terminal stands, with the address and the training mode that its own edition tells.
func (s site) Place(ctx context.Context) (desk.Place, error) {
	p, err := s.a.store.Place(ctx)
	if err != nil {
		return desk.Place{}, err
	}
	out := desk.Place{Number: p.Number, Point: p.Point, PointName: p.PointName, Area: p.Area}
	e, err := s.a.store.Edition(ctx, civic.EditionTerminal, fmt.Sprintf("%05d", p.Number))
	if err != nil {
		return out, nil //nolint:nilerr // not published yet: the place is known all the same
	}
	var n civic.TerminalNotice
	if json.Unmarshal(e.Body, &n) == nil {
		out.Address, out.Training = n.Address, n.Training
	}
	return out, nil
}

// SealKey returns central's current sealing key.
func (s site) SealKey(ctx context.Context) (*seal.PublicKey, error) {
	k, err := s.a.keys.Seal()
	if err == nil {
		return k, nil
	}
	// The line may have brought the keys since: the shelf has them before the ring does.
	if err := s.a.learn(ctx); err != nil {
		return nil, err
	}
	return s.a.keys.Seal()
}

// Sign signs with the terminal's key.
func (s site) Sign(message []byte) []byte { return s.a.terminal.Key.SignRaw(message) }

// PublicKey returns the public half of that key.
func (s site) PublicKey() []byte { return s.a.terminal.Key.Public() }

// typist is the input engine as the pages ask for it.
type typist struct{ engine *ime.Engine }

// Candidates returns what keys may stand for.
func (t typist) Candidates(k web.Keys, most int) []web.Candidate {
	found := t.engine.Candidates(ime.Query{
		Mode: ime.Mode(k.Mode), Hint: ime.Hint(k.Hint), Before: k.Before, Keys: k.Keys, Max: most,
	})
	out := make([]web.Candidate, len(found))
	for i, c := range found {
		out[i] = web.Candidate(c)
	}
	return out
}

// setReceipt sets a receipt on a paper.
func (a *Agent) setReceipt(r *civic.Receipt, paper string) ([]byte, error) {
	p, err := receipt.ParsePaper(paper)
	if err != nil {
		return nil, err
	}
	out, err := a.press.PDF(r, p)
	if err != nil {
		return nil, err
	}
	if len(out.Missing) > 0 {
		a.opts.Logger.Warn("receipt has characters that no font draws", "count", len(out.Missing))
	}
	return out.PDF, nil
}

// setBlank sets the empty form of a service.
func (a *Agent) setBlank(g civic.Guide, f *form.Form, lang string) ([]byte, error) {
	out, err := blank.PDF(a.press, blank.Sheet{Guide: g, Form: f, Lang: lang, Made: a.now(), T: locale.T})
	return out.PDF, err
}

// printer returns the stand-in for a printer, or nil where there is none.
func (a *Agent) printer() func(context.Context, []byte) error {
	if a.opts.PrintDir == "" {
		return nil
	}
	return func(_ context.Context, pdf []byte) error {
		if err := os.MkdirAll(a.opts.PrintDir, 0o700); err != nil {
			return fmt.Errorf("make print folder: %w", err)
		}
		f, err := os.CreateTemp(a.opts.PrintDir, "receipt-"+a.opts.Clock().UTC().Format("20060102-150405")+"-*.pdf")
		if err != nil {
			return fmt.Errorf("print: %w", err)
		}
		_, err = f.Write(pdf)
		if err = errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("print to %s: %w", filepath.Base(f.Name()), err)
		}
		return nil
	}
}

// now is the time by central's clock, as well as this terminal knows it.
func (a *Agent) now() time.Time {
	at, _ := a.desk.Now(context.Background())
	return at
}

// purge gives up, now and then, what central holds safely and nobody needs here.
func (a *Agent) purge(ctx context.Context) error {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if _, err := a.store.Purge(ctx, a.now()); err != nil {
			a.opts.Logger.Error("store not purged", "error", err)
		}
	}
}
