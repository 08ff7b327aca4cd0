package desk

import (
	"context"

	"doorstep/sync/civic"
)

// Withdraw takes in the resident's withdrawal of the case behind a QR. It is made durable before it returns, and
// reaches central like an application. A second withdrawal of the same case is refused.
func (d *Desk) Withdraw(ctx context.Context, scanned, words string) (civic.EntryID, error) {
	// One at a time: a key pressed twice is two requests at once, and the second must see the first.
	d.withdrawing.Lock()
	defer d.withdrawing.Unlock()
	var none civic.EntryID
	f, err := d.Lookup(ctx, scanned)
	if err != nil {
		return none, err
	}
	if f.Withdrawn {
		return none, civic.Refuse(civic.Conflict, "", "withdraw.twice")
	}
	if f.Status != nil && !f.Status.Status.May(civic.Withdrawn, civic.RoleResident) {
		return none, civic.Refuse(civic.Conflict, "", "withdraw.late")
	}
	if words, err = tidyWords(words); err != nil {
		return none, err
	}
	t, err := d.withdrawal(ctx, f, words)
	if err != nil {
		return none, err
	}
	if err := d.opts.Store.TakeIn(context.WithoutCancel(ctx), *t); err != nil {
		return none, &civic.Error{Code: civic.Unavailable, Key: "desk.unsaved", Err: err}
	}
	return t.Entry.ID, nil
}

// withdrawal seals a withdrawal.
func (d *Desk) withdrawal(ctx context.Context, f *Found, words string) (*Taken, error) {
	place, err := d.opts.Site.Place(ctx)
	if err != nil {
		return nil, &civic.Error{Code: civic.Unavailable, Key: "desk.enrol", Err: err}
	}
	key, err := d.opts.Site.SealKey(ctx)
	if err != nil {
		return nil, &civic.Error{Code: civic.Unavailable, Key: "desk.keys", Err: err}
	}
	p := packer{key: key, entry: civic.Entry{
		Kind: civic.EntryWithdrawal, ID: newEntryID(), Terminal: place.Number, Code: f.Code, Evidence: d.evidence(ctx),
	}}
	plain, err := marshal(civic.Withdrawal{ID: p.entry.ID, Code: f.Code, Secret: f.secret, Words: words})
	if err != nil {
		return nil, err
	}
	if err := p.seal(plain); err != nil {
		return nil, err
	}
	filed, sure := p.entry.Evidence.FiledAt()
	locked, err := lockReceipt(f.secret, &civic.Receipt{
		Code: f.Code, QR: f.qr, Terminal: place.Number, Service: f.Service, Filed: filed, Sure: sure,
		Custody: civic.AtTerminal, Copy: 1, Training: f.Training,
	})
	if err != nil {
		return nil, err
	}
	return &Taken{Entry: p.entry, Receipt: locked, At: filed}, nil
}
