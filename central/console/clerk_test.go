package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"doorstep/central/store"
	"doorstep/sync/civic"
)

func TestTakeAndGiveBack(t *testing.T) {
	h := open(t)
	f, other := h.file(t), h.file(t)
	path := "/cases/" + f.Code.String()
	chen, li := h.as(t, "chen"), h.as(t, "li")
	chen.get("/cases?view=free").says(t, f.Code.String(), other.Code.String())
	chen.get(path).says(t, "还没有人接", "我来办")
	li.get(path)
	chen.post(path+"/task/take", url.Values{"holder": {""}}).says(t, "已由您来办", "由您在办")
	if e := last(h.Audit(t)[:len(h.Audit(t))-1]); e.Action != store.ActAssign || e.Actor.Login != "chen" || e.Detail != "chen" {
		t.Errorf("taking left %+v", e)
	}
	p := li.post(path+"/task/take", url.Values{"holder": {""}})
	p.is(t, http.StatusConflict)
	p.says(t, "刚被别人接走")
	li.get(path).says(t, "由陈明在办")

	p = chen.get("/cases") // begins with what is one's own
	p.says(t, f.Code.String())
	p.silent(t, other.Code.String())
	li.get("/cases").says(t, f.Code.String(), other.Code.String(), "陈明")
	li.get("/cases?view=free").silent(t, f.Code.String())

	li.get(path)
	li.post(path+"/task/take", url.Values{"holder": {"chen"}}).says(t, "由您在办")
	li.post(path+"/task/give", url.Values{}).says(t, "已退回部门", "还没有人接")
	wang := h.as(t, "wang")
	wang.get("/cases")
	wang.post(path+"/task/take", url.Values{"holder": {""}}).is(t, http.StatusForbidden)
}

func TestFiltersStayInTheURL(t *testing.T) {
	h := open(t)
	far := h.Enrol(t, store.Place{Point: "shatou", Name: "沙头街道政务大厅", Area: "440113"})
	near := h.file(t)
	away := far.TakeIn(t, jpeg, "image/jpeg")
	far.Deliver(t, away, false)
	h.Pass(24 * time.Hour)
	late := h.file(t)
	b := h.as(t, "chen")
	code := map[string]string{"near": near.Code.String(), "away": away.Code.String(), "late": late.Code.String()}
	tests := []struct {
		query string
		shows []string
	}{
		{"", []string{"near", "away", "late"}},
		{"point=shatou", []string{"away"}},
		{"owing=1", []string{"away"}},
		{"from=2026-11-24", []string{"late"}},
		{"to=2026-11-23", []string{"near", "away"}},
		{"to=2026-11-23&point=hualong", []string{"near"}},
		{"status=accepted", nil},
		{"service=HJ-008", []string{"near", "away", "late"}},
		{"service=HJ-009", nil},
		{"from=nonsense", []string{"near", "away", "late"}},
	}
	for _, tt := range tests {
		p := b.get("/cases?view=open&" + tt.query)
		p.is(t, http.StatusOK)
		for name, c := range code {
			want := strings.Contains(strings.Join(tt.shows, " "), name)
			if got := strings.Contains(p.body, c); got != want {
				t.Errorf("%q shows %s: %v, want %v", tt.query, name, got, want)
			}
		}
		p.says(t, fmt.Sprintf("在办  %d", len(tt.shows)))
	}
	p := b.get("/cases?view=open&point=shatou&owing=1&from=2026-11-23")
	for _, want := range []string{`value="shatou" selected`, `value="1" checked`, `value="2026-11-23"`} {
		if !strings.Contains(p.body, want) {
			t.Errorf("the form does not show %s", want)
		}
	}
	m := regexp.MustCompile(`href="(/cases\?[^"]*view=all[^"]*)"`).FindStringSubmatch(p.body)
	if m == nil || !strings.Contains(m[1], "point=shatou") || !strings.Contains(m[1], "owing=1") || !strings.Contains(m[1], "from=2026-11-23") {
		t.Errorf("another view loses the filters: %v", m)
	}
}

func TestTwoAtOneCaseAreTold(t *testing.T) {
	h := open(t)
	f := h.file(t)
	path := "/cases/" + f.Code.String()
	chen, li := h.as(t, "chen"), h.as(t, "li")
	chen.get(path).silent(t, "也打开了这件")
	h.Pass(3 * time.Minute)
	li.get(path).says(t, "陈明 3 分钟前也打开了这件")
	chen.get(path).says(t, "李芳 刚刚也打开了这件")
	li.get("/cases") // is done with it
	chen.get(path).silent(t, "也打开了这件")
	li.get(path)
	h.Pass(16 * time.Minute)
	chen.get(path).silent(t, "也打开了这件")
}

