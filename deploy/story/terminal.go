package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"doorstep/sync/civic"
)

// resident is who files in the story: a name above U+FFFF, a number of the right form that belongs to nobody.
var resident = answers{
	"filed_by": {"self"}, "name": {"欧阳𬭎"}, "number": {"11010519491231002X"}, "phone": {"13800138000"},
	"issued_on": {"2025-12-02"}, "endorsed": {"false"}, "moved": {"true"}, "district": {"440113"}, "street": {"化龙镇"},
	"address": {"亭南路12号3栋401室"}, "living_since": {"2026-03-01"}, "ground": {"employment"},
	"employer": {"番禺区化龙纺织厂"}, "work_address": {"化龙镇工业路8号"}, "work_since": {"2025-06-01"},
	"lived_elsewhere": {"false"}, "declared": {"true"},
}

// enrol starts everything, and looks whether central knows the terminal and the terminal shows the services.
func (t *teller) enrol(ctx context.Context) error {
	if err := t.site.up(ctx); err != nil {
		return err
	}
	if err := t.counts(ctx, 1, "terminals", `SELECT count(*) FROM terminals`); err != nil {
		return err
	}
	url, err := t.site.OpenURL()
	if err != nil {
		return err
	}
	if t.screen, err = openScreen(ctx, t.site.Path("profile-terminal"), panel); err != nil {
		return err
	}
	// The guides come with the first session; the page does not wait for them, so it is looked at again.
	err = until(ctx, "the guides on the terminal", func() (bool, error) {
		if err := t.screen.open(url); err != nil {
			return false, err
		}
		text, err := t.screen.text()
		return strings.Contains(text, "项") && strings.Contains(text, "化龙镇"), err
	})
	if err != nil {
		return err
	}
	return t.screen.picture(t.site.Path("01-home.png"))
}

// cut stops central: nobody listens any more.
func (t *teller) cut(ctx context.Context) error {
	if err := t.site.Central.Stop(); err != nil {
		return err
	}
	if err := closed(ctx, t.site.Ports.Terminals); err != nil {
		return err
	}
	return t.screen.says("离线")
}

// find looks the service up by what people call it, typed on the keyboard of the screen.
func (t *teller) find(context.Context) error {
	if err := t.screen.write("#q", "居住证"); err != nil {
		return err
	}
	if err := t.screen.press("form.search .go"); err != nil {
		return err
	}
	if err := t.screen.says("签注居住证", "申领居住证"); err != nil {
		return err
	}
	if err := t.screen.picture(t.site.Path("03-found.png")); err != nil {
		return err
	}
	if err := t.screen.press(`a[href="/guide/HJ-009"]`); err != nil {
		return err
	}
	if err := t.screen.says("居住证", "不收费", "5"); err != nil {
		return err
	}
	return t.screen.picture(t.site.Path("03-guide.png"))
}

// file answers every question, hands the papers over and confirms.
func (t *teller) file(context.Context) error {
	s := t.screen
	touches, typed := s.touches, s.typed
	defer func() { t.efforts["HJ-009"] = effort{len(resident), s.touches - touches, s.typed - typed} }()
	if err := t.begin("HJ-009"); err != nil {
		return err
	}
	if err := t.fillForm(resident, "04-form"); err != nil {
		return err
	}
	for i, id := range []string{"residence-permit", "identity-card", "proof-employment"} {
		if err := t.attach(id, uint8(i*20)); err != nil {
			return err
		}
	}
	if err := s.press(`#m-new-address button[value="owed"]`); err != nil {
		return err
	}
	if err := s.picture(t.site.Path("04-materials.png")); err != nil {
		return err
	}
	if err := s.press(mainKey); err != nil {
		return err
	}
	if err := s.says(resident["name"][0], "化龙镇"); err != nil {
		return err
	}
	if err := s.picture(t.site.Path("04-review.png")); err != nil {
		return err
	}
	return s.press(mainKey)
}

// mainKey is the one main action of a page.
const mainKey = "footer .key.main"

