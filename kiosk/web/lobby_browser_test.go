package web_test

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/chromedp/chromedp"

	"doorstep/kiosk/web"
	"doorstep/sync/civic"
)

// chromium opens an address at the size of a panel. Where there is no Chromium the test cannot say anything, and fails.
func chromium(t *testing.T, link string, width, height int64, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Fatal("these tests need Debian's chromium: ", err)
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.WindowSize(int(width), int(height)))
	for _, flag := range []string{"disable-gpu", "disable-quic", "no-first-run", "disable-component-update", "disable-background-networking", "disable-sync"} {
		opts = append(opts, chromedp.Flag(flag, true))
	}
	ctx, stop := chromedp.NewExecAllocator(t.Context(), append(opts, more...)...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(stop)
	do(ctx, t, chromedp.EmulateViewport(width, height), chromedp.Navigate(link))
	return ctx
}

func do(ctx context.Context, t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

func eval[T any](ctx context.Context, t *testing.T, script string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return v
}

// until waits for a script to say true, and returns how long that took. A page that gives way to the next while it is
// asked has not said so yet.
func until(ctx context.Context, t *testing.T, script string) time.Duration {
	t.Helper()
	began := time.Now()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		yes, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script))
		if err == nil && yes {
			return time.Since(began)
		}
		if time.Since(began) > 30*time.Second {
			t.Fatalf("never true: %s (%v)", script, err)
		}
		<-tick.C
	}
}

