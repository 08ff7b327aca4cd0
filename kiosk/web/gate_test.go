package web_test

import (
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"doorstep/kiosk/web"
)

// TestGateRefuses tries every way in that is not a page of ours in a browser that was let in.
func TestGateRefuses(t *testing.T) {
	k := start(t)
	in, out := k.browser(t), k.browser(t)
	out.client.Jar = nil
	other := k.browser(t).get("/").token()
	port := k.base[strings.LastIndex(k.base, ":"):]
	mine := in.get("/").token()
	for _, test := range []struct {
		name   string
		b      *browser
		method string
		path   string
		token  string
		change func(*http.Request)
		want   int
	}{
		{name: "no cookie", b: out, path: "/", want: 403},
		{name: "no cookie, posting", b: out, method: "POST", path: "/leave", token: mine, want: 403},
		{name: "wrong boot token", b: out, path: "/open?token=guess", want: 403},
		{name: "no boot token", b: out, path: "/open", want: 403},
		{name: "rebound name", b: in, path: "/", change: func(r *http.Request) { r.Host = "evil.example" + port }, want: 403},
		{name: "rebound name without port", b: in, path: "/", change: func(r *http.Request) { r.Host = "127.0.0.1" }, want: 403},
		{name: "rebound name with the boot token", b: out, path: "/open?token=" + bootToken, change: func(r *http.Request) { r.Host = "evil.example" + port }, want: 403},
		{name: "foreign origin", b: in, method: "POST", path: "/leave", token: mine, change: header("Origin", "https://evil.example"), want: 403},
		{name: "foreign port", b: in, method: "POST", path: "/leave", token: mine, change: header("Origin", "http://127.0.0.1:1"), want: 403},
		{name: "foreign origin, reading", b: in, path: "/line", change: header("Origin", "https://evil.example"), want: 403},
		{name: "origin null", b: in, method: "POST", path: "/leave", token: mine, change: header("Origin", "null"), want: 403},
		{name: "origin null of another site", b: in, method: "POST", path: "/leave", token: mine, change: header("Origin", "null", "Sec-Fetch-Site", "same-site"), want: 403},
		{name: "embedded by another port", b: in, path: "/receipt.pdf", change: header("Sec-Fetch-Site", "same-site"), want: 403},
		{name: "embedded by another site", b: in, path: "/done/shown", change: header("Sec-Fetch-Site", "cross-site"), want: 403},
		{name: "no token", b: in, method: "POST", path: "/touch", want: 403},
		{name: "another visit's token", b: in, method: "POST", path: "/touch", token: other, want: 403},
		{name: "token in the address", b: in, method: "POST", path: "/touch?token=" + mine, want: 403},
		{name: "another method", b: in, method: "DELETE", path: "/touch", want: 405},
		{name: "own origin", b: in, method: "POST", path: "/touch", token: mine, change: header("Origin", k.base), want: 204},
		{name: "origin null of our page", b: in, method: "POST", path: "/touch", token: mine, change: header("Origin", "null", "Sec-Fetch-Site", "same-origin"), want: 204},
		{name: "typed address", b: in, path: "/", change: header("Sec-Fetch-Site", "none"), want: 200},
		{name: "token in the header", b: in, method: "POST", path: "/touch", change: header("X-Doorstep-Token", mine), want: 204},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.method == "" {
				test.method = http.MethodGet
			}
			req := test.b.request(test.method, test.path, "application/x-www-form-urlencoded",
				strings.NewReader(url.Values{"token": {test.token}}.Encode()))
			if test.change != nil {
				test.change(req)
			}
			if p := test.b.do(req); p.status != test.want {
				t.Errorf("status %d, want %d", p.status, test.want)
			}
		})
	}
}

func header(pairs ...string) func(*http.Request) {
	return func(r *http.Request) {
		for i := 0; i < len(pairs); i += 2 {
			r.Header.Set(pairs[i], pairs[i+1])
		}
	}
}

// TestNotOnLoopback refuses to serve the pages to a network.
func TestNotOnLoopback(t *testing.T) {
	k := start(t)
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	files, err := openFiles()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := web.New(web.Options{Desk: k.Desk, Files: files, Listen: ln, Token: "t"}); err == nil {
		t.Error("pages are served to the network")
	}
}

// TestGetChangesNothing loads every action's address by GET in the middle of an application.
func TestGetChangesNothing(t *testing.T) {
	k := start(t)
	b := k.browser(t)
	b.fill()
	before := b.get("/review")
	for _, path := range []string{
		"/begin", "/leave", "/settings?lang=en&elder=1", "/print", "/touch", "/ime", "/status/withdraw?sure=1",
		"/status/supplement", "/status/reprint", "/materials/identity-card/papers", "/lookup?code=1",
		"/materials/identity-card/papers/0/remove", "/materials/identity-card?state=owed", "/form/filer?name=x&do=next",
	} {
		b.get(path)
	}
	if after := b.get("/review"); after.path != "/review" || after.body != before.body {
		t.Error("the review reads otherwise after the GETs")
	}
	if len(k.Store.Taken()) != 0 || len(*k.printed) != 0 {
		t.Error("a GET took in or printed")
	}
}

// TestHeaders looks at what every page tells the browser, refused ones too.
func TestHeaders(t *testing.T) {
	b := start(t).browser(t)
	for _, path := range []string{"/", "/line", "/nowhere", "/done", "/review", "/event/none"} {
		h := b.get(path).header
		if h.Get("Cache-Control") != "no-store" || h.Get("X-Frame-Options") != "DENY" ||
			!strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, h)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.base+"/open?token="+bootToken, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	cookie := resp.Header.Get("Set-Cookie")
	if !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Strict") || strings.Contains(strings.ToLower(cookie), "expires") {
		t.Errorf("cookie %s", cookie)
	}
}

// TestUnknownPages asks for what is not there, with what does not belong into a page.
func TestUnknownPages(t *testing.T) {
	b := start(t).browser(t)
	b.begin("HJ-009")
	for _, path := range []string{
		"/event/%3Cscript%3E", "/guide/none", "/privacy/none", "/form/none", "/materials/none/papers/0",
		"/materials/identity-card/papers/99", "/materials/identity-card/papers/-1", "/materials/identity-card/papers/x",
		"/receipt.pdf", "/done/shown", "/nowhere",
	} {
		if p := b.get(path); p.status != http.StatusNotFound || strings.Contains(p.body, "<script>") || strings.Contains(p.body, "‹") {
			t.Errorf("%s: status %d", path, p.status)
		}
	}
	if p := b.get("/search?q=%3Cscript%3Ealert(1)%3C/script%3E"); strings.Contains(p.body, "<script>alert") {
		t.Error("a query is written into the page as it is")
	}
}
