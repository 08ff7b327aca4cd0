package console_test

import (
	"html"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"doorstep/central/console/consoletest"
	"doorstep/central/store"
	"doorstep/central/store/storetest"
	"doorstep/sync/civic"
)

// year is a year of cases that ends now.
func (h *hall) year(t testing.TB, n int) {
	t.Helper()
	storetest.Year{
		Seed: 7, Cases: n, Until: h.Now(), Points: []string{"hualong", "shatou", "dalong", "shawan", "nancun"},
		Departments: []storetest.Department{
			{Key: h.Guide(t, "HJ-008").Department, Share: 5, OnTime: 0.93}, {Key: "civil-affairs", Share: 3, OnTime: 0.98},
			{Key: "data-protection", Share: 1, OnTime: 0.8},
		},
	}.Fill(t, h.Store)
}

var figureLink = regexp.MustCompile(`<td class="num"><a href="(/board/cases\?[^"]+)">(\d+)</a>`)

// TestEveryFigureIsTheLengthOfItsList opens the list behind every figure of every board and counts its lines over all
// its pages; and each bar of the drawings leads to a list of as many cases as it says.
func TestEveryFigureIsTheLengthOfItsList(t *testing.T) {
	h := open(t)
	h.year(t, 250)
	b := h.as(t, "super")
	bar := regexp.MustCompile(`<a href="(/board/cases\?[^"]+)"><title>[^<]* (\d+)</title>`)
	tried := 0
	for _, path := range []string{"/board", "/board?period=week&on=2026-11-11", "/board?period=quarter&on=2026-08-15", "/board?period=quarter&on=2026-08-15&point=hualong", "/board?period=month&on=2026-10-01&department=civil-affairs"} {
		p := b.get(path)
		p.is(t, http.StatusOK)
		lists := map[string]string{}
		for _, m := range append(figureLink.FindAllStringSubmatch(p.body, -1), bar.FindAllStringSubmatch(p.body, -1)...) {
			if said, ok := lists[m[1]]; ok && said != m[2] {
				t.Errorf("%s: chart and table say %s and %s of %s", path, said, m[2], m[1])
			}
			lists[m[1]] = m[2]
		}
		if len(lists) < 5 {
			t.Fatalf("%s leads to %d lists: %s", path, len(lists), words(p.body))
		}
		for link, said := range lists {
			want, err := strconv.Atoi(said)
			if err != nil {
				t.Fatal(err)
			}
			if got := b.length(t, html.UnescapeString(link)); got != want {
				t.Errorf("%s: %s says %d, its list has %d", path, link, want, got)
			}
			tried++
		}
	}
	t.Logf("%d figures are as long as their lists", tried)
}

var (
	rowOf  = regexp.MustCompile(`<td class="num">\d{4}-\d{4}-\d{4}-\d{4}</td></tr>`)
	nextOf = regexp.MustCompile(`rel="next" href="([^"]+)"`)
)

// length counts the lines of a list over all its pages.
func (b *browser) length(t *testing.T, path string) (n int) {
	t.Helper()
	for {
		p := b.get(path)
		p.is(t, http.StatusOK)
		n += len(rowOf.FindAllString(p.body, -1))
		m := nextOf.FindStringSubmatch(p.body)
		if m == nil {
			return n
		}
		path = html.UnescapeString(m[1])
	}
}

// TestBoardIsOfOnesOwnDepartment: a clerk sees the own department, whatever the URL says, in board and list.
func TestBoardIsOfOnesOwnDepartment(t *testing.T) {
	h := open(t)
	h.year(t, 200)
	chen, boss := h.as(t, "chen"), h.as(t, "super")
	own := chen.get("/board?period=quarter&on=2026-08-15&department=civil-affairs")
	own.is(t, http.StatusOK)
	own.says(t, "办件看板 · 公安")
	own.silent(t, `id="c-departments"`, `id="department"`)
	same := boss.get("/board?period=quarter&on=2026-08-15&department=" + h.Guide(t, "HJ-008").Department)
	first := func(p *page) string {
		m := figureLink.FindStringSubmatch(p.body)
		if m == nil {
			t.Fatal("no figure")
		}
		return m[2]
	}
	if first(own) != first(same) {
		t.Errorf("a clerk sees %s, the supervisor %s of that department", first(own), first(same))
	}
	list := "/board/cases?what=received&from=2026-07-01&to=2026-09-30&department=civil-affairs"
	if mine, theirs := chen.length(t, list), boss.length(t, list); mine == theirs || mine == 0 || theirs == 0 {
		t.Errorf("the clerk's list has %d lines, that of the other department %d", mine, theirs)
	}
	for _, login := range []string{"oper", "audit", "pub"} {
		h.as(t, login).get("/board").is(t, http.StatusForbidden)
	}
	boss.get("/board/cases?what=nonsense&from=2026-07-01&to=2026-09-30").is(t, http.StatusNotFound)
	boss.get("/board/cases?what=late&from=x&to=2026-09-30").is(t, http.StatusUnprocessableEntity)
}