// picture takes a picture of the screen, keeps it where DOORSTEP_SHOTS says, and finds it not to be blank.
func picture(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	until(ctx, t, `document.fonts.status === "loaded" && document.getAnimations().length === 0`)
	shot, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("DOORSTEP_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".png"), shot, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	img, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	ink, all := 0, 0
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y += 3 {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x += 3 {
			r, g, b, _ := img.At(x, y).RGBA()
			if all++; r+g+b < 3*0x8000 {
				ink++ // darker than half: text, and not its ground
			}
		}
	}
	if share := float64(ink) / float64(all); share < 0.005 || share > 0.5 {
		t.Errorf("%s: the screen says nothing: %.2f%% of it is ink", name, 100*share)
	}
}

// ready waits until the screen shows what the agent decided, divided into pages.
const ready = `!!document.querySelector("html.js [data-sheet] .page.on, html.js [data-standing]")`

// onScreen is the title of the notice that can be seen, empty for the standing page.
const onScreen = `(document.querySelector("[data-sheet]") ? document.querySelector("[data-article] [data-block=title]").textContent : "")`

// ownTexts joins what the pages say of their own, without what is repeated for the reader's sake.
const ownTexts = `(() => {
  const out = [];
  for (const page of document.querySelectorAll(".page")) {
    const walk = document.createTreeWalker(page, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) if (!walk.currentNode.parentElement.closest("[data-again]")) out.push(walk.currentNode.data);
  }
  return out.join("");
})()`

// overflowing says of each page outside whose frame something lies what that is.
const overflowing = `[...document.querySelectorAll(".page")].flatMap((p, i) => {
  const frame = p.getBoundingClientRect();
  const out = [...p.querySelectorAll("*")].filter((e) => {
    const b = e.getBoundingClientRect();
    return b.bottom > frame.bottom + 2 || b.right > frame.right + 2;
  }).map((e) => "page " + (i + 1) + ": " + e.className + " " + e.textContent.slice(0, 20));
  if (p.scrollHeight > p.clientHeight + 1) out.push("page " + (i + 1) + " is " + p.scrollHeight + " high in " + p.clientHeight);
  if (p.scrollWidth > p.clientWidth + 1) out.push("page " + (i + 1) + " is " + p.scrollWidth + " wide in " + p.clientWidth);
  return out;
})`

func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// whole is what a notice says, in its order.
func whole(n civic.Notice) string {
	var b strings.Builder
	b.WriteString(n.Title + n.Issuer + n.Document)
	if n.Index != "" {
		b.WriteString("索引号" + n.Index)
	}
	if !n.Made.IsZero() {
		fmt.Fprintf(&b, "%d年%d月%d日", n.Made.Year, n.Made.Month, n.Made.Day)
	}
	for _, k := range n.Blocks() {
		b.WriteString(k.Text + strings.Join(k.Cells, ""))
	}
	return squeeze(b.String())
}

const law = "为保障被征地农民的合法权益，依据《中华人民共和国土地管理法》第四十七条、《中华人民共和国土地管理法实施条例》第二十六条至第二十八条，" +
	"现将征地补偿安置方案公告如下：征收范围东至化龙大道，西至沙湾水道，面积12.3456公顷；土地现状以2026年3月15日的调查结果为准（见附件）。" +
	"对方案有不同意见的，可以在公告之日起30日内以书面形式提出，地址：化龙镇某路1号，邮编511434，联系电话020-00000000，电子邮件office@example.gd.cn。"

// longNotice has 5,000 characters and more, of every kind of block.
func longNotice() civic.Notice {
	var b strings.Builder
	for i := 0; b.Len() < 15_500; i++ {
		fmt.Fprintf(&b, "# 第%d条 补偿与安置\n%s\n- 第%d项：青苗补偿费按亩计算，2026年标准为每亩3000元。\n", i+1, law, i+1)
	}
	return civic.Notice{
		ID: "long", Index: "006939748/2026-00012", Category: "land", Title: "关于化龙镇2026年度第三批次城镇建设用地征地补偿安置方案的公告",
		Issuer: "广州市番禺区人民政府", Document: "番府征〔2026〕12号", Made: civic.Date{Year: 2026, Month: 9, Day: 10}, Body: b.String(),
	}
}

// listNotice has a table of 60 rows with as many columns as heads.
func listNotice(id string, heads ...string) civic.Notice {
	var b strings.Builder
	b.WriteString("经个人申请、入户调查和评议，下列家庭拟纳入最低生活保障，现予公示，公示期7日。\n|" + strings.Join(heads, "|") + "\n")
	names := []string{"李", "陈", "黄", "欧阳", "梁"}
	for i := range 60 {
		cells := []string{fmt.Sprint(i + 1), names[i%5] + "某某", fmt.Sprintf("%d元", 700+i*13), fmt.Sprintf("化龙镇第%d经济合作社", i%9+1), "共同生活的家庭成员" + strings.Repeat("父、母、", i%3+1) + "本人"}
		b.WriteString("|" + strings.Join(cells[:len(heads)], "|") + "\n")
	}
	b.WriteString("如有异议，请在公示期内向化龙镇便民服务中心反映。")
	return civic.Notice{
		ID: id, Category: "relief", Title: "化龙镇2026年9月最低生活保障对象公示", Issuer: "化龙镇人民政府",
		Made: civic.Date{Year: 2026, Month: 9, Day: 16}, Body: b.String(),
	}
}

// TestPagesCutNothing divides long notices on real panels: joined, the pages are the notice, and none overflows.
func TestPagesCutNothing(t *testing.T) {
	huge := listNotice("huge", "序号", "姓名")
	huge.Body += "\n|项目|说明\n|一|" + strings.Repeat(law, 3) + "\n"
	huge.Title = strings.Repeat("关于特别长的标题也不能被截断的", 8) + "公示"
	for _, panel := range []struct {
		name string
		inch float64
	}{{"43 inch", 43}, {"65 inch", 65}} {
		for _, n := range []civic.Notice{longNotice(), listNotice("two", "序号", "姓名"), listNotice("five", "序号", "姓名", "月保障金额", "所在村社", "家庭成员"), huge} {
			t.Run(panel.name+" "+n.ID, func(t *testing.T) {
				h := startHall(t, func(o *web.Options) { o.Panel.PxPerMM = 2202.9 / 25.4 / panel.inch })
				h.publish(t, n, time.Time{})
				ctx := chromium(t, h.web.FaceURL(web.Lobby), 1920, 1080)
				took := until(ctx, t, ready)
				if got, want := squeeze(eval[string](ctx, t, ownTexts)), whole(n); got != want {
					t.Errorf("the pages do not say the notice: %s", difference(got, want))
				}
				if bad := eval[[]string](ctx, t, overflowing); len(bad) > 0 {
					t.Errorf("pages overflow: %q", bad)
				}
				count := eval[int](ctx, t, `document.querySelectorAll(".page").length`)
				t.Logf("%d characters on %d pages, divided within %d ms of the page's opening; text %v px",
					len([]rune(whole(n))), count, took.Milliseconds(), eval[string](ctx, t, `getComputedStyle(document.documentElement).fontSize`))
				picture(ctx, t, "lobby-"+panel.name[:2]+"-"+n.ID+"-1")
				if os.Getenv("DOORSTEP_SHOTS") != "" && count > 2 {
					eval[bool](ctx, t, `document.querySelectorAll(".page").forEach((p, i) => p.classList.toggle("on", i === 2)), true`)
					picture(ctx, t, "lobby-"+panel.name[:2]+"-"+n.ID+"-3")
				}
			})
		}
	}
}

func difference(got, want string) string {
	g, w := []rune(got), []rune(want)
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("character %d: %q, want %q (%d and %d in all)", i, string(g[max(0, i-8):min(len(g), i+8)]), string(w[max(0, i-8):min(len(w), i+8)]), len(g), len(w))
		}
	}
	return fmt.Sprintf("%d characters, want %d", len(g), len(w))
}

