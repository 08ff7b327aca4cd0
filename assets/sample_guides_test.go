package assets_test

import (
	"strconv"
	"time"

	"doorstep/assets"
	"doorstep/assets/view"
	"doorstep/sync/civic"
)

// publishing fills the pages of those who publish guides.
func (m maker) publishing() []sample {
	frame := view.Console{Lang: m.lang, Token: "sample-token", User: "冯发", Roles: []civic.Role{civic.RolePublisher}, Active: "guides",
		Rail: []view.RailItem{{ID: "guides"}}, Now: sampleNow, Path: "/guides"}
	g := m.service("HJ-008").Guide
	row := view.GuideRow{ID: g.ID, Name: g.Name, Field: g.Field, Authority: g.Authority, Here: true, Rev: 3, At: sampleNow, Draft: true, Saved: sampleNow, Who: "冯发"}
	changes := []view.Difference{
		{Label: "收费", Parts: []view.DifferencePart{{Text: "首次"}, {Text: "不", Removed: true}, {Text: "收费", Added: true}}},
		{Label: "材料", Moved: true},
	}
	history := []view.GuideLine{
		{Ref: "d7", Draft: 7, At: sampleNow, Who: "冯发"}, {Rev: 2, At: sampleNow, Who: "何布", Gone: true, Reason: "政策停止"}, {Ref: "r1", Rev: 1, At: sampleNow, Who: "系统"},
	}
	faults := []view.GuideFault{{Path: "fee", Label: "收费", Text: "还没有填。"}}
	base := view.ConsoleGuide{Console: frame, Row: row, Version: 7, Faults: 1, Overtaken: true, Changes: changes, History: history, From: "r1", To: "d7", Where: "所有终端"}
	ready, never := base, base
	ready.Faults, ready.Overtaken, ready.Changes = 0, false, nil
	ready.Errors = map[string]string{"reason": "请写明为什么撤下。"}
	never.Row.Rev, never.Version = 0, 0
	publish := view.ConsoleGuidePublish{Console: frame, ID: g.ID, Name: g.Name, Version: 7, Rev: 3, Changes: changes, Was: "所有终端", Scope: "all",
		Places: []view.Option{{ID: "all", Name: "所有终端"}}, Terminals: []view.GuideTerminal{{Number: 10207, Point: "化龙镇党群服务中心", Connected: true}}, Now: 1}
	faulty, overtaken, nobody := publish, publish, publish
	faulty.Faults, overtaken.Overtaken, nobody.Terminals, nobody.Was = faults, true, nil, ""
	compare := view.ConsoleGuideCompare{Console: frame, ID: g.ID, Name: g.Name, From: history[2], To: history[0], History: history, Changes: changes}
	same := compare
	same.Changes = nil
	list := view.ConsoleGuides{Console: frame, State: "all", Counts: map[string]int{"all": 195, "changed": 1, "published": 194, "withdrawn": 1},
		Departments: []view.Option{{ID: "public-security", Name: g.Authority}}, Rows: []view.GuideRow{row, {ID: "SB-010", Name: "高龄老人津贴申领", Rev: 1, At: sampleNow, Gone: true}},
		From: 1, To: 2, Total: 195, NextURL: "/guides?page=2"}
	face := assets.ConsoleFace
	out := []sample{
		{face, "guides", "console-guides", list},
		{face, "guides", "console-guides-empty", view.ConsoleGuides{Console: frame, State: "changed", Query: "结婚"}},
		{face, "guide-new", "console-guide-new", view.ConsoleGuideNew{Console: frame, ID: "hj8", Errors: map[string]string{"id": "这个编码已经用了。", "name": "还没有填。"}}},
		{face, "guide", "console-guide", base},
		{face, "guide", "console-guide-ready", ready},
		{face, "guide", "console-guide-never", never},
		{face, "guide-compare", "console-guide-compare", compare},
		{face, "guide-compare", "console-guide-compare-same", same},
		{face, "guide-preview", "console-guide-preview", view.ConsoleGuidePreview{Console: frame, ID: g.ID, Name: g.Name, Draft: true, URL: "/guides/HJ-008/terminal", ZhURL: "#", EnURL: "#", PlainURL: "#", ElderURL: "#"}},
		{face, "guide-publish", "console-guide-publish", publish},
		{face, "guide-publish", "console-guide-publish-faulty", faulty},
		{face, "guide-publish", "console-guide-publish-overtaken", overtaken},
		{face, "guide-publish", "console-guide-publish-nobody", nobody},
	}
	out = append(out, m.guideEditors(frame, faults, changes)...)
	return append(out, m.imports(frame)...)
}

