package casework

import (
	"strings"

	"doorstep/assets/locale"
	"doorstep/printing/receipt"
	"doorstep/sync/civic"

	"doorstep/central/store"
)

// maxLaw bounds how many laws of the guide a document cites.
const maxLaw = 4

// letter writes the document of a step: who is told what, on what ground, by when, and what they may do about it.
// The applicant is named in full, because a decision has to say whom it concerns; the number of the identity document
// is masked, because it adds nothing to that.
func letter(g *civic.Guide, from store.Office, d *store.Dossier, s *store.Step) *receipt.Letter {
	kind, day := string(s.To), civic.DateOf(s.At)
	who := d.Application.Applicant
	l := &receipt.Letter{
		Lang: "zh-CN", Authority: from.Name, Title: say("document.title." + kind), To: say("document.to", who.Name),
		Day: locale.DateYear(locale.Chinese, day, locale.Plain), Seal: say("document.seal"), Made: s.At.In(civic.China),
		Page: func(page, of int) string { return say("document.page", page, of) },
	}
	if short, _, found := strings.Cut(l.Day, "（"); found {
		l.Day = short // the weekday has no place on a document
	}
	filed, _, _ := strings.Cut(locale.DateYear(locale.Chinese, civic.DateOf(d.Case.Filed), locale.Plain), "（")
	identity := ""
	if n := who.Document.Masked(); n != "" {
		identity = say("document.identity", say("doctype."+string(who.Document.Kind)), n)
	}
	add := func(text string) { l.Parts = append(l.Parts, receipt.Part{Text: text}) }
	add(say("document.filed", identity, filed, d.Case.ServiceName, d.Case.Code.String()) + say("document.say."+kind))
	for i, item := range s.Owes {
		l.Parts = append(l.Parts, receipt.Part{Text: item, Item: i + 1})
	}
	if s.Words != "" {
		add(say("document.words."+kind, s.Words))
	}
	if law := laws(g); law != "" && (s.To == civic.Granted || s.To == civic.Refused || s.To == civic.Declined) {
		add(say("document.law", law))
	}
	for _, next := range after(g, s) {
		add(next)
	}
	if from.Contact != "" {
		l.Foot = append(l.Foot, say("document.contact", from.Contact))
	}
	if from.Address != "" {
		l.Foot = append(l.Foot, say("document.address", from.Address, from.Hours))
	}
	l.Foot = append(l.Foot, say("document.copies"))
	return l
}

// laws names what the guide rests on.
func laws(g *civic.Guide) string {
	return strings.Join(g.Law[:min(len(g.Law), maxLaw)], say("document.law.join"))
}

// after says what happens next, by when, and what the resident may do.
func after(g *civic.Guide, s *store.Step) []string {
	switch s.To {
	case civic.Supplement:
		until := say("document.until.days", s.Clock.Days)
		if !s.Clock.Until.IsZero() {
			date, _, _ := strings.Cut(locale.DateYear(locale.Chinese, s.Clock.Until, locale.Plain), "（")
			until = say("document.until", date)
		}
		return []string{until + say("document.where")}
	case civic.Accepted:
		if l := g.Decision(); l.Days > 0 {
			return []string{say("document.due", locale.Days(locale.Chinese, l.Days, l.Kind))}
		}
	case civic.Declined, civic.Refused:
		return []string{say("document.remedy")}
	case civic.Granted:
		return []string{say("document.delivery", civic.DeliveryLimit)}
	}
	return nil
}
