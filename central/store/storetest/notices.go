package storetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"

	"doorstep/central/store"
)

func noticeHands(t *testing.T, s *site) {
	o := newOffice(s)
	n := o.save(textOf("n1"), 0)
	equal(t, "state", n.State, civic.NoticeDraft)
	equal(t, "index of a draft", n.Notice.Index, "")
	n = o.take(n, civic.NoticeProposed, feng, "")
	equal(t, "index", n.Notice.Index, "006939748/2026-00001")
	if n.Digest == (civic.Digest{}) {
		t.Fatal("what was proposed has no digest")
	}
	n = o.take(n, civic.NoticeChecked, xu, "")
	o.shows("before the last hand", store.BoardFilter{})
	_, err := s.Current(t.Context(), civic.EditionNotice, "n1")
	wants(t, err, civic.NotFound)
	n = o.take(n, civic.NoticePublished, he, "")
	p, err := s.Current(t.Context(), civic.EditionNotice, "n1")
	must(t, err)
	_, err = wire.OpenEdition(o.press.key.Public(), seal.DomainEdition, p.Signed)
	must(t, err)
	var body civic.Notice
	must(t, json.Unmarshal(p.Body, &body))
	equal(t, "hands in the edition", len(body.Approvals), 3)
	for i, a := range []store.Actor{feng, xu, he} {
		equal(t, "hand", body.Approvals[i].Login, a.Login)
		equal(t, "role of the hand", body.Approvals[i].Role, a.Role)
	}
	digest, err := civic.NoticeDigest(body, p.Scope, p.From, p.Until)
	must(t, err)
	equal(t, "what was published has the digest of what was approved", digest, n.Digest)
	equal(t, "published at", body.PublishedAt.Equal(noon), true)
	equal(t, "revision on the board", n.Live, p.Rev)
	o.shows("after the last hand", store.BoardFilter{}, "n1")
	n, err = s.Notice(t.Context(), "n1")
	must(t, err)
	equal(t, "steps", len(n.History), 4)
	equal(t, "digest in the history", n.History[3].Digest, n.Digest)
	list, err := s.Entries(t.Context(), 0, 100)
	must(t, err)
	var told []string
	for _, e := range list {
		if e.Subject == "notice/n1" {
			told = append(told, e.Actor.Login+" "+string(e.Action)+" "+e.Detail)
		}
	}
	equal(t, "audit", fmt.Sprint(told),
		"[feng notice draft feng notice proposed xu notice checked he publish 1 he notice published]")
}

func noticeStale(t *testing.T, s *site) {
	o := newOffice(s)
	draft := o.save(textOf("n1"), 0)
	changed := textOf("n1")
	changed.Notice.Title = "另一个标题"
	newer := o.save(changed, draft.Version)
	o.refuses(o.step(draft, civic.NoticeProposed, feng, ""), civic.Conflict, "notice.changed")
	_, err := s.SaveNotice(t.Context(), edit(textOf("n1"), draft.Version))
	wants(t, err, civic.Conflict)
	_, err = s.SaveNotice(t.Context(), edit(textOf("n1"), 0)) // a double click on a new one
	wants(t, err, civic.Conflict)
	proposed := o.take(newer, civic.NoticeProposed, feng, "")
	o.refuses(o.step(newer, civic.NoticeChecked, xu, ""), civic.Conflict, "notice.changed")
	other := o.step(proposed, civic.NoticeChecked, xu, "")
	other.Digest[0] ^= 1
	o.refuses(other, civic.Conflict, "notice.changed")
	other.To, other.Words = civic.NoticeDraft, "改"
	o.refuses(other, civic.Conflict, "notice.changed")
	checked := o.take(proposed, civic.NoticeChecked, xu, "")
	// An edit between the second and the third hand: all approvals fall away.
	again := o.save(changed, checked.Version)
	equal(t, "state", again.State, civic.NoticeDraft)
	equal(t, "hands", len(again.Hands), 0)
	equal(t, "index number stays", again.Notice.Index, checked.Notice.Index)
	o.refuses(o.step(checked, civic.NoticePublished, he, ""), civic.Conflict, "notice.changed")
	o.refuses(o.step(again, civic.NoticePublished, he, ""), civic.Forbidden, "notice.role")
	o.shows("nothing was published", store.BoardFilter{})
}

