package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
)

// look looks the only receipt up by its QR.
func (b *browser) look(k *terminal) page {
	b.t.Helper()
	p := b.post("/lookup", url.Values{"token": {b.get("/lookup").token()}, "qr": {k.receiptQR(b.t)}})
	if p.path != "/status" {
		b.t.Fatalf("look-up leads to %s, status %d: %s", p.path, p.status, p.errors())
	}
	return p
}

// decide makes central's answer to the only case reach the terminal.
func (k *terminal) decide(t *testing.T, n civic.StatusNotice) {
	t.Helper()
	q, err := civic.ParseReceiptQR(k.receiptQR(t))
	if err != nil {
		t.Fatal(err)
	}
	n.Code, n.Service = q.Code, "HJ-009"
	b, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	locked, err := seal.Lock(q.Secret, seal.ForStatus, q.Code, b)
	if err != nil {
		t.Fatal(err)
	}
	k.Store.SetStatus(q.Code, locked)
}

func TestLookupByQR(t *testing.T) {
	k := start(t)
	code := k.browser(t).file().code()
	b := k.browser(t)
	if p := b.look(k); p.code() != code || p.says("欧阳𬭎") {
		t.Errorf("the case shows %s, want %s", p.code(), code)
	}
	k.decide(t, civic.StatusNotice{Status: civic.Granted})
	if p := b.get("/status"); !p.says("准予") {
		t.Error("the decision is not shown")
	}
	if p := k.browser(t).get("/status"); p.path != "/lookup" {
		t.Errorf("another visit is led to %s", p.path)
	}
}

func TestLookupRefused(t *testing.T) {
	k := start(t)
	k.line.notice = &civic.StatusNotice{Code: civic.NewTrackingCode(7, 1), Status: civic.Granted}
	b := k.browser(t)
	token := b.get("/").token()
	for _, test := range []struct {
		name  string
		field string
		form  url.Values
	}{
		{"junk QR", "qr", url.Values{"qr": {"HTTPS://EVIL.EXAMPLE/R/AAAA"}}},
		{"short code", "code", url.Values{"code": {"1234"}, "last": {"002X"}}},
		{"mistyped code", "code", url.Values{"code": {"0000-7000-0000-0019"}, "last": {"002X"}}},
		{"short last", "last", url.Values{"code": {civic.NewTrackingCode(7, 1).String()}, "last": {"2X"}}},
		{"nothing", "code", url.Values{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.form.Set("token", token)
			p := b.post("/lookup", test.form)
			if p.path != "/lookup" || p.status < 400 || p.errors() == "" || strings.Contains(p.body, "‹") {
				t.Fatalf("%s, status %d: no error at the field %s", p.path, p.status, test.field)
			}
			if typed := test.form.Get(test.field); typed != "" && !strings.Contains(p.body, `value="`+typed+`"`) {
				t.Errorf("what was typed is not kept: %s", typed)
			}
		})
	}
	if p := b.post("/lookup", url.Values{"token": {token}, "code": {civic.NewTrackingCode(7, 2).String()}, "last": {"002X"}}); p.status != http.StatusNotFound {
		t.Errorf("unknown case: status %d", p.status)
	}
	p := b.post("/lookup", url.Values{"token": {token}, "code": {civic.NewTrackingCode(7, 1).String()}, "last": {"002x"}})
	if p.path != "/status" || !p.says("准予") {
		t.Errorf("by code: %s, status %d", p.path, p.status)
	}
}

