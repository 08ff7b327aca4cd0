// Package blank prints the form of a service with empty lines, for those who file it on paper: at the office, where it
// cannot be filed at a terminal, or because they would rather write by hand.
//
// [Layout] sets a form on A4 in dots, with the type and the line breaks of package receipt, and [PDF] draws it. Both
// are pure: the same form gives the same bytes. Every question is there, also those that depend on another answer, which
// are marked as such; nobody's data is.
package blank

import (
	"time"

	"doorstep/printing/receipt"
	"doorstep/sync/civic"
	"doorstep/sync/form"
)

// Sheet is what is printed.
type Sheet struct {
	Guide civic.Guide
	Form  *form.Form
	Lang  string
	Made  time.Time // day of printing, on the paper and in the file
	// T returns the sentence of a locale key with its blanks filled in.
	T func(lang, key string, args ...any) string
}

// PDF sets s and draws it.
func PDF(p *receipt.Press, s Sheet) (receipt.Rendered, error) {
	t := p.Type()
	return t.PDF(Layout(t, s), s.Made.In(civic.China))
}

// Layout sets s on A4.
func Layout(t *receipt.Type, s Sheet) *receipt.Layout {
	c := &composer{set: t, sheet: s}
	c.head()
	for i, p := range s.Form.Paper(s.Lang) {
		c.page(i+1, p)
	}
	c.materials()
	c.sign()
	l := &receipt.Layout{Paper: receipt.A4, Lang: "zh-CN", Title: c.name(), Pages: c.paginate()}
	if s.Lang == "en" {
		l.Lang = "en"
	}
	return l
}

func (c *composer) say(key string, args ...any) string { return c.sheet.T(c.sheet.Lang, key, args...) }

// name is the service's name in the paper's language.
func (c *composer) name() string {
	if c.sheet.Lang == "en" && c.sheet.Guide.NameEN != "" {
		return c.sheet.Guide.NameEN
	}
	return c.sheet.Guide.Name
}

// head says what the paper is, for which service, and how to fill it.
func (c *composer) head() {
	c.centred(c.name(), title, 0)
	c.centred(c.say("blank.title"), head, receipt.MM(1))
	c.words(c.say("blank.how"), small, receipt.Quiet, receipt.MM(4))
}

// page sets the questions of one page of the form under its title.
func (c *composer) page(n int, p form.Page) {
	c.section(c.say("blank.section", n, p.Title), p.Why)
	for _, f := range p.Fields {
		c.question(f)
	}
}

// materials lists what is handed in with the form, to be ticked.
func (c *composer) materials() {
	if len(c.sheet.Guide.Materials) == 0 {
		return
	}
	caveat := ""
	if c.sheet.Guide.Trust != civic.TrustGuide {
		caveat = c.say("guide.caveat")
	}
	c.section(c.say("blank.materials"), caveat)
	for _, m := range c.sheet.Guide.Materials {
		name := m.Name
		if c.sheet.Lang == "en" && m.NameEN != "" {
			name = m.NameEN
		}
		if m.Need == civic.NeedHeld {
			continue // what this paper itself says, or what the office looks up
		}
		need := c.say("need." + string(m.Need))
		if m.When != "" {
			need = c.say("guide.when")
		}
		c.tick(c.say("blank.material", name, need, count(c, m)))
	}
}

// count says how many originals and copies.
func count(c *composer, m civic.Material) string {
	switch {
	case m.Original > 0 && m.Copies > 0:
		return c.say("blank.both", m.Original, m.Copies)
	case m.Copies > 0:
		return c.say("blank.copies", m.Copies)
	}
	return c.say("blank.originals", max(1, m.Original))
}

// sign leaves room for signature and date, and says where to take the paper.
func (c *composer) sign() {
	g := c.sheet.Guide
	c.gap(receipt.MM(6))
	c.answer(c.say("blank.signature"), c.say("blank.date"))
	c.section(c.say("guide.where"), "")
	c.words(c.say("blank.where", g.Where), body, receipt.Black, receipt.MM(2))
	c.words(c.say("guide.contact", g.Contact), body, receipt.Black, receipt.MM(1))
}
