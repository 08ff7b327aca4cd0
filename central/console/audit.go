package console

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// auditPage is how many entries stand on a page of the audit.
const auditPage = 100

// auditActions are the actions that can be looked for, in the order of the list.
var auditActions = [...]store.Action{
	store.ActSignIn, store.ActRead, store.ActOpen, store.ActStep, store.ActAssign, store.ActPublish, store.ActEnrol,
	store.ActRevoke, store.ActRelease, store.ActStaff, store.ActSignOut, store.ActOffice, store.ActExport,
}

// auditQuery reads the filter in the URL.
func auditQuery(c *fiber.Ctx) view.AuditFilter {
	f := view.AuditFilter{
		Who: c.Query("who"), Role: c.Query("role"), Action: c.Query("action"), Query: strings.TrimSpace(c.Query("q")),
		From: c.Query("from"), To: c.Query("to"),
	}
	if dayOf(f.From).IsZero() {
		f.From = ""
	}
	if dayOf(f.To).IsZero() {
		f.To = ""
	}
	f.Narrowed = f.Who+f.Role+f.Action+f.Query+f.From+f.To != ""
	return f
}

// sought says which entries a filter means. A tracking code and the number of a terminal are looked for exactly, as
// the audit keeps them.
func (k *Console) sought(c *fiber.Ctx, f view.AuditFilter) store.AuditFilter {
	out := store.AuditFilter{Login: f.Who, Role: civic.Role(f.Role), Action: store.Action(f.Action), Text: f.Query}
	if d := dayOf(f.From); !d.IsZero() {
		out.From = d.Time()
	}
	if d := dayOf(f.To); !d.IsZero() {
		out.To = d.Add(1).Time()
	}
	if code, err := civic.ParseTrackingCode(f.Query); err == nil {
		out.Subject, out.Text = code.Digits(), ""
	} else if t, err := k.numbered(ctxOf(c), f.Query); err == nil {
		out.Subject, out.Text = t.Key.String(), ""
	}
	return out
}

// audit lists who did and saw what, the newest first. Where the chain is broken it begins around the break.
func (k *Console) audit(c *fiber.Ctx) error {
	ctx := ctxOf(c)
	page := view.ConsoleAudit{Console: k.frame(c, "audit"), Filter: auditQuery(c)}
	var err error
	if page.Chain, err = k.chainNow(ctx); err != nil {
		return err
	}
	if page.Chain.Walking {
		c.Set("Refresh", "2")
	}
	f, trail := k.sought(c, page.Filter), auditTrail(c)
	f.Max = auditPage + 1
	switch {
	case len(trail) > 0:
		f.Before = trail[len(trail)-1]
	case page.Chain.Broken > 0 && !page.Filter.Narrowed:
		f.Before = page.Chain.Broken + auditPage/2
	}
	list, total, err := k.opts.Store.SearchAudit(ctx, f)
	if err != nil {
		return err
	}
	page.Total = total
	if len(list) > auditPage {
		list = list[:auditPage]
		page.Older = auditURL(page.Filter, append(trail, list[auditPage-1].N))
	}
	if len(trail) > 0 {
		page.Newer = auditURL(page.Filter, trail[:len(trail)-1])
	}
	if err := k.auditChoices(c, &page); err != nil {
		return err
	}
	if err := k.auditRows(c, &page, list); err != nil {
		return err
	}
	return k.render(c, "audit", page)
}

// auditTrail returns where each page that the reader came through began, as cursors does for cases.
func auditTrail(c *fiber.Ctx) (out []uint64) {
	for _, b := range c.Context().QueryArgs().PeekMulti("before") {
		if n, err := strconv.ParseUint(string(b), 10, 63); err == nil && n > 0 {
			out = append(out, n)
		}
	}
	return out[max(0, len(out)-maxTrail):]
}

func auditURL(f view.AuditFilter, trail []uint64) string {
	q := url.Values{}
	for name, value := range map[string]string{
		"who": f.Who, "role": f.Role, "action": f.Action, "q": f.Query, "from": f.From, "to": f.To,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for _, n := range trail {
		q.Add("before", strconv.FormatUint(n, 10))
	}
	if len(q) == 0 {
		return "/audit"
	}
	return "/audit?" + q.Encode()
}

// auditChoices fills in what the filters may be set to.
func (k *Console) auditChoices(c *fiber.Ctx, page *view.ConsoleAudit) error {
	people, err := k.opts.Door.People(ctxOf(c))
	for _, p := range people {
		page.People = append(page.People, view.OfficeChoice{Key: p.Login, Name: p.Name + " · " + p.Login, Closed: !p.Left.IsZero()})
	}
	page.Actors = append(civic.StaffRoles(), civic.RoleResident, civic.RoleSystem)
	for _, a := range auditActions {
		page.Actions = append(page.Actions, string(a))
	}
	return err
}

// auditRows makes the lines, the newest first.
func (k *Console) auditRows(c *fiber.Ctx, page *view.ConsoleAudit, list []store.AuditEntry) error {
	terminals, err := k.byKey(ctxOf(c))
	if err != nil {
		return err
	}
	keys := map[string]uint32{}
	for key, t := range terminals {
		keys[key.String()] = t.Number
	}
	names := map[string]string{}
	for _, e := range list {
		r := view.AuditRow{
			N: e.N, At: e.At, Who: k.who(ctxOf(c), page.Lang, e.Actor, names), Role: e.Actor.Role, Key: didKey(&e), What: e.Subject,
		}
		if r.Who == "" {
			r.Who = locale.T(page.Lang, "case.system")
		}
		if told[e.Action] {
			r.More = e.Detail
		}
		if code, err := civic.ParseTrackingCode(e.Subject); err == nil {
			r.Code, r.What = code, ""
		} else if n, ok := keys[e.Subject]; ok {
			r.What = locale.T(page.Lang, "console.terminal", fmt.Sprintf("%05d", n))
		}
		page.Rows = append(page.Rows, r)
	}
	return nil
}

// told are the actions whose detail says more than the sentence does: what was changed, why, who has the case now.
var told = map[store.Action]bool{
	store.ActStaff: true, store.ActOffice: true, store.ActRevoke: true, store.ActAssign: true, store.ActSignOut: true,
}

// didKey names the sentence of what was done.
func didKey(e *store.AuditEntry) string {
	key := string(e.Action)
	switch e.Action {
	case store.ActRead:
		key = "case-read"
		if strings.HasPrefix(e.Detail, "paper") {
			key = "paper-read"
		} else if e.Detail == lookLetter {
			key = "letter-read"
		} else if strings.HasPrefix(e.Detail, "copy ") {
			key = "copy-read"
		} else if strings.HasPrefix(e.Detail, "document ") {
			key = "document-read"
		} else if e.Detail == "document" {
			key = "document-written"
		}
	case store.ActHold:
		key = "hold." + e.Detail
	case store.ActStep:
		key = "step." + e.Detail
		if e.Detail == string(civic.Filed) && e.Actor.Role == civic.RoleSystem {
			key = "papers" // the program files nothing again: what changed is that all papers came
		}
	case store.ActNotice:
		key = "notice." + e.Detail
	case store.ActEnrol:
		if strings.HasPrefix(e.Detail, "terminal") {
			key = "joined"
		}
	}
	if !locale.Has("audit.did." + key) {
		return "other" // written by a program that knows more
	}
	return key
}
