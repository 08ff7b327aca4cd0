package bulletin_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"doorstep/assets"
	"doorstep/sync/catalogue"
	"doorstep/sync/civic"
	"doorstep/sync/identity"

	"doorstep/central/bulletin"
	"doorstep/central/sqlite"
	"doorstep/central/store"
	"doorstep/central/workbook"
)

var (
	feng = store.Actor{Login: "feng", Role: civic.RolePublisher}
	he   = store.Actor{Login: "he", Role: civic.RolePublisher}
)

// shop is a press over a store, with three services of the catalogue published.
type shop struct {
	*bulletin.Press
	*bulletin.Bulletin
	db        *sqlite.DB
	published int
}

// parsed is the catalogue, read once: it is large.
var parsed = sync.OnceValues(func() ([]catalogue.Service, error) { return catalogue.Parse(assets.Catalogue()) })

func openShop(t testing.TB) *shop {
	t.Helper()
	s := emptyShop(t, t.TempDir())
	list, err := parsed()
	check(t, err)
	for _, v := range list {
		if !slices.Contains([]string{"HJ-008", "HJ-009", "SB-010"}, v.Guide.ID) {
			continue
		}
		if v.FormBody != nil {
			_, err := s.Publish(context.Background(), civic.EditionForm, v.Guide.Form, civic.Scope{}, v.FormBody, store.System())
			check(t, err)
		}
		_, err := s.Publish(context.Background(), civic.EditionGuide, v.Guide.ID, civic.Scope{}, v.GuideBody, store.System())
		check(t, err)
	}
	return s
}

func emptyShop(t testing.TB, dir string) *shop {
	t.Helper()
	keys, err := identity.CreateCentral(filepath.Join(dir, "keys"), now)
	check(t, err)
	v, err := store.CreateVault(filepath.Join(dir, "vault.key"))
	check(t, err)
	s := &shop{}
	s.db, err = sqlite.Open(context.Background(), sqlite.Options{Path: filepath.Join(dir, "c.db"), Vault: v})
	check(t, err)
	t.Cleanup(func() { check(t, s.db.Close()) })
	s.Bulletin, err = bulletin.New(bulletin.Options{
		Store: s.db, Sign: keys.Sign, Now: func() time.Time { return now }, Published: func() { s.published++ },
	})
	check(t, err)
	rules, err := catalogue.ParseRules(assets.Catalogue())
	check(t, err)
	s.Press, err = bulletin.NewPress(s.Bulletin, s.db, rules)
	check(t, err)
	return s
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t testing.TB, err error, code civic.Code) {
	t.Helper()
	if !errors.Is(err, &civic.Error{Code: code}) {
		t.Fatalf("error is %v, want %s", err, code)
	}
}

func TestDraftToEdition(t *testing.T) {
	s, ctx := openShop(t), t.Context()
	d, err := s.Draft(ctx, "HJ-008")
	check(t, err)
	if d.Version != 0 || d.Base != 1 {
		t.Fatalf("a draft that nobody wrote: %+v", d)
	}
	_, err = s.Draft(ctx, "XY-901")
	wants(t, err, civic.NotFound)
	_, err = s.Begin(ctx, civic.Guide{ID: "HJ-008", Name: "又一个"}, feng)
	wants(t, err, civic.Conflict)
	_, err = s.Release(ctx, "HJ-008", 1, civic.Scope{}, feng)
	wants(t, err, civic.NotFound)
	d.Guide.Fee = ""
	d, err = s.Save(ctx, d, feng)
	check(t, err)
	_, err = s.Release(ctx, "HJ-008", d.Version, civic.Scope{}, feng)
	wants(t, err, civic.Invalid)
	d.Guide.Fee = "不收费"
	d, err = s.Save(ctx, d, feng)
	check(t, err)
	_, err = s.Release(ctx, "HJ-008", d.Version-1, civic.Scope{}, he)
	wants(t, err, civic.Conflict)
	p, err := s.Release(ctx, "HJ-008", d.Version, civic.Scope{}, he)
	check(t, err)
	g, err := s.Guide(ctx, p.Revision())
	check(t, err)
	if g.Fee != "不收费" || p.Rev != 2 || s.published == 0 {
		t.Fatalf("revision %d says %s", p.Rev, g.Fee)
	}
}

// TestOvertaken keeps a draft from undoing what was published since it was begun.
func TestOvertaken(t *testing.T) {
	s, ctx := openShop(t), t.Context()
	d, err := s.Draft(ctx, "HJ-008")
	check(t, err)
	d.Guide.Fee = "十元"
	d, err = s.Save(ctx, d, feng)
	check(t, err)
	_, err = s.PublishJSON(ctx, civic.EditionGuide, "HJ-008", civic.Scope{}, civic.Guide{ID: "HJ-008", Name: "别人发布的"}, he)
	check(t, err)
	_, err = s.Release(ctx, "HJ-008", d.Version, civic.Scope{}, feng)
	wants(t, err, civic.Conflict)
	d.Base = 2
	d, err = s.Save(ctx, d, feng)
	check(t, err)
	_, err = s.Release(ctx, "HJ-008", d.Version, civic.Scope{}, feng)
	check(t, err)
}

