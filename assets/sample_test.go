package assets_test

import (
	"testing"
	"time"

	"doorstep/assets"
	"doorstep/assets/view"
	"doorstep/sync/catalogue"
	"doorstep/sync/civic"
	"doorstep/sync/form"
)

// sampleNow is a Monday morning on which every sample page is looked at.
var sampleNow = time.Date(2026, 11, 23, 10, 42, 0, 0, civic.China)

// sample is one page filled with everything it can show.
type sample struct {
	face assets.Face
	page string // name of the template
	name string // of the sample; several samples can show one template
	data any
}

// samples fills every page of every face in a language, from the real catalogue.
func samples(t testing.TB, lang string) []sample {
	t.Helper()
	services, err := catalogue.Parse(assets.Catalogue())
	if err != nil {
		t.Fatal(err)
	}
	m := maker{t: t, lang: lang, services: services}
	var out []sample
	out = append(out, m.finding()...)
	out = append(out, m.filing()...)
	out = append(out, m.tracking()...)
	out = append(out, m.console()...)
	out = append(out, m.rights()...)
	out = append(out, m.lobby()...)
	out = append(out, m.notices()...)
	out = append(out, m.publishing()...)
	return out
}

type maker struct {
	t        testing.TB
	lang     string
	services []catalogue.Service
}

func (m maker) service(id string) catalogue.Service {
	for _, s := range m.services {
		if s.Guide.ID == id {
			return s
		}
	}
	m.t.Fatalf("no service %s in the catalogue", id)
	return catalogue.Service{}
}

func (m maker) frame(open bool) view.Kiosk {
	return view.Kiosk{
		Lang: m.lang, Token: "sample-token", Place: "化龙镇党群服务中心", Now: sampleNow, Path: "/", Open: open,
		Line: view.Line{Up: !open, Waiting: 1}, Idle: view.Idle{Warning: 90, Leave: 30},
	}
}

func (m maker) finding() []sample {
	home := view.Home{Kiosk: m.frame(false), Ready: true}
	counts := map[string]int{"school": 1, "work": 2, "old-age": 1, "housing": 2}
	for _, id := range []string{"birth", "school", "work", "marriage", "health", "old-age", "housing", "business"} {
		home.Events = append(home.Events, view.Event{ID: id, Count: counts[id]})
	}
	full := home
	full.Ready, full.Reason = false, "终端存满了，暂时不能新办。请找工作人员。"
	elder, contrast := home, home
	elder.Elder, contrast.Contrast = true, true
	permit := m.service("HJ-008").Guide
	found := []view.Found{
		{ID: permit.ID, Name: permit.Name, Authority: permit.Authority, Days: 5, Working: true, Here: true},
		{ID: "SB-010", Name: m.service("SB-010").Guide.Name, Authority: m.service("SB-010").Guide.Authority, Days: 20},
	}
	return []sample{
		{assets.KioskFace, "home", "home", home},
		{assets.KioskFace, "home", "home-full", full},
		{assets.KioskFace, "home", "home-elder", elder},
		{assets.KioskFace, "home", "home-contrast", contrast},
		{assets.KioskFace, "search", "search", view.Search{Kiosk: m.frame(false), Query: "居住证", Found: found}},
		{assets.KioskFace, "search", "search-none", view.Search{Kiosk: m.frame(false), Query: "钓鱼证"}},
		{assets.KioskFace, "search", "search-pages", view.Search{
			Kiosk: m.frame(false), Department: "civil-affairs", Found: found,
			Pager: view.Pager{Number: 2, Count: 3, Total: 22, Prev: "/department/civil-affairs?page=1", Next: "/department/civil-affairs?page=3"}}},
		{assets.KioskFace, "departments", "departments", view.Departments{Kiosk: m.frame(false), Departments: []view.Department{
			{Key: "public-security", Count: 14}, {Key: "civil-affairs", Count: 22}}}},
		{assets.KioskFace, "guide", "guide-away", view.Guide{Kiosk: m.frame(false), Guide: m.service("HY-001").Guide, Blank: true}},
		{assets.KioskFace, "guide", "guide-printed", view.Guide{Kiosk: m.frame(false), Guide: m.service("QY-012").Guide, Blank: true, Printed: "printing"}},
		{assets.KioskFace, "guide", "guide", view.Guide{Kiosk: m.frame(false), Guide: permit, Ready: true}},
		{assets.KioskFace, "message", "message", view.Message{Kiosk: m.frame(true), Tone: view.Alarm, Title: "没有找到这一页", Text: "请从首页重新开始。"}},
		{assets.KioskFace, "leave", "leave", view.Leave{Kiosk: m.frame(true)}},
		{assets.KioskFace, "leave", "leave-filed", view.Leave{Kiosk: m.frame(true), Filed: true}},
		{assets.KioskFace, "idle", "idle", view.Ended{Kiosk: m.frame(false)}},
	}
}

