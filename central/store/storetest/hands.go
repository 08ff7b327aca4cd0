package storetest

import (
	"errors"
	"slices"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// office is a site with people for the three hands, and a press.
type office struct {
	*site
	press *press
}

var (
	feng = store.Actor{Login: "feng", Role: civic.RolePublisher}
	xu   = store.Actor{Login: "xu", Role: civic.RoleNetwork}
	he   = store.Actor{Login: "he", Role: civic.RoleSecrecy}
)

func newOffice(s *site) *office {
	o := &office{s, newPress(s)}
	for _, a := range []store.Actor{feng, xu, he} {
		o.hire(a.Login, a.Role)
	}
	return o
}

func (o *office) hire(login string, roles ...civic.Role) {
	o.t.Helper()
	must(o.t, o.AddPerson(o.t.Context(), store.Person{Login: login, Name: login, Roles: roles, Since: noon}, store.System()))
}

// textOf is a notice with one attachment.
func textOf(id string) store.NoticeText {
	return store.NoticeText{
		Notice: civic.Notice{
			ID: id, Category: "relief", Title: "低保公示 " + id, Issuer: "化龙镇人民政府", Made: day("2026-09-28"),
			Body: "新增低保户。\n|姓名|人数|\n|欧阳某某|2|", Files: []civic.NoticeFile{fileOf(id)},
		},
		IssuerCode: "006939748", Scope: civic.Scope{Area: "440113"},
	}
}

func bytesOf(id string) []byte { return []byte("%PDF-1.7 list of " + id) }

func fileOf(id string) civic.NoticeFile {
	b := bytesOf(id)
	return civic.NoticeFile{Name: "名单.pdf", Media: "application/pdf", Size: int64(len(b)), Digest: civic.DigestOf(b)}
}

// edit is a text to save as feng, with the bytes of its attachment.
func edit(text store.NoticeText, version uint64) store.NoticeEdit {
	b := bytesOf(text.Notice.ID)
	return store.NoticeEdit{Text: text, Version: version, By: feng, At: noon, Bytes: map[civic.Digest][]byte{civic.DigestOf(b): b}}
}

func (o *office) save(text store.NoticeText, version uint64) store.NoticeRecord {
	o.t.Helper()
	n, err := o.SaveNotice(o.t.Context(), edit(text, version))
	must(o.t, err)
	return n
}

// step is what by does to n as it stands.
func (o *office) step(n store.NoticeRecord, to civic.NoticeState, by store.Actor, words string) store.NoticeStep {
	return store.NoticeStep{
		ID: n.Notice.ID, Version: n.Version, Digest: n.Digest, To: to, By: by, At: noon, Words: words,
		Sign: o.press.draft(civic.Edition{}).Sign,
	}
}

func (o *office) take(n store.NoticeRecord, to civic.NoticeState, by store.Actor, words string) store.NoticeRecord {
	o.t.Helper()
	out, err := o.StepNotice(o.t.Context(), o.step(n, to, by, words))
	must(o.t, err)
	return out
}

// refuses fails unless the step is refused with the code and changes nothing.
func (o *office) refuses(s store.NoticeStep, code civic.Code, key string) {
	o.t.Helper()
	before, err := o.Notice(o.t.Context(), s.ID)
	must(o.t, err)
	_, err = o.StepNotice(o.t.Context(), s)
	if !errors.Is(err, &civic.Error{Code: code, Key: key}) {
		o.t.Fatalf("%s by %s: %v, want %s %s", s.To, s.By.Login, err, code, key)
	}
	after, err := o.Notice(o.t.Context(), s.ID)
	must(o.t, err)
	equal(o.t, "version after a refusal", after.Version, before.Version)
	equal(o.t, "state after a refusal", after.State, before.State)
}

// published takes a text through the three hands.
func (o *office) published(text store.NoticeText, version uint64) store.NoticeRecord {
	o.t.Helper()
	n := o.take(o.save(text, version), civic.NoticeProposed, feng, "")
	return o.take(o.take(n, civic.NoticeChecked, xu, ""), civic.NoticePublished, he, "")
}

func (o *office) board(f store.BoardFilter) []string {
	o.t.Helper()
	list, err := o.Shown(o.t.Context(), f)
	must(o.t, err)
	n, err := o.CountShown(o.t.Context(), f)
	must(o.t, err)
	if f.After == nil && f.Max == 0 {
		equal(o.t, "count on the board", n, len(list))
	}
	var ids []string
	for _, s := range list {
		ids = append(ids, s.ID)
	}
	return ids
}

func (o *office) shows(what string, f store.BoardFilter, want ...string) {
	o.t.Helper()
	if f.Now.IsZero() {
		f.Now = noon
	}
	if got := o.board(f); !slices.Equal(got, want) {
		o.t.Fatalf("%s: the board shows %v, want %v", what, got, want)
	}
}
