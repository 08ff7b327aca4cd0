package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"doorstep/sync/civic"
)

// TestLanguageInsideAForm changes the language on the first question: the questions follow the frame.
func TestLanguageInsideAForm(t *testing.T) {
	b := start(t).browser(t)
	p := b.begin("HJ-009")
	if !strings.Contains(p.body, "谁来办理") {
		t.Fatalf("the first page does not ask who files: %s", p.body)
	}
	p = b.post("/settings", url.Values{"token": {p.token()}, "lang": {"en"}, "back": {p.path}})
	if !strings.Contains(p.body, "Who is filing?") || strings.Contains(p.body, "谁来办理") {
		t.Errorf("the questions stay in Chinese on %s", p.path)
	}
}

func TestSettings(t *testing.T) {
	k := start(t)
	b := k.browser(t)
	token := b.get("/").token()
	set := func(values ...string) page {
		form := url.Values{"token": {token}, "back": {"/departments"}}
		for i := 0; i < len(values); i += 2 {
			form.Set(values[i], values[i+1])
		}
		return b.post("/settings", form)
	}
	if p := set("lang", "en"); p.path != "/departments" || !strings.Contains(p.body, `<html lang="en"`) {
		t.Errorf("English leads to %s", p.path)
	}
	if p := set("elder", "1", "contrast", "1"); !strings.Contains(p.body, `class="elder contrast `) {
		t.Error("size and contrast are not set")
	}
	if p := set("lang", "tlh", "elder", "no"); !strings.Contains(p.body, `<html lang="en" class="elder contrast `) {
		t.Error("junk changed something")
	}
	if p := k.browser(t).get("/"); !strings.Contains(p.body, `<html lang="zh-CN" class=""`) {
		t.Error("another visit has these settings")
	}
}

// TestSettingsComeBack changes the language on pages that answer a POST: there is no such page to load again, so
// the browser comes back to the page before.
func TestSettingsComeBack(t *testing.T) {
	b := start(t).browser(t)
	p := b.get("/privacy/HJ-009")
	refused := b.post("/begin", p.filled(nil))
	if q := b.post("/settings", url.Values{"token": {p.token()}, "lang": {"en"}, "back": {refused.hidden()["back"]}}); q.path != "/privacy/HJ-009" {
		t.Errorf("from the refused notice to %s, status %d", q.path, q.status)
	}
	p = b.answer(b.begin("HJ-009"), resident())
	refused = b.upload("/materials/identity-card/papers", p.token(), []byte("junk"))
	if q := b.post("/settings", url.Values{"token": {p.token()}, "lang": {"zh"}, "back": {refused.hidden()["back"]}}); q.path != "/materials" {
		t.Errorf("from the refused paper to %s, status %d", q.path, q.status)
	}
	if q := b.get("/leave"); !strings.Contains(q.body, `href="/materials"`) {
		t.Error("staying does not lead back to where the resident was")
	}
}

