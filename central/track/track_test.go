package track_test

import (
	"context"
	"html"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"doorstep/central/casework"
	"doorstep/central/console/consoletest"
	"doorstep/central/store"
	"doorstep/central/track"
	"doorstep/sync/civic"
	"doorstep/sync/seal"
)

// maxPage is what a phone on a poor line loads at once (LOOK.md).
const maxPage = 50 << 10

type phone struct {
	*consoletest.Central
	t        *testing.T
	url      string
	terminal *consoletest.Terminal
	lang     string // Accept-Language
	via      string // X-Forwarded-For
}

var place = store.Place{Point: "hualong", Name: "化龙镇党群服务中心", Area: "440113"}

// arrived makes a case whose papers have all come.
func (p *phone) arrived(t *testing.T) *consoletest.Filed {
	t.Helper()
	f := p.terminal.TakeIn(t, []byte("paper"), "image/jpeg")
	p.terminal.Deliver(t, f, true)
	return f
}

func open(t *testing.T) *phone {
	t.Helper()
	p := &phone{Central: consoletest.New(t), t: t}
	p.Hire(t, "chen", "陈明", p.Guide(t, "HJ-008").Department, civic.RoleClerk)
	p.terminal = p.Enrol(t, place)
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	page, err := track.New(track.Options{
		Casework: p.Casework, Files: p.Files, Listen: listen, Clock: p.Now, Logger: p.Log,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- page.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	p.url = "http://" + listen.Addr().String()
	return p
}

// load loads a page and holds it to what every page promises.
func (p *phone) load(path string, status int) string {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.url+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	if p.lang != "" {
		r.Header.Set("Accept-Language", p.lang)
	}
	if p.via != "" {
		r.Header.Set("X-Forwarded-For", p.via)
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	body := string(b)
	if resp.StatusCode != status {
		p.t.Errorf("answers %d, want %d: %s", resp.StatusCode, status, words(body))
	}
	if len(b) > maxPage {
		p.t.Errorf("the page has %d bytes, at most %d", len(b), maxPage)
	}
	if strings.Contains(body, "‹") || strings.Contains(body, "<script") || strings.Contains(body, "<link") {
		p.t.Errorf("the page loads something or holds a key without a sentence: %s", words(body))
	}
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
		"X-Robots-Tag": "noindex, nofollow", "Content-Type": "text/html; charset=utf-8",
	} {
		if got := resp.Header.Get(name); got != want {
			p.t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if csp := resp.Header.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "default-src 'none'") {
		p.t.Errorf("content security policy is %q", csp)
	}
	if len(resp.Cookies()) > 0 {
		p.t.Error("the page sets a cookie")
	}
	return body
}

var tags = regexp.MustCompile(`(?s)<style.*?</style>|<svg.*?</svg>|<[^>]*>|\s+`)

func words(body string) string { return html.UnescapeString(tags.ReplaceAllString(body, " ")) }

func says(t *testing.T, body string, all ...string) {
	t.Helper()
	for _, s := range all {
		if !strings.Contains(words(body), s) {
			t.Errorf("the page does not say %q: %s", s, words(body))
		}
	}
}

func TestNotArrived(t *testing.T) {
	p := open(t)
	if err := p.Fleet.Seen(t.Context(), p.terminal.Key, p.Now(), nil); err != nil {
		t.Fatal(err)
	}
	p.Pass(2 * time.Hour)
	f := p.terminal.TakeIn(t, []byte("paper"), "image/jpeg")
	p.Pass(time.Hour)
	body := p.load("/R/"+f.Token, http.StatusOK)
	says(t, body, f.Code.String(), "化龙镇党群服务中心", "00001 号终端已于 2026年11月23日 11:00 收件，还没有送到中心",
		"最后一次联系上这台终端：2026年11月23日 09:00（3 小时前）", "还没有送达中心")
	if n := len(p.Audit(t)); n == 0 {
		t.Fatal("the audit is empty: the test sees nothing")
	}
}

func TestNeverSeen(t *testing.T) {
	p := open(t)
	body := p.load("/R/"+p.terminal.TakeIn(t, []byte("paper"), "image/jpeg").Token, http.StatusOK)
	says(t, body, "中心还没有联系上这台终端")
}

func TestCustodyBeforeOpening(t *testing.T) {
	p := open(t)
	f := p.terminal.TakeIn(t, []byte("paper"), "image/jpeg")
	p.terminal.Hand(t, f)
	body := p.load("/R/"+f.Token, http.StatusOK)
	says(t, body, "已送达中心，等待主管部门查看")
	if strings.Contains(body, "还没有送到中心") {
		t.Error("it says both that it arrived and that it did not")
	}
}

func TestSetAside(t *testing.T) {
	p := open(t)
	f := p.terminal.Unreadable(t)
	p.terminal.Deliver(t, f, false)
	says(t, p.load("/R/"+f.Token, http.StatusOK), "工作人员正在核对", "时限照常计算")
}

func TestEveryStatus(t *testing.T) {
	p := open(t)
	clerk, err := p.Store.Person(t.Context(), "chen")
	if err != nil {
		t.Fatal(err)
	}
	w, ctx := p.Casework, t.Context()
	step := map[civic.Status]func(civic.TrackingCode, uint64) error{
		civic.Supplement: func(c civic.TrackingCode, v uint64) error {
			return w.Supplement(ctx, c, v, clerk, casework.Request{Owes: []string{"租赁合同第二页"}, Words: "不给人看的话"})
		},
		civic.Accepted: func(c civic.TrackingCode, v uint64) error { return w.Accept(ctx, c, v, clerk) },
		civic.Declined: func(c civic.TrackingCode, v uint64) error { return w.Decline(ctx, c, v, clerk, "不给人看的话") },
		civic.Paused:   func(c civic.TrackingCode, v uint64) error { return w.Pause(ctx, c, v, clerk, "不给人看的话") },
		civic.Granted: func(c civic.TrackingCode, v uint64) error {
			return w.Decide(ctx, c, v, clerk, true, "不给人看的话")
		},
		civic.Refused: func(c civic.TrackingCode, v uint64) error {
			return w.Decide(ctx, c, v, clerk, false, "不给人看的话")
		},
		civic.Delivered: func(c civic.TrackingCode, v uint64) error {
			return w.Deliver(ctx, c, v, clerk, "不给人看的话")
		},
	}
	tests := []struct {
		way  []civic.Status
		says []string
	}{
		{nil, []string{"已收件", "11月30日（星期一）前告知是否受理"}},
		{[]civic.Status{civic.Supplement}, []string{"待补正", "请您补交", "租赁合同第二页"}},
		{[]civic.Status{civic.Accepted}, []string{"已受理", "前办结"}},
		{[]civic.Status{civic.Declined}, []string{"不予受理"}},
		{[]civic.Status{civic.Accepted, civic.Paused}, []string{"特别程序"}},
		{[]civic.Status{civic.Accepted, civic.Granted}, []string{"准予", "前送达结果"}},
		{[]civic.Status{civic.Accepted, civic.Refused}, []string{"没有获得同意"}},
		{[]civic.Status{civic.Accepted, civic.Granted, civic.Delivered}, []string{"已办结"}},
	}
	for _, tt := range tests {
		f := p.terminal.TakeIn(t, []byte("paper"), "image/jpeg")
		p.terminal.Deliver(t, f, true)
		name := "filed"
		for _, s := range tt.way {
			name = string(s)
			c, err := p.Store.Case(ctx, f.Code)
			if err != nil {
				t.Fatal(err)
			}
			if err := step[s](f.Code, c.Version); err != nil {
				t.Fatal(err)
			}
		}
		t.Run(name, func(t *testing.T) {
			q := *p
			q.t = t
			body := q.load("/R/"+f.Token, http.StatusOK)
			says(t, body, append(tt.says, "居住证", f.Code.String(), "12345")...)
			for _, secret := range []string{"欧阳", "11010519491231002X", "13800138000", "不给人看的话", "陈明"} {
				if strings.Contains(body, secret) {
					t.Errorf("the page shows %s", secret)
				}
			}
			q.load("/R/"+f.Token+"?lang=en", http.StatusOK)
		})
	}
}

func TestForged(t *testing.T) {
	p := open(t)
	f := p.terminal.TakeIn(t, []byte("paper"), "image/jpeg")
	p.terminal.Deliver(t, f, true)
	other, err := seal.GenerateSigner()
	if err != nil {
		t.Fatal(err)
	}
	forge := func(q civic.ReceiptQR, key *seal.Signer) string {
		q.Sign(key.SignRaw)
		return q.Token()
	}
	sure := civic.ReceiptQR{Code: f.Code, Filed: p.Now(), Sure: civic.Sure, Secret: f.Secret}
	guessed := sure
	guessed.Secret = seal.NewSecret()
	stranger := sure
	stranger.Code = civic.NewTrackingCode(77, 1)
	practice := sure
	practice.Code, practice.Training = civic.NewTrackingCode(0, 5), true
	flip := "B"
	if strings.HasSuffix(f.Token, "B") {
		flip = "C"
	}
	tests := []struct {
		name, token string
		status      int
		says        string
	}{
		{"signed by another key", forge(sure, other), http.StatusNotFound, "签名核对不上"},
		{"of the terminal, with another secret", forge(guessed, p.terminal.Sign), http.StatusNotFound, "签名核对不上"},
		{"of a terminal that is not there", forge(stranger, p.terminal.Sign), http.StatusNotFound, "签名核对不上"},
		{"made for practice", forge(practice, p.terminal.Sign), http.StatusNotFound, "演练用的回执"},
		{"one letter changed", f.Token[:40] + flip + f.Token[41:], http.StatusNotFound, "查不到"},
		{"cut short", f.Token[:100], http.StatusNotFound, "没有读全"},
		{"nonsense", "nonsense", http.StatusNotFound, "没有读全"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q := *p
			q.t = t
			body := q.load("/R/"+tt.token, tt.status)
			says(t, body, tt.says)
			if strings.Contains(body, "居住证") || strings.Contains(words(body), "已收件") {
				t.Error("the page tells something of the case")
			}
		})
	}
	says(t, p.load("/nowhere", http.StatusNotFound), "没有这一页")
	says(t, p.load("/R/a/b", http.StatusNotFound), "没有这一页")
}

func TestTokenIsNotLogged(t *testing.T) {
	p := open(t)
	f := p.terminal.TakeIn(t, []byte("paper"), "image/jpeg")
	if err := p.Store.Close(); err != nil {
		t.Fatal(err)
	}
	says(t, p.load("/R/"+f.Token, http.StatusInternalServerError), "出了点问题")
	logged := p.Logged.String()
	if !strings.Contains(logged, "/r/:token") {
		t.Errorf("the failure is not logged: %s", logged)
	}
	if strings.Contains(strings.ToUpper(logged), f.Token[:20]) {
		t.Error("the token is in the log")
	}
}

func TestAnyCase(t *testing.T) {
	p := open(t)
	f := p.terminal.TakeIn(t, []byte("paper"), "image/jpeg")
	for _, path := range []string{"/R/" + f.Token, "/r/" + strings.ToLower(f.Token), "/R/" + strings.ToLower(f.Token)} {
		says(t, p.load(path, http.StatusOK), f.Code.String())
	}
}

func TestLanguage(t *testing.T) {
	p := open(t)
	f := p.terminal.TakeIn(t, []byte("paper"), "image/jpeg")
	tests := []struct{ accept, query, lang string }{
		{"", "", "zh-CN"},
		{"en-GB,en;q=0.9", "", "en"},
		{"zh-CN,zh;q=0.9,en;q=0.8", "", "zh-CN"},
		{"fr-FR,en;q=0.5", "", "en"},
		{"fr-FR", "", "zh-CN"},
		{"en", "?lang=zh", "zh-CN"},
		{"zh", "?lang=en", "en"},
		{"zh", "?lang=xx", "zh-CN"},
		{";;;", "", "zh-CN"},
	}
	for _, tt := range tests {
		p.lang = tt.accept
		body := p.load("/R/"+f.Token+tt.query, http.StatusOK)
		if !strings.Contains(body, ` lang="`+tt.lang+`">`) {
			t.Errorf("%q and %q do not give %s", tt.accept, tt.query, tt.lang)
		}
	}
}

func TestTooManyTries(t *testing.T) {
	p := open(t)
	f := p.terminal.TakeIn(t, []byte("paper"), "image/jpeg")
	p.via = "203.0.113.7"
	for range 60 {
		p.load("/R/nonsense", http.StatusNotFound)
	}
	says(t, p.load("/R/"+f.Token, http.StatusTooManyRequests), "过一分钟再试")
	p.via = "203.0.113.8, 203.0.113.7" // only the last is what our own proxy saw
	p.load("/R/"+f.Token, http.StatusTooManyRequests)
	p.via = "203.0.113.8"
	p.load("/R/"+f.Token, http.StatusOK)
	p.via = "203.0.113.7"
	p.Pass(30 * time.Second)
	p.load("/R/"+f.Token, http.StatusOK)
}