const sampleAnswers = `{"filed_by":"kin","proxy_reason":"elderly","proxy_kinship":"child","proxy_name":"欧阳𬭎","proxy_document":{"kind":"resident-id","number":"440113198803124517"},
"proxy_phone":"13800138000","name":"李桂兰","number":"430102195111120022","household_province":"湖南","household_address":"长沙市芙蓉区韭菜园街道 12 号",
"district":"440113","street":"化龙镇","address":"金山大道东 108 号 3 栋 502 房","living_since":"2025-03-01","registered":true,"registered_on":"2025-03-04",
"housing":"rented","landlord":"陈大文","lease_until":"2027-02-28","ground":"residence","has_companions":true,
"companions":[{"name":"欧阳小雨","relation":"child","document":{"kind":"resident-id","number":"440113201705061224"},"in_school":true,"school":"化龙镇中心小学"}],
"delivery":"collect","declared":true}`

func (m maker) filing() []sample {
	s := m.service("HJ-008")
	f, err := form.Parse(s.FormBody)
	if err != nil {
		m.t.Fatal(err)
	}
	answers, err := form.ParseAnswers([]byte(sampleAnswers))
	if err != nil {
		m.t.Fatal(err)
	}
	name := s.Guide.Name
	if m.lang == "en" {
		name = s.Guide.NameEN
	}
	policy := m.policy()
	out := []sample{{assets.KioskFace, "privacy", "privacy", view.Privacy{
		Kiosk: m.frame(true), Service: "HJ-008", Name: name, Notice: policy, Sensitive: s.Guide.Sensitive, Class: "permit",
		Errors: map[string]string{"notice": "请先看过并同意，才能开始填写。"},
	}}}
	pages := f.Pages(answers, m.lang)
	for i, p := range pages {
		step := view.Step{Kiosk: m.frame(true), Name: name, Page: p, Number: i + 1, Count: len(pages) + 2, Back: "/", Errors: map[string]string{}}
		if i+1 < len(pages) {
			step.Next = pages[i+1].Title
		}
		if p.ID == "applicant" {
			step.Errors["number"] = "公民身份号码的最后一位核对不上，请对照身份证逐位检查。"
			step.Guardian = true
		}
		out = append(out, sample{assets.KioskFace, "step", "step-" + p.ID, step})
	}
	rows := m.rows(f, s.Guide, answers)
	materials := view.Materials{Kiosk: m.frame(true), Name: name, Rows: rows, Number: len(pages) + 1, Count: len(pages) + 2, Back: "/form/declaration", Camera: true, MaxPaper: 20 << 20}
	again := materials
	again.Supplement, again.Words = true, "租赁合同已续签。"
	review := view.Review{
		Kiosk: m.frame(true), Name: name, Authority: s.Guide.Authority, Applicant: "李桂兰", Proxy: "欧阳𬭎", Sections: f.Review(answers, m.lang),
		Materials: rows, Number: len(pages) + 2, Count: len(pages) + 2, Back: "/materials",
	}
	receipt := m.receipt(name)
	return append(out,
		sample{assets.KioskFace, "materials", "materials", materials},
		sample{assets.KioskFace, "materials", "materials-supplement", again},
		sample{assets.KioskFace, "review", "review", review},
		sample{assets.KioskFace, "done", "done", view.Done{Kiosk: m.frame(true), Receipt: receipt, Print: view.Printing}},
		sample{assets.KioskFace, "done", "done-no-paper", view.Done{Kiosk: m.frame(true), Receipt: receipt, Print: view.NoPaper, Supplement: true}},
	)
}

