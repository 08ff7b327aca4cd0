package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"doorstep/sync/civic"
)

// many publishes a dozen notices of several kinds.
func (h *hall) many(t *testing.T) {
	t.Helper()
	h.publish(t, longNotice(), h.Clock.Read().Wall.Add(720*time.Hour))
	h.publish(t, listNotice("list", "序号", "姓名", "月保障金额", "所在村社"), time.Time{})
	h.publish(t, short("typhoon", "emergency", "台风黄色预警信号"), time.Time{})
	for i := range 9 {
		n := short(fmt.Sprint("school", i), "schools", fmt.Sprintf("2026年秋季第%d小学一年级招生地段及报名须知公告", i+1))
		n.Keywords = []string{"入学"}
		h.publish(t, n, time.Time{})
	}
}

// TestNoticeList reads the list without scripts: its pages, its kinds, its search, and what is gone.
func TestNoticeList(t *testing.T) {
	h := startHall(t)
	b := h.browser(t)
	if p := b.get("/notices"); !p.says("目前没有公示") {
		t.Errorf("an empty list says %s", p.body)
	}
	h.many(t)
	if p := b.get("/"); !p.says(`href="/notices"`) {
		t.Error("the first page does not lead to the notices")
	}
	seen := map[string]bool{}
	path := "/notices"
	for pages := 0; path != "" && pages < 9; pages++ {
		p := b.get(path)
		for _, part := range strings.Split(p.body, `href="/notices/`)[1:] {
			seen[part[:strings.IndexAny(part, `?"`)]] = true
		}
		_, rest, _ := strings.Cut(p.body, `class="key main" href="`)
		path, _, _ = strings.Cut(strings.ReplaceAll(rest, "&amp;", "&"), `"`)
		if rest == "" {
			path = ""
		}
	}
	if delete(seen, "kinds"); len(seen) != 12 {
		t.Errorf("%d notices of 12 on the pages of the list: %v", len(seen), seen)
	}
	if p := b.get("/notices"); strings.Index(p.body, "台风黄色预警信号") > strings.Index(p.body, "小学") {
		t.Error("the warning does not come first")
	}
	if p := b.get("/notices/kinds"); !p.says("教育招生入学") || !p.says("9 条公示") || p.says("统计信息") {
		t.Errorf("kinds:\n%s", p.body)
	}
	if p := b.get("/notices?kind=relief"); !p.says("最低生活保障") || p.says("小学") {
		t.Error("another kind is listed")
	}
	for query, want := range map[string]bool{"入学 第3小学": true, "ＯＦＦＩＣＥ@example": true, "没有这个": false} {
		if p := b.get("/notices?q=" + strings.ReplaceAll(query, " ", "+")); p.says("没有找到") == want {
			t.Errorf("%q: found is %v", query, !want)
		}
	}
	if p := b.get("/notices/school1?from=/notices?kind=schools"); p.status != http.StatusOK || !p.says(`href="/notices?kind=schools"`) {
		t.Errorf("status %d", p.status)
	}
	if p := b.get("/notices/school1?from=//evil.example"); strings.Contains(p.body, `href="//evil`) {
		t.Error("the way back leads elsewhere")
	}
	h.Store.Publish(civic.EditionNotice, "school1", nil)
	wait := time.NewTicker(10 * time.Millisecond)
	defer wait.Stop()
	for p := b.get("/notices/school1"); p.status != http.StatusNotFound; p = b.get("/notices/school1") {
		<-wait.C
	}
	if p := b.get("/notices/school1"); !p.says("已经撤下或到期") {
		t.Errorf("gone: %s", p.body)
	}
}

// TestNoticeOnTheTouchScreen reads a long notice page by page, in both sizes of text: the pages say all of it, and
// nothing has to be pushed.
func TestNoticeOnTheTouchScreen(t *testing.T) {
	h := startHall(t)
	h.many(t)
	link := h.web.OpenURL()
	ctx := chromium(t, link, 1080, 1920)
	until(ctx, t, `!!document.querySelector(".home")`)
	picture(ctx, t, "kiosk-home")
	go1080 := func(path, ready, name string) {
		t.Helper()
		do(ctx, t, chromedp.Navigate(h.base+path))
		until(ctx, t, ready)
		picture(ctx, t, name)
	}
	go1080("/notices", `!!document.querySelector(".notice-row")`, "kiosk-notices")
	go1080("/notices/kinds", `!!document.querySelector(".kindlist")`, "kiosk-kinds")
	const paged = `!!document.querySelector(".reading.paged .page.on") && !!document.querySelector("[data-at]")?.textContent`
	for _, elder := range []string{"0", "1"} {
		if elder == "1" {
			eval[bool](ctx, t, `document.querySelector("[name=elder]").click(), true`)
			until(ctx, t, `!!document.documentElement?.classList.contains("elder") && `+paged)
		} else {
			go1080("/notices/long?from=/notices", paged, "kiosk-notice-1")
		}
		if got, want := squeeze(eval[string](ctx, t, ownTexts)), whole(longNotice()); got != want {
			t.Errorf("elder %s: %s", elder, difference(got, want))
		}
		if bad := eval[[]string](ctx, t, overflowing); len(bad) > 0 {
			t.Errorf("elder %s: %q", elder, bad)
		}
		if !eval[bool](ctx, t, `(m => m.scrollHeight <= m.clientHeight + 1 && document.documentElement.scrollHeight <= innerHeight)(document.getElementById("main"))`) {
			t.Errorf("elder %s: the page has to be pushed", elder)
		}
		pages := eval[int](ctx, t, `document.querySelectorAll(".page").length`)
		for range pages - 1 {
			eval[bool](ctx, t, `document.querySelector("[data-later]").click(), true`)
		}
		if !eval[bool](ctx, t, `document.querySelector(".page:last-child").classList.contains("on") && document.querySelector("[data-later]").disabled`) {
			t.Errorf("elder %s: the key forward does not lead to the end", elder)
		}
		picture(ctx, t, "kiosk-notice-last-"+elder)
		t.Logf("elder %s: %d pages", elder, pages)
	}
	go1080("/notices/list", paged, "kiosk-list-elder")
}