// begin goes from a guide over the privacy notice to the first question.
func (t *teller) begin(service string) error {
	s := t.screen
	if err := s.press(fmt.Sprintf(`a[href="/privacy/%s"]`, service)); err != nil {
		return err
	}
	if err := s.picture(t.site.Path("04-privacy.png")); err != nil {
		return err
	}
	if err := s.answer(answers{"agree": {"true"}, "sensitive": {"true"}}); err != nil {
		return err
	}
	return s.press(mainKey)
}

// maxPages bounds the form's pages, so that a page that does not go on ends the story.
const maxPages = 30

// fillForm answers page after page until the papers are asked for, and keeps a picture of each.
func (t *teller) fillForm(a answers, pictures string) error {
	s := t.screen
	for i := range maxPages {
		path, err := eval[string](s, "location.pathname")
		if err != nil {
			return err
		}
		if !strings.HasPrefix(path, "/form/") {
			return s.says("材料")
		}
		if err := s.answer(a); err != nil {
			return err
		}
		if err := s.picture(t.site.Path(fmt.Sprintf("%s-%02d.png", pictures, i+1))); err != nil {
			return err
		}
		if err := s.press(mainKey); err != nil {
			return err
		}
		trouble, err := eval[string](s, "document.querySelector('main .error')?.innerText ?? ''")
		if err != nil {
			return err
		}
		if trouble != "" {
			return fmt.Errorf("page %s refuses: %s", path, trouble)
		}
	}
	return fmt.Errorf("the form has more than %d pages", maxPages)
}

// attach photographs a paper and hands it over.
func (t *teller) attach(material string, tint uint8) error {
	file := t.site.Path("paper-" + material + ".jpg")
	if err := photo(file, tint); err != nil {
		return err
	}
	defer func() { _ = os.Remove(file) }()
	if err := t.screen.upload("#m-"+material+" input[type=file]", file); err != nil {
		return err
	}
	return t.screen.shows("#m-" + material + " ul.papers li")
}

// receiptShown reads the code from the page and prints.
func (t *teller) receiptShown(context.Context) error {
	s := t.screen
	if err := s.says("已收件"); err != nil {
		return err
	}
	var err error
	if t.code, err = t.shownCode(); err != nil {
		return err
	}
	if err := s.press(`button[form="print"]`); err != nil {
		return err
	}
	if _, err := t.paper(); err != nil {
		return err
	}
	return s.picture(t.site.Path("05-done.png"))
}

// shownCode reads the tracking code from the page that says 已收件.
func (t *teller) shownCode() (civic.TrackingCode, error) {
	digits, err := eval[string](t.screen, "[...document.querySelectorAll('.ticket .code')].map(e => e.innerText).join('').replace(/\\s/g, '')")
	if err != nil {
		return 0, err
	}
	code, err := civic.ParseTrackingCode(digits)
	if err != nil {
		return 0, fmt.Errorf("the page shows the code %q: %w", digits, err)
	}
	return code, nil
}

// receiptDecodes scans the paper as any telephone would.
func (t *teller) receiptDecodes(ctx context.Context) error {
	pdf, err := t.paper()
	if err != nil {
		return err
	}
	if t.link, err = t.scan(ctx, pdf); err != nil {
		return err
	}
	q, err := civic.ParseReceiptQR(t.link)
	if err != nil {
		return err
	}
	if q.Code != t.code {
		return fmt.Errorf("the paper has code %s, the screen %s", q.Code, t.code)
	}
	return t.genuine(ctx, q)
}

// lookUp holds the paper under the terminal's scanner.
func (t *teller) lookUp() error {
	if err := t.screen.open("http://" + t.site.Ports.Pages + "/lookup"); err != nil {
		return err
	}
	if err := t.screen.write("#qr", t.link); err != nil {
		return err
	}
	return t.screen.press("#byqr .go")
}

// trackedAtTerminal looks the decision up with the paper in hand.
func (t *teller) trackedAtTerminal(ctx context.Context) error {
	err := until(ctx, "the decision at the terminal", func() (bool, error) {
		if err := t.lookUp(); err != nil {
			return false, err
		}
		text, err := t.screen.text()
		return strings.Contains(text, "准予"), err
	})
	if err != nil {
		return err
	}
	return t.screen.picture(t.site.Path("13-terminal.png"))
}
