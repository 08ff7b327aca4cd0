package console_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"doorstep/central/console/consoletest"
	"doorstep/central/store"
)

// TestWriteAlikeScreens writes pictures of a case whose applicant has others, one of them in another department, into
// the folder that DOORSTEP_SCREENS names.
func TestWriteAlikeScreens(t *testing.T) {
	folder := os.Getenv("DOORSTEP_SCREENS")
	if folder == "" {
		t.Skip("DOORSTEP_SCREENS names no folder")
	}
	h := open(t)
	f := h.file(t)
	shatou := h.Enrol(t, store.Place{Point: "shatou", Name: "沙头街道政务服务中心", Area: "440113"})
	h.Pass(26 * time.Hour)
	shatou.Deliver(t, shatou.TakeIn(t, jpeg, "image/jpeg"), true)
	ctx, cancel := screen(t)
	defer cancel()
	visit := chromedp.Navigate(h.url + "/cases/" + f.Code.String())
	shoot := func(name string, steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, append(steps, visit, chromedp.WaitVisible(chromedp.CSS(".alike")))...); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		b, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name+".png"), b, 0o644)
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	click := func(sel string) chromedp.Action[chromedp.Void] { return chromedp.Click(chromedp.CSS(sel)) }
	fill := func(sel, v string) chromedp.Action[chromedp.Void] { return chromedp.SetValue(chromedp.CSS(sel), v) }
	rail := chromedp.WaitVisible(chromedp.CSS(".rail"))
	shoot("61-case-alike", chromedp.EmulateViewport(1920, 1080), chromedp.Navigate(h.url+"/sign-in"), fill("#name", "chen"),
		fill("#password", consoletest.Password), click("button.main"), rail)
	h.elsewhere(t)
	shoot("62-case-alike-elsewhere")
	shoot("63-case-alike-english", chromedp.EmulateViewport(1440, 900), click(`form[action="/settings"] button`),
		chromedp.WaitVisible(chromedp.CSS(`html[lang="en"] .rail`)))
}