func (m maker) policy() civic.PrivacyNotice {
	return civic.PrivacyNotice{
		Version: "2026-10", Processor: "番禺区政务服务数据管理局，电话 12345", Purpose: "办理您申请的事项，并告知您进度和结果。", Means: "在本终端加密后送到中心，只有负责这件事的工作人员能看，每次查看都有记录。终端自己打不开您的申请。",
		Retention: "居住证档案保存 10 年。", Rights: "您可以查阅、复制、更正、删除自己的信息，也可以撤回申请。",
		PurposeEN: "To handle your application and tell you how it goes.", MeansEN: "Sealed at this terminal and sent to the centre. Only the clerks in charge can read it, and every look is logged.",
		RetentionEN: "Residence permit files are kept for ten years.", RightsEN: "You may ask to see, copy, correct or delete your data, and withdraw your application.",
	}
}

func (m maker) rows(f *form.Form, g civic.Guide, answers form.Answers) []view.Material {
	states := []civic.HandedState{civic.HandedHeld, civic.HandedIn, "", civic.HandedIn, civic.HandedOwed, civic.HandedNone}
	var rows []view.Material
	for i, need := range f.Needed(g.Materials, answers) {
		row := view.Material{Material: need, State: states[i%len(states)]}
		switch row.State {
		case civic.HandedIn:
			row.Papers = []view.Paper{{N: 0, Name: "a.jpg", Media: "image/jpeg", Size: 812_000}, {N: 1, Name: "b.pdf", Media: "application/pdf", Size: 2_400_000}}
		case civic.HandedOwed:
			row.By = civic.Date{Year: 2026, Month: 11, Day: 30}
		case "":
			row.Error = "还缺这份材料。请拍照或上传后再继续。"
		}
		rows = append(rows, row)
	}
	return rows
}

func sampleCode() civic.TrackingCode { return civic.NewTrackingCode(10207, 483_920_175) }

func (m maker) receipt(service string) civic.Receipt {
	q := civic.ReceiptQR{Code: sampleCode(), Filed: sampleNow, Sure: civic.Likely}
	q.Sign(func([]byte) []byte { return make([]byte, 64) })
	return civic.Receipt{
		Code: q.Code, QR: q.Link("BANJIAN.EXAMPLE.GOV.CN"), Host: "banjian.example.gov.cn", Lang: m.lang, Authority: "番禺区公安分局", Point: "化龙镇党群服务中心",
		Terminal: 10207, Service: service, ServiceID: "HJ-008", Applicant: "李**", Filed: sampleNow, Sure: civic.Likely, Custody: civic.AtTerminal,
		ReplyBy: civic.Date{Year: 2026, Month: 11, Day: 30}, ReplyDays: 5, Days: 5, DayKind: civic.WorkingDays,
		Owed:    []civic.ReceiptMaterial{{Name: "监护关系或近亲属关系证明", By: civic.Date{Year: 2026, Month: 11, Day: 30}}},
		Contact: "12345", Copy: 1,
	}
}

