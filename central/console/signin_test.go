package console_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"doorstep/central/console/consoletest"
	"doorstep/sync/civic"
)

func TestSignIn(t *testing.T) {
	h := open(t)
	b := h.browser(t)
	p := b.get("/cases?view=late")
	p.is(t, http.StatusOK)
	if want := "/sign-in?next=" + url.QueryEscape("/cases?view=late"); p.path != want {
		t.Errorf("led to %s, want %s", p.path, want)
	}
	p = b.post("/sign-in", url.Values{"name": {"chen"}, "password": {"wrong wrong wrong"}, "next": {"/cases?view=late"}})
	p.is(t, http.StatusUnauthorized)
	p.says(t, "用户名或密码不对")
	if !strings.Contains(p.body, `value="chen"`) || !strings.Contains(p.body, `value="/cases?view=late"`) {
		t.Error("what was typed is lost")
	}
	p = b.post("/sign-in", url.Values{"name": {"chen"}, "password": {consoletest.Password}, "next": {"/cases?view=late"}})
	p.is(t, http.StatusOK)
	if p.path != "/cases?view=late" {
		t.Errorf("led to %s", p.path)
	}
	p.says(t, "陈明", "经办", "没有超期的办件")

	b.post("/sign-out", url.Values{})
	if p := b.get("/cases"); !strings.HasPrefix(p.path, "/sign-in") {
		t.Errorf("still in at %s after signing out", p.path)
	}
}

func TestSignInLeadsOnlyToThisConsole(t *testing.T) {
	h := open(t)
	for _, next := range []string{"https://evil.example/", "//evil.example/", `/\evil.example`, "javascript:alert(1)", "/\r\nX: y"} {
		b := h.browser(t)
		b.c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		b.get("/sign-in")
		p := b.post("/sign-in", url.Values{"name": {"chen"}, "password": {consoletest.Password}, "next": {next}})
		if got := p.header.Get("Location"); p.status != http.StatusSeeOther || got != "/" {
			t.Errorf("%q leads to %q with %d", next, got, p.status)
		}
	}
}

func TestSignInIsThrottledInWords(t *testing.T) {
	h := open(t)
	b := h.browser(t)
	b.get("/sign-in")
	for range 5 {
		b.post("/sign-in", url.Values{"name": {"chen"}, "password": {"wrong wrong wrong"}}).is(t, http.StatusUnauthorized)
	}
	p := b.post("/sign-in", url.Values{"name": {"chen"}, "password": {consoletest.Password}})
	p.is(t, http.StatusTooManyRequests)
	p.says(t, "过 15 分钟再登录")
	h.Pass(16 * time.Minute)
	b.post("/sign-in", url.Values{"name": {"chen"}, "password": {consoletest.Password}}).is(t, http.StatusOK)
}

func TestCookiesAndHeaders(t *testing.T) {
	h := open(t)
	b := h.browser(t)
	b.c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	b.get("/sign-in")
	p := b.post("/sign-in", url.Values{"name": {"chen"}, "password": {consoletest.Password}})
	for _, c := range p.header.Values("Set-Cookie") {
		for _, want := range []string{"HttpOnly", "SameSite=Strict", "path=/"} {
			if !strings.Contains(c, want) {
				t.Errorf("cookie %s lacks %s", c, want)
			}
		}
	}
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
		"X-Content-Type-Options": "nosniff",
	} {
		if got := p.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	csp := p.header.Get("Content-Security-Policy")
	if strings.Contains(csp, "unsafe") || !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("content security policy is %q", csp)
	}
}

func TestSessionEndsInWords(t *testing.T) {
	h := open(t)
	b := h.as(t, "chen")
	h.Pass(31 * time.Minute)
	p := b.get("/cases")
	if !strings.HasPrefix(p.path, "/sign-in?") {
		t.Fatalf("still in at %s", p.path)
	}
	p.says(t, "登录已过期")
}

