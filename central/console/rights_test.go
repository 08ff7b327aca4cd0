package console_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"doorstep/central/console/consoletest"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// claim files a request about a case in its applicant's name.
func (h *hall) claim(t *testing.T, service string, about civic.TrackingCode, more string) *consoletest.Filed {
	t.Helper()
	f := h.terminal.Fill(t, service, fmt.Sprintf(`{"about": %q, "filed_by": "self", "name": "欧阳𬭎",
		"document": {"kind": "resident-id", "number": "11010519491231002X"}, "phone": "13800138000", %s, "declared": true}`, about, more),
		jpeg, "image/jpeg")
	h.terminal.Deliver(t, f, true)
	return f
}

const (
	wantsCopy     = `"way": "file"`
	wantsDeletion = `"reason": "needless", "known": true`
	wantsPhone    = `"item": "联系电话", "was": "13800138000", "is": "13900139000"`
)

func TestCopyIsHandedOver(t *testing.T) {
	h := open(t)
	f := h.file(t)
	q := h.claim(t, "GR-001", f.Code, wantsCopy)
	b := h.as(t, "chen")
	path := "/cases/" + q.Code.String()
	p := b.get(path)
	p.says(t, "请求查阅、复制个人信息", f.Code.String(), "姓名、证件与申请人一致")
	p.silent(t, path+"/copy")
	b.get(path+"/copy").is(t, http.StatusForbidden)
	b.get(path)
	b.act(q.Code, "accept", nil).is(t, http.StatusOK)
	p = b.act(q.Code, "grant", url.Values{"words": {"同意提供。"}})
	if !strings.Contains(p.body, path+"/copy") {
		t.Fatal("a granted request does not lead to the copy")
	}
	before := len(h.Audit(t))
	p = b.get(path + "/copy")
	p.is(t, http.StatusOK)
	p.says(t, "个人信息副本", "11010519491231002X", "某某制衣有限公司", "第四十五条", "领取人签名")
	p = b.get(path + "/copy.zip")
	p.is(t, http.StatusOK)
	z, err := zip.NewReader(bytes.NewReader([]byte(p.body)), int64(len(p.body)))
	if err != nil || len(z.File) < 2 || p.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("the file has %d bytes, %v", len(p.body), err)
	}
	if d := p.header.Get("Content-Disposition"); d != `attachment; filename="copy.zip"` {
		t.Errorf("it is named %s", d)
	}
	added := h.Audit(t)[before:]
	if len(added) != 2 || added[0].Subject != f.Code.Digits() || added[0].Detail != "copy "+q.Code.Digits() {
		t.Errorf("two copies left %+v", added)
	}
	h.as(t, "wang").get(path+"/copy").is(t, http.StatusForbidden)
	b.get(path)
	b.act(q.Code, "deliver", nil).is(t, http.StatusOK)
	b.get(path+"/copy").is(t, http.StatusForbidden)
}

func TestCorrectionIsNoted(t *testing.T) {
	h := open(t)
	f := h.file(t)
	q := h.claim(t, "GR-002", f.Code, wantsPhone)
	b := h.as(t, "chen")
	b.get("/cases/"+q.Code.String()).says(t, "请求更正、补充个人信息", "联系电话", "13900139000", "原来的内容也留着")
	b.act(q.Code, "accept", nil)
	b.act(q.Code, "grant", url.Values{"words": {"经核实，予以更正。"}}).is(t, http.StatusOK)
	b.get("/cases/"+f.Code.String()).says(t, "更正个人信息", "原为“13800138000”，更正为“13900139000”", q.Code.String(), "陈明")
	h.as(t, "audit").get("/audit").says(t, "更正个人信息")
}

func TestDeletionAndHold(t *testing.T) {
	h := open(t)
	f := h.file(t)
	chen := h.as(t, "chen")
	path := "/cases/" + f.Code.String()
	chen.get(path)
	chen.act(f.Code, "decline", url.Values{"words": {"不属于本机关职权。"}}).is(t, http.StatusOK)
	q := h.claim(t, "GR-003", f.Code, wantsDeletion)
	request := "/cases/" + q.Code.String()
	p := chen.get(request)
	p.says(t, "请求删除个人信息", "现在不能准予", "保存到 2036 年年底", "国家档案局令第8号")
	chen.act(q.Code, "accept", nil)
	p = chen.get(request)
	p.silent(t, `action="`+request+`/grant"`)
	if !strings.Contains(p.body, `details class="act refuse" open`) || !strings.Contains(p.body, "期满前不能删除（《个人信息保护法》第四十七条第二款）") {
		t.Error("the reason does not stand ready in the refusal")
	}

	boss := h.as(t, "super")
	p = boss.get("/retention")
	p.says(t, "没有保存期满待删的办件", "许可证照类", "10 年", "登记类", "永久", "没有暂缓删除的办件")
	p = boss.post("/retention/holds", url.Values{"code": {"1234"}, "reason": {"涉诉"}})
	p.is(t, http.StatusUnprocessableEntity)
	p.says(t, "16")
	if !strings.Contains(p.body, ">涉诉</textarea>") {
		t.Error("what was typed is lost")
	}
	p = boss.post("/retention/holds", url.Values{"code": {f.Code.String()}, "reason": {"区法院（2026）行初12号"}})
	p.is(t, http.StatusOK)
	p.says(t, "不会被删除", f.Code.String(), "区法院（2026）行初12号", "赵督")
	boss.post("/retention/holds", url.Values{"code": {f.Code.String()}, "reason": {"再次"}}).is(t, http.StatusConflict)
	chen.get(path).says(t, "依法暂缓删除", "区法院（2026）行初12号", "赵督")
	chen.get(request).says(t, "因诉讼、复议等依法暂缓删除")
	boss.get("/retention")
	p = boss.post("/retention/holds/"+f.Code.String()+"/lift", url.Values{"reason": {" "}})
	p.is(t, http.StatusUnprocessableEntity)
	p.says(t, "请写明理由")
	boss.post("/retention/holds/"+f.Code.String()+"/lift", url.Values{"reason": {"判决生效"}}).says(t, "已解除")
	h.as(t, "audit").get("/audit").says(t, "登记暂缓删除", "解除暂缓删除")
	for _, login := range []string{"chen", "oper", "audit"} {
		b := h.as(t, login)
		b.get("/retention").is(t, http.StatusForbidden)
		b.post("/retention/holds", url.Values{"code": {f.Code.String()}, "reason": {"x"}}).is(t, http.StatusForbidden)
	}
	c, err := h.Store.Case(t.Context(), f.Code)
	if err != nil || c.Held || !c.Erased.IsZero() {
		t.Errorf("case is held %v, erased %v, %v", c.Held, c.Erased, err)
	}
}

