package console_test

import (
	"net/http"
	"testing"
	"time"

	"doorstep/central/store"
	"doorstep/sync/civic"
	"doorstep/sync/hub"
)

// TestRecovery is what the operator reads of each situation, with what to do, in both languages.
func TestRecovery(t *testing.T) {
	h := open(t)
	ctx, now := t.Context(), h.Now()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	b := h.as(t, "oper")
	p := b.get("/terminals/recovery")
	p.is(t, http.StatusOK)
	p.says(t, "还没有备份", "没有发现被恢复、被复制的机器")
	h.as(t, "chen").get("/terminals/recovery").is(t, http.StatusForbidden)

	image, clone, ahead := h.terminal, h.Enrol(t, store.Place{Point: "b", Name: "复制的点", Area: "440113"}), h.Enrol(t, store.Place{Point: "c", Name: "更新的点", Area: "440113"})
	for key, sign := range map[civic.KeyID]hub.Sign{image.Key: hub.SignImage, clone.Key: hub.SignClone, ahead.Key: hub.SignAhead, {0xab, 0xcd}: hub.SignStranger} {
		must(h.Store.Trace(ctx, key, string(sign), now))
	}
	must(h.Store.Trace(ctx, clone.Key, string(hub.SignImage), now))
	must(h.Store.BackedUp(ctx, store.Backup{At: now, Papers: 1, Bytes: 2}))
	former, err := h.Store.ID(ctx)
	must(err)
	lost := civic.NewTrackingCode(1, 77)
	must(h.Store.Lose(ctx, image.Key, "hualong", []store.LostEntry{{ID: civic.EntryID{1}, Kind: civic.EntryApplication, Code: lost, Taken: now, At: now}},
		[]store.LostStep{{Code: civic.NewTrackingCode(1, 78), N: 9, At: now}}))
	p = b.get("/terminals/recovery")
	p.says(t, "最近一次核对过的备份", "可能用旧的磁盘备份恢复过", "两台机器在用同一个密钥", "kiosk enrol --new-key", "中心可能用更早的备份恢复过",
		"没有登记的机器", "abcd0000", "丢失的申请", lost.String(), civic.NewTrackingCode(1, 78).String(), "照原来的决定补办")
	b.get("/terminals").says(t, "可能用旧的磁盘备份恢复过", "有没登记的终端在连中心")
	b.get("/terminals/2").says(t, "两台机器在用同一个密钥")

	// Restored: the signs of the time before are gone, and what was published since the backup is counted.
	_, err = h.Store.MarkRestored(ctx, now.Add(-20*time.Hour), now, store.System())
	must(err)
	list, err := h.Store.Restores(ctx)
	must(err)
	must(h.Store.Reached(ctx, former, list[0].Feed+3))
	p = b.get("/terminals/recovery")
	p.says(t, "中心恢复过", "丢了", "3 条")
	b.post("/settings", map[string][]string{"lang": {"en"}})
	b.get("/terminals/recovery").says(t, "Restored on", "3 items published after the backup are lost", "find the residents")
}
