package desk_test

import (
	"testing"

	"doorstep/kiosk/desk"
	"doorstep/kiosk/desk/desktest"
	"doorstep/sync/civic"
)

// TestEveryServiceBegins begins an application for each of the 195 services of the survey and the three claims about
// a resident's own data: for the 85 and 3 that can be filed here it
// asks its first question in both languages, the others say that they are filed elsewhere. Each has a form to be
// filled by hand.
func TestEveryServiceBegins(t *testing.T) {
	f := desktest.Open(t, func(o *desk.Options) { o.Sessions = 100 })
	here := 0
	for _, s := range f.Desk.Services("zh") {
		notice, err := f.Desk.Notice(s.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, paper, err := f.Desk.Blank(s.ID); err != nil || len(paper.Paper("zh")) == 0 {
			t.Errorf("%s has no form to fill by hand: %v", s.ID, err)
		}
		session, err := f.Desk.Begin(t.Context(), s.ID, "zh", "", civic.Consent{Notice: "2026-1", Sensitive: notice.Sensitive != ""})
		if !s.Here {
			if refusal(err) != "desk.elsewhere" {
				t.Errorf("%s: %v", s.ID, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", s.ID, err)
			continue
		}
		here++
		zh := session.Pages()
		session.SetLang("en")
		if en := session.Pages(); len(zh) < 3 || len(en) != len(zh) || en[0].Title == zh[0].Title {
			t.Errorf("%s asks on %d pages in Chinese and %d in English", s.ID, len(zh), len(en))
		}
	}
	if here != 85+3 {
		t.Errorf("%d services can be filed here", here)
	}
}
