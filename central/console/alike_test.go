package console_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"doorstep/central/console/consoletest"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// TestOtherCaseOfTheApplicant: each of two cases of one applicant for one service names and links the other, and
// nothing happens to either.
func TestOtherCaseOfTheApplicant(t *testing.T) {
	h := open(t)
	alone := h.file(t)
	h.as(t, "chen").get("/cases/"+alone.Code.String()).silent(t, "同一位申请人")
	shatou := h.Enrol(t, store.Place{Point: "shatou", Name: "沙头街道政务服务中心", Area: "440113"})
	h.Pass(24 * time.Hour)
	twin := shatou.TakeIn(t, jpeg, "image/jpeg")
	shatou.Deliver(t, twin, true)
	somebody := shatou.Fill(t, "HJ-008", consoletest.PermitOf(1), jpeg, "image/jpeg")
	shatou.Deliver(t, somebody, true)
	b := h.as(t, "chen")
	p := b.get("/cases/" + alone.Code.String())
	p.says(t, "同一位申请人", twin.Code.String(), "11月24日 09:00 在沙头街道政务服务中心收件", "每张回执都有效", "不会自动合并")
	p.silent(t, somebody.Code.String())
	links(t, p, twin.Code, true)
	p = b.get("/cases/" + twin.Code.String())
	p.says(t, alone.Code.String(), "11月23日 09:00 在化龙镇党群服务中心收件")
	links(t, p, alone.Code, true)
	p = b.get("/cases/" + somebody.Code.String())
	p.says(t, "居民1")
	p.silent(t, "同一位申请人")
	for _, f := range []*consoletest.Filed{alone, twin} {
		if c, err := h.Store.Case(t.Context(), f.Code); err != nil || c.Status != civic.Filed || c.Version != 2 || c.Due.IsZero() {
			t.Errorf("case is %+v, %v", c.Case, err)
		}
	}
	if log := h.Logged.String(); strings.Contains(log, "11010519491231002X") || strings.Contains(log, twin.Code.String()) {
		t.Error("the log holds personal data")
	}
}

// TestOtherCaseOfAnotherDepartment: a clerk is told of a case that belongs to another department, and whose it is, but
// gets no way into it.
func TestOtherCaseOfAnotherDepartment(t *testing.T) {
	h := open(t)
	mine := h.file(t)
	theirs := h.elsewhere(t)
	for login, codes := range map[string][2]civic.TrackingCode{"chen": {mine.Code, theirs.Code}, "wang": {theirs.Code, mine.Code}} {
		b := h.as(t, login)
		p := b.get("/cases/" + codes[0].String())
		p.is(t, http.StatusOK)
		p.says(t, codes[1].String(), "您不能打开")
		links(t, p, codes[1], false)
		b.get("/cases/"+codes[1].String()).is(t, http.StatusForbidden)
	}
	h.as(t, "chen").get("/cases/"+mine.Code.String()).says(t, "归另一部门办")
}

// elsewhere brings an application that central sets aside and a person gives to another department.
func (h *hall) elsewhere(t *testing.T) *consoletest.Filed {
	t.Helper()
	f := h.terminal.Fill(t, "HJ-008", strings.Replace(consoletest.Permit, `"declared": true`, `"declared": false`, 1), jpeg, "image/jpeg")
	h.terminal.Deliver(t, f, false)
	aside, err := h.Store.Asides(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range aside {
		if a.Code != f.Code {
			continue
		}
		if err := h.Store.Release(t.Context(), a.Ref.ID, "另一部门", h.Now(), store.System()); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Intake.OpenAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	return f
}

// links fails unless a page leads to a case, or does not.
func links(t *testing.T, p *page, code civic.TrackingCode, want bool) {
	t.Helper()
	if got := strings.Contains(p.body, `href="/cases/`+code.String()+`"`); got != want {
		t.Errorf("%s links %s: %v, want %v", p.path, code, got, want)
	}
}
