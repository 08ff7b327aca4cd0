package assets_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"doorstep/assets"
	"doorstep/assets/locale"
	"doorstep/assets/view"
)

// hall serves sample pages as an agent would, and notes what they post.
type hall struct {
	*httptest.Server
	mu     sync.Mutex
	posts  []string // path and body
	pages  map[string]string
	answer string // page that a POST shows
}

func newHall(t *testing.T, pages map[string]string) *hall {
	t.Helper()
	h := &hall{pages: pages}
	mux := http.NewServeMux()
	files := http.StripPrefix(assets.Prefix, http.FileServerFS(open(t).FS()))
	mux.HandleFunc("GET "+assets.Prefix, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable") // as the agent and central say of them
		files.ServeHTTP(w, r)
	})
	mux.HandleFunc("GET /line", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"up":false,"waiting":3}`)
	})
	mux.HandleFunc("GET /page/{name}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, h.pages[r.PathValue("name")])
	})
	mux.HandleFunc("POST /", h.take)
	h.Server = httptest.NewServer(mux)
	t.Cleanup(h.Close)
	return h
}

func (h *hall) take(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.posts = append(h.posts, r.URL.Path+" "+string(body))
	if r.URL.Path == "/ime" {
		var q struct{ Mode, Keys, Hint string }
		_ = json.Unmarshal(body, &q)
		if r.Header.Get("X-Doorstep-Token") == "" || q.Mode != "pinyin" {
			http.Error(w, "refused", http.StatusForbidden)
			return
		}
		if q.Keys != "ouyang" { // before the last key there is nothing to choose yet
			_, _ = io.WriteString(w, `{"candidates":[]}`)
			return
		}
		_, _ = io.WriteString(w, `{"candidates":[{"text":"欧阳","rest":""}]}`)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, h.pages[h.answer])
}

// posted returns what was posted to paths that begin so.
func (h *hall) posted(path string) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []string
	for _, p := range h.posts {
		if strings.HasPrefix(p, path) {
			out = append(out, p)
		}
	}
	return out
}

// browser opens a page of a hall at the size of the panel; the test is skipped where there is no Chromium.
func browser(t *testing.T, h *hall, page string) context.Context {
	t.Helper()
	return browserFor(t, h, page, time.Minute)
}

// browserFor is browser for a test that needs it longer.
func browserFor(t *testing.T, h *hall, page string, within time.Duration) context.Context {
	t.Helper()
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("SKIP: no chromium to open the pages with")
	}
	// Without motion, so that no picture is of a page half faded in.
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.WindowSize(1080, 1920),
		chromedp.Flag("force-prefers-reduced-motion", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-background-networking", true))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), opts...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, within)
	t.Cleanup(stop)
	do(ctx, t, chromedp.EmulateViewport(1080, 1920), chromedp.Navigate(h.URL+"/page/"+page))
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

// until waits for a script to say true. A page that gives way to the next while it is asked has not said so yet.
func until(ctx context.Context, t *testing.T, script string) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(20 * time.Second)
	for {
		yes, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script))
		if err == nil && yes {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("never true: %s (%v)", script, err)
		case <-tick.C:
		}
	}
}

func key(label string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.Search(`//section[@data-keyboard]//button[.="` + label + `"]`))
}

func TestKeyboardTypesAName(t *testing.T) {
	h := newHall(t, render(t, open(t), marker(t), locale.Chinese))
	ctx := browser(t, h, "step-proxy")
	do(ctx, t, chromedp.Evaluate[chromedp.Void](`document.querySelector('[name=proxy_name]').value = ''`),
		chromedp.Click(chromedp.CSS(`[name=proxy_name]`)))
	for _, k := range "ouyang" {
		do(ctx, t, key(string(k)))
	}
	until(ctx, t, `document.querySelector('.guesses button')?.textContent === '欧阳' && document.querySelector('.typed').textContent === 'ouyang'`)
	do(ctx, t, key("欧阳"))
	if got := eval[string](ctx, t, `document.querySelector('[name=proxy_name]').value`); got != "欧阳" {
		t.Errorf("the field holds %q", got)
	}
	if got := eval[string](ctx, t, `document.querySelector('.typed').textContent`); got != "" {
		t.Errorf("keys are left over: %q", got)
	}
	asked := h.posted("/ime")
	if len(asked) == 0 || !strings.Contains(asked[0], `"hint":"name"`) {
		t.Errorf("the keyboard asked %v", asked)
	}
	// A physical keyboard writes into the same field.
	do(ctx, t, chromedp.SendKeys(chromedp.CSS(`[name=proxy_name]`), "Li"))
	if got := eval[string](ctx, t, `document.querySelector('[name=proxy_name]').value`); got != "欧阳Li" {
		t.Errorf("after a physical keyboard the field holds %q", got)
	}
	if n := eval[int](ctx, t, `Math.round(Math.min(...[...document.querySelectorAll('.keyboard .k')].map(b => b.getBoundingClientRect().height)))`); n < 64 {
		t.Errorf("a key is %d px high, under 16 mm", n)
	}
	if over := eval[bool](ctx, t, `document.documentElement.scrollWidth > innerWidth`); over {
		t.Error("the keyboard is wider than the screen")
	}
}