// noticePersons: three different persons, each in a role that is theirs at that moment.
func noticePersons(t *testing.T, s *site) {
	o := newOffice(s)
	as := func(login string, r civic.Role) store.Actor { return store.Actor{Login: login, Role: r} }
	n := o.save(textOf("n1"), 0)
	o.refuses(o.step(n, civic.NoticeProposed, as("xu", civic.RolePublisher), ""), civic.Forbidden, "notice.role")
	o.refuses(o.step(n, civic.NoticeProposed, as("nobody", civic.RolePublisher), ""), civic.Forbidden, "notice.role")
	o.refuses(o.step(n, civic.NoticeProposed, store.System(), ""), civic.Forbidden, "notice.role")
	o.refuses(o.step(n, civic.NoticeProposed, as("xu", civic.RoleNetwork), ""), civic.Forbidden, "notice.role")
	n = o.take(n, civic.NoticeProposed, feng, "")
	o.refuses(o.step(n, civic.NoticeChecked, as("he", civic.RoleSecrecy), ""), civic.Forbidden, "notice.role")
	o.refuses(o.step(n, civic.NoticePublished, he, ""), civic.Forbidden, "notice.role")

	// Whoever proposed and changed office since is still the same person.
	moved := store.Person{Login: "feng", Name: "feng", Roles: []civic.Role{civic.RoleNetwork}}
	must(t, s.ChangePerson(t.Context(), moved, noon, store.System()))
	o.refuses(o.step(n, civic.NoticeChecked, as("feng", civic.RoleNetwork), ""), civic.Forbidden, "notice.hands")
	moved.Roles = []civic.Role{civic.RoleSecrecy}
	must(t, s.ChangePerson(t.Context(), moved, noon, store.System()))
	n = o.take(n, civic.NoticeChecked, xu, "")
	o.refuses(o.step(n, civic.NoticePublished, as("feng", civic.RoleSecrecy), ""), civic.Forbidden, "notice.hands")
	gone := store.Person{Login: "he", Name: "he", Roles: []civic.Role{civic.RoleSecrecy}, Left: noon}
	must(t, s.ChangePerson(t.Context(), gone, noon, store.System()))
	o.refuses(o.step(n, civic.NoticePublished, he, ""), civic.Forbidden, "notice.role")
	o.hire("luo", civic.RoleSecrecy)
	n = o.take(n, civic.NoticePublished, as("luo", civic.RoleSecrecy), "")
	equal(t, "state", n.State, civic.NoticePublished)

	e := edit(textOf("n2"), 0)
	e.By = xu
	_, err := s.SaveNotice(t.Context(), e)
	wants(t, err, civic.Forbidden)
	_, err = s.Publish(t.Context(), o.press.draft(civic.Edition{Kind: civic.EditionNotice, ID: "n9", Body: []byte("{}")}))
	wants(t, err, civic.Forbidden) // no way past the three hands
}

// noticeAtOnce: of many who approve at once, one does.
func noticeAtOnce(t *testing.T, s *site) {
	o := newOffice(s)
	const crowd = 6
	n := o.take(o.save(textOf("n1"), 0), civic.NoticeProposed, feng, "")
	rush := func(to civic.NoticeState, role civic.Role) {
		t.Helper()
		var wg sync.WaitGroup
		done := make(chan store.NoticeRecord, crowd)
		for i := range crowd {
			login := fmt.Sprintf("%s%d", role, i)
			o.hire(login, role)
			step := o.step(n, to, store.Actor{Login: login, Role: role}, "")
			wg.Go(func() {
				r, err := s.StepNotice(t.Context(), step)
				switch {
				case err == nil:
					done <- r
				case !isCode(err, civic.Conflict):
					t.Errorf("%s: %v", to, err)
				}
			})
		}
		wg.Wait()
		if len(done) != 1 {
			t.Fatalf("%d of %d made it %s", len(done), crowd, to)
		}
		n = <-done
	}
	rush(civic.NoticeChecked, civic.RoleNetwork)
	rush(civic.NoticePublished, civic.RoleSecrecy)
	items, err := s.Items(t.Context(), civic.EditionNotice)
	must(t, err)
	equal(t, "editions", len(items), 1)
	equal(t, "revision", items[0].Rev, 1)
}