func (m maker) tracking() []sample {
	base := view.Case{
		Code: sampleCode(), Service: "申领居住证", Filed: sampleNow.Add(-26 * time.Hour), Sure: civic.Likely, Where: view.AtTerminal,
		Terminal: 10207, Point: "化龙镇党群服务中心", LastSeen: sampleNow.Add(-27 * time.Hour), Contact: "12345",
	}
	owes := base
	owes.Where, owes.HeldAt = view.AtCentral, sampleNow.Add(-2*time.Hour)
	owes.Notice = &civic.StatusNotice{Code: base.Code, Status: civic.Supplement, Since: sampleNow, DueDays: 15, DueKind: civic.WorkingDays,
		Owes: []string{"居住地址证明（租赁合同续签页）", "本人居民身份证背面"}, Contact: "12345", Service: base.Service}
	lookup := view.Lookup{Kiosk: m.frame(false), Errors: map[string]string{"code": "编号的最后两位核对不上，请对照回执检查。"}, Scanner: true}
	offline := view.Lookup{Kiosk: m.frame(true), Errors: map[string]string{"": "没有找到。请检查后再试。", "qr": "二维码没有读全。", "last": "请填四位。"}}
	out := []sample{
		{assets.KioskFace, "lookup", "lookup", lookup},
		{assets.KioskFace, "lookup", "lookup-offline", offline},
		{assets.KioskFace, "status", "status-terminal", view.Status{Kiosk: m.frame(true), Case: base, Reprint: true, Withdraw: true, Print: view.Printed}},
		{assets.KioskFace, "status", "status-supplement", view.Status{Kiosk: m.frame(true), Case: owes, Reprint: true, Supplement: true, Withdraw: true, Pending: true}},
		{assets.KioskFace, "status", "status-withdraw", view.Status{Kiosk: m.frame(true), Case: owes, Confirm: true}},
		{assets.TrackFace, "status", "track-terminal", view.Track{Lang: m.lang, Case: base, Host: "banjian.example.gov.cn", Other: "?lang=en", Now: sampleNow}},
		{assets.TrackFace, "ask", "track-ask", view.TrackAsk{Lang: m.lang, Host: "banjian.example.gov.cn", Other: "?lang=en", Now: sampleNow, Code: "0000-1123", Errors: map[string]string{"": "没有找到这件申请。", "code": "回执编号是16位数字。", "last": "请填后四位。"}}},
		{assets.TrackFace, "status", "track-problem", view.Track{Lang: m.lang, Problem: "二维码没有读全，请重新扫一次。", Case: view.Case{Contact: "12345"}, Now: sampleNow}},
	}
	for _, where := range []view.Where{view.AtCentral, view.Elsewhere, view.Unknown} {
		c := base
		c.Where = where
		c.Aside = where == view.AtCentral
		out = append(out, sample{assets.KioskFace, "status", "status-" + string(where), view.Status{Kiosk: m.frame(true), Case: c}})
	}
	for _, s := range civic.Statuses() {
		c := owes
		n := *owes.Notice
		n.Status, n.Owes, n.Pending = s, nil, s == civic.Filed
		if s == civic.Supplement {
			n.Owes = owes.Notice.Owes
		}
		n.Due, n.DueDays = civic.Date{Year: 2026, Month: 11, Day: 30}, 0
		c.Notice, c.LastSeen = &n, time.Time{}
		out = append(out, sample{assets.TrackFace, "status", "track-" + string(s), view.Track{Lang: m.lang, Case: c, Now: sampleNow}})
	}
	return out
}

