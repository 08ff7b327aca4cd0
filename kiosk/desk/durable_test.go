package desk_test

import (
	"context"
	"log/slog"
	"testing"

	"doorstep/kiosk/boltstore"
	"doorstep/kiosk/desk"
	"doorstep/kiosk/desk/desktest"
	"doorstep/sync/civic"
	"doorstep/sync/seal"
)

// durable is the terminal's store as the desk sees it.
type durable struct{ *boltstore.Store }

func (d durable) TakeIn(ctx context.Context, t desk.Taken) error {
	return d.Store.TakeIn(ctx, boltstore.Taken(t))
}

func (d durable) Kept(ctx context.Context, code civic.TrackingCode) ([]desk.Kept, error) {
	list, err := d.Store.Kept(ctx, code)
	return same(list), err
}

func (d durable) Unshown(ctx context.Context) ([]desk.Kept, error) {
	list, err := d.Store.Unshown(ctx)
	return same(list), err
}

func same(list []boltstore.Kept) []desk.Kept {
	var out []desk.Kept
	for _, k := range list {
		out = append(out, desk.Kept(k))
	}
	return out
}

func openDurable(t *testing.T, key *seal.Signer) desk.Store {
	t.Helper()
	opts := boltstore.DefaultOptions()
	opts.Dir, opts.Signer, opts.Logger = t.TempDir(), key, slog.New(slog.DiscardHandler)
	s, _, err := boltstore.Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return durable{s}
}

// TestDurableKeepsItsWord runs the suite that Memory passes on the store of a terminal.
func TestDurableKeepsItsWord(t *testing.T) {
	desktest.Outbox(t, func(t *testing.T) desk.Outbox { return openDurable(t, desktest.NewSite(t).Key) })
}

// split takes in durably what was published in memory.
type split struct {
	desk.Outbox
	desk.Shelf
}

func TestFilingDurably(t *testing.T) {
	f := desktest.Open(t)
	opts := desk.DefaultOptions()
	opts.Store = split{openDurable(t, f.Site.Key), f.Store}
	opts.Site, opts.Clock, opts.Logger = f.Site, f.Clock, slog.New(slog.DiscardHandler)
	d, err := desk.New(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	f.Desk = d
	issued := file(t, f)
	if list, err := d.Unshown(t.Context()); err != nil || len(list) != 1 {
		t.Errorf("unshown %v, %v", list, err)
	}
	if err := d.Shown(t.Context(), issued.Entry); err != nil {
		t.Fatal(err)
	}
	found := look(t, d, issued.Receipt.QR)
	if found.Where != desk.AtThisTerminal || found.Receipt == nil || found.Receipt.Applicant != issued.Receipt.Applicant {
		t.Errorf("found %+v", found)
	}
	if r, err := d.Reprint(t.Context(), issued.Receipt.QR); err != nil || r.Copy != 2 {
		t.Errorf("reprint %+v, %v", r, err)
	}
}
