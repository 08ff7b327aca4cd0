package desk_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"doorstep/kiosk/desk"
	"doorstep/kiosk/desk/desktest"
	"doorstep/sync/civic"
)

func qrOf(t *testing.T, link string) *civic.ReceiptQR {
	t.Helper()
	q, err := civic.ParseReceiptQR(link)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func look(t *testing.T, d *desk.Desk, qr string) *desk.Found {
	t.Helper()
	f, err := d.Lookup(t.Context(), qr)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestLookupSaysWhereItIs(t *testing.T) {
	f := desktest.Open(t)
	link := file(t, f).Receipt.QR
	if found := look(t, f.Desk, link); found.Where != desk.AtThisTerminal || found.Receipt == nil || found.Receipt.Custody != civic.AtTerminal || found.Status != nil {
		t.Errorf("kept: %+v", found)
	}
	held := f.Clock.Read().Wall.Add(time.Hour)
	f.Store.Hold(held)
	found := look(t, f.Desk, link)
	if found.Where != desk.AtCentral || found.Receipt.Custody != civic.AtCentral || !found.Receipt.CustodyAt.Equal(held) || !found.HeldAt.Equal(held) {
		t.Errorf("held: %+v", found)
	}
	f.Store.SetStatus(found.Code, status(t, qrOf(t, link), civic.StatusNotice{Status: civic.Granted}))
	if found = look(t, f.Desk, link); found.Status == nil || found.Status.Status != civic.Granted {
		t.Errorf("granted: %+v", found)
	}
}

func TestLookupElsewhere(t *testing.T) {
	home, other := desktest.Open(t), desktest.Open(t)
	link := file(t, home).Receipt.QR
	if _, err := other.Desk.Lookup(t.Context(), link); refusal(err) != "lookup.signature" {
		t.Fatalf("a terminal nobody published: %v", err)
	}
	home.Site.At.Number = 8
	link = file(t, home).Receipt.QR
	other.Publish(t, civic.EditionTerminal, "8", home.Site.Notice())
	d := reopen(t, other)
	if found := look(t, d, link); found.Where != desk.Elsewhere || !found.Genuine || found.Issuer.Number != 8 || found.Receipt != nil {
		t.Errorf("found %+v", found)
	}
	if _, err := d.Reprint(t.Context(), link); refusal(err) != "lookup.elsewhere" {
		t.Errorf("reprint elsewhere: %v", err)
	}
	q := qrOf(t, link)
	other.Store.SetStatus(q.Code, status(t, q, civic.StatusNotice{Status: civic.Accepted}))
	if found := look(t, d, link); found.Where != desk.AtCentral || found.Status.Status != civic.Accepted {
		t.Errorf("with a status of the point: %+v", found)
	}
}

func TestLookupOfALostRecord(t *testing.T) {
	f := desktest.Open(t)
	link := file(t, f).Receipt.QR
	empty := desktest.NewMemory()
	opts := desk.DefaultOptions()
	opts.Store, opts.Site, opts.Clock = empty, f.Site, f.Clock
	d, err := desk.New(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	if found := look(t, d, link); found.Where != desk.NotHere || !found.Genuine {
		t.Errorf("found %+v", found)
	}
}

func TestLookupRefusesForgeries(t *testing.T) {
	f := desktest.Open(t)
	issued := file(t, f)
	q := qrOf(t, issued.Receipt.QR)
	other := qrOf(t, file(t, f).Receipt.QR)
	forge := func(change func(q *civic.ReceiptQR)) string {
		c := *q
		change(&c)
		return c.Token()
	}
	resign := func(change func(q *civic.ReceiptQR)) string {
		c := *q
		change(&c)
		c.Sign(f.Site.Sign)
		return c.Token()
	}
	for _, test := range []struct{ name, qr, want string }{
		{"junk", "HTTPS://EVIL.EXAMPLE/R/AAAA", "qr.unreadable"},
		{"another time", forge(func(q *civic.ReceiptQR) { q.Filed = q.Filed.Add(time.Hour) }), "lookup.signature"},
		{"another secret", forge(func(q *civic.ReceiptQR) { q.Secret[0]++ }), "lookup.signature"},
		{"another entry under the code", resign(func(q *civic.ReceiptQR) { q.Entry = other.Entry }), "lookup.other"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := f.Desk.Lookup(t.Context(), test.qr); refusal(err) != test.want {
				t.Errorf("refused %q, want %q", refusal(err), test.want)
			}
		})
	}
}

// TestLookupTellsWhatIsLeft damages what the terminal keeps: the rest is told all the same.
func TestLookupTellsWhatIsLeft(t *testing.T) {
	f := desktest.Open(t)
	link := file(t, f).Receipt.QR
	q := qrOf(t, link)
	f.Store.SetStatus(q.Code, []byte("damaged"))
	if found := look(t, f.Desk, link); found.Status != nil || found.Receipt == nil || found.Where != desk.AtThisTerminal {
		t.Errorf("with a damaged status: %+v", found)
	}
	f.Store.SetStatus(q.Code, status(t, q, civic.StatusNotice{Status: civic.Granted}))
	f.Store.Taken()[0].Receipt[20] ^= 1
	if found := look(t, f.Desk, link); found.Status == nil || found.Receipt != nil || found.Where != desk.AtCentral {
		t.Errorf("with a damaged receipt: %+v", found)
	}
	if _, err := f.Desk.Reprint(t.Context(), link); refusal(err) != "lookup.damaged" {
		t.Errorf("reprint of a damaged receipt: %v", err)
	}
}

func TestReprintCounts(t *testing.T) {
	f := desktest.Open(t)
	issued := file(t, f)
	if err := f.Desk.Shown(t.Context(), issued.Entry); err != nil {
		t.Fatal(err)
	}
	for want := 2; want <= 3; want++ {
		r, err := f.Desk.Reprint(t.Context(), issued.Receipt.QR)
		if err != nil || r.Copy != want || r.Code != issued.Receipt.Code || r.Applicant != issued.Receipt.Applicant {
			t.Errorf("copy %d: %+v, %v", want, r, err)
		}
	}
}

// line answers look-ups as central would.
type line struct {
	notice *civic.StatusNotice
	err    error
	asked  string
}

func (l *line) Ask(_ context.Context, code civic.TrackingCode, four string) (*civic.StatusNotice, error) {
	l.asked = code.String() + " " + four
	return l.notice, l.err
}

func TestAsk(t *testing.T) {
	code := civic.NewTrackingCode(7, 123456789).String()
	for _, test := range []struct {
		name, code, four string
		line             *line
		want             string
	}{
		{"found", code, " 002x", &line{notice: &civic.StatusNotice{Status: civic.Filed}}, ""},
		{"absent", code, "0000", &line{err: civic.Refuse(civic.NotFound, "", "x")}, "lookup.absent"},
		{"too often", code, "0000", &line{err: civic.Refuse(civic.Limited, "", "x")}, "lookup.limited"},
		{"cut", code, "0000", &line{err: civic.Refuse(civic.Unavailable, "", "x")}, "lookup.line"},
		{"broken", code, "0000", &line{err: errors.New("EOF")}, "lookup.line"},
		{"no line at all", code, "0000", nil, "lookup.line"},
		{"no digit", code[:len(code)-1] + "x", "0000", nil, "code.length"},
		{"a digit wrong", "9" + code[1:], "0000", nil, "code.checksum"},
		{"three characters", code, "002", nil, "lookup.four"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := desktest.Open(t, func(o *desk.Options) {
				if test.line != nil {
					o.Line = test.line
				}
			})
			n, err := f.Desk.Ask(t.Context(), test.code, test.four)
			if refusal(err) != test.want || err == nil && n.Status != civic.Filed {
				t.Errorf("%+v, refused %q, want %q", n, refusal(err), test.want)
			}
			if test.want == "" && test.line.asked != code+" 002X" {
				t.Errorf("asked %q", test.line.asked)
			}
		})
	}
}

// asked is a case that central wants more papers for.
func asked(t *testing.T, f *desktest.Fixture, owes ...string) string {
	t.Helper()
	link := file(t, f).Receipt.QR
	f.Store.Hold(f.Clock.Read().Wall)
	q := qrOf(t, link)
	f.Store.SetStatus(q.Code, status(t, q, civic.StatusNotice{Status: civic.Supplement, Owes: owes}))
	return link
}

func TestSupplement(t *testing.T) {
	f := desktest.Open(t)
	link := asked(t, f, "居住证", "清晰的合同照片")
	s, err := f.Desk.BeginSupplement(t.Context(), link, "zh", "")
	if err != nil {
		t.Fatal(err)
	}
	m := s.Materials()
	if !s.Supplement() || len(m) != 2 || m[0].ID != "residence-permit" || m[1].Name != "清晰的合同照片" || s.Pages() != nil {
		t.Fatalf("asked for %+v", m)
	}
	if _, err := s.Confirm(t.Context()); refusal(err) != "supplement.empty" {
		t.Errorf("empty: %v", err)
	}
	if _, err := s.Attach(m[1].ID, jpeg(t, 40, 30)); err != nil {
		t.Fatal(err)
	}
	if err := s.SetWords("居住证下周补领后再交。"); err != nil {
		t.Fatal(err)
	}
	issued, err := s.Confirm(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	taken := f.Store.Taken()
	e := taken[len(taken)-1].Entry
	var a civic.SupplementAnswer
	if err := json.Unmarshal(f.Site.Open(t, civic.EntrySupplement, e.ID, 0, e.Sealed), &a); err != nil {
		t.Fatal(err)
	}
	q := qrOf(t, link)
	if a.ID != issued.Entry || a.Code != q.Code || a.Secret != q.Secret || a.Words != "居住证下周补领后再交。" ||
		len(a.Materials) != 2 || len(a.Materials[1].Papers) != 1 {
		t.Errorf("supplement %+v", a)
	}
	r := issued.Receipt
	if r.Code != q.Code || r.QR != link || len(r.Received) != 1 || r.Service != "签注居住证" || r.Applicant == "" {
		t.Errorf("receipt %+v", r)
	}
	if found := look(t, f.Desk, link); !found.Pending || found.Receipt.Code != q.Code {
		t.Errorf("after the supplement: %+v", found)
	}
	if _, err := f.Desk.BeginSupplement(t.Context(), link, "zh", ""); refusal(err) != "supplement.pending" {
		t.Errorf("a second while the first is on its way: %v", err)
	}
}

func TestSupplementRefuses(t *testing.T) {
	f := desktest.Open(t)
	link := file(t, f).Receipt.QR
	if _, err := f.Desk.BeginSupplement(t.Context(), link, "zh", ""); refusal(err) != "supplement.unknown" {
		t.Errorf("no status yet: %v", err)
	}
	q := qrOf(t, link)
	f.Store.SetStatus(q.Code, status(t, q, civic.StatusNotice{Status: civic.Accepted}))
	if _, err := f.Desk.BeginSupplement(t.Context(), link, "zh", ""); refusal(err) != "supplement.not-asked" {
		t.Errorf("not asked: %v", err)
	}
}

func TestWithdraw(t *testing.T) {
	f := desktest.Open(t)
	link := file(t, f).Receipt.QR
	id, err := f.Desk.Withdraw(t.Context(), link, " 不办了 ")
	if err != nil {
		t.Fatal(err)
	}
	taken := f.Store.Taken()
	e := taken[len(taken)-1].Entry
	var w civic.Withdrawal
	if err := json.Unmarshal(f.Site.Open(t, civic.EntryWithdrawal, e.ID, 0, e.Sealed), &w); err != nil {
		t.Fatal(err)
	}
	q := qrOf(t, link)
	if id != e.ID || w.ID != id || w.Code != q.Code || w.Secret != q.Secret || w.Words != "不办了" || e.Code != q.Code {
		t.Errorf("withdrawal %+v", w)
	}
	if _, err := f.Desk.Withdraw(t.Context(), link, ""); refusal(err) != "withdraw.twice" {
		t.Errorf("second: %v", err)
	}
	if found := look(t, f.Desk, link); !found.Withdrawn || !found.Pending {
		t.Errorf("found %+v", found)
	}
}

func TestWithdrawPressedTwice(t *testing.T) {
	f := desktest.Open(t)
	link := file(t, f).Receipt.QR
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { _, _ = f.Desk.Withdraw(t.Context(), link, "") })
	}
	wg.Wait()
	if n := len(f.Store.Taken()); n != 2 {
		t.Errorf("%d entries for one application and one withdrawal", n)
	}
}

func TestWithdrawTooLate(t *testing.T) {
	f := desktest.Open(t)
	link := file(t, f).Receipt.QR
	q := qrOf(t, link)
	f.Store.SetStatus(q.Code, status(t, q, civic.StatusNotice{Status: civic.Granted}))
	if _, err := f.Desk.Withdraw(t.Context(), link, ""); refusal(err) != "withdraw.late" {
		t.Errorf("after the decision: %v", err)
	}
}
