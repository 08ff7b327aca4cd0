package web_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"doorstep/kiosk/web"
	"doorstep/sync/civic"
	"doorstep/sync/form"
)

var (
	nextPage   = regexp.MustCompile(`<a href="([^"]*)" rel="next"`)
	prevPage   = regexp.MustCompile(`<a href="([^"]*)" rel="prev"`)
	guideLink  = regexp.MustCompile(`href="/guide/([A-Z0-9-]+)"`)
	officeLink = regexp.MustCompile(`href="(/department/[a-z-]+)"`)
)

// turn follows a list to its end and returns what is found on each of its pages.
func (b *browser) turn(path string, what *regexp.Regexp) (pages [][]string) {
	b.t.Helper()
	for path != "" {
		p := b.get(path)
		if p.status != http.StatusOK {
			b.t.Fatalf("%s: status %d", path, p.status)
		}
		var list []string
		for _, m := range what.FindAllStringSubmatch(p.body, -1) {
			list = append(list, m[1])
		}
		pages = append(pages, list)
		path = ""
		if m := nextPage.FindStringSubmatch(p.body); m != nil {
			path = html.UnescapeString(m[1])
		}
		if (len(pages) > 1) != prevPage.MatchString(p.body) {
			b.t.Errorf("page %d of %s has a page before: %v", len(pages), path, len(pages) == 1)
		}
	}
	return pages
}

// TestEveryServiceIsUnderItsDepartment turns every page of every department, in standard and in large type: no page is
// longer than its frame has room for, and every service is found once.
func TestEveryServiceIsUnderItsDepartment(t *testing.T) {
	k := start(t)
	for _, test := range []struct {
		name         string
		set          url.Values
		rows, places int
	}{
		{"standard", url.Values{}, 7, 18},
		{"large type", url.Values{"elder": {"1"}}, 5, 7},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := k.browser(t)
			test.set.Set("token", b.get("/").token())
			b.post("/settings", test.set)
			seen := map[string]int{}
			for _, offices := range b.turn("/departments", officeLink) {
				if len(offices) > test.places {
					t.Errorf("%d departments on a page", len(offices))
				}
				for _, office := range offices {
					for _, list := range b.turn(office, guideLink) {
						if len(list) == 0 || len(list) > test.rows {
							t.Errorf("%s: %d services on a page", office, len(list))
						}
						for _, id := range list {
							seen[id]++
						}
					}
				}
			}
			for id, n := range seen {
				if n != 1 {
					t.Errorf("%s is listed %d times", id, n)
				}
			}
			if all := len(k.Desk.Services("zh")); len(seen) != all || all < 195 {
				t.Errorf("%d of %d services are found", len(seen), all)
			}
		})
	}
}

// TestListsBeginWithWhatIsFiledHere looks at the longest life event.
func TestListsBeginWithWhatIsFiledHere(t *testing.T) {
	k := start(t)
	b := k.browser(t)
	away, n := "", 0
	for _, list := range b.turn("/event/business", guideLink) {
		for _, id := range list {
			g, err := k.Desk.Guide(id)
			if err != nil {
				t.Fatal(err)
			}
			n++
			switch {
			case !g.FiledHere():
				away = id
			case away != "":
				t.Errorf("%s stands behind %s", id, away)
			}
		}
	}
	if n < 40 || away == "" {
		t.Errorf("%d services, the last of them %q cannot be filed here", n, away)
	}
}

// TestGuideLeadsBackToItsList comes to a guide from a page of a department, and from the first page.
func TestGuideLeadsBackToItsList(t *testing.T) {
	b := start(t).browser(t)
	back := regexp.MustCompile(`class="key back" href="([^"]*)"`)
	b.get("/department/market?page=2")
	p := b.get("/guide/QY-009")
	p = b.post("/settings", url.Values{"token": {p.token()}, "lang": {"en"}, "back": {p.path}})
	if m := back.FindStringSubmatch(p.body); m == nil || m[1] != "/department/market?page=2" {
		t.Errorf("the guide leads back to %q", m)
	}
	b.get("/")
	if m := back.FindStringSubmatch(b.get("/guide/QY-009").body); m == nil || m[1] != "/" {
		t.Errorf("the guide leads back to %q", m)
	}
}

// TestListsSayOnlyFacts looks for days of guides whose limits are no facts.
func TestListsSayOnlyFacts(t *testing.T) {
	b := start(t).browser(t)
	for query, says := range map[string]bool{"申领居住证": true, "失业保险金申领": true, "食品经营许可": false, "护照": false} {
		if row := regexp.MustCompile(`(?s)<a class="found".*?</a>`).FindString(b.get("/search?q=" + url.QueryEscape(query)).body); row == "" || strings.Contains(row, "工作日") != says {
			t.Errorf("%s: %s", query, row)
		}
	}
}

func TestPagesThatThereAreNot(t *testing.T) {
	b := start(t).browser(t)
	for path, says := range map[string]string{
		"/event/work?page=0": "第 1 页", "/event/work?page=-3": "第 1 页", "/event/work?page=x": "第 1 页", "/event/birth?page=999": "第 2 页，共 2 页",
	} {
		if p := b.get(path); !p.says(says) {
			t.Errorf("%s does not show %s", path, says)
		}
	}
	for _, path := range []string{"/department/none", "/department/%3Cb%3E", "/event/none?page=2"} {
		if p := b.get(path); p.status != http.StatusNotFound {
			t.Errorf("%s: status %d", path, p.status)
		}
	}
}