func TestPadTypesAnIdentityNumber(t *testing.T) {
	h := newHall(t, render(t, open(t), marker(t), locale.Chinese))
	ctx := browser(t, h, "step-applicant")
	do(ctx, t, chromedp.Evaluate[chromedp.Void](`document.querySelector('[name=number]').value = ''`),
		chromedp.Click(chromedp.CSS(`[name=number]`)), key("4"), key("1"), key("X"),
		chromedp.Click(chromedp.CSS(`.keyboard [aria-label="删除"]`)), key("X"))
	if got := eval[string](ctx, t, `document.querySelector('[name=number]').value`); got != "41X" {
		t.Errorf("the field holds %q", got)
	}
}

func TestDateIsOneFieldToTheForm(t *testing.T) {
	h := newHall(t, render(t, open(t), marker(t), locale.Chinese))
	ctx := browser(t, h, "step-home")
	set := `((y, m, d) => { [['y', y], ['m', m], ['d', d]].forEach(([k, v]) => { const b = document.getElementById('f-living_since-' + k);
		b.value = v; b.dispatchEvent(new InputEvent('input', {bubbles: true})); }); return document.querySelector('[name=living_since]').value })`
	for _, c := range [][2]string{{`("2026", "9", "6")`, "2026-09-06"}, {`("2026年", "12", "31")`, "2026-12-31"}, {`("", "", "")`, ""}} {
		if got := eval[string](ctx, t, set+c[0]); got != c[1] {
			t.Errorf("%s gives %q, want %q", c[0], got, c[1])
		}
	}
}

// An answer that opens another question shows it at once, and keeps what was typed in the others.
func TestQuestionAppearsWithItsAnswer(t *testing.T) {
	pages := render(t, open(t), marker(t), locale.Chinese)
	with := pages["step-home"]
	cut := strings.Index(with, `data-path="registered_on"`)
	if cut < 0 {
		t.Fatal("the sample no longer asks registered_on")
	}
	pages["with"] = with
	pages["without"] = strings.Replace(with, `data-path="registered_on"`, `data-path="gone"`, 1)
	h := newHall(t, pages)
	h.answer = "with"
	ctx := browser(t, h, "without")
	do(ctx, t, chromedp.Click(chromedp.CSS(`[name=registered][value=false]`)))
	until(ctx, t, `document.querySelector('[data-path="registered_on"]') !== null`)
	posts := h.posted("/form/home")
	if len(posts) != 1 || !strings.Contains(posts[0], "do=refresh") || !strings.Contains(posts[0], "token=sample-token") {
		t.Errorf("posted %v", posts)
	}
	if !eval[bool](ctx, t, `document.getElementById('f-living_since-y') !== null`) {
		t.Error("the dates of the new part have no boxes")
	}
}

func TestNothingIsSentTwice(t *testing.T) {
	h := newHall(t, render(t, open(t), marker(t), locale.Chinese))
	h.answer = "done"
	ctx := browser(t, h, "review")
	do(ctx, t, chromedp.Evaluate[chromedp.Void](`(() => { const b = document.querySelector('.key.main'); b.click(); b.click(); b.click(); })()`))
	until(ctx, t, `document.querySelector('.done') !== null`)
	if got := h.posted("/review"); len(got) != 1 {
		t.Errorf("posted %d times", len(got))
	}
}

