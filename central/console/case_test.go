package console_test

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"doorstep/central/store"
	"doorstep/sync/civic"
)

func TestLookIsAudited(t *testing.T) {
	h := open(t)
	f := h.file(t)
	b := h.as(t, "chen")
	before := len(h.Audit(t))
	p := b.get("/cases/" + f.Code.String())
	p.is(t, http.StatusOK)
	p.says(t, "欧阳𬭎", "11010519491231002X", "13800138000", "某某制衣有限公司", "化龙镇党群服务中心", "公安要在 11月30日（星期一）前告知是否受理")
	added := h.Audit(t)[before:]
	if len(added) != 1 || added[0].Action != store.ActRead || added[0].Actor.Login != "chen" || added[0].Subject != f.Code.Digits() {
		t.Errorf("the look left %+v", added)
	}
	if strings.Contains(h.Logged.String(), "欧阳") || strings.Contains(h.Logged.String(), f.Code.String()) {
		t.Error("the log holds personal data")
	}
}

func TestListShowsNoPersonalData(t *testing.T) {
	h := open(t)
	f := h.file(t)
	b := h.as(t, "chen")
	before := len(h.Audit(t))
	p := b.get("/cases")
	p.says(t, "居住证", f.Code.String(), "已收件", "还剩 5 个工作日", "化龙镇党群服务中心")
	p.silent(t, "欧阳", "11010519491231002X")
	if n := len(h.Audit(t)) - before; n != 0 {
		t.Errorf("a list left %d entries in the audit", n)
	}
}

func TestRoles(t *testing.T) {
	h := open(t)
	f := h.file(t)
	one := "/cases/" + f.Code.String()
	paper := one + "/papers/" + f.Papers[0].String()
	tests := []struct {
		login  string
		open   []string
		closed []string
		rail   []string
	}{
		{"chen", []string{"/cases", one, paper}, []string{"/terminals", "/terminals/enrol", "/aside", "/audit"}, []string{"/cases"}},
		{"wang", []string{"/cases"}, []string{one, paper, "/audit"}, []string{"/cases"}},
		{"super", []string{"/cases"}, []string{one, paper, "/terminals"}, []string{"/cases"}},
		{"oper", []string{"/terminals", "/terminals/enrol", "/aside"}, []string{"/cases", one, paper, "/audit"}, []string{"/aside", "/terminals"}},
		{"audit", []string{"/audit"}, []string{"/cases", one, paper, "/terminals", "/aside"}, []string{"/audit"}},
		{"pub", []string{"/notices", "/notices/new"}, []string{"/cases", one, paper, "/terminals", "/aside", "/audit"}, []string{"/notices"}},
		{"net", []string{"/notices"}, []string{"/cases", one, "/notices/new", "/audit"}, []string{"/notices"}},
		{"sec", []string{"/notices"}, []string{"/cases", one, "/notices/new", "/audit"}, []string{"/notices"}},
	}
	for _, tt := range tests {
		t.Run(tt.login, func(t *testing.T) {
			b := h.as(t, tt.login)
			for _, path := range tt.open {
				b.get(path).is(t, http.StatusOK)
			}
			reads := len(h.Audit(t))
			for _, path := range tt.closed {
				p := b.get(path)
				p.is(t, http.StatusForbidden)
				p.says(t, "不能查看")
				p.silent(t, "欧阳")
			}
			if n := len(h.Audit(t)) - reads; n != 0 {
				t.Errorf("refusals left %d entries", n)
			}
			p := b.get("/")
			p.is(t, http.StatusOK)
			for _, path := range []string{"/cases", "/aside", "/terminals", "/audit", "/notices"} {
				want := false
				for _, r := range tt.rail {
					want = want || r == path
				}
				if got := strings.Contains(p.body, `<li><a href="`+path+`"`); got != want {
					t.Errorf("rail has %s: %v, want %v", path, got, want)
				}
			}
		})
	}
}

