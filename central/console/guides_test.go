package console_test

import (
	"bytes"
	"fmt"
	"html"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"doorstep/central/store"
	"doorstep/sync/civic"
)

var guideField = regexp.MustCompile(`(?s)<input[^>]*? name="(g\.[^"]+)" value="([^"]*)"|<textarea[^>]*? name="(g\.[^"]+)"[^>]*>(.*?)</textarea>|<select[^>]*? name="(g\.[^"]+)"(.*?)</select>`)

var chosenOption = regexp.MustCompile(`<option value="([^"]*)" selected`)

// typed returns the form of the editor as the page filled it.
func (p *page) typed() url.Values {
	v := url.Values{}
	for _, m := range guideField.FindAllStringSubmatch(p.body, -1) {
		switch {
		case m[1] != "":
			if !strings.Contains(m[0], `type="checkbox"`) {
				v.Set(m[1], html.UnescapeString(m[2]))
			}
		case m[3] != "":
			v.Set(m[3], html.UnescapeString(m[4]))
		case m[5] != "":
			if o := chosenOption.FindStringSubmatch(m[6]); o != nil {
				v.Set(m[5], html.UnescapeString(o[1]))
			}
		}
	}
	for _, m := range regexp.MustCompile(`type="checkbox" name="(g\.[^"]+)" value="1" checked`).FindAllStringSubmatch(p.body, -1) {
		v.Set(m[1], "1")
	}
	return v
}

