package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"

	"doorstep/central/store"
)

// Two who write.
var (
	writer  = store.Actor{Login: "writer", Role: civic.RolePublisher}
	reviser = store.Actor{Login: "reviser", Role: civic.RolePublisher}
)

func guide(id, name string) civic.Guide {
	return civic.Guide{
		ID: id, Name: name, NameEN: "Residence permit", Field: "户籍登记", Department: "public-security", Authority: "公安机关",
		ItemCode: "TE440", Words: []string{"暂住证"},
	}
}

// save saves a version of a draft at some minutes after noon.
func (s *site) save(seen uint64, g civic.Guide, minutes int, by store.Actor) (store.GuideDraft, error) {
	return s.SaveDraft(s.t.Context(), store.GuideDraft{
		Version: seen, Base: 3, Guide: g, At: noon.Add(time.Duration(minutes) * time.Minute),
	}, by)
}

func drafts(t *testing.T, s *site) {
	_, err := s.OpenDraft(t.Context(), "HJ-008")
	wants(t, err, civic.NotFound)
	_, err = s.save(4, guide("HJ-008", "居住证"), 0, writer)
	wants(t, err, civic.Conflict)
	first, err := s.save(0, guide("HJ-008", "居住证"), 0, writer)
	must(t, err)
	second, err := s.save(first.Version, guide("HJ-008", "居住证办理"), 1, writer)
	must(t, err)
	_, err = s.GuideDraft(t.Context(), "HJ-008", first.Version)
	wants(t, err, civic.NotFound) // one sitting
	_, err = s.save(first.Version, guide("HJ-008", "别的"), 2, reviser)
	wants(t, err, civic.Conflict)
	third, err := s.save(second.Version, guide("HJ-008", "办理居住证"), 2, reviser)
	must(t, err)
	if first.Version >= second.Version || second.Version >= third.Version {
		t.Fatalf("versions are %d, %d, %d", first.Version, second.Version, third.Version)
	}
	kept, err := s.GuideDraft(t.Context(), "HJ-008", second.Version)
	must(t, err)
	equal(t, "what the other wrote", kept.Guide.Name+" "+kept.Login, "居住证办理 writer")
	later, err := s.save(third.Version, guide("HJ-008", "居住证申领"), 30, reviser)
	must(t, err)
	_, err = s.GuideDraft(t.Context(), "HJ-008", third.Version)
	must(t, err)
	now, err := s.OpenDraft(t.Context(), "HJ-008")
	must(t, err)
	equal(t, "draft", fmt.Sprint(now.Version, now.Base, now.Guide.Name, now.Login, now.At.Equal(noon.Add(30*time.Minute))),
		fmt.Sprint(later.Version, 3, "居住证申领", "reviser", true))
	wants(t, s.DropDraft(t.Context(), "HJ-008", third.Version, noon, reviser), civic.Conflict)
	must(t, s.DropDraft(t.Context(), "HJ-008", later.Version, noon, reviser))
	wants(t, s.DropDraft(t.Context(), "HJ-008", later.Version, noon, reviser), civic.NotFound)
	again, err := s.save(0, guide("HJ-008", "又一次"), 40, reviser)
	must(t, err)
	if again.Version <= later.Version {
		t.Fatalf("version %d after %d", again.Version, later.Version)
	}
	wanted := []store.Action{store.ActDraft, store.ActDraft, store.ActDraft, store.ActDraft, store.ActDrop, store.ActDraft}
	if got := s.actions(); !slices.Equal(got, wanted) {
		t.Fatalf("the audit has %v", got)
	}
}

func (s *site) actions() (out []store.Action) {
	s.t.Helper()
	list, err := s.Entries(s.t.Context(), 0, store.MaxPage)
	must(s.t, err)
	for _, e := range list {
		out = append(out, e.Action)
	}
	return out
}