// noticeNumbers: an index number is given once, counted for each issuer and year.
func noticeNumbers(t *testing.T, s *site) {
	o := newOffice(s)
	const drafts = 12
	var wg sync.WaitGroup
	numbers := make(chan string, drafts)
	for i := range drafts {
		n := o.save(textOf(fmt.Sprintf("n%02d", i)), 0)
		wg.Go(func() {
			r, err := s.StepNotice(t.Context(), o.step(n, civic.NoticeProposed, feng, ""))
			if err != nil {
				t.Error(err)
			}
			numbers <- r.Notice.Index
		})
	}
	wg.Wait()
	close(numbers)
	seen := map[string]bool{}
	for x := range numbers {
		seen[x] = true
	}
	for i := range drafts {
		if x := fmt.Sprintf("006939748/2026-%05d", i+1); !seen[x] {
			t.Errorf("%s was not given", x)
		}
	}
	n, err := s.Notice(t.Context(), "n00")
	must(t, err)
	was := n.Notice.Index
	other := textOf("n00")
	other.IssuerCode = "123456788"
	n = o.take(o.save(other, n.Version), civic.NoticeProposed, feng, "")
	equal(t, "another issuer's number", n.Notice.Index, "123456788/2026-00001")
	n = o.take(o.save(textOf("n00"), n.Version), civic.NoticeProposed, feng, "")
	if n.Notice.Index == was || seen[n.Notice.Index] {
		t.Errorf("%s is given again", n.Notice.Index)
	}
	next := o.step(o.save(textOf("late"), 0), civic.NoticeProposed, feng, "")
	next.At = time.Date(2026, 12, 31, 16, 30, 0, 0, time.UTC) // half past midnight of the new year, in China
	n, err = s.StepNotice(t.Context(), next)
	must(t, err)
	equal(t, "a new year's number", n.Notice.Index, "006939748/2027-00001")
}

func noticeReturned(t *testing.T, s *site) {
	o := newOffice(s)
	n := o.take(o.save(textOf("n1"), 0), civic.NoticeProposed, feng, "")
	o.refuses(o.step(n, civic.NoticeDraft, xu, ""), civic.Missing, "notice.words")
	back := o.take(n, civic.NoticeDraft, xu, "身份证号没有隐去")
	equal(t, "state", back.State, civic.NoticeDraft)
	equal(t, "returned", back.Returned, true)
	equal(t, "digest", back.Digest, civic.Digest{})
	count, err := s.CountNotices(t.Context(), store.NoticeFilter{Returned: true})
	must(t, err)
	equal(t, "returned ones", count, 1)
	n = o.take(o.take(back, civic.NoticeProposed, feng, ""), civic.NoticeChecked, xu, "")
	equal(t, "proposed again", n.Returned, false)
	n = o.take(n, civic.NoticeDraft, he, "涉密")
	n = o.take(n, civic.NoticeProposed, feng, "")
	n = o.take(n, civic.NoticeDraft, feng, "") // its publisher takes it back
	equal(t, "taken back by its publisher", n.Returned, false)
	o.refuses(o.step(n, civic.NoticeDraft, feng, ""), civic.Conflict, "notice.changed")
	n, err = s.Notice(t.Context(), "n1")
	must(t, err)
	equal(t, "words", n.History[2].Words, "身份证号没有隐去")
	equal(t, "words of the other office", n.History[5].Words, "涉密")
}