// TestErasedCase: what is left of an erased case is shown as that.
func TestErasedCase(t *testing.T) {
	h := open(t)
	f := h.file(t)
	b := h.as(t, "chen")
	path := "/cases/" + f.Code.String()
	b.get(path)
	b.act(f.Code, "decline", url.Values{"words": {"不属于本机关职权。"}})
	if err := h.Store.Erase(t.Context(), store.Erasure{Code: f.Code, Actor: store.System(), At: h.Now(), Detail: "retention permit"}); err != nil {
		t.Fatal(err)
	}
	p := b.get(path)
	p.is(t, http.StatusOK)
	p.says(t, "个人信息已于", "居住证", "不予受理")
	p.silent(t, "欧阳", "11010519491231002X", "不属于本机关职权")
	b.get("/cases?view=ended").says(t, f.Code.String())
	b.get("/cases/"+f.Code.String()+"/papers/"+f.Papers[0].String()).is(t, http.StatusNotFound)
	b.get(path+"/letter").is(t, http.StatusNotFound)
}

// TestWriteRightsScreens writes pictures of these pages into the folder that DOORSTEP_SCREENS names.
func TestWriteRightsScreens(t *testing.T) {
	folder := os.Getenv("DOORSTEP_SCREENS")
	if folder == "" {
		t.Skip("DOORSTEP_SCREENS names no folder")
	}
	h := open(t)
	chen := h.as(t, "chen")
	f := h.file(t)
	withdrawn := h.file(t)
	chen.get("/cases/" + withdrawn.Code.String())
	chen.act(withdrawn.Code, "decline", url.Values{"words": {"不属于本机关职权。"}})
	given, deletion := h.claim(t, "GR-001", f.Code, wantsCopy), h.claim(t, "GR-003", withdrawn.Code, wantsDeletion)
	wrong := h.claim(t, "GR-002", f.Code, wantsPhone)
	for _, q := range []*consoletest.Filed{given, deletion, wrong} {
		chen.get("/cases/" + q.Code.String())
		chen.act(q.Code, "accept", nil)
	}
	chen.get("/cases/" + given.Code.String())
	chen.act(given.Code, "grant", url.Values{"words": {"同意提供。"}})
	boss := store.Person{Login: "super", Roles: []civic.Role{civic.RoleSupervisor}}
	if err := h.Casework.SetHold(t.Context(), f.Code, boss, "区法院行政诉讼，（2026）粤0113行初12号"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := screen(t)
	defer cancel()
	h.pictures(ctx, t, folder, "chen", map[string]string{
		"rights-copy-granted":    "/cases/" + given.Code.String(),
		"rights-copy":            "/cases/" + given.Code.String() + "/copy",
		"rights-deletion-barred": "/cases/" + deletion.Code.String(),
		"rights-correction":      "/cases/" + wrong.Code.String(),
		"rights-held":            "/cases/" + f.Code.String(),
	})
	h.pictures(ctx, t, folder, "super", map[string]string{"retention": "/retention"})
}

// pictures takes a person's pages, signed in anew, and puts each into a file.
func (h *hall) pictures(ctx context.Context, t *testing.T, folder, login string, pages map[string]string) {
	t.Helper()
	visit := func(path string) chromedp.Action[chromedp.Void] { return chromedp.Navigate(h.url + path) }
	fill := func(sel, v string) chromedp.Action[chromedp.Void] {
		return chromedp.SetValue(chromedp.CSS(sel), v)
	}
	err := chromedp.Do(ctx, visit("/sign-in"), fill("#name", login), fill("#password", consoletest.Password),
		chromedp.Click(chromedp.CSS("button.main")), chromedp.WaitVisible(chromedp.CSS(".rail")))
	if err != nil {
		t.Fatalf("sign in as %s: %v", login, err)
	}
	for name, path := range pages {
		if err := chromedp.Do(ctx, visit(path)); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		b, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name+".png"), b, 0o644)
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(`form[action="/sign-out"] button`)), chromedp.WaitVisible(chromedp.CSS("#password"))); err != nil {
		t.Fatalf("sign out: %v", err)
	}
}