// short is a notice of one page.
func short(id, category, title string) civic.Notice {
	return civic.Notice{ID: id, Category: category, Title: title, Issuer: "化龙镇人民政府", Body: "特此公告。"}
}

// TestTakedownOnTheScreen takes a notice down and looks at the screen: the edition's arrival to the change, in
// milliseconds, promised within five seconds.
func TestTakedownOnTheScreen(t *testing.T) {
	h := startHall(t)
	h.publish(t, short("a", "rules", "先公布的公告"), time.Time{})
	ctx := chromium(t, h.web.FaceURL(web.Lobby), 1920, 1080)
	until(ctx, t, ready)
	is := func(title string) string { return fmt.Sprintf("%s && %s === %q", ready, onScreen, title) }
	until(ctx, t, is("先公布的公告"))
	h.publish(t, short("b", "rules", "后公布的公告"), time.Time{})

	h.Store.Publish(civic.EditionNotice, "a", nil)
	if took := until(ctx, t, is("后公布的公告")); took > 5*time.Second {
		t.Errorf("taken down, and on the screen for %v more", took)
	} else {
		t.Logf("takedown on the screen %d ms after the edition's arrival", took.Milliseconds())
	}
	picture(ctx, t, "lobby-takedown")

	h.publish(t, short("flood", "emergency", "防汛Ⅳ级应急响应：请停止涉水活动"), time.Time{})
	t.Logf("emergency on the screen %d ms after the edition's arrival", until(ctx, t, is("防汛Ⅳ级应急响应：请停止涉水活动")).Milliseconds())
	picture(ctx, t, "lobby-urgent")
	h.Store.Publish(civic.EditionNotice, "flood", nil)
	h.Store.Publish(civic.EditionNotice, "b", nil)
	t.Logf("standing page %d ms after the last takedown", until(ctx, t, `!!document.querySelector("[data-standing]")`).Milliseconds())
	picture(ctx, t, "lobby-standing")

	// What runs out leaves by the clock alone: the board looks at it whenever anything changes, and by itself.
	h.publish(t, short("c", "rules", "就要到期的公告"), h.Clock.Read().Wall.Add(time.Second-2*time.Minute))
	until(ctx, t, is("就要到期的公告"))
	h.Clock.Add(time.Second)
	t.Logf("expired notice off the screen after %d ms", until(ctx, t, `!!document.querySelector("[data-standing]")`).Milliseconds())
}

// TestScreenLosesTheAgent ends the agent and starts it again on the same port: the screen keeps what it shows, says
// since when it is not fresh, and comes back by itself.
func TestScreenLosesTheAgent(t *testing.T) {
	h := startHall(t)
	h.publish(t, short("a", "rules", "停机前的公告"), time.Time{})
	ctx := chromium(t, h.web.FaceURL(web.Lobby), 1920, 1080)
	until(ctx, t, ready)
	at := strings.TrimPrefix(h.base, "http://")
	h.stop()
	t.Logf("the screen says so %d ms after the agent's end", until(ctx, t, `document.querySelector("[data-fresh]").textContent.includes("失去联系")`).Milliseconds())
	if on := eval[string](ctx, t, onScreen); on != "停机前的公告" {
		t.Errorf("the screen shows %q", on)
	}
	picture(ctx, t, "lobby-lost")

	again := startHall(t, func(o *web.Options) { o.Listen = listenAt(t, at) })
	again.publish(t, short("b", "rules", "重新启动后的公告"), time.Time{})
	t.Logf("the screen is back %d ms after the agent's start", until(ctx, t, ready+" && "+onScreen+` === "重新启动后的公告" && !document.querySelector("[data-fresh]").textContent.includes("失去联系")`).Milliseconds())
	again.step.set(web.Step{At: h.Clock.Read().Wall.Add(-3 * time.Hour), Since: h.Clock.Read().Wall})
	until(ctx, t, `document.querySelector("[data-fresh]").textContent.includes("离线，内容截至 9月17日")`)
	picture(ctx, t, "lobby-offline")
	// It can still tell of what it shows: the page that had its time is recorded by the new agent.
	recorded := func() int {
		again.mu.Lock()
		defer again.mu.Unlock()
		return len(again.proof)
	}
	stay := eval[string](ctx, t, "document.documentElement.dataset.stay")
	began := time.Now()
	for tick := time.NewTicker(50 * time.Millisecond); recorded() == 0; <-tick.C {
		if time.Since(began) > 30*time.Second {
			t.Fatal("the new agent was told of no page")
		}
	}
	t.Logf("a page that stays %s ms was recorded after %d ms", stay, time.Since(began).Milliseconds())
	again.mu.Lock()
	defer again.mu.Unlock()
	if p := again.proof[0]; p.Notice != "b" || p.Page != 0 || p.Of != 1 {
		t.Errorf("proof %+v", p)
	}
}

