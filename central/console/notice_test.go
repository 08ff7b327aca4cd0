package console_test

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"doorstep/central/store"
	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

var (
	noticePath  = regexp.MustCompile(`action="(/notices/[a-z2-7]{12})"`)
	digestField = regexp.MustCompile(`name="digest" value="([0-9a-f]{64})"`)
)

// relief is what a publisher types of a real notice.
func relief() url.Values {
	return url.Values{
		"title": {"2026年第11批新增低保对象公示"}, "category": {"relief"}, "issuer": {"化龙镇人民政府"}, "code": {"006939748"},
		"document": {"化府公〔2026〕11号"}, "made": {"2026-11-20"}, "keywords": {"社会救助 低保"},
		"body":  {"经审核，下列家庭符合条件，现予公示。\r\n# 名单\r\n|姓名|家庭人数|月补差（元）|\r\n|陈某某|2|1,980|\r\n|黄某|1|1,238|\r\n\r\n- 公示期：7 天\r\n- 监督电话：020-84760000"},
		"place": {"area"}, "area": {"440113"}, "until": {"2026-12-02"},
	}
}

// upload is a file of the editor's form.
type upload struct {
	name  string
	bytes []byte
}

// write posts the editor's form as a browser does, with the token and version of the page before.
func (b *browser) write(path string, v url.Values, files ...upload) *page {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	fields := url.Values{"token": {tokenField.FindStringSubmatch(b.page.body)[1]}, "version": {versionField.FindStringSubmatch(b.page.body)[1]}}
	for name, values := range v {
		fields[name] = values
	}
	for name, values := range fields {
		for _, value := range values {
			if err := w.WriteField(name, value); err != nil {
				b.t.Fatal(err)
			}
		}
	}
	for _, f := range files {
		part, err := w.CreateFormFile("files", f.name)
		if err == nil {
			_, err = part.Write(f.bytes)
		}
		if err != nil {
			b.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url+path, &body)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	return b.do(r)
}

// draft writes a new notice and returns its path.
func (b *browser) draft(v url.Values, files ...upload) string {
	b.t.Helper()
	path := noticePath.FindStringSubmatch(b.get("/notices/new").body)[1]
	if p := b.write(path, v, files...); p.path != path {
		b.t.Fatalf("the draft is not saved: %d %s", p.status, words(p.body))
	}
	return path
}

// hand takes one step of the notice at path, as its page shows it now.
func (b *browser) hand(path, act string, v url.Values) *page {
	b.t.Helper()
	b.get(path)
	return b.step(path, act, v)
}

// step takes one step from the page that is open, whatever became of the notice since.
func (b *browser) step(path, act string, v url.Values) *page {
	b.t.Helper()
	out := url.Values{"version": {"1"}} // a page that offers no step holds none
	if m := versionField.FindStringSubmatch(b.page.body); m != nil {
		out.Set("version", m[1])
	}
	if m := digestField.FindStringSubmatch(b.page.body); m != nil {
		out.Set("digest", m[1])
	}
	for name, values := range v {
		out[name] = values
	}
	return b.post(path+"/"+act, out)
}

// feed is what a terminal in a place has on its shelf of notices, by id.
func (h *hall) feed(t *testing.T, r store.Reader) map[string]civic.Edition {
	t.Helper()
	f, err := h.Store.Feed(t.Context(), r, civic.Cursor{}, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]civic.Edition{}
	for _, e := range f.List {
		opened, err := wire.OpenEdition(h.Keys.Sign.Public(), seal.DomainEdition, e.Edition)
		if errors.Is(err, &civic.Error{Code: civic.Untrusted}) {
			continue // the keys themselves, which the root key signed
		}
		if err != nil {
			t.Fatal(err)
		}
		if opened.Kind == civic.EditionNotice {
			out[opened.ID] = *opened
		}
	}
	return out
}

func TestNoticeByThreeHands(t *testing.T) {
	h := open(t)
	pub, net, sec := h.as(t, "pub"), h.as(t, "net"), h.as(t, "sec")
	path := pub.draft(relief(), upload{"名单.pdf", []byte("%PDF-1.7 list")})
	pub.page.says(t, "已保存为草稿", "名单.pdf", "送审时编号", "大厅屏幕上大约这样", "社会救助暂行办法11", "是图片或 PDF")
	pub.hand(path, "propose", nil).says(t, "已送网信办审核", "006939748/2026-00001")
	if p := net.get("/notices"); !strings.Contains(p.body, `<b>1</b>`) {
		t.Error("the rail does not count what waits")
	}
	net.page.says(t, "有 1 份公告等您办", "2026年第11批新增低保对象公示", "待网信审核")
	net.hand(path, "check", nil).says(t, "已通过，转保密审核", "待保密审核")
	here, far := store.Reader{Area: "440113", Point: "hualong"}, store.Reader{Area: "110101", Point: "other"}
	if len(h.feed(t, here)) != 0 {
		t.Fatal("published by two hands")
	}
	sec.hand(path, "release", nil).says(t, "已发布", "展示中")
	id := strings.TrimPrefix(path, "/notices/")
	if got := h.feed(t, here)[id]; got.Until.IsZero() || got.Tombstone || !bytes.Contains(got.Body, []byte("陈某某")) {
		t.Fatalf("the terminal in the area has %+v", got)
	}
	if len(h.feed(t, far)) != 0 {
		t.Fatal("a terminal elsewhere has it")
	}
	sec.get(path).says(t, "冯发", "徐网", "何密", "送审", "网信审核通过", "保密审核通过并发布")
	net.hand(path, "withdraw", nil).is(t, http.StatusUnprocessableEntity)
	net.page.says(t, "请写明理由")
	net.hand(path, "withdraw", url.Values{"words": {"名单有误"}}).says(t, "已撤下", "名单有误")
	if len(h.feed(t, here)) != 0 {
		t.Fatal("taken down, and still in the feed")
	}
	f, err := h.Store.Revision(t.Context(), civic.EditionNotice, civic.Revision{ID: id, Rev: 1})
	if err != nil || !bytes.Contains(f.Body, []byte("陈某某")) {
		t.Errorf("the revision is lost: %v", err)
	}
	h.as(t, "audit").get("/audit").says(t, "发布公告", "撤下公告")
}

func TestNoticeSentBack(t *testing.T) {
	h := open(t)
	pub, net := h.as(t, "pub"), h.as(t, "net")
	path := pub.draft(relief())
	pub.hand(path, "propose", nil)
	net.hand(path, "back", url.Values{"words": {" "}}).says(t, "请写明理由")
	net.hand(path, "back", url.Values{"words": {"第三行的金额要核对"}}).says(t, "已退回给发布岗")
	pub.get("/notices").says(t, "有 1 份公告等您办", "被退回")
	pub.get(path).says(t, "第三行的金额要核对", "徐网")
	// The proposer's page from before: its approval is of a text that is no longer proposed.
	pub.get(path)
	pub.step(path, "propose", nil).says(t, "已送网信办审核")
	pub.get("/notices").says(t, "没有等您办的公告")
}

// TestNoticeTwoTabs: pages that stayed open, second clicks and the back button are refused in words, and nothing that
// was typed is lost.
func TestNoticeTwoTabs(t *testing.T) {
	h := open(t)
	pub, net := h.as(t, "pub"), h.as(t, "net")
	path := noticePath.FindStringSubmatch(pub.get("/notices/new").body)[1]
	blank := pub.page
	if p := pub.write(path, relief()); p.path != path {
		t.Fatalf("not saved: %s", words(p.body))
	}
	pub.page = blank // a second click on the first form
	if p := pub.write(path, relief()); p.path != path || p.status != http.StatusOK {
		t.Errorf("a second click answers %d at %s", p.status, p.path)
	}
	edit := pub.get(path + "/edit")
	other := h.as(t, "pub")
	other.get(path + "/edit")
	changed := relief()
	changed.Set("title", "另一扇窗里改的标题")
	other.write(path, changed).says(t, "另一扇窗里改的标题")
	pub.page = edit
	mine := relief()
	mine.Set("body", "写了半个小时的正文")
	p := pub.write(path, mine, upload{"名单.pdf", []byte("%PDF-1.7 list")})
	p.is(t, http.StatusUnprocessableEntity)
	p.says(t, "刚刚被别人改过", "别人刚存过这份公告", "另一扇窗里改的标题", "写了半个小时的正文", "请重新选")
	if !strings.Contains(p.body, ">写了半个小时的正文</textarea>") {
		t.Error("what was typed is lost")
	}
	pub.write(path, mine).says(t, "已保存为草稿", "写了半个小时的正文")

	pub.hand(path, "propose", nil).says(t, "已送网信办审核")
	pub.page = edit // the back button, and the old page's verb: the version is not that of the proposal
	pub.step(path, "propose", nil).is(t, http.StatusConflict)
	net.get(path)
	seen := net.page
	net.step(path, "check", nil).says(t, "已通过")
	net.page = seen // a double click
	net.step(path, "check", nil).says(t, "已通过")
	net.get(path+"/check").says(t, "待保密审核") // the address of a step, loaded again
	net.page = seen
	p = net.step(path, "back", url.Values{"words": {"一个没有用上的理由"}})
	p.is(t, http.StatusConflict)
	p.says(t, "刚刚被别人改过", "一个没有用上的理由")
}

func TestNoticeRefusals(t *testing.T) {
	h := open(t)
	pub := h.as(t, "pub")
	v := relief()
	v.Set("body", "联系人黄某，手机 13800138000\n身份证 11010519491231002X")
	v.Set("until", "2026-11-25")
	v.Set("code", "006939747")
	path := pub.draft(v)
	pub.page.says(t, "送审前要改好", "第 1 行像是手机号：138******00", "第 2 行像是完整的身份证号：110*************2X",
		"至少展示 7 天，最早到 2026-11-30", "机构代码是 9 位")
	pub.page.silent(t, "送网信办审核")
	pub.step(path, "propose", nil).is(t, http.StatusUnprocessableEntity)
	for name, values := range map[string]url.Values{
		"日期请写成":        {"made": {"20261120"}},
		"结束日期请写成":      {"until": {"年底"}},
		"开始时间请写成":      {"from": {"九点"}},
		"还没有选服务点":      {"place": {"point"}},
		"行政区划代码是 2":    {"place": {"area"}, "area": {"4401134"}},
		"标题最多 80 个字":   {"title": {strings.Repeat("长", 81)}},
		"正文最多 8000 个字": {"body": {strings.Repeat("长", 8001)}},
		"主题词最多 8 个":    {"keywords": {"一 二 三 四 五 六 七 八 九"}},
	} {
		pub.get(path + "/edit")
		v := relief()
		v.Set("issuer", "没有丢的机构")
		for k, x := range values {
			v[k] = x
		}
		p := pub.write(path, v)
		p.is(t, http.StatusUnprocessableEntity)
		p.says(t, name)
		if !strings.Contains(p.body, `value="没有丢的机构"`) {
			t.Errorf("%s: what was typed is lost", name)
		}
	}
	pub.get(path + "/edit")
	p := pub.write(path, relief(), upload{"a.exe", []byte("MZ\x90\x00\x03")})
	p.is(t, http.StatusUnprocessableEntity)
	p.says(t, "a.exe", "也不能带宏", "请重新选")
	pub.get("/notices/aaaaaaaaaaaa").is(t, http.StatusNotFound)
	pub.get("/notices/x").is(t, http.StatusNotFound)
	h.as(t, "chen").get(path).is(t, http.StatusForbidden)
	net := h.as(t, "net")
	net.get(path)
	net.step(path, "check", nil).is(t, http.StatusForbidden)
	net.page.says(t, "您的岗位现在不能做这一步")
}

func TestNoticeAttachments(t *testing.T) {
	h := open(t)
	pub := h.as(t, "pub")
	body := []byte("%PDF-1.7 list")
	path := pub.draft(relief(), upload{"名单 1.pdf", body}, upload{"说明", []byte("电话 13800138000")})
	pub.page.says(t, "说明.txt", "附件“说明.txt”里像是有手机号")
	file := path + "/files/" + civic.DigestOf(body).String()
	p := pub.get(file)
	p.is(t, http.StatusOK)
	if p.header.Get("Content-Type") != "application/pdf" || !strings.Contains(p.header.Get("Content-Disposition"), "inline; filename*=UTF-8''%E5%90%8D") || p.body != string(body) {
		t.Errorf("the attachment comes as %v", p.header)
	}
	pub.get(path + "/edit")
	v := relief()
	v.Set("drop", civic.DigestOf([]byte("电话 13800138000")).String())
	pub.write(path, v).silent(t, "说明.txt")
	pub.get(file).is(t, http.StatusOK)
	pub.get(path+"/files/"+civic.DigestOf([]byte("电话 13800138000")).String()).is(t, http.StatusNotFound)
	pub.get(path+"/files/xyz").is(t, http.StatusNotFound)
}

func TestNoticeRevisionIsCompared(t *testing.T) {
	h := open(t)
	pub, net, sec := h.as(t, "pub"), h.as(t, "net"), h.as(t, "sec")
	path := pub.draft(relief())
	pub.hand(path, "propose", nil)
	net.hand(path, "check", nil)
	sec.hand(path, "release", nil)
	pub.get(path+"/edit").says(t, "展示中的那一版不受影响")
	v := relief()
	v.Set("title", "更正：2026年第11批新增低保对象公示")
	v.Set("body", strings.Replace(v.Get("body"), "1,238", "1,338", 1))
	pub.write(path, v).says(t, "发布的那一版比", "1,238", "1,338", "上一版展示中")
	pub.hand(path, "propose", nil)
	net.get(path).says(t, "1,338", "更正")
	if !strings.Contains(net.page.body, "<del>2026年第11批") || !strings.Contains(net.page.body, "<ins>更正：") {
		t.Error("the titles do not stand against each other")
	}
	net.get("/notices?view=live").says(t, "更正", "待网信审核")
	net.get("/notices?view=live&kind=names").says(t, "现在没有展示的公告")
}

// TestNoticeOutlivesTheSession: half an hour of writing is not lost with the session.
func TestNoticeOutlivesTheSession(t *testing.T) {
	h := open(t)
	pub := h.as(t, "pub")
	path := noticePath.FindStringSubmatch(pub.get("/notices/new").body)[1]
	h.Pass(31 * time.Minute)
	v := relief()
	p := pub.write(path, v)
	p.is(t, http.StatusUnauthorized)
	p.says(t, "您刚才写的内容没有丢")
	kept := url.Values{"name": {"pub"}, "password": {"correct horse battery"}}
	for _, m := range keptFields(p.body) {
		kept.Add(m[0], m[1])
	}
	p = pub.post("/sign-in", kept)
	p.is(t, http.StatusOK)
	p.says(t, "您刚才写的内容还在下面")
	if !strings.Contains(p.body, "陈某某|2|1,980") || !strings.Contains(p.body, `value="化龙镇人民政府"`) {
		t.Fatalf("what was typed is lost: %s", words(p.body))
	}
	pub.write(path, v).says(t, "已保存为草稿")
}

// keptFields returns the hidden fields of a page.
func keptFields(body string) [][2]string {
	var out [][2]string
	for _, m := range regexp.MustCompile(`type="hidden" name="(\w+)" value="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		out = append(out, [2]string{m[1], html.UnescapeString(m[2])})
	}
	return out
}

func TestNoticePages(t *testing.T) {
	h := open(t)
	pub := h.as(t, "pub")
	for i := range 45 {
		v := relief()
		v.Set("title", fmt.Sprintf("公示 %02d 号", i))
		pub.draft(v)
		h.Pass(time.Second)
	}
	p := pub.get("/notices?view=draft&kind=relief")
	p.says(t, "共 45 份", "公示 44 号", "公示 05 号")
	p.silent(t, "公示 04 号")
	next := nextURL.FindStringSubmatch(p.body)
	if next == nil {
		t.Fatal("no next page")
	}
	p = pub.get(strings.ReplaceAll(next[1], "&amp;", "&"))
	p.says(t, "公示 04 号", "公示 00 号")
	p.silent(t, "公示 05 号")
}
