package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/width"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
)

// Where says what a terminal knows of the application whose QR it read.
type Where string

// The answers to "where is it". None of them needs the line.
const (
	AtThisTerminal Where = "terminal"  // kept here, central does not hold it yet
	AtCentral      Where = "central"   // central signed for it
	Elsewhere      Where = "elsewhere" // a genuine receipt of another terminal: this one cannot say more
	NotHere        Where = "unknown"   // a receipt of this terminal that it has no record of
)

// Found is what a look-up by QR found.
type Found struct {
	Code     civic.TrackingCode
	Filed    time.Time
	Sure     civic.Confidence
	Training bool
	Where    Where
	Genuine  bool                 // the signature verified against a published terminal
	Issuer   civic.TerminalNotice // who issued it, if Genuine
	HeldAt   time.Time            // when central took custody, if AtCentral and known
	Outcome  civic.Outcome        // of the application's entry
	Receipt  *civic.Receipt       // as it would be printed now; nil where this terminal has none
	Status   *civic.StatusNotice  // the last state received; nil if none
	Service  string               // the service's name, if known
	// Pending says that a supplement or withdrawal taken in here waits to reach central.
	Pending   bool
	Withdrawn bool // a withdrawal was taken in here

	entry  civic.EntryID
	purged bool
	secret civic.Secret
	qr     string
}

// Lookup reads a scanned receipt and says what this terminal knows, with no line. A code that was not signed by a
// terminal of the district is refused as Untrusted.
func (d *Desk) Lookup(ctx context.Context, scanned string) (*Found, error) {
	q, err := civic.ParseReceiptQR(scanned)
	if err != nil {
		return nil, err
	}
	f := &Found{
		Code: q.Code, Filed: q.Filed, Sure: q.Sure, Training: q.Training, Where: Elsewhere,
		secret: q.Secret, qr: q.Link(d.Policy().TrackingHost),
	}
	mine := d.verify(q, f)
	if !f.Genuine && !mine {
		return nil, civic.Refuse(civic.Untrusted, "qr", "lookup.signature")
	}
	if mine {
		f.Genuine, f.Where = true, NotHere
	}
	kept, err := d.opts.Store.Kept(ctx, q.Code)
	if err != nil {
		return nil, fmt.Errorf("look up entry: %w", err)
	}
	for _, k := range kept {
		if err := d.see(f, k, q); err != nil {
			return nil, err
		}
	}
	return f, d.status(ctx, f)
}

// verify checks the QR against the published terminals of its number, and against this terminal's own key, which
// it knows before any edition says so.
func (d *Desk) verify(q *civic.ReceiptQR, f *Found) (mine bool) {
	for _, t := range d.shelf.Load().terminals[q.Code.Terminal()] {
		if q.VerifiedBy(t.Key) {
			f.Genuine, f.Issuer = true, t
		}
	}
	return q.VerifiedBy(d.opts.Site.PublicKey())
}

// see takes one entry kept here into what was found. A receipt that does not open is damaged, since the terminal
// signed for its secret: the rest is still told.
func (d *Desk) see(f *Found, k Kept, q *civic.ReceiptQR) error {
	if k.Kind != civic.EntryApplication {
		f.Pending = f.Pending || k.State == civic.Kept
		f.Withdrawn = f.Withdrawn || k.Kind == civic.EntryWithdrawal
		return nil
	}
	if [16]byte(k.Sealed[:16]) != q.Entry {
		return civic.Refuse(civic.Untrusted, "qr", "lookup.other")
	}
	f.entry, f.Outcome, f.Where, f.HeldAt = k.ID, k.Outcome, AtThisTerminal, k.Held
	if k.State == civic.Held || k.State == civic.Settled || k.State == civic.Purged {
		f.Where = AtCentral
	}
	if f.purged = k.State == civic.Purged; k.Receipt == nil {
		return nil
	}
	r, err := unlockReceipt(q.Secret, q.Code, k.Receipt)
	if err != nil {
		d.opts.Logger.Error("receipt unreadable", "entry", k.ID, "error", err)
		return nil
	}
	r.Copy = k.Copies + 1
	if f.Where == AtCentral {
		r.Custody, r.CustodyAt = civic.AtCentral, k.Held
	}
	f.Receipt, f.Service = r, r.Service
	return nil
}

// status opens the last status received for the case. One that does not open is passed over: it is either damaged,
// and central sends another with the next change, or not this paper's.
func (d *Desk) status(ctx context.Context, f *Found) error {
	locked, err := d.opts.Store.Status(ctx, f.Code)
	if err != nil {
		return fmt.Errorf("look up status: %w", err)
	}
	if locked == nil {
		return nil
	}
	var n civic.StatusNotice
	b, err := seal.Unlock(f.secret, seal.ForStatus, f.Code, locked)
	if err == nil {
		err = json.Unmarshal(b, &n)
	}
	if err != nil {
		d.opts.Logger.Error("status unreadable", "code", f.Code, "error", err)
		return nil
	}
	f.Status = &n
	// Central speaks of the case, so it holds the application whatever terminal took it in.
	f.Where = AtCentral
	return nil
}

// Ask looks a case up over the line by its code and the last four characters of the document used.
func (d *Desk) Ask(ctx context.Context, code, lastFour string) (*civic.StatusNotice, error) {
	c, err := civic.ParseTrackingCode(code)
	if err != nil {
		return nil, err
	}
	four, err := parseFour(lastFour)
	if err != nil {
		return nil, err
	}
	if d.opts.Line == nil {
		return nil, civic.Refuse(civic.Unavailable, "", "lookup.line")
	}
	n, err := d.opts.Line.Ask(ctx, c, four)
	if err == nil {
		return n, nil
	}
	var refusal *civic.Error
	if !errors.As(err, &refusal) {
		return nil, &civic.Error{Code: civic.Unavailable, Key: "lookup.line", Err: err}
	}
	key := map[civic.Code]string{
		civic.NotFound: "lookup.absent", civic.Limited: "lookup.limited", civic.Unavailable: "lookup.line",
	}[refusal.Code]
	if key == "" {
		return nil, err
	}
	return nil, &civic.Error{Code: refusal.Code, Key: key, Err: err}
}

// parseFour reads the last four characters of a document as people type them.
func parseFour(s string) (string, error) {
	four := strings.ToUpper(strings.Join(strings.Fields(width.Narrow.String(s)), ""))
	if len(four) != 4 || strings.ContainsFunc(four, func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') }) {
		return "", civic.Refuse(civic.Invalid, "four", "lookup.four")
	}
	return four, nil
}

// Reprint returns the receipt behind a QR for one more print: its copy counted, its custody as it is now.
func (d *Desk) Reprint(ctx context.Context, scanned string) (*civic.Receipt, error) {
	f, err := d.Lookup(ctx, scanned)
	if err != nil {
		return nil, err
	}
	switch {
	case f.Receipt != nil:
	case f.purged:
		return nil, civic.Refuse(civic.NotFound, "qr", "lookup.purged")
	case f.entry != (civic.EntryID{}):
		return nil, civic.Refuse(civic.Damaged, "qr", "lookup.damaged")
	default:
		return nil, civic.Refuse(civic.NotFound, "qr", "lookup.elsewhere")
	}
	n, err := d.opts.Store.Copy(ctx, f.entry)
	if err != nil {
		return nil, fmt.Errorf("count copy: %w", err)
	}
	f.Receipt.Copy = n + 1
	return f.Receipt, nil
}