func TestSettingsLeadNowhereElse(t *testing.T) {
	b := start(t).browser(t)
	token := b.get("/").token()
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for _, back := range []string{
		"https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
		"javascript:alert(1)", "http:evil.example", " //evil.example", "/%0d%0aSet-Cookie:x=1", "/\r\nSet-Cookie: x=1", "evil.example", "",
		"/./ /evil.example", "/..//evil.example", "https:///evil.example", "http://" + "127.0.0.1@evil.example",
	} {
		p := b.post("/settings", url.Values{"token": {token}, "back": {back}})
		to := p.header.Get("Location")
		u, err := url.Parse(b.base)
		if err != nil {
			t.Fatal(err)
		}
		if to, err := u.Parse(strings.ReplaceAll(to, `\`, "/")); err != nil || to.Host != u.Host || to.Scheme != "http" {
			t.Errorf("%q leads to %q", back, p.header.Get("Location"))
		}
		if strings.HasPrefix(to, "//") || p.header.Get("Set-Cookie") != "" {
			t.Errorf("%q leads to %q", back, to)
		}
	}
}

// traces are the pages on which something of a resident could be left.
func traces() []string {
	return []string{
		"/", "/review", "/materials", "/done", "/status", "/lookup", "/receipt.pdf", "/leave", "/ended", "/done/shown",
		"/materials/identity-card/papers/0", "/form/filer", "/form/holder", "/form/address",
	}
}

// TestLeaveWipes leaves in the middle, after filing and after a look-up, and looks for what is left.
func TestLeaveWipes(t *testing.T) {
	k := start(t)
	b := k.browser(t)
	for _, test := range []struct {
		name string
		use  func()
	}{
		{"draft", func() { b.fill() }},
		{"receipt", func() { b.file() }},
		{"look-up", func() {
			if p := b.post("/lookup", url.Values{"token": {b.get("/").token()}, "qr": {k.receiptQR(t)}}); p.path != "/status" {
				t.Fatalf("look-up leads to %s", p.path)
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b.post("/settings", url.Values{"token": {b.get("/").token()}, "elder": {"1"}})
			test.use()
			if p := b.get("/"); !strings.Contains(p.body, `data-open="true"`) {
				t.Error("the page does not know that there is something to wipe")
			}
			if p := b.post("/leave", url.Values{"token": {b.get("/").token()}}); p.path != "/" || strings.Contains(p.body, `class="elder`) {
				t.Errorf("leaving leads to %s", p.path)
			}
			for _, path := range traces() {
				p := b.get(path)
				if p.header.Get("Cache-Control") != "no-store" {
					t.Errorf("%s may be kept by the browser", path)
				}
				for _, word := range []string{"欧阳", "002X", "13800138000", "亭南路", "纺织厂", "%PDF", `class="ticket"`} {
					if p.says(word) {
						t.Errorf("%s still has %s", path, word)
					}
				}
			}
		})
	}
	if p := b.post("/leave", url.Values{"token": {b.get("/").token()}, "idle": {"1"}}); p.path != "/ended" {
		t.Errorf("nobody touched the screen: leads to %s", p.path)
	}
}

// TestLeaveWhileAsking leaves while central is still asked: the answer must not be there for the next resident.
func TestLeaveWhileAsking(t *testing.T) {
	k := start(t)
	b := k.browser(t)
	code := civic.NewTrackingCode(7, 1)
	k.line.notice = &civic.StatusNotice{Code: code, Service: "给前一位居民的答复", Status: civic.Granted}
	k.line.wait, k.line.asked = make(chan struct{}), make(chan struct{})
	token := b.get("/").token()
	form := url.Values{"token": {token}, "code": {code.String()}, "last": {"002X"}}
	req := b.request(http.MethodPost, "/lookup", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		if _, err := b.try(req); err != nil {
			t.Error(err)
		}
	}()
	<-k.line.asked
	b.post("/leave", url.Values{"token": {token}})
	close(k.line.wait)
	<-answered
	if p := b.get("/status"); p.says("前一位居民") || p.path != "/lookup" {
		t.Errorf("the next resident reads the answer on %s", p.path)
	}
}

// TestSessionEnded goes on with a draft that the desk has wiped.
func TestSessionEnded(t *testing.T) {
	k := start(t)
	b := k.browser(t)
	p := b.begin("HJ-009")
	k.Desk.WipeAll()
	for _, q := range []page{b.get(p.path), b.post(p.path, p.filled(resident())), b.get("/materials"), b.post("/review", p.filled(nil))} {
		if q.status != http.StatusNotFound || !q.says("已结束") && !q.says("已经结束") {
			t.Errorf("%s: status %d", q.path, q.status)
		}
	}
	if p := b.begin("HJ-009"); p.status != http.StatusOK {
		t.Errorf("a new one cannot be begun: status %d", p.status)
	}
}

