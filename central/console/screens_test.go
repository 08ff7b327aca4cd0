package console_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	jpegs "image/jpeg"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"doorstep/central/console/consoletest"
	"doorstep/central/store"
	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// TestWriteScreens writes a picture of each page into the folder that DOORSTEP_SCREENS names, to be looked at.
func TestWriteScreens(t *testing.T) {
	folder := os.Getenv("DOORSTEP_SCREENS")
	if folder == "" {
		t.Skip("DOORSTEP_SCREENS names no folder")
	}
	h := open(t)
	h.Hire(t, "boss", "何主任", "", civic.RoleAdmin)
	ctx, cancel := screen(t)
	defer cancel()
	f, asked, decided, paused := h.furnish(t)
	lost := h.terminal.TakeIn(t, jpeg, "image/jpeg")
	h.terminal.Deliver(t, lost, false)
	h.terminal.Lose(t, lost, 0)

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
	shoot("01-sign-in", visit("/sign-in"))
	shoot("02-cases", enter("chen"), visit("/cases"))
	shoot("03-cases-none", visit("/cases?q="+url.QueryEscape("结婚")))
	shoot("04-case", visit("/cases/"+f.Code.String()))
	h.as(t, "li").get("/cases/" + f.Code.String())
	h.Pass(2 * time.Minute)
	shoot("04b-case-met", visit("/cases/"+f.Code.String()))
	shoot("05-case-supplement", click("details.supplement summary"), click("details.supplement button"), wait(".error"))
	shoot("06-case-asked", visit("/cases/"+asked.Code.String()))
	shoot("07-case-decided", visit("/cases/"+decided.Code.String()))
	shoot("08-case-paused", visit("/cases/"+paused.Code.String()))
	shoot("08b-letter", visit("/cases/"+asked.Code.String()+"/letter"))
	shoot("08c-letter-decided", visit("/cases/"+decided.Code.String()+"/letter"))
	looks := len(h.Audit(t))
	shoot("08d-papers", visit("/cases/"+f.Code.String()))
	if n := len(h.Audit(t)) - looks; n != 1 {
		t.Errorf("opening a case left %d entries: its papers were loaded unasked", n)
	}
	shoot("08e-paper", click("details.look summary"),
		chromedp.Poll[chromedp.Void](`document.querySelector("details.look img").naturalWidth > 0`))
	if n := len(h.Audit(t)) - looks; n != 2 {
		t.Errorf("looking at one paper left %d entries", n-1)
	}
	shoot("08f-filtered", visit("/cases?view=all&point=shatou&from=2026-11-23"))
	shoot("09-refused", visit("/terminals"))
	shoot("10-cases-supervisor", leave, enter("super"))
	shoot("11-aside", leave, enter("oper"), visit("/aside"))
	shoot("12-terminals", visit("/terminals"))
	shoot("12b-terminal", visit("/terminals/3"))
	shoot("13-enrol", visit("/terminals/enrol"))
	shoot("14-enrolled", fill("#name", "沙头街道政务大厅"), fill("#area", "440113"),
		click("form.sheet button.main"), wait(".enrolcode"))
	shoot("15-audit", leave, enter("audit"), visit("/audit"))
	shoot("18-people", leave, enter("boss"), visit("/people"))
	shoot("18b-person", visit("/people/chen"))
	shoot("18c-person-self", visit("/people/boss"))
	shoot("18d-hire", visit("/people/add"))
	shoot("18e-hired", fill("#login", "wu.min"), fill("#name", "吴敏"), click(`input[value="auditor"]`), click("form.sheet button.main"), wait(".enrolcode"))
	shoot("18f-departments", visit("/offices/department"))
	shoot("18g-department", visit("/offices/department/add?key=public-security"))
	shoot("18h-points", visit("/offices/point"))
	shoot("18i-password", visit("/password"))
	shoot("15b-audit", leave, enter("audit"), visit("/audit"))
	shoot("16-audit-english", click(`form[action="/settings"] button`), wait(".rail"))
	wide := chromedp.EmulateViewport(1920, 1080)
	shoot("19-wide-audit", wide, click(`form[action="/settings"] button`), wait(".rail"))
	shoot("19b-wide-cases", leave, enter("chen"), visit("/cases?view=open"))
	shoot("19c-wide-case", visit("/cases/"+f.Code.String()))
	shoot("19e-wide-case-lost", visit("/cases/"+lost.Code.String()))
	shoot("19d-wide-terminals", leave, enter("oper"), visit("/terminals"))
	shoot("20-zoomed-terminals", chromedp.EmulateViewport(720, 450, chromedp.EmulateScale(2)))
	shoot("20b-zoomed-cases", leave, enter("chen"), visit("/cases?view=open"))
	shoot("21-english", chromedp.EmulateViewport(1440, 900), click(`form[action="/settings"] button`), wait(".rail"))
	shoot("17-case-english", visit("/cases/"+f.Code.String()))
}

