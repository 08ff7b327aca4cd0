package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"doorstep/central/store"
	"doorstep/sync/wire"
)

func TestOneTerminal(t *testing.T) {
	h := open(t)
	h.file(t)
	h.tell(t, h.terminal, h.Now(), &wire.Telemetry{
		Queue: 14, Oldest: h.Now().Add(-30 * time.Hour).UnixMilli(), Free: 700 << 20, Offset: -420_000, Printer: "paper-out", Unshown: 1, Agent: "0.9.2",
	})
	b := h.as(t, "oper")
	p := b.get("/terminals/1")
	p.is(t, http.StatusOK)
	p.says(t, "00001 号终端", "化龙镇党群服务中心", "有 5 项要处理", "14 件还没送到中心", "请尽快接通网络", "以后没有联系上，接通网络后会自动送来", "剩 700 MB", "慢 7 分钟",
		"没纸", "请服务点装纸", "没给居民看到的 1 件", "0.9.2", "中心收了 1 件", "损坏 0 条", "不用处理")
	p = b.get("/terminals")
	p.says(t, "没给居民看到回执", "还有 4 项", "没纸")
	if !strings.Contains(p.body, `href="/terminals/1"`) {
		t.Error("the list does not lead to the terminal")
	}
	b.get("/terminals/99").is(t, http.StatusNotFound)
	b.get("/terminals/1")
	b.post("/terminals/1/revoke", url.Values{"words": {"被盗"}}).says(t, "已停用")
	b.get("/terminals/1").says(t, "原因：被盗", "终端已停用，要由运维放行")
}

// The terminal that may cost a resident an application stands above the one that is only awkward, and those that are
// well below both.
func TestTerminalsBySomebodysWork(t *testing.T) {
	h := open(t)
	well := h.terminal
	awkward := h.Enrol(t, store.Place{Point: "b", Name: "没纸的点", Area: "440113"})
	urgent := h.Enrol(t, store.Place{Point: "c", Name: "坏记录的点", Area: "440113"})
	many := h.Enrol(t, store.Place{Point: "d", Name: "没纸又慢的点", Area: "440113"})
	now := h.Now()
	h.tell(t, well, now, &wire.Telemetry{Free: 60 << 30, Printer: "ready", Agent: "1"})
	h.tell(t, awkward, now, &wire.Telemetry{Free: 60 << 30, Printer: "paper-out", Agent: "1"})
	h.tell(t, urgent, now, &wire.Telemetry{Free: 60 << 30, Damaged: 1, Agent: "1"})
	h.tell(t, many, now, &wire.Telemetry{Free: 60 << 30, Printer: "paper-out", Offset: 600_000, Agent: "1"})
	body := h.as(t, "oper").get("/terminals").body
	at := -1
	for _, name := range []string{"坏记录的点", "没纸又慢的点", "没纸的点", "化龙镇党群服务中心"} {
		next := strings.Index(body, name)
		if next <= at {
			t.Errorf("%s stands at %d, after %d", name, next, at)
		}
		at = next
	}
}
