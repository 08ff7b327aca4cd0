package assets_test

import (
	"doorstep/assets"
	"doorstep/assets/view"
	"doorstep/sync/civic"
)

// rights fills the pages of requests about personal data, holds and retention.
func (m maker) rights() []sample {
	frame := view.Console{
		Lang: m.lang, Token: "sample-token", User: "周敏", Roles: []civic.Role{civic.RoleSupervisor}, Active: "retention",
		Rail: []view.RailItem{{ID: "cases"}, {ID: "board"}, {ID: "retention"}}, Now: sampleNow, Path: "/retention",
	}
	hold := view.CaseHold{Code: sampleCode(), Reason: "区法院行政诉讼，案号（2026）粤0113行初12号", Who: "周敏", At: sampleNow}
	retention := view.ConsoleRetention{Console: frame, Due: 12, Holds: []view.CaseHold{hold}, Errors: map[string]string{"code": "编号的最后两位核对不上，请对照回执检查。", sampleCode().String(): "请写明理由。"}}
	for i, t := range civic.Terms(nil) {
		retention.Terms = append(retention.Terms, view.KeptTerm{
			Class: t.Class, Known: true, Years: t.Years, Duty: t.Duty, Law: t.Law, Kept: 1204 - 190*i, Due: 12 - 2*i, Held: i % 2, Oldest: sampleNow.AddDate(-i, 0, 0),
		})
	}
	retention.Terms = append(retention.Terms, view.KeptTerm{Class: "long", Years: civic.Forever, Kept: 3})
	empty := retention
	empty.Holds, empty.Errors, empty.Due = nil, nil, 0
	out := []sample{
		{assets.ConsoleFace, "retention", "console-retention", retention},
		{assets.ConsoleFace, "retention", "console-retention-empty", empty},
	}
	one := m.oneCase(frame, civic.Accepted)
	one.Active, one.Hold = "cases", &hold
	for _, c := range []view.CaseClaim{
		{Kind: civic.ClaimCopy, About: sampleCode(), Copy: true},
		{Kind: civic.ClaimCorrection, About: sampleCode(), Item: "联系电话", Was: "13800138000", Is: "13900139000"},
		{Kind: civic.ClaimDeletion, About: sampleCode(), Bar: "这件办件还没有办结，不能删除。本人可以先撤回申请，再要求删除。"},
		{Kind: civic.ClaimDeletion},
	} {
		asked := one
		asked.Claim = &c
		name := "console-claim-" + string(c.Kind)
		if c.About == 0 {
			name = "console-claim-nobody"
		}
		out = append(out, sample{assets.ConsoleFace, "case", name, asked})
	}
	gone := view.ConsoleCase{Console: frame, Row: one.Row, Case: one.Case, Erased: sampleNow}
	copied := view.ConsoleCopy{
		Console: frame, Request: sampleCode(), Code: sampleCode(), Service: "申领居住证", Authority: "广州市公安局番禺区分局",
		Status: civic.Delivered, Filed: sampleNow, Applicant: one.Applicant, Proxy: one.Proxy, Sections: one.Sections,
		Papers: one.Papers, History: one.History, Until: civic.Date{Year: 2036, Month: 12, Day: 31},
	}
	return append(out, append(m.board(frame),
		sample{assets.ConsoleFace, "case", "console-case-erased", gone},
		sample{assets.ConsoleFace, "copy", "console-copy", copied},
	)...)
}

// board fills the board of figures and the list behind one of them.
func (m maker) board(frame view.Console) []sample {
	frame.Active = "board"
	choices := []view.BoardChoice{{ID: "week", URL: "/board?period=week"}, {ID: "month", URL: "/board", Current: true}, {ID: "quarter", URL: "/board?period=quarter"}}
	board := view.ConsoleBoard{
		Console: frame, Period: "month", On: "2026-11-01", From: civic.Date{Year: 2026, Month: 11, Day: 1}, To: civic.Date{Year: 2026, Month: 11, Day: 30},
		Running: true, Periods: choices, PrevURL: "/board?on=2026-10-01", NextURL: "/board?on=2026-12-01",
		Departments: []view.BoardChoice{{ID: "public-security", Name: "公安", Current: true}}, Points: []view.BoardChoice{{ID: "hualong", Name: "化龙镇党群服务中心"}},
		Charts: []view.BoardChart{
			{
				ID: "flow", Sentence: "本月收件 244 件，比上月同期少 16 件；办结 244 件。", SVG: `<svg class="bars" viewBox="0 0 10 10"><path class="received" d="M0 0h9v9H0z"/></svg>`,
				Legend: []view.BarKind{{Class: "received", Name: "收件"}}, Head: []string{"11/1", "11/2–8"}, Across: true,
				Rows: []view.BoardRow{{Name: "收件", Cells: []view.BoardCell{{Text: "7", URL: "/board/cases?what=received"}, {Text: "0"}}}},
			},
			{ID: "timely", Sentence: "本月还没有办结的办件。"},
		},
	}
	own, empty := board, board
	own.Own, own.Running, own.NextURL = "公安", false, ""
	empty.Charts = nil
	out := []sample{
		{assets.ConsoleFace, "board", "console-board", board}, {assets.ConsoleFace, "board", "console-board-own", own},
		{assets.ConsoleFace, "board", "console-board-empty", empty},
	}
	for _, what := range []string{"received", "decided", "ontime", "late", "undated"} {
		list := view.ConsoleBoardCases{Console: frame, What: what, From: board.From, To: board.To, Of: "公安 · 化龙镇党群服务中心", Total: 6, Back: "/board", PrevURL: "/board/cases", NextURL: "/board/cases"}
		for i, r := range m.caseRows() {
			list.Rows = append(list.Rows, view.BoardCase{CaseRow: r, Decided: sampleNow, Kind: []string{"ontime", "late", "undated"}[i%3]})
		}
		out = append(out, sample{assets.ConsoleFace, "board-cases", "console-board-cases-" + what, list})
	}
	none := view.ConsoleBoardCases{Console: frame, What: "late", From: board.From, To: board.From, Back: "/board"}
	return append(out, sample{assets.ConsoleFace, "board-cases", "console-board-cases-none", none})
}