// TestBoardSentences: what the sentences above the charts say is what a hand counts.
func TestBoardSentences(t *testing.T) {
	h := open(t)
	b := h.as(t, "super")
	b.get("/board").says(t, "这段时间没有收件，也没有办结")
	looks := len(h.Audit(t))
	chen := h.as(t, "chen")
	act := func(code civic.TrackingCode, id string) {
		t.Helper()
		chen.get("/cases/" + code.String())
		chen.act(code, id, map[string][]string{"words": {"理由。"}}).is(t, http.StatusOK)
	}
	first, second, third := h.file(t), h.file(t), h.file(t) // on Monday, 23 November
	act(first.Code, "accept")
	act(first.Code, "grant")
	act(second.Code, "accept")
	h.Pass(4 * 24 * time.Hour)
	chen = h.as(t, "chen")
	act(second.Code, "pause")
	h.Pass(10 * 24 * time.Hour) // Monday, 7 December: without the special procedure it would be late
	chen = h.as(t, "chen")
	act(second.Code, "resume")
	act(second.Code, "grant")
	b = h.as(t, "super")
	p := b.get("/board?period=month&on=2026-11-25")
	p.says(t, "这个月收件 3 件，比前一个月多 3 件；办结 1 件", "这个月 100% 按时办结。", "收件最多的是化龙镇党群服务中心，3 件，占 100%")
	p = b.get("/board")
	p.says(t, "本月收件 0 件，与上月同期持平；办结 1 件", "本月 100% 按时办结。", "本月还没有收件")
	if strings.Contains(p.body, "欧阳") {
		t.Error("the board names a resident")
	}
	_ = third
	for _, e := range h.Audit(t)[looks:] {
		if e.Actor.Login == "super" && e.Action == store.ActRead {
			t.Errorf("the board left a look: %+v", e)
		}
	}
}

// BenchmarkBoard loads the board of a quarter out of a year of tens of thousands of cases, and beside it the bare
// counts that it is made of.
func BenchmarkBoard(b *testing.B) {
	h := open(b)
	const cases = 30_000
	h.year(b, cases)
	r := h.as(b, "super")
	by := store.Person{Login: "super", Roles: []civic.Role{civic.RoleSupervisor}}
	from := time.Date(2026, 10, 1, 0, 0, 0, 0, civic.China)
	for b.Loop() {
		if p := r.get("/board?period=quarter"); p.status != http.StatusOK {
			b.Fatal(p.status)
		}
	}
	page := b.Elapsed() / time.Duration(b.N)
	began := time.Now()
	const rounds = 20
	for range rounds {
		for _, axis := range []store.Axis{store.ByTime, store.ByDepartment, store.ByPoint, store.ByDepartment} {
			if _, err := h.Casework.Figures(b.Context(), by, store.FigureQuery{From: from, To: from.AddDate(0, 3, 0), By: axis, Step: 7 * 24 * time.Hour}); err != nil {
				b.Fatal(err)
			}
		}
	}
	query := time.Since(began) / rounds
	b.ReportMetric(float64(page.Microseconds())/1000, "ms/page")
	b.ReportMetric(float64(query.Microseconds())/1000, "ms/counts")
	b.ReportMetric(cases, "cases")
}

// TestWriteBoardScreens writes pictures and the print of the board into the folder that DOORSTEP_SCREENS names.
func TestWriteBoardScreens(t *testing.T) {
	folder := os.Getenv("DOORSTEP_SCREENS")
	if folder == "" {
		t.Skip("DOORSTEP_SCREENS names no folder")
	}
	h := open(t)
	for _, at := range []store.Place{{Point: "shatou", Name: "沙头街道政务服务中心", Area: "440113"}, {Point: "dalong", Name: "大龙街道办事处", Area: "440113"}, {Point: "shawan", Name: "沙湾街道党群服务中心", Area: "440113"}, {Point: "nancun", Name: "南村镇政务服务中心", Area: "440113"}} {
		h.Enrol(t, at)
	}
	h.year(t, 4000)
	ctx, cancel := screen(t)
	defer cancel()
	h.pictures(ctx, t, folder, "super", map[string]string{
		"board-quarter": "/board?period=quarter&on=2026-08-15", "board-month": "/board", "board-week": "/board?period=week&on=2026-11-11",
		"board-list": "/board/cases?what=late&from=2026-07-01&to=2026-09-30", "board-empty": "/board?period=month&on=2020-01-01",
	})
	h.pictures(ctx, t, folder, "chen", map[string]string{"board-clerk": "/board?period=month&on=2026-10-15"})
	visit := func(path string) chromedp.Action[chromedp.Void] { return chromedp.Navigate(h.url + path) }
	err := chromedp.Do(ctx, visit("/sign-in"), chromedp.SetValue(chromedp.CSS("#name"), "super"),
		chromedp.SetValue(chromedp.CSS("#password"), consoletest.Password), chromedp.Click(chromedp.CSS("button.main")),
		chromedp.WaitVisible(chromedp.CSS(".rail")), visit("/board?period=quarter&on=2026-08-15"))
	if err != nil {
		t.Fatal(err)
	}
	pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF())
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "board.pdf"), pdf, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
