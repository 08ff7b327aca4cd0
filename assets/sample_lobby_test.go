package assets_test

import (
	"time"

	"doorstep/assets"
	"doorstep/assets/view"
	"doorstep/sync/civic"
)

// sampleNotice has every kind of block.
var sampleNotice = civic.Notice{
	ID: "n1", Index: "006939748/2026-00012", Category: "land", Title: "关于化龙镇2026年度第三批次城镇建设用地征地补偿安置方案的公告",
	Issuer: "广州市番禺区人民政府", Document: "番府征〔2026〕12号", Made: civic.Date{Year: 2026, Month: 11, Day: 20},
	Body:        "为保障被征地农民的合法权益，现将方案公告如下。\n# 一、征收范围\n- 东至化龙大道\n- 西至沙湾水道\n|村社|面积（公顷）\n|一社|1.2\n|二社|0.8\n\n公告期三十日。",
	Files:       []civic.NoticeFile{{Name: "征地红线图.pdf", Media: "application/pdf", Size: 12345}},
	PublishedAt: sampleNow.Add(-48 * time.Hour),
}

func (m maker) lobby() []sample {
	frame := view.Lobby{
		PxPerMM: 1.577, Far: 3000, Token: "sample", Version: "v1", Aside: "a1", Place: "化龙镇党群服务中心", Now: sampleNow, Sure: true,
		Fresh: view.Fresh{Now: true, At: sampleNow}, Hours: "工作日 9:00—12:00，13:00—17:00", Contact: "020-00000000",
		Next: []view.LobbyTitle{{Title: "防汛四级应急响应", Issuer: "化龙镇人民政府", Urgent: true}, {Title: "2026年9月最低生活保障对象公示", Issuer: "化龙镇人民政府"}},
	}
	frame.All = frame.Next
	notice := view.LobbyNotice{
		Lobby: frame, Notice: sampleNotice, Category: "征地补偿安置方案、征收公告", Parts: view.Article(sampleNotice.Body),
		Link: "https://ban.example.cn/notices/n1", Page: 1, Of: 4,
	}
	urgent := notice
	urgent.Urgent, urgent.Next, urgent.Sure = true, nil, false
	urgent.Fresh = view.Fresh{At: sampleNow.Add(-time.Hour), Since: sampleNow}
	standing := view.LobbyStanding{
		Lobby: frame, Open: "工作日 9:00—12:00，13:00—17:00", Call: "020-00000000", Address: "化龙镇某路1号", Count: 2,
		Services: []string{"居住证申领", "城乡居民养老保险参保登记"},
	}
	standing.Next, standing.All, standing.Hours, standing.Contact = nil, nil, "", ""
	standing.Fresh = view.Fresh{}
	row := view.PostedNotice{ID: "n1", Title: sampleNotice.Title, Issuer: sampleNotice.Issuer, Category: notice.Category, Published: sampleNotice.PublishedAt}
	warning := view.PostedNotice{ID: "n2", Title: "台风黄色预警信号", Issuer: "广州市番禺区气象台", Category: "应急预案、预警与应对", Published: sampleNow, Urgent: true}
	list := view.Notices{
		Kiosk: m.frame(false), Found: []view.PostedNotice{warning, row, row, row, row}, Count: 12, Page: 2, Last: 3,
		Earlier: "/notices?page=1", Later: "/notices?page=3",
	}
	kind := view.NoticeKind{ID: "land", Name: notice.Category, Count: 3}
	office := view.Console{
		Lang: m.lang, Token: "sample-token", User: "黄敏", Roles: []civic.Role{civic.RolePublisher}, Active: "cases", Now: sampleNow, Path: "/notices/n1/shown",
	}
	proved := view.ConsoleShown{Console: office, ID: "n1", Total: view.ShownRow{Showings: 41, Minutes: 78}, Rows: []view.ShownRow{
		{Rev: 2, Terminal: 10207, Point: "化龙镇党群服务中心", Screen: "lobby", First: sampleNow.Add(-50 * time.Hour), Last: sampleNow, Showings: 38, Minutes: 72},
		{Rev: 1, Terminal: 10208, Point: "沙湾街政务服务中心", Screen: "lobby", First: sampleNow.Add(-70 * time.Hour), Last: sampleNow.Add(-60 * time.Hour), Showings: 3, Minutes: 6, Unsure: true},
	}}
	return []sample{
		{assets.ConsoleFace, "shown", "console-shown", proved},
		{assets.ConsoleFace, "shown", "console-shown-none", view.ConsoleShown{Console: office, ID: "n1"}},
		{assets.KioskFace, "notices", "notices", list},
		{assets.KioskFace, "notices", "notices-none", view.Notices{Kiosk: m.frame(false), Page: 1, Last: 1}},
		{assets.KioskFace, "notices", "notices-not-found", view.Notices{Kiosk: m.frame(false), Query: "拆迁", Kind: kind, Page: 1, Last: 1}},
		{assets.KioskFace, "kinds", "notice-kinds", view.NoticeKinds{Kiosk: m.frame(false), Kinds: []view.NoticeKind{kind, {ID: "relief", Name: "社会救助名单", Count: 9}}, Count: 12}},
		{assets.KioskFace, "notice", "notice", view.NoticeText{
			Kiosk: m.frame(false), Notice: sampleNotice, Category: notice.Category, Parts: notice.Parts, Until: sampleNow.Add(240 * time.Hour),
			Link: notice.Link, Back: "/notices",
		}},
		{assets.LobbyFace, "notice", "lobby-notice", notice},
		{assets.LobbyFace, "notice", "lobby-urgent", urgent},
		{assets.LobbyFace, "standing", "lobby-standing", standing},
	}
}