func (m maker) guideEditors(frame view.Console, faults []view.GuideFault, changes []view.Difference) []sample {
	g := m.service("HJ-008").Guide
	edit := view.ConsoleGuideEdit{
		Console: frame, ID: g.ID, Name: g.Name, Materials: 2, Steps: 2, Rev: 3, Saved: sampleNow, Who: "冯发",
		Forms: []view.Option{{ID: "HJ-008", Name: "申领居住证"}}, When: []string{"proxied"},
		Values: map[string]string{
			"version": "7", "base": "3", "name": g.Name, "name_en": g.NameEN, "fee": g.Fee, "form": "HJ-008", "events/work": "1", "trust": "G",
			"conditions": "跨地级以上市居住半年以上\n居住时间自申报之日起算", "materials/0/name": "居民身份证", "materials/0/need": "later", "materials/0/days": "5",
			"materials/0/accept/image/png": "1", "steps/0/name": "受理", "steps/0/days": "0.5", "statutory/days": "5", "statutory/kind": "working",
		},
	}
	faulty, clash := edit, edit
	faulty.Faults, faulty.Errors, faulty.Overtaken, faulty.Kept = faults, map[string]string{}, true, true
	for _, path := range []string{"fee", "materials", "steps", "conditions", "form", "events", "trust", "statutory/days", "statutory/kind", "materials/0/days"} {
		faulty.Errors[path] = "还没有填。"
	}
	clash.Values = map[string]string{"version": "8", "base": "3", "form": "ZZ-001"}
	clash.Clash = &view.GuideClash{Who: "何布", At: sampleNow, Changes: changes}
	same := clash
	same.Clash = &view.GuideClash{Who: "何布", At: sampleNow}
	var out []sample
	for i, v := range []view.ConsoleGuideEdit{edit, faulty, clash, same} {
		out = append(out, sample{assets.ConsoleFace, "guide-edit", "console-guide-edit-" + strconv.Itoa(i), v})
	}
	return out
}

func (m maker) imports(frame view.Console) []sample {
	base := view.ConsoleGuideImport{Console: frame, Name: "事项.xlsx", Who: "冯发", Began: sampleNow, Key: "1", Counts: map[string]int{}}
	var out []sample
	add := func(name string, v view.ConsoleGuideImport) {
		out = append(out, sample{assets.ConsoleFace, "guide-import", "console-guide-import-" + name, v})
	}
	for _, phase := range []string{"none", "reading", "done", "failed"} {
		v := base
		v.Phase, v.Done, v.Failed, v.Took = phase, 1200, "打不开这个文件。", "用时 1.2 秒。"
		add(phase, v)
	}
	busy, plan, faulty, nothing := base, base, base, base
	busy.Phase, busy.Done, busy.Of = "publishing", 4000, 10000
	add("publishing", busy)
	plan.Phase, plan.Published, plan.Counts, plan.Beyond = "planned", 3, map[string]int{"new": 1, "changed": 2, "unchanged": 190, "absent": 2}, 1
	plan.Changes = []view.ImportChange{{ID: "HJ-008", Name: "申领居住证", Kind: "changed", Fields: "收费、材料", Draft: "何布"}, {ID: "ZZ-001", Name: "新事项", Kind: "new"}}
	add("planned", plan)
	faulty.Phase, faulty.More = "planned", 12
	faulty.Faults = []view.ImportFault{{Sheet: "材料", Row: 7, Cell: "E7", Column: "要求", Text: "没有这个选项。"}, {Sheet: "环节", Text: "没有这个工作表。"}}
	add("faulty", faulty)
	nothing.Phase = "planned"
	add("nothing", nothing)
	done := base
	done.Phase, done.Published, done.Took = "done", 10000, "用时 4.2 秒。"
	done.Began = sampleNow.Add(-time.Minute)
	add("done-many", done)
	return out
}