// TestKeepAlive types on one connection, with other requests between: what is in the session must not change with
// the buffers of the requests after it.
func TestKeepAlive(t *testing.T) {
	k := start(t)
	b := k.browser(t) // its requests follow one another on one connection
	p := b.answer(b.begin("HJ-009"), resident())
	b.upload("/materials/identity-card/papers", p.token(), photo("mine"))
	for range 5 {
		b.post("/settings", url.Values{"token": {p.token()}, "lang": {"zh"}, "back": {"/" + strings.Repeat("x", 900)}})
		b.post("/lookup", url.Values{"token": {p.token()}, "qr": {strings.Repeat("ABCDEFGH", 200)}})
		b.upload("/materials/residence-permit/papers", p.token(), []byte(strings.Repeat("junk", 4000)))
	}
	for _, m := range []string{"residence-permit", "proof-employment"} {
		b.upload("/materials/"+m+"/papers", p.token(), photo(m))
	}
	b.post("/materials/new-address", url.Values{"token": {p.token()}, "state": {"owed"}})
	b.post("/materials", url.Values{"token": {p.token()}})
	if p = b.post("/review", p.filled(nil)); p.path != "/done" {
		t.Fatalf("%s: status %d", p.path, p.status)
	}
	taken := k.Store.Taken()[0]
	a := k.application(t, taken.Entry)
	if a.Applicant.Name != "欧阳𬭎" || !strings.Contains(string(a.Answers), "番禺区化龙纺织厂") || a.Lang != "zh" || a.Service != "HJ-009" {
		t.Errorf("taken in: %s", a.Answers)
	}
	papers := 0
	for _, h := range a.Materials {
		papers += len(h.Papers)
	}
	if papers != 3 {
		t.Errorf("%d papers", papers)
	}
}

func TestIme(t *testing.T) {
	b := start(t).browser(t)
	token := b.get("/").token()
	post := func(body string) page {
		req := b.request(http.MethodPost, "/ime", "application/json", strings.NewReader(body))
		req.Header.Set("X-Doorstep-Token", token)
		return b.do(req)
	}
	if p := post(`{"mode":"pinyin","hint":"name","keys":"ouyang"}`); p.status != 200 || p.body != `{"candidates":[{"text":"40","rest":"ouyang"}]}` {
		t.Errorf("status %d: %s", p.status, p.body)
	}
	for _, body := range []string{
		`{"keys":"` + strings.Repeat("a", 65) + `"}`, `{"mode":"` + strings.Repeat("a", 100_000) + `","keys":"a"}`, "", "[", `"a"`,
	} {
		if p := post(body); p.status != http.StatusBadRequest && p.status != http.StatusRequestEntityTooLarge {
			t.Errorf("%.20q: status %d", body, p.status)
		}
	}
}

func TestLine(t *testing.T) {
	k := start(t)
	b := k.browser(t)
	b.file()
	if p := b.get("/line"); p.body != `{"up":false,"waiting":1}` {
		t.Errorf("line down: %s", p.body)
	}
	k.Store.Hold(time.Now())
	if p := b.get("/line"); p.body != `{"up":false,"waiting":0}` {
		t.Errorf("held: %s", p.body)
	}
}

// TestNothingPersonalLogged uses everything, and looks for what was typed in everything that was logged.
func TestNothingPersonalLogged(t *testing.T) {
	k := start(t)
	b := k.browser(t)
	b.file()
	qr := k.receiptQR(t)
	token := b.get("/").token()
	for _, path := range []string{"/search?q=欧阳𬭎", "/guide/欧阳𬭎", "/materials/欧阳𬭎/papers/1", "/form/欧阳𬭎", "/receipt.pdf?paper=欧阳𬭎", "/欧阳𬭎"} {
		b.get((&url.URL{Path: strings.SplitN(path, "?", 2)[0]}).String() + strings.TrimPrefix(path, strings.SplitN(path, "?", 2)[0]))
	}
	b.post("/lookup", url.Values{"token": {token}, "code": {"1234"}, "last": {"002X"}})
	b.post("/lookup", url.Values{"token": {token}, "qr": {qr}})
	b.post("/status/withdraw", url.Values{"token": {token}, "sure": {"1"}, "words": {"因为欧阳𬭎搬家"}})
	k.stop()
	log := k.log.String()
	words := []string{"secret-name", qr, qr[len(qr)-40:], "因为", bootToken, token, url.QueryEscape("欧阳"), `\u6b27`}
	for _, v := range resident() {
		if len(v) > 6 {
			words = append(words, v, url.QueryEscape(v))
		}
	}
	for _, word := range words {
		if strings.Contains(log, word) {
			t.Errorf("the log has %q:\n%s", word, log)
		}
	}
}