// draftsAtOnce lets many save over the same version: one is kept, the others are told.
func draftsAtOnce(t *testing.T, s *site) {
	first, err := s.save(0, guide("HJ-008", "居住证"), 0, writer)
	must(t, err)
	var wg sync.WaitGroup
	kept := make(chan string, 8)
	for i := range cap(kept) {
		wg.Go(func() {
			_, err := s.save(first.Version, guide("HJ-008", fmt.Sprint("第", i)), 20, store.Actor{Login: fmt.Sprint("p", i)})
			if err == nil {
				kept <- fmt.Sprint("第", i)
			} else if !isCode(err, civic.Conflict) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	equal(t, "savings kept", len(kept), 1)
	now, err := s.OpenDraft(t.Context(), "HJ-008")
	must(t, err)
	equal(t, "draft", now.Guide.Name, <-kept)
}

func publishDraft(t *testing.T, s *site) {
	p := newPress(s)
	p.publish("HJ-008", `{"id":"HJ-008","name":"居住证"}`, civic.Scope{})
	d, err := s.save(0, guide("HJ-008", "居住证办理"), 0, writer)
	must(t, err)
	e := p.draft(civic.Edition{Kind: civic.EditionGuide, ID: "HJ-008", Body: []byte(`{"id":"HJ-008","name":"居住证办理"}`)})
	e.By, e.Closes = reviser, d.Version
	stale := uint32(0)
	e.Over = &stale
	_, err = s.Publish(t.Context(), e)
	wants(t, err, civic.Conflict)
	current := uint32(1)
	e.Over, e.Closes = &current, d.Version+1
	_, err = s.Publish(t.Context(), e)
	wants(t, err, civic.Conflict)
	e.Closes = d.Version
	out, err := s.Publish(t.Context(), e)
	must(t, err)
	equal(t, "revision", out.Rev, 2)
	_, err = s.OpenDraft(t.Context(), "HJ-008")
	wants(t, err, civic.NotFound)
	gone := p.draft(civic.Edition{Kind: civic.EditionGuide, ID: "HJ-008", Tombstone: true})
	gone.By, gone.Reason = reviser, "政策停止"
	_, err = s.Publish(t.Context(), gone)
	must(t, err)
	history, err := s.GuideHistory(t.Context(), "HJ-008")
	must(t, err)
	var got []string
	for _, e := range history {
		got = append(got, fmt.Sprint(e.Rev, e.Version, e.Login, e.Gone, e.Reason))
	}
	want := []string{"3 0revisertrue政策停止", "2 0reviserfalse", "1 0false", "0 1writerfalse"}
	if !slices.Equal(got, want) {
		t.Fatalf("history is %q, want %q", got, want)
	}
	list, err := s.Entries(t.Context(), 0, store.MaxPage)
	must(t, err)
	last := list[len(list)-1]
	equal(t, "audit", fmt.Sprint(last.Action, last.Subject, last.Detail), "takeguide/HJ-008政策停止")
}

func publishAll(t *testing.T, s *site) {
	p := newPress(s)
	p.publish("A", "one", civic.Scope{})
	var list []store.Draft
	for _, id := range []string{"A", "B", "C"} {
		list = append(list, p.draft(civic.Edition{Kind: civic.EditionGuide, ID: id, Body: []byte("one")}))
	}
	broken := list[2]
	broken.Sign = func(*civic.Edition) (wire.Signed, error) { return wire.Signed{}, errors.New("no key") }
	if _, err := s.PublishAll(t.Context(), []store.Draft{list[0], list[1], broken}); err == nil {
		t.Fatal("published without a signature")
	}
	_, err := s.Current(t.Context(), civic.EditionGuide, "B")
	wants(t, err, civic.NotFound) // all or none
	out, err := s.PublishAll(t.Context(), list)
	must(t, err)
	equal(t, "numbers", fmt.Sprint(out[0].N, out[1].N, out[2].N), "1 2 3")
	page, err := s.GuideList(t.Context(), store.GuideFilter{State: store.GuidesAll, Max: 10})
	must(t, err)
	equal(t, "guides", len(page.Rows), 3)
	head, err := s.Head(t.Context())
	must(t, err)
	f, err := s.Feed(t.Context(), store.Reader{}, civic.Cursor{}, 10)
	must(t, err)
	equal(t, "head", head, f.Next)
}

func guideList(t *testing.T, s *site) {
	p := newPress(s)
	for i := range 5 {
		p.publish(fmt.Sprintf("GA-%03d", i), fmt.Sprintf(`{"name":"事项%d","department":"d%d","authority":"局%d"}`, i, i%2, i%2), civic.Scope{})
	}
	p.publish("GA-004", "", civic.Scope{})
	_, err := s.save(0, guide("GA-003", "居住证"), 0, writer)
	must(t, err)
	_, err = s.save(0, guide("ZZ-001", "新事项"), 5, reviser)
	must(t, err)
	ids := func(f store.GuideFilter) string {
		t.Helper()
		if f.Max == 0 {
			f.Max = 10
		}
		page, err := s.GuideList(t.Context(), f)
		must(t, err)
		out := fmt.Sprint(page.Total)
		for _, r := range page.Rows {
			out += " " + r.ID
		}
		return out
	}
	for _, tt := range []struct {
		f    store.GuideFilter
		want string
	}{
		{store.GuideFilter{State: store.GuidesAll}, "6 ZZ-001 GA-003 GA-000 GA-001 GA-002 GA-004"},
		{store.GuideFilter{State: store.GuidesAll, Max: 2, Offset: 1}, "6 GA-003 GA-000"},
		{store.GuideFilter{State: store.GuidesChanged}, "2 ZZ-001 GA-003"},
		{store.GuideFilter{State: store.GuidesPublished}, "4 GA-003 GA-000 GA-001 GA-002"},
		{store.GuideFilter{State: store.GuidesWithdrawn}, "1 GA-004"},
		{store.GuideFilter{State: store.GuidesAll, Department: "d1"}, "1 GA-001"},
		{store.GuideFilter{State: store.GuidesAll, Query: "暂住证 PERMIT"}, "2 ZZ-001 GA-003"},
		{store.GuideFilter{State: store.GuidesAll, Query: "ga-00 事项"}, "4 GA-000 GA-001 GA-002 GA-004"},
		{store.GuideFilter{State: store.GuidesAll, Query: "%"}, "0"},
	} {
		equal(t, fmt.Sprintf("%+v", tt.f), ids(tt.f), tt.want)
	}
	page, err := s.GuideList(t.Context(), store.GuideFilter{State: store.GuidesAll, Max: 10})
	must(t, err)
	equal(t, "counts", fmt.Sprint(page.Counts), "map[all:6 changed:2 published:4 withdrawn:1]")
	equal(t, "departments", fmt.Sprint(page.Departments), "[{d0 局0} {d1 局1} {public-security 公安机关}]")
	r := page.Rows[1]
	equal(t, "row", fmt.Sprint(r.Name, r.Rev, r.Draft, r.Login, r.Saved.Equal(noon)), "居住证1 1writertrue")
	must(t, s.DropDraft(t.Context(), "GA-003", r.Draft, noon, writer))
	must(t, s.DropDraft(t.Context(), "ZZ-001", 1, noon, reviser))
	equal(t, "after both were dropped", ids(store.GuideFilter{State: store.GuidesAll, Query: "事项3"}), "1 GA-003")
	equal(t, "a guide that never was", ids(store.GuideFilter{State: store.GuidesAll, Query: "zz"}), "0")
}