func noticeWithdrawn(t *testing.T, s *site) {
	o := newOffice(s)
	here := &shelf{reader: store.Reader{Area: "440113001", Point: "P1"}}
	far := &shelf{reader: store.Reader{Area: "110101", Point: "P2"}}
	n := o.published(textOf("n1"), 0)
	here.follow(s)
	far.follow(s)
	if here.items["n1"] == "" || far.items["n1"] != "" {
		t.Fatalf("here %q, far %q", here.items["n1"], far.items["n1"])
	}
	o.refuses(o.step(n, civic.NoticeWithdrawn, xu, ""), civic.Missing, "notice.words")
	o.refuses(o.step(n, civic.NoticeWithdrawn, store.Actor{Login: "he", Role: civic.RoleNetwork}, "x"), civic.Forbidden, "notice.role")
	// A revision is being written meanwhile: what is shown comes down all the same, and at once.
	o.save(textOf("n1"), n.Version)
	gone := o.take(n, civic.NoticeWithdrawn, xu, "名单有误")
	equal(t, "state", gone.State, civic.NoticeWithdrawn)
	equal(t, "live", gone.Live, 0)
	here.follow(s)
	if here.items["n1"] != "" {
		t.Fatal("what was withdrawn is on the shelf")
	}
	o.shows("after the withdrawal", store.BoardFilter{})
	o.shows("with what ended", store.BoardFilter{Ended: true}, "n1")
	b, err := s.ShownNotice(t.Context(), "n1", noon)
	must(t, err)
	if b.Ended != civic.NoticeWithdrawn || b.Body != "" || len(b.Files) > 0 {
		t.Fatalf("the board still tells %+v", b)
	}
	_, err = s.ShownFile(t.Context(), "n1", fileOf("n1").Digest, noon)
	wants(t, err, civic.NotFound)
	o.refuses(o.step(gone, civic.NoticeWithdrawn, xu, "again"), civic.Conflict, "notice.notshown")
	// It may come again, as a new revision through three hands.
	n = o.published(textOf("n1"), gone.Version)
	equal(t, "revision", n.Live, 3)
	here.follow(s)
	if here.items["n1"] == "" {
		t.Fatal("published again, and not on the shelf")
	}
}

func noticeRevised(t *testing.T, s *site) {
	o := newOffice(s)
	old := o.published(textOf("n1"), 0)
	text := textOf("n1")
	text.Notice.Title, text.Notice.Files, text.Scope = "更正公示", nil, civic.Scope{Point: "P1"}
	n := o.save(text, old.Version)
	equal(t, "live while revised", n.Live, old.Live)
	shown, err := s.ShownNotice(t.Context(), "n1", noon)
	must(t, err)
	equal(t, "title on the board", shown.Title, "低保公示 n1")
	file, err := s.ShownFile(t.Context(), "n1", fileOf("n1").Digest, noon)
	must(t, err)
	equal(t, "attachment on the board", string(file), string(bytesOf("n1")))
	n = o.take(n, civic.NoticeProposed, feng, "")
	n = o.take(o.take(n, civic.NoticeChecked, xu, ""), civic.NoticePublished, he, "")
	equal(t, "revision after a move", n.Live, 3) // a tombstone went to the old scope
	shown, err = s.ShownNotice(t.Context(), "n1", noon)
	must(t, err)
	equal(t, "title after the revision", shown.Title, "更正公示")
	_, err = s.ShownFile(t.Context(), "n1", fileOf("n1").Digest, noon)
	wants(t, err, civic.NotFound)
	last, err := s.Revision(t.Context(), civic.EditionNotice, civic.Revision{ID: "n1", Rev: old.Last})
	must(t, err)
	if !bytes.Contains(last.Body, []byte("低保公示 n1")) {
		t.Fatal("the revision before is lost")
	}
}