// with changes fields.
func with(v url.Values, pairs ...string) url.Values {
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

func TestGuidesAreForPublishers(t *testing.T) {
	h := open(t)
	b := h.as(t, "chen")
	b.get("/guides").is(t, http.StatusForbidden)
	b.get("/guides/HJ-008/edit").is(t, http.StatusForbidden)
	b = h.as(t, "pub")
	p := b.get("/guides")
	p.is(t, http.StatusOK)
	p.says(t, "事项", "申领居住证", "没有等着发布的改动")
}

// TestGuideFromDraftToTerminal writes, publishes and withdraws a guide, each step in the audit.
func TestGuideFromDraftToTerminal(t *testing.T) {
	h := open(t)
	b := h.as(t, "pub")
	p := b.get("/guides/HJ-008/edit")
	p.says(t, "从已发布的第 1 版开始改")
	form := with(p.typed(), "g.fee", "不收费", "g.materials/1/note", "正反两面都要拍清楚", "do", "save")
	p = b.post("/guides/HJ-008/edit", form)
	p.is(t, http.StatusOK)
	p.says(t, "草稿已保存")
	p = b.get("/guides/HJ-008")
	p.says(t, "有草稿", "检查过了，可以发布", "收费", "本人居民身份证：说明", "放弃草稿")
	p.silent(t, "人生大事")
	if !strings.Contains(p.body, "<del>") || !strings.Contains(p.body, "<ins>") {
		t.Error("the page does not mark what changes")
	}
	p = b.get("/guides?state=changed&q=" + url.QueryEscape("居住证"))
	p.says(t, "冯发", "有 1 个事项改过")
	p = b.get("/guides/HJ-008/publish")
	p.says(t, "1 台终端会收到", "化龙镇党群服务中心")
	p = b.post("/guides/HJ-008/publish", url.Values{"version": {versionField.FindStringSubmatch(p.body)[1]}, "scope": {"area:440113"}})
	p.says(t, "已发布。在线的终端马上更新", "第 3 版", "440113", "移出原来的范围")
	if g := h.Guide(t, "HJ-008"); g.Fee != "不收费" || g.Materials[1].Note != "正反两面都要拍清楚" || len(g.Events) != 3 || len(g.Channels) != 4 {
		t.Errorf("the published guide is %+v", g)
	}
	p = b.get("/guides/HJ-008/compare?from=r1&to=r3")
	p.says(t, "有 2 处不同", "删去 首次申领", "加上")
	if p = b.post("/guides/HJ-008/withdraw", url.Values{"rev": {"3"}, "reason": {" "}}); !strings.Contains(p.body, "请写明为什么撤下") {
		t.Errorf("withdrawn without a reason: %s", words(p.body))
	}
	b.get("/guides/HJ-008")
	b.post("/guides/HJ-008/withdraw", url.Values{"rev": {"1"}, "reason": {"旧的一版"}}).is(t, http.StatusConflict)
	b.get("/guides/HJ-008")
	p = b.post("/guides/HJ-008/withdraw", url.Values{"rev": {"3"}, "reason": {"政策停止"}})
	p.says(t, "已撤下", "原因：政策停止")
	var acts []store.Action
	for _, e := range h.Audit(t) {
		if e.Actor.Login == "pub" && e.Action != store.ActSignIn {
			acts = append(acts, e.Action)
		}
	}
	if fmt.Sprint(acts) != "[draft publish take]" {
		t.Errorf("the audit has %v", acts)
	}
	// It can be written on from its last text.
	p = b.get("/guides/HJ-008/edit")
	b.post("/guides/HJ-008/edit", with(p.typed(), "do", "publish")).says(t, "发布“申领居住证”")
	p = b.post("/guides/HJ-008/publish", url.Values{"version": {versionField.FindStringSubmatch(b.page.body)[1]}, "scope": {"all"}})
	p.says(t, "第 5 版", "所有终端")
}

// TestGuideFaultsStandAtTheirFields keeps a guide with faults back, and says at each field what to do.
func TestGuideFaultsStandAtTheirFields(t *testing.T) {
	h := open(t)
	b := h.as(t, "pub")
	form := with(b.get("/guides/HJ-009/edit").typed(), "g.name_en", "", "g.materials/0/need", "later", "g.source", "无", "do", "save")
	p := b.post("/guides/HJ-009/edit", form)
	p.says(t, "还有 3 处要改", "还没有填", "要以方括号里的依据标记开头")
	for _, at := range []string{`id="e-name_en"`, `id="e-materials/0/days"`, `id="e-source"`} {
		if !strings.Contains(p.body, at) {
			t.Errorf("no error at %s", at)
		}
	}
	p = b.get("/guides/HJ-009/publish")
	p.says(t, "还有 3 处要改", "去修改")
	p = b.post("/guides/HJ-009/edit", with(b.get("/guides/HJ-009/edit").typed(), "g.steps/0/days", "半天", "do", "save"))
	p.is(t, http.StatusUnprocessableEntity)
	p.says(t, "要填数字，可以有半天")
	if !strings.Contains(p.body, `value="半天"`) {
		t.Error("what was typed is gone")
	}
	b.get("/guides/HJ-009")
	b.post("/guides/HJ-009/publish", url.Values{"version": {"1"}, "scope": {"all"}}).says(t, "处要改，改好才能发布")
}

// TestTwoPublishersAreBothTold lets two write at once: nothing typed is lost.
func TestTwoPublishersAreBothTold(t *testing.T) {
	h := open(t)
	h.Hire(t, "pub2", "何布", "", civic.RolePublisher)
	one, other := h.as(t, "pub"), h.as(t, "pub2")
	mine, theirs := one.get("/guides/HJ-008/edit").typed(), other.get("/guides/HJ-008/edit").typed()
	other.post("/guides/HJ-008/edit", with(theirs, "g.fee", "何布写的收费", "do", "save")).says(t, "草稿已保存")
	p := one.post("/guides/HJ-008/edit", with(mine, "g.fee", "冯发写的收费", "do", "save"))
	p.is(t, http.StatusConflict)
	p.says(t, "何布 在", "改了同一个事项", "以我的为准", "您填的都还在下面")
	if !strings.Contains(p.body, `value="冯发写的收费"`) || !strings.Contains(p.body, "何布") {
		t.Error("one of the two texts is gone")
	}
	one.post("/guides/HJ-008/edit", with(p.typed(), "do", "save")).says(t, "草稿已保存")
	p = other.post("/guides/HJ-008/edit", with(other.get("/guides/HJ-008/edit").typed(), "g.version", "1", "do", "save"))
	p.is(t, http.StatusConflict)
	p.says(t, "冯发 在")
	other.get("/guides/HJ-008/compare?from=d1&to=d2").says(t, "删去 何布", "加上 冯发")
}

// TestRowsAreAddedMovedAndRemovedWithoutScripts works the rows of the editor by its keys.
func TestRowsAreAddedMovedAndRemovedWithoutScripts(t *testing.T) {
	h := open(t)
	b := h.as(t, "pub")
	names := func() string {
		t.Helper()
		d, err := h.Press.Draft(t.Context(), "HJ-009")
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, m := range d.Guide.Materials {
			out = append(out, m.ID)
		}
		return strings.Join(out, " ")
	}
	before := strings.Fields(names())
	p := b.get("/guides/HJ-009/edit")
	p = b.post("/guides/HJ-009/edit", with(p.typed(), "do", "add:materials"))
	n := fmt.Sprint(len(before))
	p = b.post("/guides/HJ-009/edit", with(p.typed(), "g.materials/"+n+"/id", "lease", "g.materials/"+n+"/name", "租赁合同", "g.materials/"+n+"/need", "required", "do", "up:materials:"+n))
	if got := strings.Fields(names()); got[len(got)-2] != "lease" {
		t.Errorf("materials are %v", got)
	}
	p = b.post("/guides/HJ-009/edit", with(p.typed(), "do", "down:materials:0"))
	p = b.post("/guides/HJ-009/edit", with(p.typed(), "do", "remove:materials:0"))
	if got := strings.Fields(names()); len(got) != len(before) || got[0] != before[0] {
		t.Errorf("materials are %v, were %v", got, before)
	}
	p.says(t, "材料 1")
}

// TestTypedTextSurvivesTheSession keeps what was typed when the session ended before it was saved.
func TestTypedTextSurvivesTheSession(t *testing.T) {
	h := open(t)
	b := h.as(t, "pub")
	form := with(b.get("/guides/HJ-008/edit").typed(), "g.fee", "写了很久的收费", "do", "save")
	h.Pass(11 * time.Hour)
	p := b.post("/guides/HJ-008/edit", form)
	p.is(t, http.StatusUnauthorized)
	v := url.Values{"name": {"pub"}, "password": {"correct horse battery"}}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`).FindAllStringSubmatch(p.body, -1) {
		if m[1] != "token" {
			v.Add(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
		}
	}
	p = b.post("/sign-in", v)
	p.says(t, "您填的内容都在这里，还没有保存")
	if !strings.Contains(p.body, `value="写了很久的收费"`) {
		t.Fatalf("what was typed is gone: %s", words(p.body))
	}
	b.post("/guides/HJ-008/edit", with(p.typed(), "do", "save")).says(t, "草稿已保存")
}

func TestNewGuide(t *testing.T) {
	h := open(t)
	b := h.as(t, "pub")
	b.get("/guides/new")
	b.post("/guides/new", url.Values{"id": {"hj-008"}, "name": {"又一个"}}).says(t, "这个编码已经用了")
	b.post("/guides/new", url.Values{"id": {"x"}, "name": {"又一个"}}).says(t, "编码是两三个大写字母")
	p := b.post("/guides/new", url.Values{"id": {"xy-901"}, "name": {"开办便民菜店备案"}})
	p.says(t, "修改“开办便民菜店备案”", "处要改")
	b.get("/guides/XY-901/preview").says(t, "这是还没有发布的草稿")
	p = b.get("/guides/XY-901")
	p.says(t, "从未发布")
	b.post("/guides/XY-901/drop", url.Values{"version": {versionField.FindStringSubmatch(p.body)[1]}}).says(t, "草稿已放弃")
	b.get("/guides/XY-901").is(t, http.StatusNotFound)
}

// TestPreviewIsTheTerminalsPage shows the kiosk's own page in a frame that may do nothing.
func TestPreviewIsTheTerminalsPage(t *testing.T) {
	h := open(t)
	b := h.as(t, "pub")
	p := b.get("/guides/HJ-008/preview?lang=en&elder=1")
	if !strings.Contains(p.body, `src="/guides/HJ-008/terminal?elder=1&amp;lang=en"`) || !strings.Contains(p.header.Get("Content-Security-Policy"), "frame-src 'self'") {
		t.Errorf("no frame: %s", p.header.Get("Content-Security-Policy"))
	}
	p = b.get("/guides/HJ-008/terminal?elder=1&lang=en")
	p.says(t, "Application for residence permit")
	if p.header.Get("X-Frame-Options") != "SAMEORIGIN" || !strings.Contains(p.body, `class="elder`) || !strings.Contains(p.body, "kiosk-") {
		t.Errorf("the page in the frame: %v", p.header)
	}
	if b.get("/guides/HJ-008").header.Get("X-Frame-Options") != "DENY" {
		t.Error("another page may stand in a frame")
	}
}

