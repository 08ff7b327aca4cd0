package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"doorstep/central/console/consoletest"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

var firstPassword = regexp.MustCompile(`[a-z2-7]{4}(-[a-z2-7]{4}){3}`)

// boss opens a hall with two administrators and signs one in.
func boss(t *testing.T) (*hall, *browser) {
	t.Helper()
	h := open(t)
	h.Hire(t, "boss", "何主任", "", civic.RoleAdmin)
	h.Hire(t, "vice", "苏主任", "", civic.RoleAdmin)
	return h, h.as(t, "boss")
}

func TestHireAndFirstSignIn(t *testing.T) {
	h, b := boss(t)
	b.get("/people").says(t, "陈明", "何主任", "经办", "公安")
	b.get("/people?q="+url.QueryEscape("赵督")).silent(t, "陈明")
	b.get("/people/add").says(t, "添加人员", "一个人最多选其中一个")
	p := b.post("/people/add", url.Values{"login": {"Wu Min"}, "name": {"吴敏"}, "roles": {"clerk"}, "department": {"public-security"}})
	p.is(t, http.StatusUnprocessableEntity)
	p.says(t, "小写字母开头")
	if !strings.Contains(p.body, `value="吴敏"`) || !strings.Contains(p.body, `value="clerk" checked`) {
		t.Error("what was typed is lost")
	}
	b.post("/people/add", url.Values{"login": {"wu"}, "name": {"吴敏"}, "roles": {"clerk"}}).says(t, "经办要选部门")
	b.post("/people/add", url.Values{"login": {"wu"}, "name": {"吴敏"}, "roles": {"publisher", "secrecy"}}).says(t, "由不同的人担任")
	b.post("/people/add", url.Values{"login": {"chen"}, "name": {"吴敏"}, "roles": {"auditor"}}).says(t, "这个用户名已经有人用了")
	p = b.post("/people/add", url.Values{"login": {"wu"}, "name": {" 吴  敏 "}, "roles": {"clerk"}, "department": {"public-security"}})
	p.is(t, http.StatusOK)
	p.says(t, "吴 敏的初始密码", "只显示这一次")
	password := firstPassword.FindString(p.body)
	b.get("/people/wu").silent(t, password)
	b.get("/people").says(t, "初始密码还没换")
	if strings.Contains(h.Logged.String(), password) {
		t.Error("the password is in the log")
	}

	wu := h.browser(t)
	wu.get("/sign-in")
	p = wu.post("/sign-in", url.Values{"name": {"wu"}, "password": {password}, "next": {"/cases"}})
	if p.path != "/password" {
		t.Fatalf("the first sign-in leads to %s", p.path)
	}
	p.says(t, "初始密码", "只有自己知道")
	if p := wu.get("/cases"); p.path != "/password" {
		t.Errorf("with a first password %s opens", p.path)
	}
	wu.get("/password")
	wu.post("/password", url.Values{"present": {password}, "next": {"new words here"}, "again": {"new words"}}).says(t, "两次填的新密码不一样")
	wu.post("/password", url.Values{"present": {"wrong"}, "next": {"new words here"}, "again": {"new words here"}}).says(t, "现在的密码不对")
	wu.post("/password", url.Values{"present": {password}, "next": {"short"}, "again": {"short"}}).says(t, "10 个以上字符")
	wu.post("/password", url.Values{"present": {password}, "next": {password}, "again": {password}}).says(t, "请换一个")
	p = wu.post("/password", url.Values{"present": {password}, "next": {"new words here"}, "again": {"new words here"}})
	p.is(t, http.StatusOK)
	p.says(t, "密码已换好")
	wu.get("/cases").is(t, http.StatusOK)
	last := h.Audit(t)
	for _, e := range last {
		if e.Subject == "wu" && e.Action == store.ActStaff && e.Actor.Login == "boss" {
			return
		}
	}
	t.Error("the audit does not tell who hired")
}

func TestChangeLeaveReturnAndSignOut(t *testing.T) {
	h, b := boss(t)
	chen := h.as(t, "chen")
	chen.get("/cases").is(t, http.StatusOK)
	b.get("/people").says(t, "已登录")
	b.get("/people/chen").says(t, "现有 1 处登录")
	b.post("/people/chen/sign-out", url.Values{}).says(t, "已退出")
	if p := chen.get("/cases"); !strings.HasPrefix(p.path, "/sign-in") {
		t.Error("a session outlived the forced sign-out")
	}
	b.get("/people/chen")
	p := b.post("/people/chen", url.Values{"name": {"陈明明"}, "roles": {"supervisor"}, "department": {"x"}})
	p.says(t, "已改好", "陈明明")
	if got := last(h.Audit(t)); got.Action != store.ActStaff || got.Detail != "name; department x; roles supervisor" {
		t.Errorf("the change left %+v", got)
	}
	b.post("/people/chen/leave", url.Values{}).says(t, "已办离岗")
	door := h.browser(t)
	door.get("/sign-in")
	door.post("/sign-in", url.Values{"name": {"chen"}, "password": {consoletest.Password}}).is(t, http.StatusUnauthorized)
	b.get("/people").says(t, "已离岗 1 人")
	b.get("/people/chen")
	b.post("/people/chen/return", url.Values{}).says(t, "已恢复")
	b.get("/people/chen")
	password := firstPassword.FindString(b.post("/people/chen/password", url.Values{}).body)
	if p := door.post("/sign-in", url.Values{"name": {"chen"}, "password": {password}}); p.path != "/password" {
		t.Errorf("a reset password leads to %s", p.path)
	}
	b.get("/people/nobody").is(t, http.StatusNotFound)
}

