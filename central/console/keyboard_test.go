package console_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"doorstep/central/console/consoletest"
	"doorstep/sync/civic"
)

// stop is where the focus stands.
type stop struct {
	Path   string  // of the element, by tags and places
	Say    string  // what it says
	Ring   float64 // width of the outline
	Inside bool    // it lies within the window after it got the focus
}

// focused tells the stop; empty Path means the page itself.
const focused = `(() => {
	const e = document.activeElement;
	if (!e || e === document.body || e === document.documentElement) return {Path: "", Say: "", Ring: 0, Inside: true};
	const path = []; for (let n = e; n && n.parentElement; n = n.parentElement) path.unshift(n.tagName + [...n.parentElement.children].indexOf(n));
	const s = getComputedStyle(e), b = e.getBoundingClientRect();
	return {Path: path.join("/"), Say: (e.getAttribute("aria-label") || e.innerText || e.name || "").trim().slice(0, 40),
		Ring: s.outlineStyle === "none" ? 0 : parseFloat(s.outlineWidth),
		Inside: b.left >= -1 && b.right <= innerWidth + 1 && b.bottom > 0 && b.top < innerHeight};
})()`

// reachable lists what a mouse could use on the page, in the order of the document. Of radio buttons of one name the
// keyboard stops at one.
const reachable = `[...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, iframe")]
	.filter(e => !e.disabled && e.tabIndex >= 0 && e.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true}))
	.map(e => { const path = []; for (let n = e; n && n.parentElement; n = n.parentElement) path.unshift(n.tagName + [...n.parentElement.children].indexOf(n)); return path.join("/"); })`

// desk is a browser at somebody's desk.
type desk struct {
	t   *testing.T
	ctx context.Context
	h   *hall
}

func (h *hall) desk(t *testing.T) *desk {
	t.Helper()
	ctx, cancel := screen(t)
	t.Cleanup(cancel)
	return &desk{t, ctx, h}
}

func (d *desk) do(steps ...chromedp.Action[chromedp.Void]) {
	d.t.Helper()
	if err := chromedp.Do(d.ctx, steps...); err != nil {
		d.t.Fatal(err)
	}
}

func ask[T any](d *desk, script string) T {
	d.t.Helper()
	v, err := chromedp.Run(d.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		d.t.Fatal(err)
	}
	return v
}

func (d *desk) visit(path string) { d.t.Helper(); d.do(chromedp.Navigate(d.h.url + path)) }

// drawn waits until the browser has drawn the page twice.
func (d *desk) drawn() {
	d.t.Helper()
	ask[bool](d, `requestAnimationFrame(() => requestAnimationFrame(() => { window.drawnTwice = true })) > 0`)
	for !ask[bool](d, `window.drawnTwice === true`) {
	}
}

// enter signs somebody in with keys alone.
func (d *desk) enter(login string) {
	d.t.Helper()
	d.visit("/sign-in")
	// The page asks for the focus of its first field when the browser next draws; a key before that would be lost.
	d.do(chromedp.Focus(chromedp.CSS("#name")), chromedp.KeyEvent(login), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(consoletest.Password), chromedp.KeyEvent(kb.Enter),
		chromedp.WaitVisible(chromedp.CSS(".rail")))
}

func (d *desk) leave() {
	d.t.Helper()
	d.do(chromedp.Click(chromedp.CSS(`form[action="/sign-out"] button`)), chromedp.WaitVisible(chromedp.CSS("#password")))
}

// walk goes through the page with Tab and returns the stops until the focus leaves the page.
func (d *desk) walk() []stop {
	d.t.Helper()
	var out []stop
	seen, last := map[string]bool{}, ""
	for range 400 {
		d.do(chromedp.KeyEvent(kb.Tab))
		at := ask[stop](d, focused)
		if at.Path == last && last != "" {
			continue // a field for a day has a stop for each of its parts
		}
		if last = at.Path; last == "" || seen[last] {
			return out
		}
		seen[last] = true
		out = append(out, at)
	}
	d.t.Fatal("Tab does not come to an end")
	return nil
}

// until presses Tab until the focus is where want says.
func (d *desk) until(want string) {
	d.t.Helper()
	for range 400 {
		d.do(chromedp.KeyEvent(kb.Tab))
		if at := ask[stop](d, focused); strings.HasPrefix(at.Say, want) {
			return
		}
	}
	d.t.Fatalf("Tab never comes to %q", want)
}

