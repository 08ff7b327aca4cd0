package console_test

import (
	"database/sql"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/central/console/consoletest"
	"doorstep/central/store"
	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

var (
	rowCode = regexp.MustCompile(`<a href="/cases/([0-9-]{19})"`)
	nextURL = regexp.MustCompile(`<a rel="next" href="([^"]+)"`)
	prevURL = regexp.MustCompile(`<a rel="prev" href="([^"]+)"`)
)

func TestPagesOfCases(t *testing.T) {
	h := open(t)
	const n = 120
	for range n {
		h.terminal.Deliver(t, h.terminal.TakeIn(t, jpeg, "image/jpeg"), false)
	}
	b := h.as(t, "chen")
	seen := map[string]int{}
	p := b.get("/cases?q=" + url.QueryEscape("居住证"))
	first := p.body
	p.says(t, "共 120 件")
	var pages int
	for {
		pages++
		for _, m := range rowCode.FindAllStringSubmatch(p.body, -1) {
			seen[m[1]]++
		}
		m := nextURL.FindStringSubmatch(p.body)
		if m == nil {
			break
		}
		next := html.UnescapeString(m[1])
		if !strings.Contains(next, "view=open") || !strings.Contains(next, "q=") {
			t.Errorf("the filter is not in %s", next)
		}
		p = b.get(next)
	}
	if pages != 3 || len(seen) != n {
		t.Errorf("%d pages show %d cases, want 3 and %d", pages, len(seen), n)
	}
	for code, times := range seen {
		if times != 1 {
			t.Errorf("%s is shown %d times", code, times)
		}
	}
	for range pages - 1 {
		p = b.get(html.UnescapeString(prevURL.FindStringSubmatch(p.body)[1]))
	}
	if got, want := rowCode.FindString(p.body), rowCode.FindString(first); got != want || prevURL.MatchString(p.body) {
		t.Errorf("back at the first page is %s, want %s", got, want)
	}
	b.get("/cases?after=nonsense").is(t, http.StatusUnprocessableEntity)
}

func TestCasesByQueryAndLateness(t *testing.T) {
	h := open(t)
	f := h.file(t)
	b := h.as(t, "chen")
	if p := b.get("/cases?q=" + f.Code.Digits()); p.path != "/cases/"+f.Code.String() {
		t.Errorf("a code leads to %s", p.path)
	}
	b.get("/cases?q="+url.QueryEscape("高龄")).says(t, "没有找到“高龄”")
	b.get("/cases?view=late").silent(t, f.Code.String())
	h.Pass(14 * 24 * time.Hour)
	b = h.as(t, "chen") // the session ended meanwhile
	p := b.get("/cases?view=late")
	p.says(t, f.Code.String(), "已超期", "有 1 件已超期")
}

func TestTerminalsAndEnrolment(t *testing.T) {
	h := open(t)
	h.file(t)
	b := h.as(t, "oper")
	p := b.get("/terminals")
	p.says(t, "化龙镇党群服务中心", "00001", "不在线")
	h.connected = append(h.connected, h.terminal.Key)
	b.get("/terminals").says(t, "在线")

	b.get("/terminals/enrol")
	p = b.post("/terminals/enrol", url.Values{"name": {""}, "area": {"4401"}})
	p.is(t, http.StatusUnprocessableEntity)
	p.says(t, "请填写服务点名称", "行政区划代码是")
	p = b.post("/terminals/enrol", url.Values{"name": {"沙头街道政务大厅"}, "area": {"440113"}})
	p.is(t, http.StatusOK)
	code := regexp.MustCompile(`wss://127\.0\.0\.1:8600/[0-9A-Z-]+`).FindString(p.body)
	if code == "" {
		t.Fatalf("no code is shown: %s", words(p.body))
	}
	p.says(t, "只显示这一次", "2026年11月24日 09:00")
	b.get("/terminals/enrol").silent(t, code)
	if made := h.invited(t); len(made) != 1 || made[0].Name != "沙头街道政务大厅" || made[0].Point == "" {
		t.Errorf("codes are for %+v", made)
	}
	b.get("/terminals/enrol")
	p = b.post("/terminals/enrol", url.Values{"point": {"hualong"}})
	p.is(t, http.StatusOK)
	made := h.invited(t)
	if !slices.ContainsFunc(made, func(p store.Place) bool { return p.Point == "hualong" }) {
		t.Errorf("codes are for %+v", made)
	}
	if strings.Contains(h.Logged.String(), code) {
		t.Error("the log holds the code")
	}
}

// invited returns the places of the codes that nobody used.
func (h *hall) invited(t *testing.T) []store.Place {
	t.Helper()
	list, err := h.Store.Enrolments(t.Context(), h.Now())
	if err != nil {
		t.Fatal(err)
	}
	var out []store.Place
	for _, e := range list {
		if e.UsedBy == (civic.KeyID{}) {
			out = append(out, e.Place)
		}
	}
	return out
}

func TestRevoke(t *testing.T) {
	h := open(t)
	b := h.as(t, "oper")
	b.get("/terminals")
	b.post("/terminals/00009/revoke", url.Values{}).is(t, http.StatusNotFound)
	p := b.post("/terminals/1/revoke", url.Values{})
	p.is(t, http.StatusOK)
	p.says(t, "这台终端已停用", "已停用")
	if term, err := h.Store.Terminal(t.Context(), h.terminal.Key); err != nil || term.Revoked.IsZero() {
		t.Errorf("the key still serves: %v", err)
	}
}

func TestAsides(t *testing.T) {
	h := open(t)
	f := h.terminal.Unreadable(t)
	h.terminal.Deliver(t, f, false)
	p := h.as(t, "oper").get("/aside")
	p.says(t, f.Code.String(), "打开了，但读不懂", "化龙镇党群服务中心", "还剩 5 个工作日")
}

func TestAudit(t *testing.T) {
	h := open(t)
	f := h.file(t)
	clerk := h.as(t, "chen")
	clerk.get("/cases/" + f.Code.String())
	clerk.get("/cases/" + f.Code.String() + "/papers/" + f.Papers[0].String())
	clerk.get("/cases/" + f.Code.String())
	clerk.act(f.Code, "accept", nil)
	b := h.as(t, "audit")
	p := b.get("/audit")
	p.says(t, "记录链完整", "陈明", "查看办件", "查看材料", "受理", "登录", "立案", f.Code.String())
	p.silent(t, "欧阳")

	// Someone with the database file changes who looked.
	db, err := sql.Open("sqlite", h.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	res, err := db.Exec(`UPDATE audit SET login = 'li' WHERE action = ? AND detail = 'case'`, string(store.ActRead))
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := res.RowsAffected(); n == 0 {
		t.Fatal("nothing was changed")
	}
	p = b.get("/audit")
	p.is(t, http.StatusOK)
	p.says(t, "记录链断了")
}

func TestLanguage(t *testing.T) {
	h := open(t)
	f := h.file(t)
	b := h.as(t, "chen")
	b.get("/cases")
	p := b.post("/settings", url.Values{"lang": {"en"}, "back": {"/cases?view=open"}})
	p.is(t, http.StatusOK)
	if p.path != "/cases?view=open" || !strings.Contains(p.body, `<html lang="en">`) {
		t.Errorf("at %s", p.path)
	}
	p = b.get("/cases/" + f.Code.String())
	p.is(t, http.StatusOK)
	b.get("/nothing").is(t, http.StatusNotFound)
}

func TestRelease(t *testing.T) {
	h := open(t)
	f := h.terminal.Unreadable(t)
	h.terminal.Deliver(t, f, false)
	b := h.as(t, "oper")
	p := b.get("/aside")
	p.says(t, "升级后再重新打开")
	action := regexp.MustCompile(`action="(/aside/[0-9a-f]+/release)"`).FindStringSubmatch(p.body)
	if action == nil {
		t.Fatal("it cannot be opened again")
	}
	p = b.post(action[1], url.Values{})
	p.is(t, http.StatusOK)
	p.says(t, "已交回重新打开", "没有要核对的")
	if err := h.Intake.OpenAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.get("/aside").says(t, f.Code.String())
	for _, path := range []string{"/aside/00000000000000000000000000000000/release", "/aside/x/release"} {
		b.post(path, url.Values{}).is(t, http.StatusNotFound)
		b.get("/aside")
	}
	if last := h.Audit(t); last[len(last)-1].Action != store.ActRelease && last[len(last)-2].Action != store.ActRelease {
		t.Error("the release is not in the audit")
	}
}

// TestRoute: an application that breaks its form is given to a department and is a case of it, with the clock of the day
// it was filed.
func TestRoute(t *testing.T) {
	h := open(t)
	f := h.terminal.Fill(t, "HJ-008", strings.Replace(consoletest.Permit, `"employee"`, `"king"`, 1), jpeg, "image/jpeg")
	h.terminal.Deliver(t, f, false)
	h.Pass(2 * 24 * time.Hour)
	b := h.as(t, "oper")
	p := b.get("/aside")
	p.says(t, f.Code.String(), "不符合当时的表格", "居住证", "还剩 3 个工作日")
	p.silent(t, "欧阳", "13800138000")
	action := regexp.MustCompile(`action="(/aside/[0-9a-f]+/)route"`).FindStringSubmatch(p.body)
	if action == nil {
		t.Fatal("it cannot be given to a department")
	}
	for _, department := range []string{"", "nobody"} {
		p = b.post(action[1]+"route", url.Values{"department": {department}})
		p.is(t, http.StatusUnprocessableEntity)
		p.says(t, "请选择一个部门", f.Code.String())
	}
	p = b.post(action[1]+"route", url.Values{"department": {"public-security"}})
	p.is(t, http.StatusOK)
	p.says(t, "已交给部门", "没有要核对的")
	if last := h.Audit(t); !slices.ContainsFunc(last, func(e store.AuditEntry) bool {
		return e.Action == store.ActRelease && e.Actor.Login == "oper" && e.Detail == "public-security"
	}) {
		t.Error("who gave it to whom is not in the audit")
	}
	if err := h.Intake.OpenAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	p = h.as(t, "chen").get("/cases/" + f.Code.String())
	p.is(t, http.StatusOK)
	p.says(t, "还剩 3 个工作日", "欧阳𬭎")

	// What no one can open goes to no department.
	u := h.terminal.Unreadable(t)
	h.terminal.Deliver(t, u, false)
	p = b.get("/aside")
	if strings.Contains(p.body, "/route") {
		t.Error("an unreadable entry is offered to departments")
	}
	one := regexp.MustCompile(`action="(/aside/[0-9a-f]+/)close"`).FindStringSubmatch(p.body)
	b.post(one[1]+"route", url.Values{"department": {"public-security"}}).is(t, http.StatusForbidden)
}

// TestCloseAside: what was settled by hand leaves the list with its reason; it is not lost, and may come back.
func TestCloseAside(t *testing.T) {
	h := open(t)
	f := h.terminal.Unreadable(t)
	h.terminal.Deliver(t, f, false)
	b := h.as(t, "oper")
	p := b.get("/aside")
	one := regexp.MustCompile(`action="(/aside/[0-9a-f]+/)close"`).FindStringSubmatch(p.body)
	if one == nil {
		t.Fatal("it cannot be closed")
	}
	p = b.post(one[1]+"close", url.Values{"reason": {" "}})
	p.is(t, http.StatusUnprocessableEntity)
	p.says(t, "请写明是怎样办妥的", f.Code.String())
	long := strings.Repeat("长", 501)
	p = b.post(one[1]+"close", url.Values{"reason": {long}})
	p.is(t, http.StatusUnprocessableEntity)
	p.says(t, "最多写 500 个字", long)
	p = b.post(one[1]+"close", url.Values{"reason": {"居民已在窗口重新提交"}})
	p.is(t, http.StatusOK)
	p.says(t, "已记下", "没有要核对的", "最近不再列出的", "居民已在窗口重新提交", f.Code.String())
	b.post(one[1]+"close", url.Values{"reason": {"再来一次"}}).is(t, http.StatusNotFound)
	b.post(one[1]+"burn", url.Values{}).is(t, http.StatusNotFound)
	acts := h.Audit(t)
	if last := acts[len(acts)-1]; last.Action != store.ActClose || last.Actor.Login != "oper" || strings.Contains(last.Detail, "窗口") {
		t.Errorf("the audit tells %+v", last)
	}
	h.as(t, "audit").get("/audit").says(t, "办妥")
	b.get("/aside")
	b.post(one[1]+"release", url.Values{}).is(t, http.StatusOK)
	if err := h.Intake.OpenAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	p = b.get("/aside")
	p.says(t, "打开了，但读不懂")
	p.silent(t, "最近不再列出的")
}

// TestReleaseAll opens everything that one reason held up, at one stroke.
func TestReleaseAll(t *testing.T) {
	h := open(t)
	for range 3 {
		h.terminal.Deliver(t, h.terminal.Unreadable(t), false)
	}
	b := h.as(t, "oper")
	b.get("/aside").says(t, "一起重新打开", "3 件")
	for _, o := range []string{"case", "aside:void", "aside:conflict", ""} {
		b.post("/aside/again", url.Values{"outcome": {o}}).is(t, http.StatusNotFound)
		b.get("/aside")
	}
	p := b.post("/aside/again", url.Values{"outcome": {"aside:unreadable"}})
	p.is(t, http.StatusOK)
	p.says(t, "没有要核对的")
	list, err := h.Store.Unopened(t.Context(), 0, 10)
	if err != nil || len(list) != 3 {
		t.Errorf("%d entries wait to be opened, %v", len(list), err)
	}
	acts := h.Audit(t)
	if last := acts[len(acts)-1]; last.Action != store.ActRelease || last.Subject != "aside:unreadable" || last.Detail != "3" {
		t.Errorf("the audit tells %+v", last)
	}
}

func TestAuditPages(t *testing.T) {
	h := open(t)
	for range 240 {
		if err := h.Store.Record(t.Context(), store.AuditEntry{At: h.Now(), Actor: store.System(), Action: store.ActExport}); err != nil {
			t.Fatal(err)
		}
	}
	b := h.as(t, "audit")
	head, err := h.Store.VerifyAudit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	number := regexp.MustCompile(`<td class="num">(\d+)</td><td class="num">`)
	p := b.get("/audit")
	pages := 0
	for {
		pages++
		for _, m := range number.FindAllStringSubmatch(p.body, -1) {
			if seen[m[1]] {
				t.Errorf("entry %s is shown twice", m[1])
			}
			seen[m[1]] = true
		}
		m := nextURL.FindStringSubmatch(p.body)
		if m == nil {
			break
		}
		p = b.get(html.UnescapeString(m[1]))
	}
	if uint64(len(seen)) != head.N || pages != 3 {
		t.Errorf("%d pages show %d entries of %d", pages, len(seen), head.N)
	}
	if prevURL.FindStringSubmatch(p.body) == nil {
		t.Error("no way back to newer entries")
	}
	b.get("/audit?to=nonsense").is(t, http.StatusOK)
	b.get("/audit?to=9223372036854775807").is(t, http.StatusOK)
}

func TestCare(t *testing.T) {
	h := open(t)
	b := h.as(t, "oper")
	tell := func(said wire.Telemetry) *page {
		h.Pass(time.Minute)
		h.tell(t, h.terminal, h.Now(), &said)
		return b.get("/terminals")
	}
	well := wire.Telemetry{Free: 60 << 30, Offset: 900, Printer: "ready", Agent: "1.0.0"}
	p := tell(well)
	p.says(t, "终端都正常", "剩 60.0 GB", "准", "1.0.0")
	kept := h.Now().Add(-25 * time.Hour).UnixMilli()
	tests := []struct {
		name string
		said wire.Telemetry
		want string
	}{
		{"damaged", wire.Telemetry{Damaged: 2}, "有 2 条记录损坏"},
		{"lost", wire.Telemetry{Lost: 3}, "有 3 份还没送出的材料，文件已损坏"},
		{"no receipt shown", wire.Telemetry{Unshown: 1}, "有 1 件已存好，但没给居民看到回执"},
		{"disk below the reserve", wire.Telemetry{Free: 300 << 20}, "只剩 300 MB，已不再接收"},
		{"disk nearly", wire.Telemetry{Free: 900 << 20}, "只剩 900 MB，快要停收"},
		{"waiting", wire.Telemetry{Queue: 3, Oldest: kept}, "有 3 件还没送到中心"},
		{"clock behind", wire.Telemetry{Offset: -600_000}, "时钟慢 10 分钟"},
		{"clock ahead", wire.Telemetry{Offset: 3_600_000}, "时钟快 60 分钟"},
		{"paper", wire.Telemetry{Printer: "paper-out"}, "打印机没纸了"},
	}
	for _, tt := range tests {
		p := tell(tt.said)
		p.says(t, tt.want, "有 1 台终端要人处理")
	}
	p = tell(wire.Telemetry{Queue: 3, Oldest: h.Now().UnixMilli(), Free: 60 << 30, Printer: "something new"})
	p.says(t, "终端都正常")
	tell(well)
	h.Pass(25 * time.Hour)
	b = h.as(t, "oper")
	b.get("/terminals").says(t, "以后就没有联系上")
	h.connected = append(h.connected, h.terminal.Key)
	b.get("/terminals").says(t, "终端都正常")
}