func TestGuardsOfAdministrators(t *testing.T) {
	h, b := boss(t)
	p := b.get("/people/boss")
	p.says(t, "不能给自己加岗位", "不能自己离岗")
	p.silent(t, `action="/people/boss/leave"`)
	p = b.post("/people/boss", url.Values{"name": {"何主任"}, "roles": {"admin", "auditor"}})
	p.is(t, http.StatusForbidden)
	p.says(t, "不能给自己加角色")
	p = b.post("/people/boss/leave", url.Values{})
	p.is(t, http.StatusForbidden)
	p.says(t, "不能给自己办离岗")
	b.post("/people/boss/password", url.Values{}).is(t, http.StatusForbidden)

	b.get("/people/vice")
	b.post("/people/vice/leave", url.Values{}).is(t, http.StatusOK)
	b.get("/people").says(t, "只有一名管理员")
	b.get("/people/boss").says(t, "这是最后一名管理员")
	p = b.post("/people/boss", url.Values{"name": {"何主任"}, "roles": {"operator"}})
	p.is(t, http.StatusForbidden)
	if all, err := h.Door.Lookup(t.Context(), "boss"); err != nil || !all.Holds(civic.RoleAdmin) {
		t.Errorf("the last administrator is gone: %v, %v", all.Roles, err)
	}
	for _, login := range []string{"chen", "oper", "audit", "super"} {
		other := h.as(t, login)
		for _, path := range []string{"/people", "/people/add", "/people/chen", "/offices/point"} {
			other.get(path).is(t, http.StatusForbidden)
		}
	}
}

func TestEverybodySignedOut(t *testing.T) {
	h, b := boss(t)
	chen, oper := h.as(t, "chen"), h.as(t, "oper")
	b.get("/people").says(t, "2 名已登录的人")
	b.post("/people/sign-out", url.Values{}).says(t, "其他人都已退出")
	for _, other := range []*browser{chen, oper} {
		if p := other.get("/"); !strings.HasPrefix(p.path, "/sign-in") {
			t.Error("a session outlived the sign-out of all")
		}
	}
	if got := last(h.Audit(t)); got.Action != store.ActSignIn && got.Action != store.ActSignOut {
		t.Errorf("the audit ends with %+v", got)
	}
}

func TestOffices(t *testing.T) {
	h, b := boss(t)
	p := b.get("/offices/department")
	p.says(t, "还没有登记的", "公安")
	b.get("/offices/department/add?key=public-security").says(t, "添加部门")
	p = b.post("/offices/department/add", url.Values{"key": {"Public"}, "name": {""}})
	p.is(t, http.StatusUnprocessableEntity)
	p.says(t, "代号要 2 到 40 个字符", "请填写名称")
	p = b.post("/offices/department/add", url.Values{
		"key": {"public-security"}, "name": {"广州市公安局番禺区分局"}, "contact": {"020-84820110"}, "address": {"清河东路 1 号"},
	})
	p.says(t, "部门已保存", "020-84820110")
	b.get("/people").says(t, "广州市公安局番禺区分局")
	b.get("/offices/department/add")
	b.post("/offices/department/add", url.Values{"key": {"public-security"}, "name": {"又一个"}}).says(t, "已经登记过了")

	b.get("/offices/point/add")
	b.post("/offices/point/add", url.Values{"key": {"shatou"}, "name": {"沙头街道政务大厅"}, "area": {"4401"}}).says(t, "行政区划代码是")
	b.post("/offices/point/add", url.Values{"key": {"shatou"}, "name": {"沙头街道政务大厅"}, "area": {"440113"}, "address": {"沙头街 8 号"}}).says(t, "服务点已保存")
	oper := h.as(t, "oper")
	oper.get("/terminals/enrol").says(t, "沙头街道政务大厅", "化龙镇党群服务中心")
	oper.post("/terminals/enrol", url.Values{"point": {"shatou"}}).is(t, http.StatusOK)
	list, err := h.Store.Enrolments(t.Context(), h.Now())
	want := store.Place{Point: "shatou", Name: "沙头街道政务大厅", Address: "沙头街 8 号", Area: "440113"}
	if err != nil || !slices.ContainsFunc(list, func(e store.Enrolment) bool { return e.Place == want }) {
		t.Errorf("the codes are %+v, %v", list, err)
	}

	b.get("/offices/point/shatou")
	b.post("/offices/point/shatou", url.Values{"name": {"沙头街道政务大厅"}, "area": {"440113"}, "closed": {"1"}}).says(t, "已停用")
	oper.get("/terminals/enrol").silent(t, "沙头街道政务大厅")
	b.get("/offices/point/nowhere").is(t, http.StatusNotFound)
	b.get("/offices/castle").is(t, http.StatusNotFound)
}

func last(log []store.AuditEntry) store.AuditEntry { return log[len(log)-1] }