func TestOtherDepartmentLearnsOnlyThat(t *testing.T) {
	h := open(t)
	f := h.file(t)
	b := h.as(t, "wang")
	p := b.get("/cases")
	p.says(t, "没有在办的办件")
	p.silent(t, f.Code.String())
	p = b.get("/cases/" + f.Code.String())
	p.is(t, http.StatusForbidden)
	p.says(t, "不归您的部门")
	// The act of one's own session on another's case.
	p = b.post("/cases/"+f.Code.String()+"/accept", url.Values{"version": {"1"}})
	p.is(t, http.StatusForbidden)
	if c, err := h.Store.Case(t.Context(), f.Code); err != nil || c.Status != civic.Filed {
		t.Errorf("the case is %s, %v", c.Status, err)
	}
}

func TestFromFilingToDelivery(t *testing.T) {
	h := open(t)
	f := h.file(t)
	b := h.as(t, "chen")
	path := "/cases/" + f.Code.String()
	b.get(path)
	steps := []struct {
		act  string
		v    url.Values
		to   civic.Status
		says string
	}{
		{"accept", nil, civic.Accepted, "已受理。"},
		{"pause", url.Values{"words": {"实地核查住所"}}, civic.Paused, "已转特别程序"},
		{"resume", nil, civic.Accepted, "已恢复办理"},
		{"grant", url.Values{"words": {"准予核发居住证"}}, civic.Granted, "已作出准予决定"},
		{"deliver", url.Values{"words": {"本人领取"}}, civic.Delivered, "已登记送达"},
	}
	for _, s := range steps {
		p := b.act(f.Code, s.act, s.v)
		p.is(t, http.StatusOK)
		if p.path != path {
			t.Fatalf("%s ends at %s", s.act, p.path)
		}
		p.says(t, s.says, "陈明")
		if c, err := h.Store.Case(t.Context(), f.Code); err != nil || c.Status != s.to {
			t.Fatalf("after %s the case is %s, %v", s.act, c.Status, err)
		}
	}
	p := b.get(path)
	p.says(t, "实地核查住所", "准予核发居住证", "本人领取")
	p.silent(t, "已登记送达。", `name="version"`) // said once; nothing more to do
	b.get("/cases?view=ended").says(t, f.Code.String())
	b.get("/cases?view=open").silent(t, f.Code.String())
}

func TestSupplement(t *testing.T) {
	h := open(t)
	f := h.file(t)
	b := h.as(t, "chen")
	b.get("/cases/" + f.Code.String())

	p := b.act(f.Code, "supplement", url.Values{"words": {"住所不清楚"}})
	p.is(t, http.StatusUnprocessableEntity)
	p.says(t, "至少勾选或写出一项")
	if !strings.Contains(p.body, ">住所不清楚</textarea>") {
		t.Error("what was typed is lost")
	}
	p = b.act(f.Code, "supplement", url.Values{"other": {"租赁合同第二页"}, "days": {"abc"}})
	p.is(t, http.StatusUnprocessableEntity)
	p.says(t, "1 到 60 之间")
	if !strings.Contains(p.body, ">租赁合同第二页</textarea>") || !strings.Contains(p.body, `value="abc"`) {
		t.Error("what was typed is lost")
	}
	p = b.act(f.Code, "supplement", url.Values{
		"items": {"居民身份证"}, "other": {" 租赁合同第二页 \n\n"}, "days": {"7"}, "words": {"照片不清楚"},
	})
	p.is(t, http.StatusOK)
	p.says(t, "补正通知已发出", "租赁合同第二页", "照片不清楚", "等居民补正")
	c, err := h.Store.Case(t.Context(), f.Code)
	if err != nil || c.Status != civic.Supplement || len(c.Owes) != 2 || c.Owes[0] != "居民身份证" || c.Owes[1] != "租赁合同第二页" {
		t.Errorf("the case owes %q in %s, %v", c.Owes, c.Status, err)
	}
	b.get("/cases?view=waiting").says(t, f.Code.String())
}