// pages are the pages of each role, the case's among them.
func pagesOf(f civic.TrackingCode) map[string][]string {
	one := "/cases/" + f.String()
	return map[string][]string{
		"chen":  {"/cases", one, one + "/letter", "/password"},
		"oper":  {"/aside", "/terminals", "/terminals/1", "/terminals/enrol"},
		"audit": {"/audit?action=step"},
		"boss":  {"/people", "/people/chen", "/people/add", "/offices/department", "/offices/point/add"},
	}
}

// TestKeyboardReachesEverything walks through every page with Tab: each thing that a mouse could use gets the focus,
// in the order in which it is read, with a ring that is seen, inside the window.
func TestKeyboardReachesEverything(t *testing.T) {
	h := open(t)
	h.Hire(t, "boss", "何主任", "", civic.RoleAdmin)
	f, asked, _, _ := h.furnish(t)
	d := h.desk(t)
	pages := pagesOf(f.Code)
	pages["chen"][2] = "/cases/" + asked.Code.String() + "/letter"
	for _, login := range []string{"chen", "oper", "audit", "boss"} {
		d.enter(login)
		for _, path := range pages[login] {
			d.visit(path)
			// The page may put the focus somewhere itself, when it is drawn: back to its beginning.
			d.drawn()
			ask[bool](d, `(() => { document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute("tabindex"); return true; })()`)
			want := ask[[]string](d, reachable)
			got := d.walk()
			if len(got) < len(want) {
				t.Errorf("%s: %d of %d are reached", path, len(got), len(want))
			}
			order := map[string]int{}
			for i, s := range got {
				order[s.Path] = i + 1
				if s.Ring < 2 {
					t.Errorf("%s: no ring around %q", path, s.Say)
				}
				if !s.Inside {
					t.Errorf("%s: %q has the focus outside the window", path, s.Say)
				}
			}
			before := 0
			for _, p := range want {
				switch at := order[p]; {
				case at == 0:
					t.Errorf("%s: %s is not reached", path, p)
				case at < before:
					t.Errorf("%s: %s is reached out of order", path, p)
				default:
					before = at
				}
			}
		}
		d.leave()
	}
}

// TestCaseByKeyboard takes and accepts a case without a mouse.
func TestCaseByKeyboard(t *testing.T) {
	h := open(t)
	f := h.file(t)
	d := h.desk(t)
	d.enter("chen")
	d.do(chromedp.WaitVisible(chromedp.CSS("table.cases")))
	d.until("申领居住证")
	d.do(chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(chromedp.CSS(".acts")))
	d.until("我来办")
	d.do(chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(chromedp.CSS(".flash")))
	d.until("受理")
	d.do(chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(chromedp.CSS("details.accept[open] button.main")))
	d.until("受理这件申请")
	d.do(chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(chromedp.CSS(".issued")))
	c, err := h.Store.Case(t.Context(), f.Code)
	if err != nil || c.Status != civic.Accepted || c.Clerk != "chen" {
		t.Errorf("the case is %s with %q, %v", c.Status, c.Clerk, err)
	}
}

// TestZoomedTwice looks at every page at 1440x900 with everything twice as large: nothing lies beside the window, and
// every field and button can be scrolled to and is whole.
func TestZoomedTwice(t *testing.T) {
	h := open(t)
	h.Hire(t, "boss", "何主任", "", civic.RoleAdmin)
	f, _, _, _ := h.furnish(t)
	d := h.desk(t)
	d.do(chromedp.EmulateViewport(720, 450, chromedp.EmulateScale(2)))
	for login, pages := range pagesOf(f.Code) {
		d.enter(login)
		for _, path := range pages {
			if strings.HasSuffix(path, "/letter") {
				continue // there is none before a step
			}
			d.visit(path)
			if wide := ask[float64](d, `document.documentElement.scrollWidth - innerWidth`); wide > 1 {
				t.Errorf("%s is %v px wider than the window", path, wide)
			}
			lost := ask[[]string](d, `[...document.querySelectorAll("main a[href], main button, main input:not([type=hidden]), main select, main textarea, main summary")]
				.filter(e => e.checkVisibility({contentVisibilityAuto: true}) && !e.matches(".sr"))
				.filter(e => { e.scrollIntoView({block: "center", inline: "center"}); const b = e.getBoundingClientRect(); return b.left < -1 || b.right > innerWidth + 1 || b.width < 1; })
				.map(e => e.tagName + " " + (e.innerText || e.name))`)
			if len(lost) > 0 {
				t.Errorf("%s: cannot be seen whole: %s", path, fmt.Sprint(lost))
			}
		}
		d.leave()
	}
}
