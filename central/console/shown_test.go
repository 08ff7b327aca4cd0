package console_test

import (
	"net/http"
	"testing"
	"time"

	"doorstep/sync/civic"
)

// TestShown tells those whose hands a notice passed through on which screens it stood, and nobody else.
func TestShown(t *testing.T) {
	h := open(t)
	pub := h.as(t, "pub")
	pub.get("/notices/n1/shown").says(t, "还没有展示记录")
	at := h.Now().Truncate(time.Hour)
	line := civic.DisplayedHour{
		Screen: "lobby", Notice: "n1", Rev: 2, Digest: "d", Hour: at, First: at, Last: at.Add(30 * time.Minute), Showings: 12, Pages: 36, Millis: 720_000,
	}
	later := line
	later.Hour, later.First, later.Last, later.Unsure = at.Add(time.Hour), at.Add(time.Hour), at.Add(2*time.Hour), true
	h.terminal.Deliver(t, h.terminal.Show(t, line, later), false)
	p := pub.get("/notices/n1/shown")
	p.says(t, "共完整展示 24 次，合计 24 分钟。", "化龙镇党群服务中心", "11月23日 09:00", "11月23日 11:00", "该机时钟不准")
	pub.get("/notices/n2/shown").says(t, "还没有展示记录")
	h.as(t, "super").get("/notices/n1/shown").is(t, http.StatusOK)
	for _, who := range []string{"chen", "audit", "oper"} {
		h.as(t, who).get("/notices/n1/shown").is(t, http.StatusForbidden)
	}
}