func TestDifferences(t *testing.T) {
	older := civic.Guide{
		ID: "A", Name: "申领居住证", Conditions: []string{"居住满半年", "有稳定工作", "连续就读"}, Statutory: civic.Limit{Days: 20, Kind: civic.WorkingDays},
		Materials: []civic.Material{{ID: "card", Name: "身份证", Note: "正面"}, {ID: "lease", Name: "租约"}}, Steps: []civic.Step{{Name: "受理", Days: 0.5}},
	}
	newer := older
	newer.Name, newer.Conditions = "申请居住证", []string{"居住满半年", "连续就读"}
	newer.Statutory.Days = 15
	newer.Materials = []civic.Material{{ID: "lease", Name: "租约"}, {ID: "card", Name: "身份证", Note: "正面和反面"}}
	newer.Steps = []civic.Step{{Name: "受理", Days: 1}}
	list, err := bulletin.Differences(&older, &newer)
	check(t, err)
	var got []string
	for _, d := range list {
		line := d.Path + ":"
		for _, p := range d.Parts {
			line += map[bulletin.Side]string{bulletin.Both: "", bulletin.Removed: "-", bulletin.Added: "+"}[p.Side] + p.Text + "|"
		}
		if d.Moved {
			line += "moved"
		}
		got = append(got, strings.ReplaceAll(line, "\n", "/"))
	}
	want := []string{
		"name:申|-领|+请|居住证|", "conditions:居住满半年/|-有稳定工作/|连续就读|", "materials/card/note:正面|+和反面|", "statutory/days:-20|+15|",
		"steps:受理 (|-0.5|+1|)|", "materials:moved",
	}
	if !slices.Equal(got, want) {
		t.Errorf("differences are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	same, err := bulletin.Differences(&older, &older)
	if err != nil || len(same) != 0 {
		t.Errorf("a text differs from itself: %v, %v", same, err)
	}
}

// FuzzDifferences holds the parts of every difference against both texts.
func FuzzDifferences(f *testing.F) {
	f.Add("申领居住证", "申请居住证")
	f.Add("", "abc 中文 def")
	f.Add("一\n二\n三", "一\n三")
	f.Fuzz(func(t *testing.T, a, b string) {
		a, b = strings.ToValidUTF8(a, ""), strings.ToValidUTF8(b, "")
		list, err := bulletin.Differences(&civic.Guide{Fee: a}, &civic.Guide{Fee: b})
		check(t, err)
		was, is := "", ""
		for _, d := range list {
			for _, p := range d.Parts {
				if p.Side != bulletin.Added {
					was += p.Text
				}
				if p.Side != bulletin.Removed {
					is += p.Text
				}
			}
		}
		if len(list) > 0 && (was != a || is != b) || len(list) == 0 && a != b {
			t.Errorf("%q to %q is shown as %q to %q", a, b, was, is)
		}
	})
}

// workbookOf exports what is published.
func (s *shop) workbookOf(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	_, err := s.Export(context.Background(), &b)
	check(t, err)
	return b.Bytes()
}

func (s *shop) plan(t testing.TB, file []byte) *bulletin.Plan {
	t.Helper()
	book, err := workbook.Read(context.Background(), file, func(int) {})
	check(t, err)
	p, err := s.Plan(context.Background(), book, func(int) {})
	check(t, err)
	return p
}

func TestExportThenImportChangesNothing(t *testing.T) {
	s := openShop(t)
	p := s.plan(t, s.workbookOf(t))
	if p.Faulty() || len(p.Changes) != 0 || p.Unchanged != 3 || p.Absent != 0 {
		t.Fatalf("faults %v, changes %v, unchanged %d", p.Book.Faults, p.Changes, p.Unchanged)
	}
	head, err := s.db.Feed(t.Context(), store.Reader{}, civic.Cursor{}, 1000)
	check(t, err)
	check(t, s.Carry(t.Context(), p, feng, func(int) {}))
	after, err := s.db.Feed(t.Context(), store.Reader{}, civic.Cursor{}, 1000)
	check(t, err)
	if head.Next != after.Next {
		t.Error("importing what was exported added editions")
	}
}

// TestNothingHalfImported fails in the middle of a workbook, after and before some of its guides.
func TestNothingHalfImported(t *testing.T) {
	s, ctx := openShop(t), t.Context()
	var b bytes.Buffer
	guides, err := s.Guides(ctx)
	check(t, err)
	var list []workbook.Service
	for _, g := range guides {
		g.Fee = "导入的收费"
		list = append(list, workbook.Service{Guide: g, Rev: 1})
	}
	check(t, workbook.Write(&b, list))
	p := s.plan(t, b.Bytes())
	if len(p.Changes) != 3 || p.Faulty() || !slices.Equal(p.Changes[0].Fields, []string{"fee"}) {
		t.Fatalf("changes %+v, faults %v", p.Changes, p.Book.Faults)
	}
	// Somebody publishes the last of them after the plan was shown.
	d, err := s.Draft(ctx, guides[2].ID)
	check(t, err)
	d.Guide.Fee = "抢先发布的收费"
	d, err = s.Save(ctx, d, he)
	check(t, err)
	_, err = s.Release(ctx, d.Guide.ID, d.Version, civic.Scope{}, he)
	check(t, err)
	wants(t, s.Carry(ctx, p, feng, func(int) {}), civic.Conflict)
	now, err := s.Guides(ctx)
	check(t, err)
	for i, g := range now {
		if g.Fee == "导入的收费" {
			t.Errorf("%s was imported", now[i].ID)
		}
	}
	// A plan made now says so by the row.
	p = s.plan(t, b.Bytes())
	if !p.Faulty() || p.Book.Faults[0].Err.Key != "workbook.overtaken" || p.Book.Faults[0].String() != "事项!B4" {
		t.Errorf("faults %v", p.Book.Faults)
	}
	wants(t, s.Carry(ctx, p, feng, func(int) {}), civic.Invalid)
}

// TestPlan tells what is new, changed, published again and absent, and withdraws nothing.
func TestPlan(t *testing.T) {
	s, ctx := openShop(t), t.Context()
	guides, err := s.Guides(ctx)
	check(t, err)
	fresh, changed, again := guides[0], guides[1], guides[2]
	fresh.ID = "XY-901"
	changed.Words = append(slices.Clone(changed.Words), "另一个叫法")
	check(t, s.Press.Withdraw(ctx, again.ID, 1, "政策停止", feng))
	_, err = s.Save(ctx, store.GuideDraft{Base: 1, Guide: changed}, he)
	check(t, err)
	var b bytes.Buffer
	check(t, workbook.Write(&b, []workbook.Service{{Guide: fresh}, {Guide: changed, Rev: 1}, {Guide: again}}))
	p := s.plan(t, b.Bytes())
	var got []string
	for _, c := range p.Changes {
		got = append(got, fmt.Sprint(c.ID, c.Kind, c.Draft))
	}
	want := []string{"XY-901new", changed.ID + "changedhe", again.ID + "again"}
	if !slices.Equal(got, want) || p.Unchanged != 0 || p.Absent != 1 {
		t.Fatalf("plan is %v, %d unchanged, %d absent, faults %v", got, p.Unchanged, p.Absent, p.Book.Faults)
	}
	check(t, s.Carry(ctx, p, feng, func(int) {}))
	if now, err := s.Guides(ctx); err != nil || len(now) != 4 {
		t.Errorf("%d guides, %v", len(now), err)
	}
	if _, err := s.db.OpenDraft(ctx, changed.ID); err != nil {
		t.Errorf("the draft went with the import: %v", err)
	}
}

// TestImporter takes one workbook at a time and keeps what it found until somebody decides.
func TestImporter(t *testing.T) {
	s := openShop(t)
	file := s.workbookOf(t)
	m, err := bulletin.NewImporter(s.Press, slog.New(slog.DiscardHandler))
	check(t, err)
	check(t, m.Begin("a.xlsx", file, feng))
	wants(t, m.Begin("b.xlsx", file, he), civic.Conflict)
	wants(t, m.Publish(now, feng), civic.Conflict)
	wants(t, m.Forget(), civic.Conflict)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	wait := func(phase bulletin.ImportPhase) bulletin.ImportState {
		t.Helper()
		for m.State().Phase.Busy() && t.Context().Err() == nil {
			runtime.Gosched()
		}
		st := m.State()
		if st.Phase != phase {
			t.Fatalf("the import is %s (%v), want %s", st.Phase, st.Failed, phase)
		}
		return st
	}
	wait(bulletin.ImportPlanned)
	wants(t, m.Begin("b.xlsx", file, he), civic.Conflict) // somebody else's plan waits
	check(t, m.Publish(now, feng))
	wait(bulletin.ImportDone)
	check(t, m.Begin("c.xlsx", []byte("no workbook"), he))
	if st := wait(bulletin.ImportFailed); st.Failed == nil || st.Plan != nil {
		t.Errorf("failed with %v", st.Failed)
	}
	check(t, m.Forget())
	cancel()
	check(t, <-done)
}
