package console

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/casework"
	"doorstep/central/store"
	"doorstep/sync/civic"
	"doorstep/sync/form"
)

// What a look is for, as the audit keeps it.
const (
	lookCase   = "case"
	lookLetter = "letter"
)

// oneCase shows a case from top to bottom. Loading it is a look, which casework writes into the audit.
func (k *Console) oneCase(c *fiber.Ctx) error {
	code, err := codeOf(c)
	if err != nil {
		return err
	}
	return k.showCase(c, code, draft{})
}

// codeOf reads the tracking code in the path.
func codeOf(c *fiber.Ctx) (civic.TrackingCode, error) {
	code, err := civic.ParseTrackingCode(c.Params("code"))
	if err != nil {
		return 0, civic.Refuse(civic.NotFound, "code", "case.unknown")
	}
	return code, nil
}

// draft is an act that was refused, as it was typed, and why.
type draft struct {
	fields    map[string]string
	errors    map[string]string
	overtaken bool // somebody else changed the case since the page was shown
}

// kept returns the words of a refused act that is not among those offered now: its form is gone, they must not be.
func (d *draft) kept(offered []view.CaseAct) string {
	if slices.ContainsFunc(offered, func(a view.CaseAct) bool { return a.ID == d.fields["act"] }) {
		return ""
	}
	return strings.TrimSpace(d.fields["other"] + "\n" + d.fields["words"])
}

func (k *Console) showCase(c *fiber.Ctx, code civic.TrackingCode, d draft) error {
	r, ctx := readerOf(c), ctxOf(c)
	dossier, err := k.opts.Casework.Open(ctx, code, r.Person, lookCase)
	if err != nil {
		return err
	}
	page := view.ConsoleCase{
		Console: k.frame(c, "cases"), Case: dossier.Case.Case, Errors: d.errors, Draft: d.fields,
		Applicant: dossier.Application.Applicant, Proxy: dossier.Application.Proxy,
	}
	rows, err := k.rows(ctx, []store.Case{dossier.Case}, r.Person, page.Lang)
	if err != nil {
		return err
	}
	page.Row = rows[0]
	if err := k.published(ctx, &page, &dossier); err != nil {
		return err
	}
	k.told(ctx, &page, &dossier)
	k.meet(c, &page, code)
	if d.overtaken {
		page.Errors[""] = overtaken(page.Lang, page.History)
	}
	if err := k.alike(ctx, &page, r.Person); err != nil {
		return err
	}
	page.Letter = letterOf(dossier.History) != nil && dossier.Case.Erased.IsZero()
	page.Next = nextOf(page.Lang, page.Row, dossier.Case.Until, page.Authority)
	page.Acts = acts(dossier.Case)
	if err := k.rights(ctx, &page, &dossier); err != nil {
		return err
	}
	page.Instead = instead(&page)
	page.Kept = d.kept(page.Acts)
	return k.render(c, "case", page)
}

// published fills in what is read with the form and the guide that the case was filed with, in words.
func (k *Console) published(ctx context.Context, page *view.ConsoleCase, d *store.Dossier) error {
	guide, err := k.opts.Bulletin.Guide(ctx, d.Case.Guide)
	if err != nil {
		return err
	}
	calendar, err := k.opts.Bulletin.Calendar(ctx)
	if err != nil {
		return err
	}
	page.Missing = guide.Materials
	if f, answers, err := k.answers(ctx, d); err == nil {
		page.Sections = f.Review(answers, page.Lang)
		page.Missing = f.Needed(guide.Materials, answers)
	} else {
		// The answers are shown as far as they can be: a case must not become unreadable with its form.
		k.opts.Logger.Error("answers not read with their form", "form", d.Case.Form.ID, "error", err)
	}
	come, err := k.come(ctx, d)
	if err != nil {
		return err
	}
	page.Papers = papers(page.Lang, guide, calendar, d, come)
	page.Coming, page.Lost = coming(page.Papers)
	page.Row.Flags.PapersPending = page.Row.Flags.PapersPending && len(page.Coming) > 0
	page.Authority, err = k.departmentName(ctx, page.Lang, d.Case.Department)
	return err
}

// departmentName names a department: as the register does, else as the product knows it, else by its key.
func (k *Console) departmentName(ctx context.Context, lang locale.Lang, key string) (string, error) {
	list, err := k.opts.Store.Offices(ctx, store.Department)
	for _, o := range list {
		if o.Key == key {
			return o.Name, err
		}
	}
	if name := "department." + key; locale.Has(name) {
		return locale.T(lang, name), err
	}
	return key, err
}

// meet says who has taken the case and who else may be at it.
func (k *Console) meet(c *fiber.Ctx, page *view.ConsoleCase, code civic.TrackingCode) {
	names, me := map[string]string{}, readerOf(c).Login
	name := func(login string) string { return k.who(ctxOf(c), page.Lang, store.Actor{Login: login}, names) }
	for _, l := range k.present.enter(code, me, page.Now) {
		page.Others = append(page.Others, locale.T(page.Lang, "task.seen", name(l.login), locale.Ago(page.Lang, l.at, page.Now)))
	}
	page.Holder, page.Mine = page.Row.Clerk, page.Row.Clerk == me
	page.HolderName = name(page.Row.Clerk)
}

// overtaken says what somebody else did to a case while an act was being written.
func overtaken(lang locale.Lang, history []view.CaseEvent) string {
	var e view.CaseEvent
	for _, past := range history {
		if !past.At.IsZero() {
			e = past
		}
	}
	who, what := e.Who, locale.T(lang, "history.papers")
	if who == "" {
		who = locale.T(lang, "case.system")
	}
	switch {
	case e.To != "":
		what = locale.T(lang, "status."+string(e.To))
	case e.Key != "":
		what = locale.T(lang, "history."+e.Key)
	}
	return locale.T(lang, "case.changed.by", who, locale.Short(lang, e.At), what)
}

