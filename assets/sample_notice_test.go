package assets_test

import (
	"time"

	"doorstep/assets"
	"doorstep/assets/view"
	"doorstep/sync/civic"
)

// notices are the pages of notices, at the console and for everybody.
func (m maker) notices() []sample {
	kinds := civic.NoticeCategories()
	n := civic.Notice{
		ID: "aaaabbbbcccc", Index: "006939748/2026-00012", Category: "relief", Title: "2026年第11批新增低保对象公示", Issuer: "化龙镇人民政府",
		Document: "化府公〔2026〕11号", Made: civic.Date{Year: 2026, Month: 11, Day: 20}, Keywords: []string{"社会救助"},
		Body:  "现予公示。\n# 名单\n|姓名|人数|\n|陈某某|2|\n\n- 公示期：7 天",
		Files: []civic.NoticeFile{{Name: "名单.pdf", Media: "application/pdf", Size: 120_000}},
	}
	row := view.NoticeRow{
		ID: n.ID, Title: n.Title, Category: n.Category, Index: n.Index, State: civic.NoticeProposed, Live: true, Where: "化龙镇党群服务中心",
		From: sampleNow.Add(time.Hour), Until: sampleNow.Add(240 * time.Hour), Changed: sampleNow,
	}
	frame := func(path string) view.Console {
		return view.Console{
			Lang: m.lang, Token: "sample-token", User: "冯编辑", Roles: []civic.Role{civic.RolePublisher}, Active: "notices",
			Rail: []view.RailItem{{ID: "notices", Count: 2}}, Now: sampleNow, Path: path,
		}
	}
	compared := &view.NoticeComparison{
		At: sampleNow, Fields: []view.NoticeDiffers{{Field: "title", Was: "公示", Now: n.Title}, {Field: "until", Now: "2026-12-03 00:00"}},
		Lines: []view.NoticeLine{{Text: "现予公示。"}, {Sign: "-", Text: "一"}, {Sign: "+", Text: "二"}},
	}
	acts := map[civic.NoticeState][]string{
		civic.NoticeDraft: {"propose", "withdraw"}, civic.NoticeProposed: {"check", "back", "withdraw"}, civic.NoticeChecked: {"release", "back"},
		civic.NoticePublished: {"withdraw", "take"},
	}
	var out []sample
	for _, s := range civic.NoticeStates() {
		page := view.ConsoleNotice{
			Console: frame("/notices/" + n.ID), Row: row, Notice: n, Kind: kinds[11], Parts: view.Article(n.Body), Version: 3,
			Digest: civic.DigestOf([]byte("x")).String(), Replaces: "上一批公示", Compared: compared, Edits: true, Had: true,
			Screens: view.Screens(n.Title, view.Article(n.Body), 15, 8), Barred: true,
			Problems: []view.NoticeProblem{{Text: "第 1 行像是手机号", Bars: true}, {Text: "附件是图片"}},
			Acts:     acts[s], Kept: "写过的理由",
			Errors: map[string]string{"": "刚刚被别人改过", "words": "请写明理由"}, Draft: map[string]string{"act": "back", "words": "第三行"},
			History: []view.NoticeEvent{
				{At: sampleNow, Who: "徐科长", Role: civic.RoleNetwork, State: civic.NoticeDraft, Back: true, Words: "金额要核对"},
				{At: sampleNow, Who: "冯编辑", Role: civic.RolePublisher, State: civic.NoticeProposed, Digest: civic.DigestOf(nil).String()},
				{At: sampleNow, Who: "冯编辑", Role: civic.RolePublisher, State: civic.NoticeDraft, Saved: true},
			},
		}
		page.Row.State = s
		out = append(out, sample{assets.ConsoleFace, "notice", "console-notice-" + string(s), page})
	}
	row.From, row.Returned = time.Time{}, true
	filled := map[string]string{"title": n.Title, "category": n.Category, "body": n.Body, "place": "point", "point": "gone", "version": "3", "supersedes": "x"}
	edit := view.ConsoleNoticeEdit{
		Console: frame("/notices/x/edit"), ID: n.ID, Live: true, Version: 3, Fields: filled, Kinds: kinds, Files: n.Files,
		Points: []view.Point{{ID: "hualong", Name: "化龙镇党群服务中心"}}, Areas: []string{"440113"}, Theirs: compared,
		Issuers: []view.NoticeIssuer{{Name: n.Issuer, Code: "006939748"}}, Others: []view.NoticeRow{{ID: "x", Title: "上一批公示", Index: "1"}},
		Errors: map[string]string{"": "还没有保存", "title": "还没有标题", "until": "已经过了"},
		Limits: view.NoticeLimits{Title: 80, Name: 60, Body: 8000, Files: 8, File: 10},
	}
	list := view.ConsoleNotices{
		Console: frame("/notices"), View: "mine", Views: []string{"mine", "draft", "all"}, Counts: map[string]int{"mine": 2, "all": 9},
		Kinds: kinds, Category: "relief", Rows: []view.NoticeRow{row, {ID: "b", State: civic.NoticeDraft, Where: "全部终端"}}, Total: 9,
		NextURL: "/notices?after=1", Writes: true,
	}
	empty := list
	empty.Rows, empty.Counts = nil, map[string]int{}
	return append(append(out,
		sample{assets.ConsoleFace, "notices", "console-notices", list},
		sample{assets.ConsoleFace, "notices", "console-notices-none", empty},
		sample{assets.ConsoleFace, "notice-edit", "console-notice-edit", edit},
		sample{assets.ConsoleFace, "notice-edit", "console-notice-new", view.ConsoleNoticeEdit{Console: frame("/notices/new"), New: true, Fields: map[string]string{}, Kinds: kinds}},
	), m.posted(n, kinds)...)
}

// posted are the public pages.
func (m maker) posted(n civic.Notice, kinds []civic.NoticeCategory) []sample {
	frame := view.Public{Lang: m.lang, Other: "?lang=en", Host: "track.example", Now: sampleNow, Feeds: true}
	page := view.PublicNotice{
		Public: frame, Notice: n, Kind: kinds[11], Parts: view.Article(n.Body), Where: "化龙镇党群服务中心", Start: sampleNow,
		Until: sampleNow.Add(240 * time.Hour),
	}
	out := []sample{{assets.PostedFace, "notice", "posted-notice", page}}
	for _, s := range []civic.NoticeState{civic.NoticeWithdrawn, civic.NoticeExpired, civic.NoticeSuperseded} {
		ended := page
		ended.Ended, ended.EndedAt, ended.By = s, sampleNow, "ddddeeeeffff"
		out = append(out, sample{assets.PostedFace, "notice", "posted-notice-" + string(s), ended})
	}
	list := view.PublicList{
		Public: frame, Category: "relief", Kinds: []view.PublicKind{{ID: "relief", Name: "社会救助名单"}}, Place: "point:hualong",
		Places: []view.PublicPlace{{ID: "point:hualong", Name: "化龙镇党群服务中心"}}, Total: 31, NextURL: "/notices?after=1", FeedURL: "?kind=relief",
		Rows: []view.PublicRow{{ID: n.ID, Title: n.Title, Category: "relief", Issuer: n.Issuer, Start: sampleNow, Until: page.Until}},
	}
	none := list
	none.Rows = nil
	return append(out, sample{assets.PostedFace, "notices", "posted-notices", list}, sample{assets.PostedFace, "notices", "posted-notices-none", none},
		sample{assets.PostedFace, "notice", "posted-notice-unknown", view.PublicNotice{Public: frame, Problem: "没有这份公告"}})
}