// screen is a headless browser of the console's size.
func screen(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true))
	bound, end := context.WithTimeout(context.Background(), 4*time.Minute) // a page that never comes must not take the others along
	alloc, stop := chromedp.NewExecAllocator(bound, options...)
	ctx, cancel := chromedp.NewContext(alloc)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1440, 900)); err != nil {
		t.Fatal(err)
	}
	return ctx, func() { cancel(); stop(); end() }
}

// furnish fills the hall with what a working day brings.
func (h *hall) furnish(t *testing.T) (plain, asked, decided, paused *consoletest.Filed) {
	t.Helper()
	var scan bytes.Buffer
	picture := image.NewRGBA(image.Rect(0, 0, 900, 600))
	draw.Draw(picture, picture.Bounds(), image.NewUniform(color.RGBA{230, 236, 242, 255}), image.Point{}, draw.Src)
	draw.Draw(picture, image.Rect(60, 80, 300, 400), image.NewUniform(color.RGBA{120, 130, 150, 255}), image.Point{}, draw.Src)
	if err := jpegs.Encode(&scan, picture, nil); err != nil {
		t.Fatal(err)
	}
	second := h.Enrol(t, store.Place{Point: "shatou", Name: "沙头街道政务服务中心", Area: "440113"})
	third := h.Enrol(t, store.Place{Point: "dalong", Name: "大龙街道办事处", Area: "440113"})
	resident := 0
	take := func(at *consoletest.Terminal, papers bool) *consoletest.Filed {
		resident++
		f := at.Fill(t, "HJ-008", consoletest.PermitOf(resident), jpeg, "image/jpeg")
		at.Deliver(t, f, papers)
		return f
	}
	take(h.terminal, true) // late by the time of the pictures
	h.Pass(8 * 24 * time.Hour)
	for range 6 {
		take(second, true)
	}
	plain = h.terminal.TakeIn(t, scan.Bytes(), "image/jpeg")
	h.terminal.Deliver(t, plain, true)
	asked, decided, paused = take(h.terminal, true), take(h.terminal, true), take(h.terminal, true)
	take(h.terminal, false)
	h.terminal.Deliver(t, h.terminal.Unreadable(t), false)
	b := h.as(t, "chen")
	act := func(f *consoletest.Filed, id string, v url.Values) {
		b.get("/cases/" + f.Code.String())
		b.act(f.Code, id, v)
	}
	act(asked, "supplement", url.Values{"items": {"本人居民身份证"}, "other": {"租赁合同第二页"}, "words": {"身份证照片不清楚,看不到有效期。"}})
	act(decided, "accept", nil)
	act(decided, "grant", url.Values{"words": {"经审查，符合《居住证暂行条例》第二条规定，准予核发居住证。"}})
	if folder := os.Getenv("DOORSTEP_SCREENS"); folder != "" {
		path := "/cases/" + decided.Code.String()
		b.get(path)
		for name, p := range map[string]*page{
			"draft": b.post("/cases/"+plain.Code.String()+"/supplement/preview", url.Values{
				"items": {"本人居民身份证"}, "other": {"租赁合同第二页，要能看清出租人的签名和合同的有效期限"}, "words": {"身份证照片不清楚，看不到有效期。"},
			}),
			"granted": b.get(path + "/documents/3"),
		} {
			if err := os.WriteFile(filepath.Join(folder, name+".pdf"), []byte(p.body), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	act(paused, "accept", nil)
	act(paused, "pause", url.Values{"words": {"实地核查住所"}})
	h.connected = []civic.KeyID{h.terminal.Key}
	now := h.Now()
	h.tell(t, h.terminal, now, &wire.Telemetry{Free: 61 << 30, Offset: 300, Printer: "ready", Agent: "1.0.0"})
	h.tell(t, second, now, &wire.Telemetry{Free: 900 << 20, Offset: 20, Agent: "1.0.0"})
	h.tell(t, third, now.Add(-26*time.Hour), &wire.Telemetry{
		Queue: 14, Oldest: now.Add(-30 * time.Hour).UnixMilli(), Free: 700 << 20, Offset: -420_000, Printer: "paper-out", Unshown: 1, Agent: "0.9.2",
	})
	return plain, asked, decided, paused
}

func (h *hall) tell(t *testing.T, term *consoletest.Terminal, at time.Time, said *wire.Telemetry) {
	t.Helper()
	if err := h.Fleet.Seen(t.Context(), term.Key, at, said); err != nil {
		t.Fatal(err)
	}
}