func TestTwoClerksOnOneCase(t *testing.T) {
	h := open(t)
	f := h.file(t)
	path := "/cases/" + f.Code.String()
	chen, li := h.as(t, "chen"), h.as(t, "li")
	chen.get(path)
	li.get(path)
	chen.act(f.Code, "accept", nil).is(t, http.StatusOK)

	p := li.act(f.Code, "decline", url.Values{"words": {"不在受理范围,写了很久的理由"}})
	p.is(t, http.StatusConflict)
	p.says(t, "陈明在 11月23日 09:00 已经办了“已受理”，您的没有办", "您刚才写的内容", "不在受理范围,写了很久的理由", "已受理", "陈明")
	c, err := h.Store.Case(t.Context(), f.Code)
	if err != nil || c.Status != civic.Accepted {
		t.Errorf("the case is %s, %v", c.Status, err)
	}

	// An act that is still open keeps what was typed in its own form.
	chen.get(path)
	li.get(path)
	chen.act(f.Code, "pause", url.Values{"words": {"核查"}}).is(t, http.StatusOK)
	chen.act(f.Code, "resume", nil).is(t, http.StatusOK)
	p = li.act(f.Code, "refuse", url.Values{"words": {"理由如下"}})
	p.is(t, http.StatusConflict)
	if strings.Count(p.body, "理由如下") != 1 || !strings.Contains(p.body, ">理由如下</textarea>") {
		t.Error("what was typed is lost, or shown in another act too")
	}
	li.act(f.Code, "refuse", url.Values{"words": {"理由如下"}}).is(t, http.StatusOK)
}

func TestPaperInPlace(t *testing.T) {
	h := open(t)
	f := h.file(t)
	b := h.as(t, "chen")
	p := b.get("/cases/" + f.Code.String())
	path := "/cases/" + f.Code.String() + "/papers/" + f.Papers[0].String()
	if !strings.Contains(p.body, path) {
		t.Fatal("the case does not lead to its paper")
	}
	before := len(h.Audit(t))
	p = b.get(path)
	p.is(t, http.StatusOK)
	if p.body != string(jpeg) || p.header.Get("Content-Type") != "image/jpeg" || p.header.Get("Content-Disposition") != "inline" {
		t.Errorf("the paper comes as %s %s", p.header.Get("Content-Type"), p.header.Get("Content-Disposition"))
	}
	if !strings.Contains(p.header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Error("the paper may load what it likes")
	}
	if added := h.Audit(t)[before:]; len(added) != 1 || added[0].Detail != "paper 1" {
		t.Errorf("the look at a paper left %+v", added)
	}
	b.get("/cases/"+f.Code.String()+"/papers/"+civic.DigestOf([]byte("x")).String()).is(t, http.StatusNotFound)
}

func TestPaperThatIsNoPicture(t *testing.T) {
	h := open(t)
	f := h.terminal.TakeIn(t, []byte("<script>alert(1)</script>"), "text/html")
	h.terminal.Deliver(t, f, true)
	p := h.as(t, "chen").get("/cases/" + f.Code.String() + "/papers/" + f.Papers[0].String())
	p.is(t, http.StatusOK)
	if p.header.Get("Content-Type") != "application/octet-stream" || p.header.Get("Content-Disposition") != "attachment" {
		t.Errorf("it comes as %s %s", p.header.Get("Content-Type"), p.header.Get("Content-Disposition"))
	}
}

func TestPaperOnTheWay(t *testing.T) {
	h := open(t)
	f := h.terminal.TakeIn(t, jpeg, "image/jpeg")
	h.terminal.Deliver(t, f, false)
	b := h.as(t, "chen")
	p := b.get("/cases/" + f.Code.String())
	p.says(t, "材料还在传送", "还没开始到")
	p.silent(t, "/papers/")
	b.get("/cases/"+f.Code.String()+"/papers/"+f.Papers[0].String()).is(t, http.StatusServiceUnavailable)
}

// TestPaperPartlyThere is which papers are on the way and how much of each has come: the rest of the page is there, and
// the note goes with the last byte.
func TestPaperPartlyThere(t *testing.T) {
	h := open(t)
	photo := make([]byte, 300<<10)
	if _, err := rand.Read(photo); err != nil {
		t.Fatal(err)
	}
	f := h.terminal.TakeIn(t, photo, "image/jpeg")
	h.terminal.Deliver(t, f, false)
	h.terminal.Part(t, f, 0, 100<<10)
	b := h.as(t, "chen")
	path := "/cases/" + f.Code.String()
	p := b.get(path)
	p.says(t, "材料还在传送", "居民身份证", "已到 100 KB，共 301 KB", "欧阳𬭎")
	if n := strings.Count(p.body, "还没开始到"); n != 2*(len(f.Papers)-1) { // in the note and in its place
		t.Errorf("%d of %d papers have not begun", n, len(f.Papers)-1)
	}
	h.terminal.Deliver(t, f, true)
	b.get(path).silent(t, "材料还在传送", "还没开始到", "已到 ")
}