// idlePage opens a page with something to wipe and a short patience.
func idlePage(t *testing.T, idle view.Idle) (*hall, context.Context) {
	t.Helper()
	files, mark := open(t), marker(t)
	kiosk, err := files.Pages(assets.KioskFace, mark)
	if err != nil {
		t.Fatal(err)
	}
	frame := maker{t: t, lang: locale.Chinese}.frame(true)
	frame.Idle = idle
	var b bytes.Buffer
	if err := kiosk.Render(&b, "message", locale.Chinese, view.Message{Kiosk: frame, Title: "x"}); err != nil {
		t.Fatal(err)
	}
	pages := render(t, files, mark, locale.Chinese)
	pages["quick"] = b.String()
	h := newHall(t, pages)
	h.answer = "idle"
	return h, browser(t, h, "quick")
}

// Without a touch the card asks, and who answers stays (promise P11).
func TestIdleCardIsPutOff(t *testing.T) {
	h, ctx := idlePage(t, view.Idle{Warning: 1, Leave: 60})
	until(ctx, t, `document.querySelector('[data-idle]').open`)
	do(ctx, t, chromedp.Click(chromedp.CSS(`[data-idle] .huge`)))
	until(ctx, t, `performance.getEntriesByName(location.origin + '/touch').length > 0`)
	if len(h.posted("/leave")) != 0 || len(h.posted("/touch")) == 0 {
		t.Errorf("staying posted %v", h.posts)
	}
	until(ctx, t, `document.querySelector('[data-idle]').open`) // the clock runs again
}

// Who does not answer is wiped (promise P11).
func TestIdleCardLeaves(t *testing.T) {
	h, ctx := idlePage(t, view.Idle{Warning: 1, Leave: 1})
	until(ctx, t, `document.querySelector('.message.good') !== null`)
	left := h.posted("/leave")
	if len(left) != 1 || !strings.Contains(left[0], "idle=1") {
		t.Errorf("leaving posted %v", left)
	}
}

func TestScreenIsNoBrowser(t *testing.T) {
	h := newHall(t, render(t, open(t), marker(t), locale.Chinese))
	ctx := browser(t, h, "home")
	for _, event := range []string{
		`new MouseEvent('contextmenu', {bubbles: true, cancelable: true})`,
		`new WheelEvent('wheel', {bubbles: true, cancelable: true, ctrlKey: true})`,
		`new DragEvent('dragstart', {bubbles: true, cancelable: true})`,
	} {
		if eval[bool](ctx, t, `document.querySelector('.tile').dispatchEvent(`+event+`)`) {
			t.Errorf("%s is not cancelled", event)
		}
	}
	if n := eval[int](ctx, t, `localStorage.length + sessionStorage.length + document.cookie.length`); n != 0 {
		t.Error("the page keeps something in the browser")
	}
}

// What can be touched on a page of the frame is at least 16 mm high and its neighbours do not cover it.
func TestTouchTargets(t *testing.T) {
	h := newHall(t, render(t, open(t), marker(t), locale.Chinese))
	ctx := browser(t, h, "home")
	for _, page := range []string{"home", "home-elder", "search", "guide", "privacy", "step-filer", "step-household", "step-companions", "materials", "review", "done", "lookup", "status-supplement"} {
		do(ctx, t, chromedp.Navigate(h.URL+"/page/"+page))
		small := eval[[]string](ctx, t, `[...document.querySelectorAll('a, button, label.card, label.way, summary, input:not([type=hidden])')]
			.filter(e => e.offsetParent && !e.closest('.card, .checklist, .way, .top, .keyboard, dialog, .sr, dl') || e.matches('.card, label.way'))
			.filter(e => !e.matches('.sr')).map(e => [e, e.getBoundingClientRect()]).filter(([e, r]) => r.height > 0 && r.height < 64 || r.right > 1081)
			.map(([e, r]) => e.outerHTML.slice(0, 90) + ' ' + Math.round(r.height) + ' px')`)
		for _, s := range small {
			t.Errorf("%s: %s", page, s)
		}
		if over := eval[bool](ctx, t, `document.getElementById('main').scrollWidth > document.getElementById('main').clientWidth + 1`); over {
			t.Errorf("%s: wider than the screen", page)
		}
	}
}
