package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"
)

// noticeTitle is what the notice of the story is known by on every screen.
const noticeTitle = "化龙镇党群服务中心延长服务时间的公告"

const noticeBody = `为方便上班的居民，中心自下周起每周三延长服务时间。
# 服务时间
- 周一至周五：9:00 至 12:00，13:00 至 17:00
- 周三：延长至 20:00
自助终端全天可用。`

// hands are who takes the notice which step, in order.
var hands = []struct{ login, act, state string }{
	{"feng", "propose", "proposed"}, {"xu", "check", "checked"}, {"luo", "release", "published"},
}

// noticeThreeHands has a publisher write a notice, and three persons take it to the screens.
func (t *teller) noticeThreeHands(ctx context.Context) error {
	if err := t.writeNotice(ctx); err != nil {
		return err
	}
	for i, hand := range hands {
		if i > 0 {
			if err := t.signIn(ctx, hand.login); err != nil {
				return err
			}
			if err := t.console.open(t.consoleAt("/notices/" + t.notice)); err != nil {
				return err
			}
		}
		if err := t.console.says(noticeTitle); err != nil {
			return err
		}
		if err := t.console.picture(t.site.Path(fmt.Sprintf("15-notice-%d-%s.png", i+1, hand.act))); err != nil {
			return err
		}
		if err := t.console.press("details.act." + hand.act + " button.main"); err != nil {
			return err
		}
		if err := t.counts(ctx, 1, "notices in that state", `SELECT count(*) FROM notices WHERE id = ? AND state = ?`, t.notice, hand.state); err != nil {
			return err
		}
	}
	return t.counts(ctx, len(hands), "hands on the notice",
		`SELECT count(DISTINCT login) FROM notice_steps WHERE id = ? AND state IN ('proposed', 'checked', 'published')`, t.notice)
}

// writeNotice writes the draft, and keeps its id.
func (t *teller) writeNotice(ctx context.Context) error {
	if err := t.signIn(ctx, hands[0].login); err != nil {
		return err
	}
	c := t.console
	if err := c.open(t.consoleAt("/notices/new")); err != nil {
		return err
	}
	for _, f := range [...]struct{ selector, text string }{
		{"#f-title", noticeTitle}, {"#f-body", noticeBody}, {"#f-issuer", "化龙镇人民政府"}, {"#f-code", "007483180"},
	} {
		if err := c.replace(f.selector, f.text); err != nil {
			return err
		}
	}
	if err := c.replace("#f-made", time.Now().Format(time.DateOnly)); err != nil {
		return err
	}
	if err := c.tap(`label:has(> input[name="category"][value="offices"])`); err != nil {
		return err
	}
	if err := c.press("form.editor button.main"); err != nil {
		return err
	}
	path, err := eval[string](c, "location.pathname")
	if err != nil {
		return err
	}
	if t.notice = strings.TrimPrefix(path, "/notices/"); t.notice == path || strings.Contains(t.notice, "/") || t.notice == "new" {
		text, err := c.text()
		return fmt.Errorf("the draft is not saved: %s (%w)", brief(text), err)
	}
	return nil
}

// noticeShown waits until the screen in the lobby shows the notice.
func (t *teller) noticeShown(ctx context.Context) error {
	b, err := os.ReadFile(t.site.Path("kiosk", "open-url-lobby"))
	if err != nil {
		return fmt.Errorf("find the lobby's page: %w", err)
	}
	if t.lobby, err = openScreen(ctx, t.site.Path("profile-lobby"), hall); err != nil {
		return err
	}
	if err := t.lobby.open(strings.TrimSpace(string(b))); err != nil {
		return err
	}
	// Its turn comes after what is urgent has been read, which can take longer than anything else is waited for.
	const turn = `[...document.querySelectorAll('[data-panel] .page.on')].map(e => e.innerText).join('')`
	err = untilWithin(ctx, 3*patience, "the notice in the lobby", func() (bool, error) {
		text, err := eval[string](t.lobby, turn)
		return strings.Contains(strings.Join(strings.Fields(text), ""), noticeTitle), err
	})
	if err != nil {
		return err
	}
	if err := t.lobby.picture(t.site.Path("16-lobby.png")); err != nil {
		return err
	}
	if err := t.screen.open("http://" + t.site.Ports.Pages + "/notices"); err != nil {
		return err
	}
	if err := t.screen.says(noticeTitle); err != nil {
		return err
	}
	return t.screen.picture(t.site.Path("16-notices.png"))
}

// noticeWithdrawn takes the notice down and waits until no screen shows it.
func (t *teller) noticeWithdrawn(ctx context.Context) error {
	c := t.console
	if err := c.open(t.consoleAt("/notices/" + t.notice)); err != nil {
		return err
	}
	if err := c.tap("details.act.withdraw summary"); err != nil {
		return err
	}
	if err := c.write("details.act.withdraw textarea[name='words']", "服务时间有误，更正后重新公告。"); err != nil {
		return err
	}
	if err := c.press("details.act.withdraw button"); err != nil {
		return err
	}
	err := until(ctx, "the notice off the screens", func() (bool, error) {
		hall, err := t.lobby.text()
		if err != nil || strings.Contains(hall, noticeTitle) {
			return false, err
		}
		if err := t.screen.open("http://" + t.site.Ports.Pages + "/notices"); err != nil {
			return false, err
		}
		text, err := t.screen.text()
		return !strings.Contains(text, noticeTitle), err
	})
	if err != nil {
		return err
	}
	return t.lobby.picture(t.site.Path("17-lobby.png"))
}

// board holds the figure of the supervisor's board against central's file.
func (t *teller) board(ctx context.Context) error {
	received, err := t.count(ctx, `SELECT count(*) FROM cases`)
	if err != nil {
		return err
	}
	if err := t.signIn(ctx, "zheng"); err != nil {
		return err
	}
	if err := t.console.open(t.consoleAt("/board")); err != nil {
		return err
	}
	if err := t.console.picture(t.site.Path("18-board.png")); err != nil {
		return err
	}
	if err := t.console.says(fmt.Sprintf("收件 %d 件", received)); err != nil {
		return err
	}
	// The list behind the figure is as long.
	if err := t.console.press(`.chart .figures a[href*="what=received"]`); err != nil {
		return err
	}
	if err := t.console.picture(t.site.Path("18-board-list.png")); err != nil {
		return err
	}
	rows, err := eval[int](t.console, "document.querySelectorAll('main tbody tr').length")
	if err == nil && rows != received {
		err = fmt.Errorf("the list behind %d has %d lines", received, rows)
	}
	return err
}

// consoleAt is the address of a page of the console.
func (t *teller) consoleAt(path string) string { return "http://" + t.site.Ports.Console + path }
