package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"doorstep/deploy/fleet"
)

// trackedBeforeArrival opens the QR's link on a phone while the terminal is still cut off: central's door for
// terminals is elsewhere, its page for residents is there.
func (t *teller) trackedBeforeArrival(ctx context.Context) error {
	elsewhere, err := fleet.FreePorts()
	if err != nil {
		return err
	}
	if err := t.site.StartCentral(ctx, elsewhere.Terminals); err != nil {
		return err
	}
	if err := t.counts(ctx, 0, "entries while the line is cut", `SELECT count(*) FROM entries`); err != nil {
		return err
	}
	if t.phone, err = openScreen(ctx, t.site.Path("profile-phone"), phone); err != nil {
		return err
	}
	if err := t.phone.open(t.link); err != nil {
		return err
	}
	number := fmt.Sprintf("%05d", t.code.Terminal())
	if err := t.phone.says(number, "还没"); err != nil {
		return err
	}
	return t.phone.picture(t.site.Path("07-phone-before.png"))
}

// restore lets the line return.
func (t *teller) restore(ctx context.Context) error {
	if err := t.site.Central.Stop(); err != nil {
		return err
	}
	if err := t.site.StartCentral(ctx, t.site.Ports.Terminals); err != nil {
		return err
	}
	return until(ctx, "the entry at central", func() (bool, error) {
		n, err := t.count(ctx, `SELECT count(*) FROM entries WHERE outcome = 'case'`)
		return n == 1, err
	})
}

// oneCase kills the terminal, starts it again and looks whether there is one case with all its papers.
func (t *teller) oneCase(ctx context.Context) error {
	t.site.Kiosk.Kill()
	if err := t.site.StartKiosk(ctx); err != nil {
		return err
	}
	err := until(ctx, "the papers at central", func() (bool, error) {
		n, err := t.count(ctx, `SELECT count(*) FROM papers WHERE arrived <> 0`)
		return n == 3, err
	})
	if err != nil {
		return err
	}
	if err := t.counts(ctx, 1, "cases of the code", `SELECT count(*) FROM cases WHERE code = ?`, t.code.Digits()); err != nil {
		return err
	}
	if err := t.counts(ctx, 1, "cases", `SELECT count(*) FROM cases`); err != nil {
		return err
	}
	url, err := t.site.OpenURL() // of the new boot
	if err != nil {
		return err
	}
	return t.screen.open(url)
}

// status waits until central has the case in a status.
func (t *teller) status(ctx context.Context, want string) error {
	return until(ctx, "the status "+want, func() (bool, error) {
		var s string
		err := t.ask(ctx, &s, `SELECT status FROM cases WHERE code = ?`, t.code.Digits())
		return s == want, err
	})
}

// supplement lets the clerk ask for a paper and the resident bring it to the terminal.
func (t *teller) supplement(ctx context.Context) error {
	if err := t.signIn(ctx, "chen"); err != nil {
		return err
	}
	c := t.console
	if err := t.openCase(); err != nil {
		return err
	}
	if err := c.says(resident["name"][0], "化龙"); err != nil {
		return err
	}
	if err := c.picture(t.site.Path("10-console-case.png")); err != nil {
		return err
	}
	if err := c.tap("details.act.supplement summary"); err != nil {
		return err
	}
	if err := c.tap(`details.act.supplement input[name="items"][value^="新住址"]`); err != nil {
		return err
	}
	if err := c.write("details.act.supplement textarea[name='words']", "请补交新住址的租赁合同。"); err != nil {
		return err
	}
	if err := c.press("details.act.supplement button.main"); err != nil {
		return err
	}
	if err := t.status(ctx, "supplement"); err != nil {
		return err
	}
	if err := t.bring(ctx); err != nil {
		return err
	}
	return t.status(ctx, "filed")
}

// bring answers the clerk's request at the terminal.
func (t *teller) bring(ctx context.Context) error {
	s := t.screen
	err := until(ctx, "the request at the terminal", func() (bool, error) {
		if err := t.lookUp(); err != nil {
			return false, err
		}
		text, err := s.text()
		return strings.Contains(text, "补正"), err
	})
	if err != nil {
		return err
	}
	if err := s.picture(t.site.Path("10-asked.png")); err != nil {
		return err
	}
	if err := s.press(`button[form="supplement"]`); err != nil {
		return err
	}
	if err := t.bringPapers(); err != nil {
		return err
	}
	if err := s.press("footer .key.main"); err != nil { // to the review
		return err
	}
	if err := s.press("footer .key.main"); err != nil { // confirm
		return err
	}
	if err := s.says("收"); err != nil {
		return err
	}
	return s.picture(t.site.Path("10-supplied.png"))
}

// bringPapers hands a paper over for each thing that was asked.
func (t *teller) bringPapers() error {
	ids, err := eval[[]string](t.screen, "[...document.querySelectorAll('section.material')].map(e => e.dataset.material)")
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		return errors.New("the terminal asks for no paper")
	}
	for _, id := range ids {
		if err := t.attach(id, 60); err != nil {
			return err
		}
	}
	return nil
}

// decided lets the clerk accept and grant.
func (t *teller) decided(ctx context.Context) error {
	c := t.console
	if err := t.openCase(); err != nil {
		return err
	}
	if err := c.tap("details.act.accept summary"); err != nil {
		return err
	}
	if err := c.press("details.act.accept button.main"); err != nil {
		return err
	}
	if err := t.status(ctx, "accepted"); err != nil {
		return err
	}
	if err := t.openCase(); err != nil {
		return err
	}
	if err := c.tap("details.act.grant summary"); err != nil {
		return err
	}
	if err := c.write("details.act.grant textarea", "经审查，准予签注，有效期延长一年。"); err != nil {
		return err
	}
	if err := c.press("details.act.grant button.main"); err != nil {
		return err
	}
	if err := t.status(ctx, "granted"); err != nil {
		return err
	}
	return c.picture(t.site.Path("11-console-granted.png"))
}

func (t *teller) signIn(ctx context.Context, login string) error {
	if t.console != nil {
		t.console.end()
	}
	var err error
	if t.console, err = openScreen(ctx, t.site.Path("profile-"+login), desk); err != nil {
		return err
	}
	c := t.console
	if err := c.open("http://" + t.site.Ports.Console + "/"); err != nil {
		return err
	}
	if err := c.write(`input[name="name"]`, login); err != nil {
		return err
	}
	if err := c.write(`input[name="password"]`, t.site.passwords[login]); err != nil {
		return err
	}
	if err := c.press("form[action='/sign-in'] button"); err != nil {
		return err
	}
	return c.picture(t.site.Path("10-console-cases.png"))
}

// openCase opens the case from the list, as a clerk does.
func (t *teller) openCase() error {
	if err := t.console.open("http://" + t.site.Ports.Console + "/cases"); err != nil {
		return err
	}
	return t.console.press(fmt.Sprintf(`a[href^="/cases/%s"]`, t.code.Digits()[:4]))
}

// trackedOnPhone opens the QR's link once more.
func (t *teller) trackedOnPhone(context.Context) error {
	if err := t.phone.open(t.link); err != nil {
		return err
	}
	if err := t.phone.says("准予"); err != nil {
		return err
	}
	text, err := t.phone.text()
	if err != nil {
		return err
	}
	if strings.Contains(text, "欧阳") {
		return errors.New("the page tells the name")
	}
	return t.phone.picture(t.site.Path("12-phone.png"))
}