func TestReceiptOnlyInItsVisit(t *testing.T) {
	k := start(t)
	b := k.browser(t)
	if p := b.get("/receipt.pdf"); p.status != http.StatusNotFound {
		t.Errorf("before: status %d", p.status)
	}
	b.file()
	p := b.get("/receipt.pdf")
	if p.status != http.StatusOK || !strings.HasPrefix(p.body, "%PDF-") || p.header.Get("Cache-Control") != "no-store" {
		t.Errorf("status %d, %v", p.status, p.header)
	}
	if p := b.get("/receipt.pdf?paper=wall"); p.status != http.StatusNotFound {
		t.Errorf("an unknown paper: status %d", p.status)
	}
	if p := k.browser(t).get("/receipt.pdf"); p.status != http.StatusNotFound {
		t.Errorf("another visit: status %d", p.status)
	}
	b.post("/print", url.Values{"token": {b.get("/done").token()}})
	if len(*k.printed) != 1 {
		t.Errorf("%d prints", len(*k.printed))
	}
}

func TestReprint(t *testing.T) {
	k := start(t)
	k.browser(t).file()
	b := k.browser(t)
	p := b.look(k)
	if p = b.post("/status/reprint", url.Values{"token": {p.token()}}); p.path != "/status" || len(*k.printed) != 1 {
		t.Errorf("%s, status %d, %d prints", p.path, p.status, len(*k.printed))
	}
	if p := k.browser(t).post("/status/reprint", url.Values{"token": {p.token()}}); p.status != http.StatusForbidden {
		t.Errorf("another visit: status %d", p.status)
	}
}

func TestWithdrawAskedTwice(t *testing.T) {
	k := start(t)
	k.browser(t).file()
	b := k.browser(t)
	p := b.look(k)
	k.decide(t, civic.StatusNotice{Status: civic.Accepted})
	p = b.post("/status/withdraw", url.Values{"token": {p.token()}})
	if !strings.Contains(p.body, `name="sure"`) || len(k.Store.Taken()) != 1 {
		t.Fatalf("%s: not asked again", p.path)
	}
	form := url.Values{"token": {p.token()}, "sure": {"1"}}
	var presses sync.WaitGroup
	for range 3 {
		req := b.request(http.MethodPost, "/status/withdraw", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
		presses.Go(func() {
			if p, err := b.try(req); err != nil || p.status != http.StatusOK || p.path != "/status" {
				t.Errorf("%s, status %d, %v", p.path, p.status, err)
			}
		})
	}
	presses.Wait()
	if taken := k.Store.Taken(); len(taken) != 2 || taken[1].Entry.Kind != civic.EntryWithdrawal {
		t.Errorf("%d entries taken in", len(taken))
	}
	if p := b.get("/status"); strings.Contains(p.body, `action="/status/withdraw"`) {
		t.Error("it can be withdrawn once more")
	}
}

func TestSupplement(t *testing.T) {
	k := start(t)
	k.browser(t).file()
	k.Store.Hold(k.Clock.Read().Wall)
	k.decide(t, civic.StatusNotice{Status: civic.Supplement, Owes: []string{"户口簿", "本人居民身份证"}})
	b := k.browser(t)
	p := b.post("/status/supplement", url.Values{"token": {b.look(k).token()}})
	if p.path != "/materials" || !p.says("户口簿") {
		t.Fatalf("the supplement leads to %s, status %d", p.path, p.status)
	}
	if q := b.post("/materials", p.filled(nil)); q.status != http.StatusUnprocessableEntity {
		t.Errorf("an empty supplement: %s, status %d", q.path, q.status)
	}
	if q := b.upload("/materials/asked-1/papers", p.token(), photo("book")); q.status != http.StatusOK {
		t.Fatalf("status %d: %s", q.status, q.errors())
	}
	p = b.post("/materials", p.filled(map[string]string{"words": "另一份明天送来"}))
	if p.path != "/review" || !p.says("另一份明天送来") {
		t.Fatalf("leads to %s, status %d: %s", p.path, p.status, p.errors())
	}
	if p = b.post("/review", p.filled(nil)); p.path != "/done" {
		t.Fatalf("leads to %s, status %d", p.path, p.status)
	}
	taken := k.Store.Taken()
	if len(taken) != 2 || taken[1].Entry.Kind != civic.EntrySupplement || len(taken[1].Papers) != 1 {
		t.Errorf("%d entries taken in", len(taken))
	}
}
