package console

import (
	"errors"
	"fmt"
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

// audit lists who did and saw what, the newest first, after walking the whole chain. Where the chain is broken it
// begins around the break.
func (k *Console) audit(c *fiber.Ctx) error {
	ctx := ctxOf(c)
	head, err := k.opts.Store.VerifyAudit(ctx)
	broken := errors.Is(err, &civic.Error{Code: civic.Damaged})
	if err != nil && !broken {
		return err
	}
	page := view.ConsoleAudit{Console: k.frame(c, "audit"), Intact: !broken, Head: head.Digest.String(), Count: int(head.N)}
	last := head.N
	if broken {
		page.Broken, last = head.N+1, head.N+auditPage/2
	}
	if to, err := strconv.ParseUint(c.Query("to"), 10, 63); err == nil && to > 0 {
		last = to
	}
	after := last - min(last, auditPage)
	list, err := k.opts.Store.Entries(ctx, after, int(last-after))
	if err != nil {
		return err
	}
	if err := k.auditRows(c, &page, list); err != nil {
		return err
	}
	if after > 0 {
		page.Older = "/audit?to=" + strconv.FormatUint(after, 10)
	}
	if last < head.N || broken && uint64(len(list)) == last-after {
		page.Newer = "/audit?to=" + strconv.FormatUint(last+auditPage, 10)
	}
	return k.render(c, "audit", page)
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
	for i := len(list) - 1; i >= 0; i-- {
		e := list[i]
		r := view.AuditRow{
			N: e.N, At: e.At, Who: k.who(ctxOf(c), page.Lang, e.Actor, names), Role: e.Actor.Role, Key: didKey(&e), What: e.Subject,
		}
		if r.Who == "" {
			r.Who = locale.T(page.Lang, "case.system")
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