func TestFormsNeedTheirToken(t *testing.T) {
	h := open(t)
	f := h.file(t)
	b, other := h.as(t, "chen"), h.as(t, "li")
	path := "/cases/" + f.Code.String()
	version := versionField.FindStringSubmatch(b.get(path).body)[1]
	stolen := tokenField.FindStringSubmatch(other.page.body)[1]
	mine := tokenField.FindStringSubmatch(b.page.body)[1]
	if stolen == mine {
		t.Fatal("two sessions have one token")
	}
	tests := []struct {
		name, token string
		header      map[string]string
	}{
		{"no token", "", nil},
		{"another session's token", stolen, nil},
		{"another site's page", mine, map[string]string{"Origin": "https://evil.example"}},
		{"another site, as browsers say it", mine, map[string]string{"Sec-Fetch-Site": "cross-site"}},
		{"another port of this machine", mine, map[string]string{"Sec-Fetch-Site": "same-site"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := b.send(path+"/accept", url.Values{"token": {tt.token}, "version": {version}}, tt.header)
			p.is(t, http.StatusForbidden)
			p.says(t, "已经失效")
		})
	}
	if c, err := h.Store.Case(t.Context(), f.Code); err != nil || c.Status != civic.Filed {
		t.Errorf("the case is %s, %v", c.Status, err)
	}
	b.send(path+"/accept", url.Values{"token": {mine}, "version": {version}},
		map[string]string{"Origin": "null", "Sec-Fetch-Site": "same-origin"}).is(t, http.StatusOK)
}

func TestSignInFormNeedsItsToken(t *testing.T) {
	h := open(t)
	b := h.browser(t)
	b.get("/sign-in")
	p := b.send("/sign-in", url.Values{"name": {"chen"}, "password": {consoletest.Password}, "token": {"x"}}, nil)
	p.is(t, http.StatusForbidden)
	if p := b.get("/cases"); !strings.HasPrefix(p.path, "/sign-in") {
		t.Error("let in without the token")
	}
}

func TestWhatWasTypedOutlivesTheSession(t *testing.T) {
	h := open(t)
	f := h.file(t)
	b := h.as(t, "chen")
	b.get("/cases/" + f.Code.String())
	h.Pass(31 * time.Minute)
	p := b.act(f.Code, "supplement", url.Values{"items": {"本人居民身份证"}, "other": {"租赁合同"}, "words": {"写了半个小时的话"}})
	p.is(t, http.StatusUnauthorized)
	p.says(t, "您刚才写的内容没有丢")
	kept := url.Values{"name": {"chen"}, "password": {"wrong wrong wrong"}}
	for _, m := range regexp.MustCompile(`type="hidden" name="(\w+)" value="([^"]*)"`).FindAllStringSubmatch(p.body, -1) {
		kept.Add(m[1], html.UnescapeString(m[2]))
	}
	p = b.post("/sign-in", kept)
	p.is(t, http.StatusUnauthorized)
	if !strings.Contains(p.body, "写了半个小时的话") {
		t.Fatal("a wrong password loses what was typed")
	}
	kept.Set("password", consoletest.Password)
	p = b.post("/sign-in", kept)
	p.is(t, http.StatusOK)
	p.says(t, "您刚才写的内容还在下面", "欧阳𬭎")
	if !strings.Contains(p.body, ">写了半个小时的话</textarea>") || !strings.Contains(p.body, ">租赁合同</textarea>") ||
		!strings.Contains(p.body, `value="本人居民身份证" checked`) {
		t.Error("what was typed is lost")
	}
	if c, err := h.Store.Case(t.Context(), f.Code); err != nil || c.Status != civic.Filed {
		t.Errorf("the act was done without its session: %s, %v", c.Status, err)
	}
	b.act(f.Code, "supplement", url.Values{"other": {"租赁合同"}, "words": {"写了半个小时的话"}}).is(t, http.StatusOK)
	if c, err := h.Store.Case(t.Context(), f.Code); err != nil || c.Status != civic.Supplement {
		t.Errorf("the case is %s, %v", c.Status, err)
	}
}

func TestPendingActOfAnothersCase(t *testing.T) {
	h := open(t)
	f := h.file(t)
	b := h.browser(t)
	b.get("/sign-in")
	p := b.post("/sign-in", url.Values{
		"name": {"wang"}, "password": {consoletest.Password}, "pending": {f.Code.String() + "/accept"}, "words": {"x"},
	})
	p.is(t, http.StatusForbidden)
	p.silent(t, "欧阳")
}

func TestBehindHTTPS(t *testing.T) {
	p := openAs(t, true).browser(t).get("/sign-in")
	if p.header.Get("Strict-Transport-Security") == "" {
		t.Error("no strict transport security")
	}
	cookies := p.header.Values("Set-Cookie")
	if len(cookies) == 0 {
		t.Fatal("no cookie")
	}
	for _, c := range cookies {
		if !strings.HasPrefix(c, "__Host-") || !strings.Contains(strings.ToLower(c), "; secure") {
			t.Errorf("cookie %s travels in the clear", c)
		}
	}
}