// bring posts a workbook as a browser does.
func (b *browser) bring(path string, file []byte) *page {
	b.t.Helper()
	b.get("/guides/import")
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	_ = w.WriteField("token", html.UnescapeString(tokenField.FindStringSubmatch(b.page.body)[1]))
	part, err := w.CreateFormFile("file", "事项.xlsx")
	if err == nil {
		_, err = part.Write(file)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		b.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url+path, &body)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	return b.do(r)
}

// settled loads the page of the import until the program has done its work.
func (b *browser) settled() *page {
	b.t.Helper()
	p := b.get("/guides/import")
	for p.header.Get("Refresh") != "" && b.t.Context().Err() == nil {
		p = b.get("/guides/import")
	}
	return p
}

func TestExportAndImport(t *testing.T) {
	h := open(t)
	b := h.as(t, "pub")
	p := b.get("/guides/export.xlsx")
	if !strings.Contains(p.header.Get("Content-Disposition"), "catalogue-20261123-0900.xlsx") {
		t.Errorf("the file is named %s", p.header.Get("Content-Disposition"))
	}
	file := []byte(p.body)
	b.bring("/guides/import", file).is(t, http.StatusOK)
	b.settled().says(t, "和已发布的一样，没有要导入的", "没有变")
	b.post("/guides/import/forget", url.Values{})

	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	set := func(id, column, v string) {
		if err := f.SetCellValue("事项", column+serviceRow(t, f, id), v); err != nil {
			t.Fatal(err)
		}
	}
	set("HJ-008", "S", "不收费")
	changed := saved(t, f)
	set("HJ-009", "C", "")
	b.bring("/guides/import", saved(t, f))
	p = b.settled()
	p.says(t, "文件里有 1 处错误，一条也没有导入", "C"+serviceRow(t, f, "HJ-009"), "事项名称", "必填")
	if h.Guide(t, "HJ-008").Fee == "不收费" {
		t.Fatal("half of it was imported")
	}
	b.post("/guides/import/forget", url.Values{})
	b.bring("/guides/import", changed)
	p = b.settled()
	p.says(t, "会发布 1 个事项", "申领居住证", "收费", "有改动")
	b.post("/guides/import/publish", url.Values{"key": {regexp.MustCompile(`name="key" value="(\d+)"`).FindStringSubmatch(p.body)[1]}})
	b.settled().says(t, "已发布 1 个事项", "用时")
	if h.Guide(t, "HJ-008").Fee != "不收费" {
		t.Error("it was not published")
	}
	// The same file again was made from an older revision: it must not undo what was published since.
	set("HJ-009", "C", "申请居住证签注")
	set("HJ-008", "S", "收费十元")
	b.bring("/guides/import", saved(t, f))
	b.settled().says(t, "导出时是第 1 版，现在已经发布到第 2 版")
}

