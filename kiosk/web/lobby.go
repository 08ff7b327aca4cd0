package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/kiosk/lobby"
	"doorstep/sync/civic"
)

const (
	lobbyPath = "/lobby"
	// ownScreen names the screen of a page that gives no name.
	ownScreen = "lobby"
	// holdWait is how long a page's question for something new is held, and heed how often the line is looked at.
	holdWait = 25 * time.Second
	heed     = time.Second
)

// screenName returns which screen asks. It is in every record of display, so it stays short.
func screenName(c *fiber.Ctx) string {
	name := strings.TrimSpace(c.Query("screen"))
	if name == "" || len(name) > 32 {
		return ownScreen
	}
	return name
}

// lobby shows what stands on the screen now.
func (w *Web) lobby(c *fiber.Ctx) error {
	ctx, name := ctxOf(c), screenName(c)
	shown := w.opts.Board.Now(ctx, name)
	frame := w.lobbyFrame(ctx, c, shown)
	if frame.Screen = name; name == ownScreen {
		frame.Screen = ""
	}
	var b bytes.Buffer
	page, data := "standing", any(w.standing(ctx, frame))
	if shown.Notice != nil {
		page, data = "notice", w.announced(frame, shown)
	}
	if err := w.lobbyPages.Render(&b, page, locale.Chinese, data); err != nil {
		return err
	}
	c.Type("html", "utf-8")
	return c.Send(b.Bytes())
}

func (w *Web) lobbyFrame(ctx context.Context, c *fiber.Ctx, shown lobby.Shown) view.Lobby {
	now, sure := w.opts.Board.Time(ctx)
	f := view.Lobby{
		PxPerMM: w.opts.Panel.PxPerMM, Far: w.opts.Panel.Far, Token: w.pageToken(c), Version: shown.Version,
		Now: now, Sure: sure != civic.Unsure, Fresh: w.fresh(ctx), Aside: w.asideOf(ctx, shown),
	}
	if place, err := w.opts.Site.Place(ctx); err == nil {
		f.Place = place.PointName
	}
	if shown.Notice != nil {
		policy := w.opts.Desk.Policy()
		f.Hours, f.Contact = policy.Hours, policy.Contact
	}
	seen := map[string]bool{}
	for i := range shown.Next {
		if n := &shown.Next[i]; !seen[n.ID] {
			seen[n.ID] = true
			f.Next = append(f.Next, titleOf(n))
		}
	}
	list := w.opts.Board.Notices(ctx)
	for i := range list {
		f.All = append(f.All, titleOf(&list[i]))
	}
	return f
}

func titleOf(n *lobby.Notice) view.LobbyTitle {
	return view.LobbyTitle{Title: n.Title, Issuer: n.Issuer, Urgent: n.Urgent()}
}

// announced is a screen with a notice.
func (w *Web) announced(f view.Lobby, shown lobby.Shown) view.LobbyNotice {
	n := shown.Notice
	category, _ := civic.CategoryOf(n.Category)
	return view.LobbyNotice{
		Lobby: f, Notice: n.Notice, Category: category.Name, Urgent: n.Urgent(), Parts: view.Article(n.Body),
		Page: shown.From.Page, Of: shown.From.Of, Link: w.phoneLink(n.ID),
	}
}

// phoneLink is where a notice is read on a phone; empty where the policy names no host.
func (w *Web) phoneLink(id string) string {
	host := strings.TrimRight(w.opts.Desk.Policy().TrackingHost, "/")
	if host == "" {
		return ""
	}
	return host + "/notices/" + id
}

// standing is a screen with nothing to announce: it is never blank.
func (w *Web) standing(ctx context.Context, f view.Lobby) view.LobbyStanding {
	policy := w.opts.Desk.Policy()
	page := view.LobbyStanding{Lobby: f, Open: policy.Hours, Call: policy.Contact}
	if place, err := w.opts.Site.Place(ctx); err == nil {
		page.Address = place.Address
	}
	for _, s := range w.opts.Desk.Services(locale.Chinese) {
		if s.Here {
			page.Services = append(page.Services, s.Name)
		}
	}
	page.Count = len(page.Services)
	page.Services = fromMinute(page.Services, f.Now)
	return page
}

