package assets_test

import (
	"time"

	"doorstep/assets"
	"doorstep/assets/view"
	"doorstep/sync/civic"
)

// people fills the pages of the administrator.
func (m maker) people(frame view.Console) []sample {
	frame.Active, frame.Roles, frame.Path = "people", []civic.Role{civic.RoleAdmin}, "/people"
	rows := []view.PersonRow{
		{Login: "chen", Name: "陈晓明", Roles: []civic.Role{civic.RoleClerk}, Place: "公安", Sessions: 1, Since: sampleNow.Add(-time.Hour)},
		{Login: "li.fang", Name: "李芳", Roles: []civic.Role{civic.RoleClerk, civic.RoleSupervisor}, Place: "民政", Fresh: true},
		{Login: "boss", Name: "欧阳𬭎", Roles: []civic.Role{civic.RoleAdmin}, Self: true, Sessions: 1, Since: sampleNow},
	}
	gone := view.PersonRow{Login: "old", Name: "黄伯", Roles: []civic.Role{civic.RoleAuditor}, Left: sampleNow.Add(-24 * time.Hour)}
	var boxes []view.RoleBox
	for i, r := range civic.StaffRoles() {
		boxes = append(boxes, view.RoleBox{Role: r, Held: i == 0, Notice: i > 0 && i < 4})
	}
	barred := append([]view.RoleBox(nil), boxes...)
	barred[6].Held, barred[6].Barred = true, "这是最后一名管理员，先设另一名才能去掉。"
	choices := []view.OfficeChoice{{Key: "public-security", Name: "公安"}, {Key: "old", Name: "旧部门", Closed: true}}
	offices := []view.OfficeRow{
		{Key: "hualong", Name: "化龙镇党群服务中心", Contact: "020-84755188", Address: "金山大道东 108 号", Hours: "周一至周五 9:00—17:00", Area: "440113", People: 3, Uses: 1},
		{Key: "shut", Name: "旧服务点", Area: "440113", Closed: sampleNow},
	}
	out := []sample{
		{assets.ConsoleFace, "people", "console-people", view.ConsolePeople{Console: frame, Here: rows, Left: []view.PersonRow{gone}, Signed: 2, Lonely: true}},
		{assets.ConsoleFace, "people", "console-people-none", view.ConsolePeople{Console: frame, Query: "钓鱼"}},
		{assets.ConsoleFace, "person", "console-person", view.ConsolePerson{Console: frame, Row: rows[0], Department: "public-security", Departments: choices, Points: choices, Boxes: boxes}},
		{assets.ConsoleFace, "person", "console-person-self", view.ConsolePerson{Console: frame, Row: rows[2], Departments: choices, Points: choices, Boxes: barred, Last: true}},
		{assets.ConsoleFace, "person", "console-person-left", view.ConsolePerson{Console: frame, Row: gone, Boxes: boxes}},
		{assets.ConsoleFace, "person", "console-person-new", view.ConsolePerson{Console: frame, New: true, Boxes: boxes, Departments: choices, Errors: map[string]string{"login": "用户名不对。", "department": "经办要选部门。"}}},
		{assets.ConsoleFace, "person", "console-person-password", view.ConsolePerson{Console: frame, New: true, Row: rows[1], Password: "k3f7-9mq2-x8d4-r6tw"}},
		{assets.ConsoleFace, "password", "console-password", view.ConsolePassword{Console: frame, Fresh: true, Least: 10, Errors: map[string]string{"again": "两次填的新密码不一样，请重填。"}}},
	}
	for _, kind := range []string{"department", "point"} {
		out = append(out,
			sample{assets.ConsoleFace, "offices", "console-offices-" + kind, view.ConsoleOffices{Console: frame, Kind: kind, Rows: offices, Lost: []view.OfficeRow{{Key: "civil-affairs", Name: "民政", Uses: 4, People: 1}}}},
			sample{assets.ConsoleFace, "offices", "console-offices-none-" + kind, view.ConsoleOffices{Console: frame, Kind: kind}},
			sample{assets.ConsoleFace, "office", "console-office-" + kind, view.ConsoleOffice{Console: frame, Kind: kind, Row: offices[1]}},
			sample{assets.ConsoleFace, "office", "console-office-new-" + kind, view.ConsoleOffice{Console: frame, Kind: kind, New: true, Errors: map[string]string{"key": "代号不对。"}}})
	}
	return out
}
