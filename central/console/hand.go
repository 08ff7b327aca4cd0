package console

import (
	"errors"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"doorstep/central/notices"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// handNotice takes one step of a notice, of exactly the text that the page showed. A refusal shows the notice as it is
// now with what was typed.
func (k *Console) handNotice(c *fiber.Ctx) error {
	id, act := c.Params("id"), c.Params("act")
	if !notices.ValidID(id) {
		return civic.Refuse(civic.NotFound, "id", "notice.unknown")
	}
	known, to, err := k.hand(c, id, act)
	if !known {
		return fiber.ErrNotFound
	}
	var refusal *civic.Error
	switch {
	case err == nil, k.doneAlready(c, id, to, err):
		k.say(c, "notice.done."+act)
		return seeOther(c, "/notices/"+id)
	case !errors.As(err, &refusal):
		return err
	}
	c.Status(statusOf(refusal.Code))
	return k.showNotice(c, id, draft{fields: typed(c, act), errors: sentences(k.languageOf(c), refusal)})
}

// hand asks for the step; known is false where there is none of that name.
func (k *Console) hand(c *fiber.Ctx, id, act string) (known bool, to civic.NoticeState, err error) {
	s := notices.Seen{}
	if s.Version, err = strconv.ParseUint(c.FormValue("version"), 10, 63); err != nil {
		return true, "", civic.Refuse(civic.Conflict, "version", "notice.changed")
	}
	if d := c.FormValue("digest"); d != "" {
		if s.Digest, err = civic.ParseDigest(d); err != nil {
			return true, "", civic.Refuse(civic.Conflict, "digest", "notice.changed")
		}
	}
	w, ctx, by, words := k.opts.Notices, ctxOf(c), readerOf(c).Person, c.FormValue("words")
	switch act {
	case "propose":
		_, err = w.Propose(ctx, id, s.Version, by)
		return true, civic.NoticeProposed, err
	case "check":
		_, err = w.Check(ctx, id, s, by)
		return true, civic.NoticeChecked, err
	case "release":
		_, err = w.Release(ctx, id, s, by)
		return true, civic.NoticePublished, err
	case "back":
		_, err = w.SendBack(ctx, id, s, words, by)
		return true, civic.NoticeDraft, err
	case "take":
		_, err = w.TakeBack(ctx, id, s, by)
		return true, civic.NoticeDraft, err
	case "withdraw":
		_, err = w.Withdraw(ctx, id, words, by)
		return true, civic.NoticeWithdrawn, err
	}
	return false, "", nil
}

// doneAlready reports whether a step was refused because the same hand had just taken it: a double click, or a page
// sent again, is no reason to say that somebody else was quicker.
func (k *Console) doneAlready(c *fiber.Ctx, id string, to civic.NoticeState, err error) bool {
	if !errors.Is(err, &civic.Error{Code: civic.Conflict}) || to == "" {
		return false
	}
	n, err := k.opts.Notices.Notice(ctxOf(c), id)
	if err != nil || len(n.History) == 0 {
		return false
	}
	last := n.History[len(n.History)-1]
	return last.State == to && last.By.Login == readerOf(c).Login && sameVersion(c, n)
}

// sameVersion: the step that the form asks for is the one that made the present version. To withdraw names none.
func sameVersion(c *fiber.Ctx, n store.NoticeRecord) bool {
	v, err := strconv.ParseUint(c.FormValue("version"), 10, 63)
	return err == nil && v+1 == n.Version
}
