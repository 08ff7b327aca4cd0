package track_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// enquire posts the form of the first page.
func (p *phone) enquire(code, last string) (status int, body string) {
	p.t.Helper()
	resp, err := http.PostForm(p.url+"/?lang=zh", url.Values{"code": {code}, "last": {last}})
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	if len(b) > maxPage {
		p.t.Errorf("the page has %d bytes", len(b))
	}
	return resp.StatusCode, string(b)
}

func TestAsk(t *testing.T) {
	p := open(t)
	f := p.terminal.TakeIn(t, []byte("paper"), "image/jpeg")
	p.terminal.Deliver(t, f, true)
	says(t, p.load("/", http.StatusOK), "查办理进度", "后四位")

	status, body := p.enquire(f.Code.String(), "002x")
	if status != http.StatusOK {
		t.Fatalf("a right pair answers %d: %s", status, words(body))
	}
	says(t, body, "已收件", f.Code.String())
	for _, secret := range []string{"欧阳", "11010519491231002X", "13800138000"} {
		if strings.Contains(body, secret) {
			t.Errorf("the page shows %s", secret)
		}
	}
	_, unknown := p.enquire("0000-1000-0000-1234", "002X")
	says(t, unknown, "回执编号")
	if status, _ := p.enquire(f.Code.String(), "12"); status != http.StatusUnprocessableEntity {
		t.Errorf("two characters answer %d", status)
	}
}

// TestAskIsBounded tries the four characters of a document one after the other.
func TestAskIsBounded(t *testing.T) {
	p := open(t)
	f := p.terminal.TakeIn(t, []byte("paper"), "image/jpeg")
	p.terminal.Deliver(t, f, true)
	for range 5 {
		status, body := p.enquire(f.Code.Digits(), "0000")
		if status != http.StatusNotFound {
			t.Fatalf("a wrong pair answers %d: %s", status, words(body))
		}
		says(t, body, "没有找到")
	}
	status, body := p.enquire(f.Code.Digits(), "002X")
	if status != http.StatusTooManyRequests || strings.Contains(body, "已收件") {
		t.Errorf("the sixth try answers %d: %s", status, words(body))
	}
}
