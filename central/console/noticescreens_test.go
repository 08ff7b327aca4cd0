package console_test

import (
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"doorstep/assets"
	"doorstep/central/console/consoletest"
	"doorstep/central/notices"
	"doorstep/sync/civic"
)

// furnishNotices puts the sample notices on show, and leaves one in each hand; it returns the path of one with a
// revision in review, and of one that must be mended.
func (h *hall) furnishNotices(t *testing.T) (revised, unready string) {
	t.Helper()
	list, err := notices.Samples(assets.Notices(), civic.DateOf(h.Now()))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		h.Post(t, s.Text, s.Files...)
	}
	pub, net := h.as(t, "pub"), h.as(t, "net")
	v := relief()
	v.Set("body", "联系人黄某，手机 13800138000。\n# 名单\n|姓名|证件号码|\n|陈某某|11010519491231002X|")
	v.Set("until", "2026-11-27")
	unready = pub.draft(v, upload{"名单.pdf", []byte("%PDF-1.7 list")})
	good := relief()
	good.Set("until", "2026-12-20")
	back := pub.draft(good)
	pub.hand(back, "propose", nil)
	net.hand(back, "back", url.Values{"words": {"第三行的金额和附件对不上，请核对。"}})
	revised = "/notices/" + list[11].Text.Notice.ID
	pub.get(revised + "/edit")
	again := relief()
	again.Set("until", "2026-12-20")
	again.Set("body", list[11].Text.Notice.Body+"\n本批名单经复核更正。")
	pub.write(revised, again)
	pub.hand(revised, "propose", nil)
	return revised, unready
}

// TestWriteNoticeScreens writes a picture of each page of notices into the folder that DOORSTEP_SCREENS names, to be
// looked at; without one there is nothing to do.
func TestWriteNoticeScreens(t *testing.T) {
	folder := os.Getenv("DOORSTEP_SCREENS")
	if folder == "" {
		return
	}
	h := open(t)
	revised, unready := h.furnishNotices(t)
	ctx, cancel := screen(t)
	defer cancel()
	shoot := func(name string, steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		b, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := os.WriteFile(filepath.Join(folder, name+".png"), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	visit := func(path string) chromedp.Action[chromedp.Void] { return chromedp.Navigate(h.url + path) }
	click := func(sel string) chromedp.Action[chromedp.Void] { return chromedp.Click(chromedp.CSS(sel)) }
	wait := func(sel string) chromedp.Action[chromedp.Void] { return chromedp.WaitVisible(chromedp.CSS(sel)) }
	fill := func(sel, v string) chromedp.Action[chromedp.Void] { return chromedp.SetValue(chromedp.CSS(sel), v) }
	enter := func(login string) chromedp.Action[chromedp.Void] {
		return chromedp.Steps(visit("/sign-in"), fill("#name", login), fill("#password", consoletest.Password),
			click("button.main"), wait(".rail"))
	}
	leave := chromedp.Steps(click(`form[action="/sign-out"] button`), wait("#password"))
	shoot("20-notices", enter("pub"), visit("/notices?view=all"))
	shoot("21-notices-mine", visit("/notices"))
	shoot("22-notice-unready", visit(unready))
	shoot("23-notice-new", visit("/notices/new"))
	shoot("24-notice-edit", visit(revised+"/edit"))
	shoot("25-notice-edit-refused", fill("#f-keywords", "一 二 三 四 五 六 七 八 九"), click(".editor .main"), wait(".error"))
	shoot("26-notices-network", leave, enter("net"), visit("/notices"))
	shoot("27-notice-review", visit(revised))
	shoot("28-notice-back", click("details.back summary"), click("details.back button"), wait(".error"))
	shoot("29-notice-english", click(`form[action="/settings"] button`), wait(".turn"))
}