func (m maker) console() []sample {
	frame := view.Console{Lang: m.lang, Token: "sample-token", User: "陈晓明", Roles: []civic.Role{civic.RoleClerk, civic.RoleOperator}, Active: "cases",
		Rail: []view.RailItem{{ID: "cases", Count: 12}, {ID: "aside", Count: 1}, {ID: "terminals"}, {ID: "people"}, {ID: "audit"}}, Now: sampleNow, Path: "/cases"}
	at := func(entry string) view.Console {
		f := frame
		f.Active = entry
		return f
	}
	out := []sample{
		{assets.ConsoleFace, "recovery", "console-recovery", view.ConsoleRecovery{Console: frame, Backup: sampleNow, Truncated: true,
			Restores: []view.Restored{{At: sampleNow, Taken: sampleNow.Add(-20 * time.Hour), Editions: 3, First: 212, Last: 214}},
			Machines: []view.Traced{{Number: 10208, Point: "沙湾街政务服务中心", Last: sampleNow, Text: "收件记录和中心的接不上。"}, {Key: "9f31c0aa", Last: sampleNow, Text: "中心没有登记这台机器。"}},
			Entries:  []view.LostEntry{{Code: sampleCode(), Kind: civic.EntryApplication, Taken: sampleNow, Number: 10208, Point: "沙湾街政务服务中心"}},
			Steps:    []view.LostStep{{Code: sampleCode(), At: sampleNow}}}},
		{assets.ConsoleFace, "sign-in", "console-sign-in", view.ConsoleSignIn{Console: view.Console{Lang: m.lang, Now: sampleNow}, Name: "chen", Error: "用户名或密码不对，请重填。", Next: "/cases"}},
		{assets.ConsoleFace, "cases", "console-cases", view.ConsoleCases{Console: frame, Filter: view.CaseFilter{View: "open", Narrowed: true, Point: "hualong"}, Clerks: true, Statuses: civic.Statuses(), Points: []view.OfficeChoice{{Key: "hualong", Name: "化龙镇党群服务中心"}}, Views: []view.CaseView{{ID: "mine", URL: "/cases?view=mine", Count: 2}, {ID: "open", URL: "/cases?view=open", Count: 12}}, Counts: map[string]int{"open": 12, "late": 1, "waiting": 3, "ended": 41, "all": 56}, Rows: m.caseRows(), Total: 12, NextURL: "/cases?page=2"}},
		{assets.ConsoleFace, "enrol", "console-enrol", view.ConsoleEnrol{Console: at("terminals"), Points: []view.Point{{ID: "hualong", Name: "化龙镇党群服务中心", Area: "440113"}}, Errors: map[string]string{"name": "请填服务点名称。"}}},
		{assets.ConsoleFace, "enrol", "console-enrol-code", view.ConsoleEnrol{Console: at("terminals"), Code: "DOOR-8F3K-2QMX-71ZP-CENTRAL.EXAMPLE", Until: sampleNow.Add(time.Hour)}},
		{assets.ConsoleFace, "message", "console-message", view.ConsoleMessage{Console: frame, Tone: view.Alarm, Title: "没有找到这件办件", Text: "请回到列表再找。"}},
		{assets.ConsoleFace, "terminals", "console-terminals", view.ConsoleTerminals{Console: at("terminals"), Rows: []view.TerminalRow{
			{Number: 10207, Generation: 1, Point: "化龙镇党群服务中心", Area: "440113", Connected: true, LastSeen: sampleNow, Held: 128, Version: "0.1.0"},
			{Number: 10208, Generation: 2, Point: "沙湾街政务服务中心", Area: "440113", LastSeen: sampleNow.Add(-27 * time.Hour), Held: 64, Waiting: 3, Behind: 4, Version: "0.1.0", Note: "一天没有联系上", Printer: "没纸", Care: []view.Care{{Reading: "disk", Text: "磁盘只剩 700 MB。"}, {Reading: "printer", Text: "打印机没纸了。"}}},
			{Number: 10209, Generation: 1, Point: "官洲街", Area: "440105", Revoked: true, Held: 9, Version: "0.1.0"}}}},
		{assets.ConsoleFace, "terminal", "console-terminal", view.ConsoleTerminal{Console: at("terminals"), Row: view.TerminalRow{Number: 10208, Point: "沙湾街政务服务中心", Area: "440113", LastSeen: sampleNow, Care: []view.Care{{Reading: "disk", Text: "磁盘只剩 700 MB。"}}}, Address: "沙湾大道 88 号", Key: "9f31c0", Readings: []view.Reading{{ID: "disk", Value: "剩 700 MB", Care: []string{"请腾出空间。"}}, {ID: "clock"}}, Generations: []view.TerminalGeneration{{Number: 10208, Since: sampleNow, Point: "沙湾街政务服务中心", Held: 3, At: sampleNow}}}},
		{assets.ConsoleFace, "aside", "console-aside", view.ConsoleAsides{Console: at("aside"), Rows: []view.AsideRow{{Code: sampleCode(), Outcome: civic.OutcomeInvalid, Terminal: 10207, Point: "化龙镇党群服务中心", Since: sampleNow, Service: "居住证办理", Due: civic.Date{Year: 2026, Month: 11, Day: 30}, Left: 5, Release: true, Route: true}},
			Again: []view.AsideReason{{Outcome: civic.OutcomeInvalid, Count: 1}}, Departments: []view.OfficeChoice{{Key: "public-security", Name: "公安分局"}},
			Closed: []view.AsideRow{{Code: sampleCode(), Outcome: civic.OutcomeConflict, Closed: sampleNow, Who: "谭敏", Reason: "居民已在窗口重新提交"}}}},
		{assets.ConsoleFace, "audit", "console-audit-walking", view.ConsoleAudit{Console: at("audit"), Chain: view.AuditChain{Walking: true, Done: 12000, Of: 340000}}},
		{assets.ConsoleFace, "audit", "console-audit-broken", view.ConsoleAudit{Console: at("audit"), Chain: view.AuditChain{Walked: sampleNow, Broken: 9, Count: 8, Head: "9f31c0…"}}},
		{assets.ConsoleFace, "audit", "console-audit", view.ConsoleAudit{Console: at("audit"), Total: 7, Chain: view.AuditChain{Walked: sampleNow, Intact: true, Count: 7, Head: "9f31c0…"}, People: []view.OfficeChoice{{Key: "chen", Name: "陈晓明"}}, Actors: civic.StaffRoles(), Actions: []string{"read", "step"}, Filter: view.AuditFilter{Who: "chen", Narrowed: true}, Older: "/audit?before=7", Rows: []view.AuditRow{{N: 7, At: sampleNow, Who: "陈晓明", Key: "case-read", Code: sampleCode()}}}},
	}
	empty := frame
	empty.Flash = "已受理。"
	for _, s := range []civic.Status{civic.Supplement, civic.Accepted, civic.Declined, civic.Granted, civic.Refused} {
		out = append(out, sample{assets.ConsoleFace, "letter", "console-letter-" + string(s), view.ConsoleLetter{
			Console: frame, Kind: s, Authority: "广州市公安局番禺区分局", Code: sampleCode(), Service: "申领居住证", Applicant: "欧阳𬭎",
			Filed: sampleNow, At: sampleNow, Words: "身份证照片不清楚。\n请重拍。", Owes: []string{"租赁合同第二页"},
			UntilDays: 20, Limit: civic.Limit{Days: 15, Kind: civic.WorkingDays}, Contact: "12345", Back: "/cases",
		}})
	}
	out = append(out, m.people(frame)...)
	out = append(out, sample{assets.ConsoleFace, "cases", "console-cases-empty", view.ConsoleCases{Console: empty, Filter: view.CaseFilter{View: "late"}}})
	for _, s := range civic.Statuses() {
		out = append(out, sample{assets.ConsoleFace, "case", "console-case-" + string(s), m.oneCase(frame, s)})
	}
	return out
}