// TestPaperLost is a case with one paper that its terminal has lost and others on the way: the page says of each what it
// is, and how the clerk gets the lost one anew as long as there is a way.
func TestPaperLost(t *testing.T) {
	h := open(t)
	f := h.terminal.TakeIn(t, jpeg, "image/jpeg")
	h.terminal.Deliver(t, f, false)
	h.terminal.Lose(t, f, 0)
	b := h.as(t, "chen")
	path := "/cases/" + f.Code.String()
	const gone, way = "不会送到了，要请申请人重新提交", "材料还在传送"
	p := b.get(path)
	p.says(t, gone, "居民身份证（第1张）", "请在“要求补正”里勾上这些材料", way, "材料在途")
	if n := strings.Count(p.body, "还没开始到"); n != 2*(len(f.Papers)-1) {
		t.Errorf("%d of %d papers are said to be on the way", n, len(f.Papers)-1)
	}
	for i := range f.Papers {
		h.terminal.Lose(t, f, i)
	}
	b.get(path).silent(t, way, "材料在途", "还没开始到")
	b.act(f.Code, "supplement", url.Values{"items": {"居民身份证"}, "words": {"照片坏了，请再拍一次"}})
	p = b.get(path)
	p.says(t, gone, "请打电话告诉申请人一起补交")
	p.silent(t, "请在“要求补正”里")
	h.terminal.Deliver(t, f, true) // a stick brings them all
	b.get(path).silent(t, gone, way, "不会送到")

	f = h.terminal.TakeIn(t, jpeg, "image/jpeg")
	h.terminal.Deliver(t, f, false)
	h.terminal.Lose(t, f, 0)
	b.get("/cases/" + f.Code.String())
	b.act(f.Code, "accept", nil)
	b.get("/cases/"+f.Code.String()).says(t, gone, "现在不能再要求补正，请打电话")
	b.act(f.Code, "refuse", url.Values{"words": {"写下的理由"}})
	b.act(f.Code, "deliver", nil)
	b.get("/cases/"+f.Code.String()).silent(t, "请打电话", "请在“要求补正”里")
}

func TestLetter(t *testing.T) {
	h := open(t)
	f := h.file(t)
	b := h.as(t, "chen")
	path := "/cases/" + f.Code.String()
	letter := path + "/letter"
	b.get(letter).is(t, http.StatusNotFound)
	b.get(path).silent(t, letter)

	p := b.act(f.Code, "supplement", url.Values{"other": {"租赁合同第二页"}, "days": {"7"}, "words": {"照片不清楚"}})
	if !strings.Contains(p.body, letter) {
		t.Error("the case does not lead to its letter")
	}
	before := len(h.Audit(t))
	p = b.get(letter)
	p.is(t, http.StatusOK)
	p.says(t, "补正材料通知书", "欧阳𬭎：", "租赁合同第二页", "照片不清楚", "2026年12月2日（星期三）前补齐", f.Code.String())
	if added := h.Audit(t)[before:]; len(added) != 1 || added[0].Detail != "letter" {
		t.Errorf("the letter left %+v", added)
	}
}

func TestLettersOfDecisions(t *testing.T) {
	tests := []struct {
		way  []string
		says []string
	}{
		{[]string{"accept"}, []string{"受理通知书", "现予受理", "作出决定"}},
		{[]string{"accept", "pause", "resume"}, []string{"受理通知书"}},
		{[]string{"decline"}, []string{"不予受理决定书", "写下的理由", "六十日内依法申请行政复议"}},
		{[]string{"accept", "grant"}, []string{"准予决定书", "写下的理由"}},
		{[]string{"accept", "refuse", "deliver"}, []string{"不予决定书", "写下的理由", "六个月内"}},
	}
	h := open(t)
	b := h.as(t, "chen")
	for _, tt := range tests {
		f := h.file(t)
		b.get("/cases/" + f.Code.String())
		for _, id := range tt.way {
			b.act(f.Code, id, url.Values{"words": {"写下的理由"}}).is(t, http.StatusOK)
		}
		b.get("/cases/"+f.Code.String()+"/letter").says(t, tt.says...)
	}
}