// nextOf says in one sentence what is decided next, by whom and until when; empty where nothing is.
func nextOf(lang locale.Lang, row view.CaseRow, until civic.Date, authority string) string {
	key := "case.next." + string(row.Status)
	switch {
	case row.Status == civic.Supplement && !until.IsZero():
		return locale.T(lang, key, authority, locale.Date(lang, until, locale.Plain))
	case !locale.Has(key):
		return ""
	case !row.Due.IsZero():
		return locale.T(lang, key, authority, locale.Date(lang, row.Due, locale.Plain))
	case row.DueDays > 0:
		return locale.T(lang, key+".days", authority, locale.Days(lang, row.DueDays, row.DueKind))
	}
	return ""
}

func (k *Console) answers(ctx context.Context, d *store.Dossier) (*form.Form, form.Answers, error) {
	f, err := k.opts.Bulletin.Form(ctx, d.Case.Form)
	if err != nil {
		return nil, nil, err
	}
	answers, err := form.ParseAnswers(d.Application.Answers)
	return f, answers, err
}

// papers lists what was handed over for each material of the guide, with the answer to a supplement after it.
func papers(lang locale.Lang, guide *civic.Guide, calendar *civic.Calendar, d *store.Dossier, come map[civic.Digest]casework.Awaited) []view.CasePaper {
	arrived := map[civic.Digest]bool{}
	for _, p := range d.Papers {
		arrived[p.Digest] = !p.Arrived.IsZero()
	}
	materials := map[string]civic.Material{}
	for _, m := range guide.Materials {
		materials[m.ID] = m
	}
	handed := d.Application.Materials
	for _, a := range d.Answers {
		handed = append(handed[:len(handed):len(handed)], a.Materials...)
	}
	var out []view.CasePaper
	for _, h := range handed {
		m := materials[h.Material]
		p := view.CasePaper{Name: nameIn(lang, m.Name, m.NameEN), State: h.State, Original: h.Original, Copies: h.Copies}
		if p.Name == "" {
			p.Name = h.Material
		}
		if h.State == civic.HandedOwed && m.Days > 0 {
			// Beyond the published calendar there is no date to name.
			p.By, _ = calendar.Add(civic.DateOf(d.Case.Filed), m.Days)
		}
		for i, a := range h.Papers {
			f := file(lang, d.Case.Code, i+1, a, arrived[a.Digest])
			f.Come, f.Lost = come[a.Digest].Have, !come[a.Digest].Lost.IsZero()
			p.Files = append(p.Files, f)
		}
		out = append(out, p)
	}
	return out
}

func file(lang locale.Lang, code civic.TrackingCode, n int, a civic.Attachment, arrived bool) view.CaseFile {
	f := view.CaseFile{Name: a.Name, Media: a.Media, Size: a.Size, Arrived: arrived, Picture: picture(a.Media), Sheet: a.Media == mediaPDF}
	if f.Name == "" {
		f.Name = locale.T(lang, "case.file", n)
	}
	if arrived {
		f.URL = "/cases/" + code.String() + "/papers/" + a.Digest.String()
	}
	return f
}

func nameIn(lang locale.Lang, zh, en string) string {
	if lang == locale.English && en != "" {
		return en
	}
	return zh
}

// told fills in the history, and from it what was asked and decided.
func (k *Console) told(ctx context.Context, page *view.ConsoleCase, d *store.Dossier) {
	names := map[string]string{}
	for _, p := range d.History {
		e := view.CaseEvent{At: p.At, Who: k.who(ctx, page.Lang, p.Actor, names), To: p.To, Text: p.Words}
		if p.From == p.To {
			e.To, e.Key = "", "papers"
		}
		if p.Note != "" {
			e.Key = string(p.Note)
		}
		if p.Deemed {
			e.To, e.Key = "", "deemed"
		}
		page.History = append(page.History, e)
		switch p.To {
		case p.From:
		case civic.Supplement:
			page.Asked = &view.CaseAsked{At: p.At, Items: p.Owes, Words: p.Words, Until: d.Case.Until}
		case civic.Granted, civic.Refused, civic.Declined:
			page.Decision = &view.CaseDecision{At: p.At, Status: p.To, Words: p.Words}
		}
	}
	for _, v := range d.Documents {
		page.Documents = append(page.Documents, view.CaseDocument{
			Kind: v.Kind, Number: v.Number, At: v.At, Who: k.who(ctx, page.Lang, store.Actor{Login: v.Login}, names),
			URL: "/cases/" + d.Case.Code.String() + "/documents/" + strconv.FormatUint(v.Version, 10),
		})
	}
	for _, a := range d.Answers {
		if a.Words != "" {
			page.History = append(page.History, view.CaseEvent{Key: "supplemented", Text: a.Words})
		}
	}
}

// who names an actor: a person by the name shown, a terminal by its number, the program itself by nothing.
func (k *Console) who(ctx context.Context, lang locale.Lang, a store.Actor, names map[string]string) string {
	if a.Login == "" {
		return ""
	}
	if name, ok := names[a.Login]; ok {
		return name
	}
	name := a.Login
	p, err := k.opts.Store.Person(ctx, a.Login)
	number, notNumber := strconv.Atoi(a.Login)
	switch {
	case err == nil && p.Name != "":
		name = p.Name
	case errors.Is(err, &civic.Error{Code: civic.NotFound}) && notNumber == nil:
		name = locale.T(lang, "console.terminal", fmt.Sprintf("%05d", number))
	case err != nil:
		k.opts.Logger.Warn("name of an actor not read", "error", err)
	}
	names[a.Login] = name
	return name
}
