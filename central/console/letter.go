package console

import (
	"github.com/gofiber/fiber/v2"

	"doorstep/assets/view"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// letterOf returns the last step about which the department owes the resident a letter: acceptance, a supplement, a
// refusal to accept, a decision. Nil where there is none.
func letterOf(history []store.Past) *store.Past {
	for i := len(history) - 1; i >= 0; i-- {
		p := &history[i]
		if p.To == p.From || p.From == civic.Paused {
			continue // papers arrived, or a clock that goes on: nothing new to be told
		}
		switch p.To {
		case civic.Accepted, civic.Supplement, civic.Declined, civic.Granted, civic.Refused:
			return p
		}
	}
	return nil
}

// letter sets the letter of a case for printing. It names the resident, so it is a look like any other.
func (k *Console) letter(c *fiber.Ctx) error {
	code, err := codeOf(c)
	if err != nil {
		return err
	}
	ctx := ctxOf(c)
	d, err := k.opts.Casework.Open(ctx, code, readerOf(c).Person, lookLetter)
	if err != nil {
		return err
	}
	last := letterOf(d.History)
	if last == nil || !d.Case.Erased.IsZero() {
		return civic.Refuse(civic.NotFound, "letter", "letter.none")
	}
	guide, err := k.opts.Bulletin.Guide(ctx, d.Case.Guide)
	if err != nil {
		return err
	}
	page := view.ConsoleLetter{
		Console: k.frame(c, "cases"), Kind: last.To, Authority: guide.Authority, Code: code,
		Service: d.Case.ServiceName, Applicant: d.Application.Applicant.Name, Filed: d.Case.Filed,
		At: last.At, Words: last.Words, Owes: last.Owes, Contact: guide.Contact, Limit: guide.Decision(),
		Back: "/cases/" + code.String(),
	}
	switch {
	case last.To == civic.Supplement && d.Case.Status == civic.Supplement:
		page.Until, page.UntilDays = d.Case.Until, d.Case.DueDays
	case last.To == civic.Accepted && d.Case.Status == civic.Accepted:
		page.Due = d.Case.Due
	}
	return k.render(c, "letter", page)
}
