package trials_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"doorstep/central/bulletin"
	"doorstep/central/console/consoletest"
	"doorstep/central/fleet"
	"doorstep/central/store"
	process "doorstep/deploy/fleet"
	shown "doorstep/kiosk/lobby"
	"doorstep/kiosk/proof"
	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/link"
	"doorstep/sync/wire"
)

// showing is a hall with a screen: central in this process, so that the test publishes; the terminal is the real
// program, and the screen a real browser on its pages.
type showing struct {
	*consoletest.Central
	hub   *hub.Hub
	site  *process.Site
	heard context.CancelFunc // ends central's listener: the line goes down
}

// openHall starts central and enrols a terminal that shows the lobby's face.
func openHall(t *testing.T) *showing {
	t.Helper()
	s := &showing{Central: consoletest.New(t), site: newSite(t)}
	s.site.Env = []string{"DOORSTEP_FACE=lobby", "DOORSTEP_LOBBY_INCH=55"}
	id, err := s.Store.ID(t.Context())
	must(t, err)
	now := time.Now
	f, err := fleet.New(fleet.Options{Store: s.Store, Publish: s.Bulletin, Root: s.Keys.RootKey, Address: s.site.Ports.Terminals, Now: now})
	must(t, err)
	s.hub, err = hub.New(hub.Options{
		Registrar: f, Intake: s.Intake, Papers: s.Intake, Bulletin: s.Bulletin, Enquiry: s.Casework, Signer: s.Keys.Sign, Store: id,
		Logger: s.Log, Clock: now,
	})
	must(t, err)
	t.Cleanup(func() {
		ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
		defer stop()
		must(t, s.hub.Close(ctx))
	})
	must(t, s.Bulletin.PublishKeys(t.Context(), s.Keys))
	policy := civic.Policy{TrackingHost: "https://ban.example.cn", Contact: consoletest.Contact, Hours: "工作日 9:00—17:00", DiskReserve: 1 << 20, MaxQueue: 100}
	_, err = s.Bulletin.PublishJSON(t.Context(), civic.EditionPolicy, bulletin.PolicyID, civic.Scope{}, policy, store.System())
	must(t, err)
	s.Woken = func() { s.hub.Wake(civic.Scope{}) }
	s.lineUp(t)
	code, err := f.Invite(t.Context(), store.Place{Point: "hualong", Name: "化龙镇党群服务中心", Address: "化龙镇龙源路", Area: "440113"}, store.System())
	must(t, err)
	must(t, os.MkdirAll(s.site.Path("log"), 0o700))
	_, err = s.site.Tool(t.Context(), "kiosk", "--dir", s.site.Path("kiosk"), "enrol", code.String())
	must(t, err)
	must(t, s.site.StartKiosk(t.Context()))
	return s
}

// lineUp lets terminals reach central.
func (s *showing) lineUp(t *testing.T) {
	t.Helper()
	ln, err := link.Listen(t.Context(), s.site.Ports.Terminals)
	must(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = link.Serve(ctx, ln, s.Log, func(ctx context.Context, c wire.Conn) { _ = s.hub.Serve(ctx, c) })
	}()
	s.heard = func() { stop(); <-ended }
	t.Cleanup(s.heard)
}

// look opens the screen.
func (s *showing) look(t *testing.T) context.Context {
	t.Helper()
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Fatal("this trial needs Debian's chromium: ", err)
	}
	link, err := s.site.OpenURL()
	must(t, err)
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.WindowSize(1920, 1080))
	for _, flag := range []string{"disable-gpu", "disable-quic", "no-first-run", "disable-component-update", "disable-background-networking", "disable-sync"} {
		opts = append(opts, chromedp.Flag(flag, true))
	}
	ctx, stop := chromedp.NewExecAllocator(t.Context(), opts...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	must(t, chromedp.Do(ctx, chromedp.EmulateViewport(1920, 1080), chromedp.Navigate(link)))
	return ctx
}

// awaitScreen waits for a script to say true, and returns how long that took.
func awaitScreen(ctx context.Context, t *testing.T, script string) time.Duration {
	t.Helper()
	began := time.Now()
	until(t, time.Minute, script, func() bool {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script))
		return err == nil && ok
	})
	return time.Since(began)
}

const says = `document.querySelector("[data-panel]").textContent.includes(%q) && !!document.querySelector("html.js [data-standing], html.js .page.on")`

