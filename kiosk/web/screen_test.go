package web_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// screen opens a terminal's pages in a real browser at the size of the panel. Where there is no Chromium the pages of
// this package are tested without one, and this test is not of use.
func screen(t *testing.T, k *terminal) context.Context {
	t.Helper()
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("SKIP: no chromium to open the pages with")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.WindowSize(1080, 1920),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-background-networking", true))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), opts...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stop)
	visit(ctx, t, chromedp.EmulateViewport(1080, 1920), chromedp.Navigate(k.base+"/open?token="+bootToken))
	return ctx
}

func visit(ctx context.Context, t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

func measure[T any](ctx context.Context, t *testing.T, script string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// beyond is how many pixels of a page do not fit into its frame.
const beyond = `(() => { const m = document.querySelector("main"); return Math.max(m.scrollHeight - m.clientHeight, m.scrollWidth - m.clientWidth) })()`

// TestListsFitTheScreen turns lists in both languages and sizes: with 198 services none scrolls its frame.
func TestListsFitTheScreen(t *testing.T) {
	k := start(t)
	ctx := screen(t, k)
	for _, look := range []struct {
		name  string
		touch string // key of the settings that is pressed to come to it from the look before
		then  string // what is there once it was
	}{
		{"high contrast", "contrast", "html.contrast"}, {"English", "lang", `html[lang="en"]`},
		{"English and large", "elder", `html.elder[lang="en"]`}, {"large", "lang", `html.elder[lang="zh-CN"]`},
	} {
		t.Run(look.name, func(t *testing.T) {
			visit(ctx, t, chromedp.Click(`.settings button[name="`+look.touch+`"]`), chromedp.WaitReady(look.then))
			for _, path := range []string{
				"/departments", "/departments?page=2", "/department/market", "/department/civil-affairs", "/department/market?page=3",
				"/event/business", "/event/work?page=2", "/event/health", "/event/old-age", "/search?q=%E8%AF%81", "/search?q=%E8%AF%81&page=2",
			} {
				visit(ctx, t, chromedp.Navigate(k.base+path))
				if over := measure[int](ctx, t, beyond); over > 0 {
					t.Errorf("%s: %d pixels do not fit", path, over)
				}
				photograph(ctx, t, look.name, path)
			}
		})
	}
}

// photograph writes the page as it looks into the folder that DOORSTEP_PAGES names, for people.
func photograph(ctx context.Context, t *testing.T, names ...string) {
	t.Helper()
	folder := os.Getenv("DOORSTEP_PAGES")
	if folder == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	name := strings.NewReplacer("/", "-", "?", "-", "%", "", " ", "-").Replace(strings.Join(names, ""))
	if err := os.WriteFile(filepath.Join(folder, name+".png"), png, 0o600); err != nil {
		t.Fatal(err)
	}
}