func noticeEnds(t *testing.T, s *site) {
	o := newOffice(s)
	sign := o.press.draft(civic.Edition{}).Sign
	until := func(id string, d time.Duration) store.NoticeRecord {
		text := textOf(id)
		text.Until = noon.Add(d)
		return o.published(text, 0)
	}
	until("n1", time.Hour)
	revised := until("n2", 2*time.Hour)
	o.save(textOf("n2"), revised.Version) // its revision is being written when its time is over
	o.published(textOf("n3"), 0)
	ends, err := s.EndNotices(t.Context(), noon, sign, 10)
	must(t, err)
	equal(t, "ended too early", ends, 0)
	o.shows("at the last moment", store.BoardFilter{Now: noon.Add(time.Hour - time.Millisecond)}, "n3", "n2", "n1")
	o.shows("on time, before the loop comes by", store.BoardFilter{Now: noon.Add(time.Hour)}, "n3", "n2")
	_, err = s.ShownFile(t.Context(), "n1", fileOf("n1").Digest, noon.Add(time.Hour))
	wants(t, err, civic.NotFound)
	now := noon.Add(3 * time.Hour)
	for _, want := range []int{1, 1, 0} {
		n, err := s.EndNotices(t.Context(), now, sign, 1)
		must(t, err)
		equal(t, "ended", n, want)
	}
	n, err := s.Notice(t.Context(), "n1")
	must(t, err)
	equal(t, "state", n.State, civic.NoticeExpired)
	equal(t, "by", n.History[len(n.History)-1].By, store.System())
	n, err = s.Notice(t.Context(), "n2")
	must(t, err)
	equal(t, "state of what is being written", n.State, civic.NoticeDraft)
	equal(t, "live", n.Live, 0)
	_, err = s.Current(t.Context(), civic.EditionNotice, "n1")
	wants(t, err, civic.NotFound)

	next := textOf("n4")
	next.Notice.Supersedes = "n3"
	o.published(next, 0)
	n, err = s.Notice(t.Context(), "n3")
	must(t, err)
	equal(t, "state", n.State, civic.NoticeSuperseded)
	b, err := s.ShownNotice(t.Context(), "n3", noon)
	must(t, err)
	equal(t, "superseded by", b.By, "n4")
	next = textOf("n5")
	next.Notice.Supersedes = "n3" // gone already: nothing to end
	o.published(next, 0)
	next = textOf("n6")
	next.Notice.Supersedes = "n6"
	_, err = s.SaveNotice(t.Context(), edit(next, 0))
	wants(t, err, civic.Invalid)
}

func noticeScheduled(t *testing.T, s *site) {
	o := newOffice(s)
	text := textOf("n1")
	text.From, text.Until = noon.Add(time.Hour), noon.Add(2*time.Hour)
	o.published(text, 0)
	_, err := s.ShownNotice(t.Context(), "n1", noon)
	wants(t, err, civic.NotFound)
	_, err = s.ShownFile(t.Context(), "n1", fileOf("n1").Digest, noon)
	wants(t, err, civic.NotFound)
	o.shows("before its time", store.BoardFilter{Ended: true})
	b, err := s.ShownNotice(t.Context(), "n1", text.From)
	must(t, err)
	equal(t, "start", b.Start.Equal(text.From), true)
	p, err := s.Current(t.Context(), civic.EditionNotice, "n1")
	must(t, err)
	equal(t, "from in the edition", p.From.Equal(text.From), true)
	equal(t, "until in the edition", p.Until.Equal(text.Until), true)
}

func noticeFiles(t *testing.T, s *site) {
	o := newOffice(s)
	e := edit(textOf("n1"), 0)
	e.Bytes = nil
	_, err := s.SaveNotice(t.Context(), e)
	wants(t, err, civic.Invalid)
	_, err = s.Notice(t.Context(), "n1")
	wants(t, err, civic.NotFound) // nothing of it was kept
	e.Bytes = map[civic.Digest][]byte{fileOf("n1").Digest: []byte("other bytes")}
	_, err = s.SaveNotice(t.Context(), e)
	wants(t, err, civic.Invalid)
	n := o.save(textOf("n1"), 0)
	e = edit(textOf("n1"), n.Version)
	e.Bytes = nil // held already
	n, err = s.SaveNotice(t.Context(), e)
	must(t, err)
	b, err := s.NoticeBytes(t.Context(), "n1", fileOf("n1").Digest)
	must(t, err)
	equal(t, "bytes", string(b), string(bytesOf("n1")))
	text := textOf("n1")
	text.Notice.Files = nil
	o.save(text, n.Version)
	_, err = s.NoticeBytes(t.Context(), "n1", fileOf("n1").Digest)
	wants(t, err, civic.NotFound)
}

