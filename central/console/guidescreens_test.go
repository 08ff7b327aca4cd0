package console_test

import (
	"bytes"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/xuri/excelize/v2"

	"doorstep/central/console/consoletest"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// TestWriteGuideScreens writes a picture of each page of publishers into the folder that DOORSTEP_SCREENS names, to be
// looked at. It does nothing without one.
func TestWriteGuideScreens(t *testing.T) {
	folder := os.Getenv("DOORSTEP_SCREENS")
	if folder == "" {
		return
	}
	h := open(t)
	h.Hire(t, "pub2", "何布", "", civic.RolePublisher)
	h.Enrol(t, store.Place{Point: "shatou", Name: "沙头街道政务服务中心", Area: "440113"})
	h.connected = []civic.KeyID{h.terminal.Key}
	ctx, cancel := screen(t)
	defer cancel()
	shoot := func(name string, steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		b, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name+".png"), b, 0o644)
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	visit := func(path string) chromedp.Action[chromedp.Void] { return chromedp.Navigate(h.url + path) }
	click := func(sel string) chromedp.Action[chromedp.Void] { return chromedp.Click(chromedp.CSS(sel)) }
	wait := func(sel string) chromedp.Action[chromedp.Void] { return chromedp.WaitVisible(chromedp.CSS(sel)) }
	fill := func(sel, v string) chromedp.Action[chromedp.Void] { return chromedp.SetValue(chromedp.CSS(sel), v) }
	save := chromedp.Steps(click(`button[value="save"]`), wait(".flash"))
	h.furnishGuides(t)
	shoot("31-guides", visit("/sign-in"), fill("#name", "pub"), fill("#password", consoletest.Password), click("button.main"), wait(".rail"), visit("/guides"))
	shoot("32-guide-edit", visit("/guides/HJ-008/edit"))
	shoot("32b-guide-edit-materials", visit("/guides/HJ-008/edit#row-materials"))
	shoot("32c-guide-edit-steps", visit("/guides/HJ-008/edit#row-steps"))
	shoot("32d-guide-edit-law", visit("/guides/HJ-008/edit#f-law"))
	shoot("33-guide-faults", visit("/guides/SB-010/edit"), click("details.faults summary"))
	shoot("34-guide", visit("/guides/HJ-008/edit"), fill(`[id="f-materials/1/note"]`, "身份证正反两面都要拍清楚。未领身份证的未成年人用户口簿本人页。"),
		fill("#f-conditions", "跨地级以上市居住半年以上并有合法稳定就业、住所或连续就读之一\n居住时间自申报居住登记之日起算"), save, visit("/guides/HJ-008"))
	shoot("35-guide-preview", visit("/guides/HJ-008/preview"), wait("iframe"))
	shoot("36-guide-preview-elder", visit("/guides/HJ-008/preview?elder=1&lang=en"), wait("iframe"))
	shoot("37-guide-publish", visit("/guides/HJ-008/publish"))
	shoot("38-guide-published", click("form.decide button.main"), wait(".flash"))
	shoot("39-guide-compare", visit("/guides/HJ-008/compare?from=r1&to=r2"))
	shoot("40-guide-import", visit("/guides/import"))
	shoot("41-guide-new", visit("/guides/new"))
	d, err := h.Press.Draft(t.Context(), "HJ-009")
	if err != nil {
		t.Fatal(err)
	}
	shoot("42-guide-clash", visit("/guides/HJ-009/edit"), fill("#f-fee", "首次不收费，补领收工本费"))
	h.Pass(3 * time.Minute)
	d.Guide.Fee = "一律不收费"
	if _, err := h.Press.Save(t.Context(), d, store.Actor{Login: "pub2", Role: civic.RolePublisher}); err != nil {
		t.Fatal(err)
	}
	shoot("42-guide-clash", click(`button[value="save"]`), wait(".clash"))
	b := h.as(t, "pub")
	file := []byte(b.get("/guides/export.xlsx").body)
	b.bring("/guides/import", changedWorkbook(t, file, false))
	b.settled()
	shoot("43-import-plan", visit("/guides/import"))
	b.post("/guides/import/forget", url.Values{})
	b.bring("/guides/import", changedWorkbook(t, file, true))
	b.settled()
	shoot("44-import-faults", visit("/guides/import"))
	shoot("45-guides-english", click(`form[action="/settings"] button`), wait(`html[lang="en"]`), visit("/guides"))
	shoot("46-guide-edit-english", visit("/guides/HJ-008/edit"))
}

// furnishGuides leaves a draft with faults of somebody else, and a list that fills a page.
func (h *hall) furnishGuides(t *testing.T) {
	t.Helper()
	g := h.Guide(t, "SB-010")
	g.NameEN, g.Source, g.Materials[1].Copies = "", "无", 99
	if _, err := h.Press.Save(t.Context(), store.GuideDraft{Base: 1, Guide: g}, store.Actor{Login: "pub2", Role: civic.RolePublisher}); err != nil {
		t.Fatal(err)
	}
	names := []string{"申领居民身份证", "办理社会保障卡", "残疾人证核发", "灵活就业人员参保登记", "个体工商户设立登记", "公共租赁住房申请", "老年人优待证", "生育登记", "医疗救助申请"}
	g = h.Guide(t, "HJ-009")
	for i, name := range names {
		g.ID, g.Name = "ZC-00"+string(rune('1'+i)), name
		if _, err := h.Bulletin.PublishJSON(t.Context(), civic.EditionGuide, g.ID, civic.Scope{}, g, store.System()); err != nil {
			t.Fatal(err)
		}
	}
}

// changedWorkbook edits an exported workbook; faulty with mistakes.
func changedWorkbook(t *testing.T, file []byte, faulty bool) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	cells := map[string]string{"事项!S3": "不收费", "事项!C4": "高龄老人津贴申领（八十周岁以上）", "材料!L3": "正反两面都要拍清楚"}
	if faulty {
		cells = map[string]string{"事项!C3": "", "事项!N2": "五天", "材料!E4": "也许要", "材料!A6": "QQ-999", "环节!C3": "0.25"}
	}
	for at, v := range cells {
		sheet, cell, _ := strings.Cut(at, "!")
		if err := f.SetCellValue(sheet, cell, v); err != nil {
			t.Fatal(err)
		}
	}
	return saved(t, f)
}