// TestGuideSaysHowFarToTrustIt looks at one guide of each trust.
func TestGuideSaysHowFarToTrustIt(t *testing.T) {
	b := start(t).browser(t)
	caveat, unfixed := "材料、流程、费用以部门为准", "不是公布的期限"
	for _, test := range []struct {
		id, limit        string
		caveat, unfixed  bool
		filed, elsewhere bool
	}{
		{"HJ-008", "5 个工作日", false, false, true, false},
		{"ZF-006", "1 个工作日", false, false, false, true},
		{"WS-014", "10 个工作日", true, false, true, false},
		{"QY-012", "参考：20 个工作日", true, true, false, true},
		{"HJ-006", "参考：15 个工作日", true, true, true, false},
		{"HJ-010", "当场办结", true, true, true, false},
		{"SB-010", "受理时告知", true, false, true, false},
	} {
		p := b.get("/guide/" + test.id)
		if !p.says(test.limit) || p.says(caveat) != test.caveat || p.says(unfixed) != test.unfixed {
			t.Errorf("%s: limit %v, caveat %v, not published %v", test.id, p.says(test.limit), p.says(caveat), p.says(unfixed))
		}
		if p.says("在这里办理") != test.filed || p.says("一般工作日 9:00") != test.elsewhere {
			t.Errorf("%s: filed here %v, elsewhere %v", test.id, p.says("在这里办理"), p.says("一般工作日 9:00"))
		}
	}
	p := b.get("/guide/HY-001")
	p = b.post("/settings", url.Values{"token": {p.token()}, "lang": {"en"}, "back": {p.path}})
	if !p.says("The guide is published in Chinese") || !p.says("Marriage registration") {
		t.Error("the English page does not say that the guide is Chinese")
	}
}

// TestBlankFormIsPrinted takes blank forms until there are enough, and looks that the next resident gets one again.
func TestBlankFormIsPrinted(t *testing.T) {
	k := start(t, func(o *web.Options) {
		o.Blank = func(g civic.Guide, f *form.Form, lang string) ([]byte, error) {
			return fmt.Appendf(nil, "%s %s %d", g.ID, lang, len(f.Paper(lang))), nil
		}
	})
	b := k.browser(t)
	p := b.get("/guide/HY-001")
	token := url.Values{"token": {p.token()}}
	for range 5 {
		if p = b.post("/blank/HY-001", token); !strings.HasPrefix(p.path, "/guide/HY-001") || !p.says("空白表正在打印") {
			t.Fatalf("printing leads to %s", p.path)
		}
	}
	if got := *k.printed; len(got) != 5 || got[0] != "HY-001 zh 8" {
		t.Errorf("printed %q", got)
	}
	if p = b.post("/blank/HY-001", token); !p.says("已经打印了几份") || len(*k.printed) != 5 {
		t.Errorf("%d forms printed for one resident", len(*k.printed))
	}
	p = b.post("/leave", token)
	if b.post("/blank/SB-001", url.Values{"token": {b.get("/").token()}}); len(*k.printed) != 6 {
		t.Error("the next resident gets no form")
	}
	if p = b.post("/blank/none", token); p.status != http.StatusNotFound {
		t.Errorf("no service: status %d", p.status)
	}
}

// TestBlankFormNeedsSheets looks at a terminal that prints on rolls only.
func TestBlankFormNeedsSheets(t *testing.T) {
	k := start(t, func(o *web.Options) {
		o.Paper = "roll80"
		o.Blank = func(civic.Guide, *form.Form, string) ([]byte, error) { return []byte("paper"), nil }
	})
	b := k.browser(t)
	p := b.get("/guide/HY-001")
	if p.says("打印空白表") {
		t.Error("a form is offered that cannot be printed")
	}
	if p = b.post("/blank/HY-001", url.Values{"token": {p.token()}}); !p.says("打不了空白表") || len(*k.printed) != 0 {
		t.Errorf("%d forms printed", len(*k.printed))
	}
}

// TestCompaniesAreAskedForTheirCode looks at the first questions of an organisation: its document can be of one kind
// only, so that nothing is to be chosen, and its number has letters.
func TestCompaniesAreAskedForTheirCode(t *testing.T) {
	b := start(t).browser(t)
	b.begin("QY-009")
	p := b.get("/form/organisation")
	if !p.says("统一社会信用代码") || strings.Contains(p.body, `type="radio" name="code/kind"`) {
		t.Error("the kind of an organisation's document is to be chosen")
	}
	if !strings.Contains(p.body, `name="code/kind" value="credit-code"`) || !strings.Contains(p.body, `name="code/number" type="text" value="" data-keys="latin"`) {
		t.Errorf("the code cannot be typed: %s", regexp.MustCompile(`<input[^>]*name="code/[^>]*>`).FindAllString(p.body, -1))
	}
}