// serviceRow returns the row in which a service stands.
func serviceRow(t *testing.T, f *excelize.File, id string) string {
	t.Helper()
	found, err := f.SearchSheet("事项", id)
	if err != nil || len(found) == 0 {
		t.Fatalf("%s is not in the workbook: %v", id, err)
	}
	return strings.TrimLeft(found[0], "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
}

func saved(t *testing.T, f *excelize.File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestImportIsGuarded bounds what is taken and from whom.
func TestImportIsGuarded(t *testing.T) {
	h := open(t)
	b := h.as(t, "pub")
	b.bring("/guides/import", []byte("no workbook")).is(t, http.StatusOK)
	b.settled().says(t, "打不开这个文件", "什么也没有导入")
	b.get("/guides/import")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+"/guides/import", strings.NewReader("token=x"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	b.do(r).is(t, http.StatusUnprocessableEntity)
	large := bytes.Repeat([]byte("x"), 1<<20)
	b.get("/guides")
	if p := b.bring("/guides/import", large); p.status != http.StatusOK {
		t.Errorf("a publisher's file is refused: %d", p.status)
	}
	b.settled()
	c := h.as(t, "chen")
	c.get("/cases")
	c.page.body = b.page.body // a clerk who has the page of a publisher
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", "x.xlsx")
	if err == nil {
		_, err = part.Write(large)
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	r, err = http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+"/guides/import", &body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	resp, err := c.c.Do(r)
	if err == nil {
		_ = resp.Body.Close()
		if resp.StatusCode < 400 {
			t.Errorf("a clerk brings a megabyte: %d", resp.StatusCode)
		}
	}
}