// fresh is what a screen says that is in step with central.
const fresh = `document.querySelector("[data-fresh-text]").textContent.startsWith("更新于")`

// TestScreen publishes a notice at central and takes it down, with the line up; kills the terminal in front of its
// screen; and finds at central the proof of what was shown.
func TestScreen(t *testing.T) {
	s := openHall(t)
	screen := s.look(t)
	awaitScreen(screen, t, fmt.Sprintf(says, "化龙镇党群服务中心"))
	awaitScreen(screen, t, fresh)
	today := s.Post(t, consoletest.Text("今天的公告", "特此公告。"))
	t.Logf("published at central, on the screen after %d ms", awaitScreen(screen, t, fmt.Sprintf(says, "今天的公告")).Milliseconds())
	began := time.Now()
	s.TakeDown(t, today.Notice.ID, "名单有误")
	awaitScreen(screen, t, fmt.Sprintf(says, "办公时间")+fmt.Sprintf(" && !("+says+")", "今天的公告"))
	took := time.Since(began)
	if took > 5*time.Second {
		t.Errorf("taken down at central, and on the screen for %v more", took)
	}
	t.Logf("taken down at central, off the screen after %d ms", took.Milliseconds())

	kept := s.Post(t, consoletest.Text("要证明展示过的公告", "特此公告。")).Notice.ID
	awaitScreen(screen, t, fmt.Sprintf(says, "要证明展示过的公告"))
	recorded := func() int {
		n := 0
		files, _ := filepath.Glob(s.site.Path("kiosk", "displays", "*"))
		for _, f := range files {
			b, _ := os.ReadFile(f)
			n += strings.Count(string(b), "\n")
		}
		return n
	}
	until(t, time.Minute, "a page that stood is recorded", func() bool { return recorded() >= 1 })
	before := recorded()
	s.heard()
	s.site.Kiosk.Kill()
	t.Logf("killed; the screen says so after %d ms", awaitScreen(screen, t, `document.querySelector("[data-fresh]").textContent.includes("失去联系")`).Milliseconds())
	awaitScreen(screen, t, fmt.Sprintf(says, "要证明展示过的公告"))
	s.showedEarlier(t, kept)
	must(t, s.site.StartKiosk(t.Context()))
	t.Logf("started again; the screen is back after %d ms", awaitScreen(screen, t, `document.querySelector("[data-fresh]").textContent.includes("离线，内容截至")`).Milliseconds())
	until(t, time.Minute, "the screen tells the new agent of its pages", func() bool { return recorded() > before })
	s.lineUp(t)
	t.Logf("in step again after %d ms", awaitScreen(screen, t, fresh).Milliseconds())
	s.proved(t, kept)
}

// showedEarlier puts two pages of two hours ago into the record of the terminal, which is not running: the hour they
// stood in is over when it starts.
func (s *showing) showedEarlier(t *testing.T, notice string) {
	t.Helper()
	b, err := proof.Open(proof.Options{
		Dir: s.site.Path("kiosk", "displays"), Every: time.Hour, Logger: slog.New(slog.DiscardHandler),
		TakeIn: func(context.Context, civic.Display) error { return nil }, Queue: func(context.Context) (int, error) { return 0, nil },
		Now: func(context.Context) (time.Time, civic.Confidence) { return time.Now(), civic.Sure },
	})
	must(t, err)
	for i := range 2 {
		until := time.Now().Add(-2 * time.Hour)
		b.Record(proof.Line(shown.Showing{
			Screen: "lobby", Notice: notice, Rev: 1, Digest: civic.Digest{byte(1)}, Page: i, Of: 2, From: until.Add(-20 * time.Second), Until: until,
		}))
	}
	must(t, b.Close())
}

// proved waits until central has the record, once.
func (s *showing) proved(t *testing.T, notice string) {
	t.Helper()
	var list []store.Displayed
	until(t, time.Minute, "the proof of display is at central", func() bool {
		must(t, s.Intake.OpenAll(t.Context()))
		var err error
		list, err = s.Store.Displays(t.Context(), notice)
		must(t, err)
		return len(list) > 0
	})
	pages := 0
	for _, l := range list {
		pages += l.Pages
		t.Logf("proved at central: terminal %05d at %s, revision %d on %s: %d pages, %v, shown whole %d times", l.Terminal, l.Point, l.Rev, l.Screen, l.Pages, l.Time, l.Showings)
	}
	if pages < 2 {
		t.Errorf("%d pages proved", pages)
	}
}
