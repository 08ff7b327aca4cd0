package console_test

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestAuditIsSearched(t *testing.T) {
	h := open(t)
	f, other := h.file(t), h.file(t)
	chen, li := h.as(t, "chen"), h.as(t, "li")
	chen.get("/cases/" + f.Code.String())
	li.get("/cases/" + other.Code.String())
	h.Pass(48 * time.Hour)
	chen = h.as(t, "chen")
	chen.get("/cases/" + other.Code.String())
	b := h.as(t, "audit")

	rows := func(query string) *page {
		t.Helper()
		p := b.get("/audit?" + query)
		p.is(t, 200)
		return p
	}
	body := func(p *page) string { return p.body[strings.Index(p.body, "<tbody>"):] }
	p := rows("who=li&action=read")
	p.says(t, "共 1 条", "李芳", "查看办件")
	if s := body(p); strings.Contains(s, f.Code.String()) || !strings.Contains(s, other.Code.String()) {
		t.Error("another's look is shown, or the own one is not")
	}
	if !strings.Contains(p.body, `value="li" selected`) || !strings.Contains(p.body, `value="read" selected`) {
		t.Error("the form does not show what is looked for")
	}
	p = rows("q=" + url.QueryEscape(f.Code.String()))
	if s := body(p); strings.Contains(s, other.Code.String()) || !strings.Contains(s, f.Code.String()) {
		t.Error("a code does not find its entries alone")
	}
	rows("q=00001").says(t, "00001 号终端")
	rows("from=2026-11-25&action=read").says(t, "共 1 条")
	rows("to=2026-11-24&action=read").says(t, "共 2 条")
	rows("role=operator").says(t, "没有符合这些条件的记录")
	p = b.get("/audit")
	p.says(t, "记录链完整")
	if who := p.body[strings.Index(p.body, `class="who"`):strings.Index(p.body, `id="main"`)]; !strings.Contains(who, "审计") || strings.Contains(who, "经办") {
		t.Errorf("the reader is shown as %s", words(who))
	}
	b.post("/audit/verify", url.Values{})
	// The chain is walked beside the page, which then shows the result.
	for range 1000 {
		if p = b.get("/audit"); strings.Contains(p.body, "记录链完整") {
			break
		}
	}
	p.says(t, "记录链完整", "核对")
}