func noticeLists(t *testing.T, s *site) {
	o := newOffice(s)
	for i := range 7 {
		text := textOf(fmt.Sprintf("n%d", i))
		text.Scope = []civic.Scope{{}, {Area: "440113"}, {Point: "P1"}, {Area: "110101"}}[i%4]
		if i%2 == 1 {
			text.Notice.Category = "names"
		}
		o.published(text, 0)
	}
	o.save(textOf("d1"), 0)
	o.take(o.save(textOf("p1"), 0), civic.NoticeProposed, feng, "")
	var got []string
	f := store.NoticeFilter{Max: 4}
	for {
		page, err := s.ListNotices(t.Context(), f)
		must(t, err)
		for _, n := range page {
			got = append(got, n.Notice.ID)
		}
		if len(page) < f.Max {
			break
		}
		f.After = &page[len(page)-1]
	}
	equal(t, "pages", fmt.Sprint(got), "[p1 n6 n5 n4 n3 n2 n1 n0 d1]")
	for _, tt := range []struct {
		f    store.NoticeFilter
		want int
	}{
		{store.NoticeFilter{}, 9},
		{store.NoticeFilter{States: []civic.NoticeState{civic.NoticeDraft, civic.NoticeProposed}}, 2},
		{store.NoticeFilter{Live: true}, 7},
		{store.NoticeFilter{Category: "names"}, 3},
		{store.NoticeFilter{Category: "names", States: []civic.NoticeState{civic.NoticeDraft}}, 0},
	} {
		n, err := s.CountNotices(t.Context(), tt.f)
		must(t, err)
		if n != tt.want {
			t.Errorf("%+v holds %d, want %d", tt.f, n, tt.want)
		}
	}
	o.shows("all", store.BoardFilter{}, "n6", "n5", "n4", "n3", "n2", "n1", "n0")
	o.shows("category", store.BoardFilter{Category: "names"}, "n5", "n3", "n1")
	o.shows("point", store.BoardFilter{Area: "440113001", Point: "P1"}, "n6", "n5", "n4", "n2", "n1", "n0")
	o.shows("another point", store.BoardFilter{Area: "110101", Point: "P2"}, "n4", "n3", "n0")
	o.shows("area", store.BoardFilter{Area: "440113001"}, "n5", "n4", "n1", "n0")
	o.shows("what is within an area", store.BoardFilter{Area: "44"}, "n5", "n4", "n1", "n0")
	page, err := s.Shown(t.Context(), store.BoardFilter{Now: noon, Max: 3})
	must(t, err)
	o.shows("second page", store.BoardFilter{After: &page[2], Max: 3}, "n3", "n2", "n1")
}

// noticeUnsigned: what cannot be signed changes nothing.
func noticeUnsigned(t *testing.T, s *site) {
	o := newOffice(s)
	n := o.take(o.take(o.save(textOf("n1"), 0), civic.NoticeProposed, feng, ""), civic.NoticeChecked, xu, "")
	broken := o.step(n, civic.NoticePublished, he, "")
	broken.Sign = func(*civic.Edition) (wire.Signed, error) { return wire.Signed{}, errors.New("no key") }
	if _, err := s.StepNotice(t.Context(), broken); err == nil {
		t.Fatal("published without a signature")
	}
	after, err := s.Notice(t.Context(), "n1")
	must(t, err)
	equal(t, "state", after.State, civic.NoticeChecked)
	equal(t, "steps", len(after.History), 3)
	o.shows("nothing", store.BoardFilter{Ended: true})
	equal(t, "no number of the feed was lost", o.press.publish("A", "x", civic.Scope{}).N, 1)
}

// noticeHidden: a draft, its attachment and the reasons given are not readable on the disk; what was published is.
func noticeHidden(t *testing.T, s *site) {
	o := newOffice(s)
	text := textOf("n1")
	text.Notice.Body = "身份证号44010619900303123X还没有隐去"
	n := o.take(o.save(text, 0), civic.NoticeProposed, feng, "")
	o.take(n, civic.NoticeDraft, xu, "这里写着理由")
	o.published(textOf("n2"), 0)
	s.shut()
	disk := s.backend.Bytes(t, s.dir)
	for what, b := range map[string][]byte{
		"body": []byte("44010619900303123X"), "title": []byte("低保公示 n1"), "attachment": bytesOf("n1"), "words": []byte("这里写着理由"),
	} {
		if bytes.Contains(disk, b) {
			t.Errorf("the disk shows the %s of a draft", what)
		}
	}
	for what, b := range map[string][]byte{"title": []byte("低保公示 n2"), "attachment": bytesOf("n2")} {
		if !bytes.Contains(disk, b) {
			t.Errorf("the search does not find the %s of what was published", what)
		}
	}
	s.open()
	again, err := s.Notice(t.Context(), "n1")
	must(t, err)
	equal(t, "words after reopening", again.History[2].Words, "这里写着理由")
}