func (m maker) caseRows() []view.CaseRow {
	rows := []view.CaseRow{
		{Service: "高龄津贴申请", Applicant: "黄**", Status: civic.Accepted, Due: civic.Date{Year: 2026, Month: 11, Day: 20}, Left: -1, Used: 100, Flags: civic.Flags{Overdue: true}},
		{Service: "申领居住证", Applicant: "李**", Status: civic.Filed, Due: civic.Date{Year: 2026, Month: 11, Day: 24}, Left: 1, Used: 80},
		{Service: "签注居住证", Applicant: "欧阳**", Status: civic.Filed, Due: civic.Date{Year: 2026, Month: 11, Day: 27}, Left: 4, Used: 20, Flags: civic.Flags{PapersPending: true}},
		{Service: "申领居住证", Applicant: "王*", Status: civic.Accepted, Due: civic.Date{Year: 2026, Month: 11, Day: 30}, Left: 5, Used: 5, Flags: civic.Flags{Deemed: true}},
		{Service: "申领居住证", Applicant: "陈**", Status: civic.Supplement},
		{Service: "高龄津贴申请", Applicant: "周**", Status: civic.Accepted, DueDays: 20},
	}
	for i := range rows {
		rows[i].Code = civic.NewTrackingCode(10207, uint32(483_920_175+i))
		rows[i].Filed, rows[i].DueKind, rows[i].Point = sampleNow.Add(-time.Duration(i)*26*time.Hour), civic.WorkingDays, "化龙镇党群服务中心"
	}
	return rows
}