func TestDocumentIsSeenThenIssued(t *testing.T) {
	h := open(t)
	f := h.file(t)
	b := h.as(t, "chen")
	path := "/cases/" + f.Code.String()
	b.get(path)
	p := b.post(path+"/supplement/preview", url.Values{"items": {"本人居民身份证"}, "words": {"看不清"}})
	p.is(t, http.StatusOK)
	if !strings.HasPrefix(p.body, "%PDF-") || p.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("the preview is %s of %d bytes", p.header.Get("Content-Type"), len(p.body))
	}
	if p.path != path+"/supplement/preview" {
		t.Errorf("the preview is at %s", p.path)
	}
	if c, err := h.Store.Case(t.Context(), f.Code); err != nil || c.Status != civic.Filed {
		t.Errorf("the preview moved the case to %s, %v", c.Status, err)
	}
	b.get(path).silent(t, "已签发的文书")
	b.post(path+"/grant/preview", url.Values{}).is(t, http.StatusNotFound)

	b.get(path)
	b.act(f.Code, "accept", nil).says(t, "已签发的文书", "受理通知书", "公安受字〔2026〕1号")
	p = b.act(f.Code, "refuse", url.Values{"words": {"租赁合同已经到期。"}})
	p.says(t, "不予行政许可决定书", "公安不准字〔2026〕2号")
	second := h.file(t)
	b.get("/cases/" + second.Code.String())
	b.act(second.Code, "accept", nil).says(t, "公安受字〔2026〕3号")

	before := len(h.Audit(t))
	p = b.get(path + "/documents/3")
	p.is(t, http.StatusOK)
	if !strings.HasPrefix(p.body, "%PDF-") {
		t.Error("the document is no PDF")
	}
	if added := h.Audit(t)[before:]; len(added) != 1 || added[0].Action != store.ActRead || added[0].Detail != "document 3" {
		t.Errorf("the look left %+v", added)
	}
	b.get(path+"/documents/9").is(t, http.StatusNotFound)
	h.as(t, "wang").get(path+"/documents/3").is(t, http.StatusForbidden)
}

func TestRefusedActIssuesNothing(t *testing.T) {
	h := open(t)
	f := h.file(t)
	b := h.as(t, "chen")
	b.get("/cases/" + f.Code.String())
	b.act(f.Code, "supplement", url.Values{"words": {"没有列出"}}).is(t, http.StatusUnprocessableEntity)
	b.act(f.Code, "decline", url.Values{"words": {""}}).is(t, http.StatusUnprocessableEntity)
	if n, err := h.Store.NextNumber(t.Context(), "public-security", 2026); err != nil || n != 1 {
		t.Errorf("the next number is %d, %v", n, err)
	}
}

func TestPapersFromOutsideAreHostile(t *testing.T) {
	pdf := []byte("%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj")
	tests := []struct {
		name, media, how, type_ string
		body                    []byte
		sandbox                 bool
	}{
		{"picture", "image/jpeg", "inline", "image/jpeg", jpeg, true},
		{"PDF", "application/pdf", "inline", "application/pdf", pdf, false},
		{"page that says it is a picture", "image/png", "attachment", "application/octet-stream", []byte("<script>alert(1)</script>"), true},
		{"page that says it is a PDF", "application/pdf", "attachment", "application/octet-stream", []byte("<html><script>"), true},
		{"SVG", "image/svg+xml", "attachment", "application/octet-stream", []byte("<svg onload='alert(1)'/>"), true},
	}
	h := open(t)
	b := h.as(t, "chen")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := h.terminal.TakeIn(t, tt.body, tt.media)
			h.terminal.Deliver(t, f, true)
			p := b.get("/cases/" + f.Code.String() + "/papers/" + f.Papers[0].String())
			p.is(t, http.StatusOK)
			policy := p.header.Get("Content-Security-Policy")
			if p.header.Get("Content-Type") != tt.type_ || p.header.Get("Content-Disposition") != tt.how ||
				p.header.Get("X-Content-Type-Options") != "nosniff" || p.header.Get("Accept-Ranges") != "none" {
				t.Errorf("it comes as %v", p.header)
			}
			if strings.Contains(policy, "sandbox") != tt.sandbox || !strings.Contains(policy, "default-src 'none'") ||
				!strings.Contains(policy, "frame-ancestors 'self'") || strings.Contains(policy, "script-src") {
				t.Errorf("its policy is %s", policy)
			}
		})
	}
}