// fromMinute begins a list elsewhere every minute, a few names on: there is room for a few only, and all shall be seen.
func fromMinute(list []string, now time.Time) []string {
	if len(list) == 0 {
		return nil
	}
	const few = 4
	from := int(now.Unix() / 60 * few % int64(len(list)))
	return append(list[from:len(list):len(list)], list[:from]...)
}

// fresh says how old what is shown may be. What was last known before this program began counts as well.
func (w *Web) fresh(ctx context.Context) view.Fresh {
	s := w.opts.Line.Step(ctx)
	now, _ := w.opts.Board.Time(ctx)
	if s.Now {
		return view.Fresh{Now: true, At: now}
	}
	return view.Fresh{At: s.At, Since: s.Since}
}

// asideOf changes whenever what stands beside the notice does, but for the clock.
func (w *Web) asideOf(ctx context.Context, shown lobby.Shown) string {
	f := w.fresh(ctx)
	if f.Now {
		f.At = time.Time{} // the page tells the time of a fresh screen itself
	}
	_, sure := w.opts.Board.Time(ctx)
	return fmt.Sprintf("%s.%d.%t.%d.%d.%d", shown.Version, shown.Changes, f.Now, f.At.UnixMilli(), f.Since.UnixMilli(), sure)
}

// waiting is the answer to a page that asked for something new.
type waiting struct {
	Version string `json:"version"`
	Aside   string `json:"aside"`
	Fresh   string `json:"fresh"` // how old what is shown may be, in words
	InStep  bool   `json:"in_step"`
}

// await answers as soon as something else is to be shown than the page has seen, or after a while that all is as it
// was. It sits on loopback: what comes down the line is on the screen in the same second.
func (w *Web) await(c *fiber.Ctx) error {
	ctx, name := ctxOf(c), screenName(c)
	seen, aside := c.Query("seen"), c.Query("aside")
	end := time.NewTimer(holdWait)
	defer end.Stop()
	look := time.NewTicker(heed)
	defer look.Stop()
	for held := true; ; {
		changed := w.opts.Board.Changed()
		shown := w.opts.Board.Now(ctx, name)
		now := waiting{Version: shown.Version, Aside: w.asideOf(ctx, shown)}
		if now.Version != seen || now.Aside != aside || !held {
			f := w.fresh(ctx)
			now.Fresh, now.InStep = freshWords(f), f.Now
			return c.JSON(now)
		}
		select {
		case <-changed:
		case <-look.C: // the line has no bell
		case <-w.ending: // the agent stops: the page will ask the next one
			held = false
		case <-end.C:
			held = false
		}
	}
}

func freshWords(f view.Fresh) string {
	at := locale.Short(locale.Chinese, f.At)
	switch {
	case f.Now:
		return locale.T(locale.Chinese, "lobby.fresh", at)
	case f.At.IsZero():
		return locale.T(locale.Chinese, "lobby.never")
	case f.Since.IsZero():
		return locale.T(locale.Chinese, "lobby.behind", at)
	}
	return locale.T(locale.Chinese, "lobby.offline", at)
}

// displayed takes a page's word that it stood on the screen for so long, and answers what comes next.
func (w *Web) displayed(c *fiber.Ctx) error {
	var p struct {
		Version string `json:"version"`
		Page    int    `json:"page"`
		Of      int    `json:"of"`
		MS      int64  `json:"ms"`
	}
	const day = 24 * int64(time.Hour/time.Millisecond)
	if json.Unmarshal(c.Body(), &p) != nil || p.MS < 0 || p.MS > day {
		return fiber.ErrBadRequest
	}
	shown := w.opts.Board.Ended(ctxOf(c), screenName(c), lobby.Page{
		Version: p.Version, Page: p.Page, Of: p.Of, For: time.Duration(p.MS) * time.Millisecond,
	})
	return c.JSON(fiber.Map{"version": shown.Version})
}