func (m maker) oneCase(frame view.Console, status civic.Status) view.ConsoleCase {
	s := m.service("HJ-008")
	f, err := form.Parse(s.FormBody)
	if err != nil {
		m.t.Fatal(err)
	}
	answers, err := form.ParseAnswers([]byte(sampleAnswers))
	if err != nil {
		m.t.Fatal(err)
	}
	applicant, proxy := f.Parties(answers)
	row := m.caseRows()[1]
	row.Status = status
	if status.Clock() == civic.NoClock {
		row.Due = civic.Date{}
	}
	c := view.ConsoleCase{
		Console: frame, Row: row, Applicant: applicant, Proxy: proxy, Sections: f.Review(answers, m.lang), Missing: s.Guide.Materials,
		Case:   civic.Case{Code: row.Code, Status: status, Filed: row.Filed, Sure: civic.Likely, Received: sampleNow, Terminal: 10207, Version: 3},
		Errors: map[string]string{"words": "请写明要补什么。"}, Draft: map[string]string{"act": "supplement", "words": ""},
		History: []view.CaseEvent{
			{At: row.Filed, Who: "10207 号终端", To: civic.Filed}, {At: sampleNow, Key: "received"},
			{At: sampleNow, Who: "陈晓明", To: civic.Accepted, Text: "材料齐全。"},
		},
		Papers: []view.CasePaper{
			{Name: "本人居民身份证", State: civic.HandedIn, Original: 1, Files: []view.CaseFile{{Name: "正面.jpg", Media: "image/jpeg", URL: "/p/1", Arrived: true}, {Name: "背面.jpg"}}},
			{Name: "近亲属关系证明", State: civic.HandedOwed, By: civic.Date{Year: 2026, Month: 11, Day: 30}},
		},
	}
	c.Next, c.Others, c.Holder, c.HolderName = "请在 11月30日前告知是否受理。", []string{"李芳 3 分钟前也打开了这件。"}, "li", "李芳"
	if status == civic.Filed || status == civic.Accepted {
		c.Mine = true
		c.Alike, c.AlikeMore = m.caseRows()[3:5], true
		c.Alike[1].Closed, c.Alike[1].Owner = true, "民政局"
		c.Documents = []view.CaseDocument{{Kind: civic.Accepted, Number: "公安受字〔2026〕12号", At: sampleNow, Who: "陈晓明", URL: "/p/4"}}
		c.Papers[0].Files = append(c.Papers[0].Files, view.CaseFile{Name: "合同.pdf", Media: "application/pdf", URL: "/p/3", Arrived: true, Sheet: true})
		for _, id := range []string{"supplement", "accept", "decline", "pause", "resume", "grant", "refuse", "deliver"} {
			c.Acts = append(c.Acts, view.CaseAct{ID: id})
		}
	}
	if status.Decided() {
		c.Decision = &view.CaseDecision{At: sampleNow, Status: status, Words: "符合《居住证暂行条例》第二条的条件。", Document: &view.CaseFile{Name: "决定书.pdf", URL: "/p/2", Arrived: true}}
		c.Asked = &view.CaseAsked{At: sampleNow, Items: []string{"居住地址证明"}, Words: "请补交续签后的租赁合同。", Until: civic.Date{Year: 2026, Month: 12, Day: 14}}
	}
	return c
}
