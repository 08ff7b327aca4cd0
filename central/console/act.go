package console

import (
	"errors"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/casework"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// deeds are the acts of a clerk in the order a page offers them: from which statuses, and to which.
var deeds = [...]struct {
	id   string
	from []civic.Status
	to   civic.Status
}{
	{"accept", []civic.Status{civic.Filed}, civic.Accepted},
	{"supplement", []civic.Status{civic.Filed}, civic.Supplement},
	{"decline", []civic.Status{civic.Filed}, civic.Declined},
	{"grant", []civic.Status{civic.Accepted}, civic.Granted},
	{"refuse", []civic.Status{civic.Accepted}, civic.Refused},
	{"pause", []civic.Status{civic.Accepted}, civic.Paused},
	{"resume", []civic.Status{civic.Paused}, civic.Accepted},
	{"deliver", []civic.Status{civic.Granted, civic.Refused}, civic.Delivered},
}

// acts returns what a clerk may do to a case now. casework decides again when it is done.
func acts(c store.Case) []view.CaseAct {
	var out []view.CaseAct
	for _, d := range deeds {
		for _, from := range d.from {
			if from == c.Status && from.May(d.to, civic.RoleClerk) && (d.id != "supplement" || !c.Asked) {
				out = append(out, view.CaseAct{ID: d.id})
			}
		}
	}
	return out
}

// act takes one step of a case at the version that the page showed. A refusal shows the case as it is now with
// everything that was typed.
func (k *Console) act(c *fiber.Ctx) error {
	code, err := codeOf(c)
	if err != nil {
		return err
	}
	id := c.Params("act")
	known, err := k.do(c, code, id)
	if !known {
		return fiber.ErrNotFound
	}
	if err == nil {
		k.say(c, "act.done."+id)
		return seeOther(c, "/cases/"+code.String())
	}
	var refusal *civic.Error
	if !errors.As(err, &refusal) {
		return err
	}
	c.Status(statusOf(refusal.Code))
	return k.showCase(c, code, draft{
		fields: typed(c, id), errors: sentences(k.languageOf(c), refusal),
		overtaken: refusal.Code == civic.Conflict && refusal.Field == "version",
	})
}

// do asks casework for the act; known is false where there is none of that name.
func (k *Console) do(c *fiber.Ctx, code civic.TrackingCode, id string) (known bool, err error) {
	version, err := strconv.ParseUint(c.FormValue("version"), 10, 64)
	if err != nil {
		return true, civic.Refuse(civic.Conflict, "version", "case.changed")
	}
	w, ctx, by, words := k.opts.Casework, ctxOf(c), readerOf(c).Person, c.FormValue("words")
	switch id {
	case "accept":
		err = w.Accept(ctx, code, version, by)
	case "supplement":
		err = k.supplement(c, code, version)
	case "decline":
		err = w.Decline(ctx, code, version, by, words)
	case "grant", "refuse":
		err = w.Decide(ctx, code, version, by, id == "grant", words)
	case "pause":
		err = w.Pause(ctx, code, version, by, words)
	case "resume":
		err = w.Resume(ctx, code, version, by)
	case "deliver":
		err = w.Deliver(ctx, code, version, by, words)
	default:
		return false, nil
	}
	return true, err
}

// supplement asks for the materials that were ticked and for what was written, one thing a line.
func (k *Console) supplement(c *fiber.Ctx, code civic.TrackingCode, version uint64) error {
	r, err := requestOf(c)
	if err != nil {
		return err
	}
	return k.opts.Casework.Supplement(ctxOf(c), code, version, readerOf(c).Person, r)
}

// requestOf reads what an act's form asks of the resident.
func requestOf(c *fiber.Ctx) (casework.Request, error) {
	r := casework.Request{Words: c.FormValue("words")}
	if days := strings.TrimSpace(c.FormValue("days")); days != "" {
		n, err := strconv.Atoi(days)
		if err != nil || n < 1 || n > casework.MaxSupplementDays {
			return r, civic.Refuse(civic.Invalid, "days", "act.days", casework.MaxSupplementDays)
		}
		r.Days = n
	}
	for _, item := range c.Context().PostArgs().PeekMulti("items") {
		r.Owes = append(r.Owes, string(item))
	}
	for _, line := range strings.Split(c.FormValue("other"), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			r.Owes = append(r.Owes, line)
		}
	}
	return r, nil
}

// typedFields are the fields of the acts that a person writes into.
var typedFields = [...]string{"words", "days", "other"}

// typed returns what an act's form held, by the names that its page fills in again.
func typed(c *fiber.Ctx, id string) map[string]string {
	out := map[string]string{"act": id}
	for _, name := range typedFields {
		out[name] = c.FormValue(name)
	}
	for _, item := range c.Context().PostArgs().PeekMulti("items") {
		out["items."+string(item)] = "on"
	}
	return out
}

// sentences says a refusal at the field of the form that it is about.
func sentences(lang locale.Lang, refusal *civic.Error) map[string]string {
	field := ""
	switch refusal.Field {
	case "words", "days":
		field = refusal.Field
	case "owes":
		field = "items"
	}
	return map[string]string{field: locale.Error(lang, refusal)}
}
