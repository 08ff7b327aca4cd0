package track_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"doorstep/assets"
	"doorstep/central/casework"
	"doorstep/central/notices"
	"doorstep/sync/civic"
)

// TestWriteScreens writes a picture of each state into the folder that DOORSTEP_SCREENS names, to be looked at.
func TestWriteScreens(t *testing.T) {
	folder := os.Getenv("DOORSTEP_SCREENS")
	if folder == "" {
		t.Skip("DOORSTEP_SCREENS names no folder")
	}
	p := open(t)
	if err := p.Fleet.Seen(t.Context(), p.terminal.Key, p.Now(), nil); err != nil {
		t.Fatal(err)
	}
	p.Pass(2 * time.Hour)
	waiting := p.terminal.TakeIn(t, []byte("paper"), "image/jpeg")
	p.Pass(3 * time.Hour)
	// What is filed later would chain after it, so it stays behind on another terminal.
	q := *p
	q.terminal = p.Enrol(t, place)
	filed, asked, granted := q.arrived(t), q.arrived(t), q.arrived(t)
	aside := q.terminal.Unreadable(t)
	q.terminal.Deliver(t, aside, false)
	clerk, err := p.Store.Person(t.Context(), "chen")
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		p.Casework.Supplement(t.Context(), asked.Code, 2, clerk, casework.Request{Owes: []string{"本人居民身份证", "租赁合同第二页"}}),
		p.Casework.Accept(t.Context(), granted.Code, 2, clerk),
		p.Casework.Decide(t.Context(), granted.Code, 3, clerk, true, "准予"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	list, err := notices.Samples(assets.Notices(), civic.DateOf(p.Now()))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		p.Post(t, s.Text, s.Files...)
	}
	relief, gone := "/notices/"+list[11].Text.Notice.ID, "/notices/"+list[4].Text.Notice.ID
	p.TakeDown(t, list[4].Text.Notice.ID, "有误")
	alloc, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("accept-lang", "zh-CN"))...)
	defer stop()
	ctx, cancel := chromedp.NewContext(alloc)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 844)); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"1-not-arrived": "/R/" + waiting.Token, "2-filed": "/R/" + filed.Token, "3-asked": "/R/" + asked.Token,
		"4-granted": "/R/" + granted.Token, "5-aside": "/R/" + aside.Token, "6-forged": "/R/" + waiting.Token[:160],
		"7-english": "/R/" + asked.Token + "?lang=en", "8-ask": "/",
		"9-notices": "/notices", "9-notice": relief, "9-notice-gone": gone, "9-notice-english": relief + "?lang=en",
	} {
		if err := chromedp.Do(ctx, chromedp.Navigate(p.url+path)); err != nil {
			t.Fatal(err)
		}
		b, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "track-"+name+".png"), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1440, 900)); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"desk-notices": "/notices", "desk-notice": relief} {
		if err := chromedp.Do(ctx, chromedp.Navigate(p.url+path)); err != nil {
			t.Fatal(err)
		}
		b, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "track-"+name+".png"), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
