package console_test

import (
	"context"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"doorstep/central/console"
	"doorstep/central/console/consoletest"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// hall is a console that serves, with people and a terminal.
type hall struct {
	*consoletest.Central
	url       string
	terminal  *consoletest.Terminal
	connected []civic.KeyID
}

func open(t testing.TB) *hall { return openAs(t, false) }

// openAs opens a hall; secure as behind https.
func openAs(t testing.TB, secure bool) *hall {
	t.Helper()
	h := &hall{Central: consoletest.New(t)}
	dept := h.Guide(t, "HJ-008").Department
	h.Hire(t, "chen", "陈明", dept, civic.RoleClerk)
	h.Hire(t, "li", "李芳", dept, civic.RoleClerk)
	h.Hire(t, "wang", "王强", "另一部门", civic.RoleClerk)
	h.Hire(t, "super", "赵督", "", civic.RoleSupervisor)
	h.Hire(t, "oper", "周运", "", civic.RoleOperator)
	h.Hire(t, "audit", "郑计", "", civic.RoleAuditor)
	h.Hire(t, "pub", "冯发", "", civic.RolePublisher)
	h.Hire(t, "net", "徐网", "", civic.RoleNetwork)
	h.Hire(t, "sec", "何密", "", civic.RoleSecrecy)
	h.terminal = h.Enrol(t, store.Place{Point: "hualong", Name: "化龙镇党群服务中心", Area: "440113"})

	listen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	k, err := console.New(console.Options{
		Door: h.Door, Casework: h.Casework, Fleet: h.Fleet, Store: h.Store, Bulletin: h.Bulletin, Notices: h.Notices, Press: h.Press,
		Connected: func() []civic.KeyID { return h.connected }, Files: h.Files, Listen: listen, Secure: secure,
		Clock: h.Now, Logger: h.Log,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- k.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	h.url = "http://" + listen.Addr().String()
	return h
}

// file brings a case to central.
func (h *hall) file(t *testing.T) *consoletest.Filed {
	t.Helper()
	f := h.terminal.TakeIn(t, jpeg, "image/jpeg")
	h.terminal.Deliver(t, f, true)
	return f
}

// jpeg begins as a picture does; nothing here looks further.
var jpeg = []byte("\xff\xd8\xff\xe0\x00\x10JFIF a paper")

// browser keeps cookies, follows redirects and never leaves the console.
type browser struct {
	t    testing.TB
	url  string
	c    *http.Client
	page *page
}

// page is an answer.
type page struct {
	status int
	path   string // after redirects
	header http.Header
	body   string
}

func (h *hall) browser(t testing.TB) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, url: h.url, c: &http.Client{Jar: jar, Transport: &http.Transport{}}}
}

// as signs somebody in.
func (h *hall) as(t testing.TB, login string) *browser {
	t.Helper()
	b := h.browser(t)
	b.get("/sign-in")
	if p := b.post("/sign-in", url.Values{"name": {login}, "password": {consoletest.Password}}); strings.HasPrefix(p.path, "/sign-in") {
		t.Fatalf("%s is not let in: %d %s", login, p.status, words(p.body))
	}
	return b
}

func (b *browser) do(r *http.Request) *page {
	b.t.Helper()
	resp, err := b.c.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.page = &page{resp.StatusCode, resp.Request.URL.RequestURI(), resp.Header, string(body)}
	if strings.Contains(b.page.body, "‹") {
		b.t.Errorf("%s holds a key without a sentence: %s", b.page.path, regexp.MustCompile(`‹[^›]*›`).FindString(b.page.body))
	}
	return b.page
}

func (b *browser) get(path string) *page {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.url+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.do(r)
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)

// post sends a form with the token of the page before.
func (b *browser) post(path string, v url.Values) *page {
	b.t.Helper()
	m := tokenField.FindStringSubmatch(b.page.body)
	if m == nil {
		b.t.Fatalf("%s has no token", b.page.path)
	}
	v.Set("token", html.UnescapeString(m[1]))
	return b.send(path, v, nil)
}

// send sends a form as it is.
func (b *browser) send(path string, v url.Values, header map[string]string) *page {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url+path, strings.NewReader(v.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for k, s := range header {
		r.Header.Set(k, s)
	}
	return b.do(r)
}

var versionField = regexp.MustCompile(`name="version" value="(\d+)"`)

// act takes a step of a case as the page before showed it.
func (b *browser) act(code civic.TrackingCode, id string, v url.Values) *page {
	b.t.Helper()
	if v == nil {
		v = url.Values{}
	}
	m := versionField.FindStringSubmatch(b.page.body)
	if m == nil {
		b.t.Fatalf("%s offers no act: %s", b.page.path, words(b.page.body))
	}
	v.Set("version", m[1])
	return b.post("/cases/"+code.String()+"/"+id, v)
}

var tags = regexp.MustCompile(`(?s)<style.*?</style>|<[^>]*>|\s+`)

// words returns what a page says, without its marks.
func words(body string) string { return html.UnescapeString(tags.ReplaceAllString(body, " ")) }

func (p *page) says(t *testing.T, all ...string) {
	t.Helper()
	for _, s := range all {
		if !strings.Contains(words(p.body), s) {
			t.Errorf("%s does not say %q: %s", p.path, s, words(p.body))
		}
	}
}

func (p *page) silent(t *testing.T, all ...string) {
	t.Helper()
	for _, s := range all {
		if strings.Contains(p.body, s) {
			t.Errorf("%s says %q", p.path, s)
		}
	}
}

func (p *page) is(t *testing.T, status int) {
	t.Helper()
	if p.status != status {
		t.Errorf("%s answers %d, want %d: %s", p.path, p.status, status, words(p.body))
	}
}
