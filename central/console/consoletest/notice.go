package consoletest

import (
	"testing"
	"time"

	"doorstep/central/notices"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// hands are the persons that Post takes a notice through.
var hands = [...]struct {
	login string
	role  civic.Role
}{{"hand-publisher", civic.RolePublisher}, {"hand-network", civic.RoleNetwork}, {"hand-secrecy", civic.RoleSecrecy}}

// Text is a notice as a publisher would write it, shown everywhere from now on.
func Text(title, body string) store.NoticeText {
	return store.NoticeText{
		Notice: civic.Notice{
			ID: notices.NewID(), Category: "offices", Title: title, Issuer: "化龙镇人民政府", Body: body,
			Made: civic.Date{Year: 2026, Month: time.November, Day: 20},
		},
		IssuerCode: "006939748",
	}
}

// Post takes a text through the three hands: a new notice, or a revision of one.
func (c *Central) Post(t testing.TB, text store.NoticeText, files ...notices.Upload) store.NoticeRecord {
	t.Helper()
	ctx := t.Context()
	var by [len(hands)]store.Person
	for i, h := range hands {
		if _, err := c.Store.Person(ctx, h.login); err != nil {
			c.Hire(t, h.login, h.login, "", h.role)
		}
		by[i] = must(c.Store.Person(ctx, h.login))(t)
	}
	version := uint64(0)
	if held, err := c.Notices.Notice(ctx, text.Notice.ID); err == nil {
		version = held.Version
	}
	n := must(c.Notices.Save(ctx, text, version, files, by[0]))(t)
	n = must(c.Notices.Propose(ctx, n.Notice.ID, n.Version, by[0]))(t)
	n = must(c.Notices.Check(ctx, n.Notice.ID, notices.Seen{Version: n.Version, Digest: n.Digest}, by[1]))(t)
	return must(c.Notices.Release(ctx, n.Notice.ID, notices.Seen{Version: n.Version, Digest: n.Digest}, by[2]))(t)
}

// TakeDown withdraws a notice that Post published.
func (c *Central) TakeDown(t testing.TB, id, why string) {
	t.Helper()
	by := must(c.Store.Person(t.Context(), hands[1].login))(t)
	must(c.Notices.Withdraw(t.Context(), id, why, by))(t)
}