// TestScreenOfManyNotices looks at a hall's ordinary day, and reads the QR from the picture.
func TestScreenOfManyNotices(t *testing.T) {
	h := startHall(t, func(o *web.Options) { o.Panel.PxPerMM = 2202.9 / 25.4 / 55 })
	h.publish(t, longNotice(), time.Time{})
	h.publish(t, listNotice("list", "序号", "姓名", "月保障金额"), time.Time{})
	h.publish(t, short("a", "schools", "2026年秋季小学一年级招生地段公告"), time.Time{})
	h.publish(t, short("b", "emergency", "台风黄色预警信号"), time.Time{})
	ctx := chromium(t, h.web.FaceURL(web.Lobby), 1920, 1080)
	until(ctx, t, ready)
	picture(ctx, t, "lobby-day")
	shot, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "screen.png")
	if err := os.WriteFile(path, shot, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "zbarimg", "-q", "--raw", path).Output()
	if err != nil || strings.TrimSpace(string(out)) != "https://ban.example.cn/notices/b" {
		t.Errorf("the QR says %q, %v", out, err)
	}
	size := eval[float64](ctx, t, `parseFloat(getComputedStyle(document.documentElement).fontSize)`)
	capital := size * 0.733 / (2202.9 / 25.4 / 55)
	if capital < 36.5 {
		t.Errorf("a capital is %.1f mm high, 37 are read from 3 m", capital)
	}
	t.Logf("a capital is %.1f mm high on 55 inches", capital)
}

// TestScreenTurnsItsPages lets a screen run by itself: page after page of one notice, each for the time it takes to
// read, then the next notice; every page is proved.
func TestScreenTurnsItsPages(t *testing.T) {
	h := startHall(t)
	n := short("first", "rules", "先看的公告")
	n.Body = strings.Repeat("请从本页读到下一页。", 5)
	h.publish(t, n, time.Time{})
	ctx := chromium(t, h.web.FaceURL(web.Lobby), 1920, 1080)
	until(ctx, t, ready)
	h.publish(t, short("second", "rules", "后看的公告"), time.Time{})
	pages := eval[int](ctx, t, `document.querySelectorAll(".page").length`)
	if pages != 2 {
		t.Fatalf("%d pages, want 2", pages)
	}
	t.Logf("second page after %d ms", until(ctx, t, `document.querySelector("[data-mark]").textContent === "2/2"`).Milliseconds())
	t.Logf("next notice after %d ms more", until(ctx, t, ready+" && "+onScreen+` === "后看的公告"`).Milliseconds())
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.proof) != 2 {
		t.Fatalf("proof %+v", h.proof)
	}
	for i, p := range h.proof {
		if p.Notice != "first" || p.Page != i || p.Of != 2 {
			t.Errorf("proof %d: %+v", i, p)
		}
	}
}

// TestScreenWithoutScripts shows at least the list of what is in force.
func TestScreenWithoutScripts(t *testing.T) {
	h := startHall(t)
	h.publish(t, short("a", "rules", "没有脚本也能看到的公告"), time.Time{})
	ctx := chromium(t, h.web.FaceURL(web.Lobby), 1920, 1080, chromedp.Flag("blink-settings", "scriptEnabled=false"))
	if text := eval[string](ctx, t, `document.documentElement.classList.contains("js") ? "scripts run" : document.querySelector(".all").innerText`); !strings.Contains(text, "没有脚本也能看到的公告") {
		t.Errorf("the list says %q", text)
	}
	picture(ctx, t, "lobby-plain")
}
