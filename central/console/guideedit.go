package console

import (
	"errors"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/bulletin"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// guideEdit shows the text of a guide as a form, with what keeps it from being published.
func (k *Console) guideEdit(c *fiber.Ctx) error {
	d, err := k.opts.Press.Draft(ctxOf(c), c.Params("id"))
	if err != nil {
		return err
	}
	text, err := textOf(&d.Guide)
	if err != nil {
		return err
	}
	return k.showGuideEdit(c, view.ConsoleGuideEdit{}, d, text, nil)
}

// showGuideEdit shows the form as typed. wrong names fields that hold no value of their kind.
func (k *Console) showGuideEdit(c *fiber.Ctx, page view.ConsoleGuideEdit, d store.GuideDraft, text guideText, wrong map[string]string) error {
	page.Console = k.frame(c, "guides")
	page.ID, page.Name = d.Guide.ID, guideName(page.Lang, &d.Guide)
	page.Values, page.Materials, page.Steps = text.values, text.materials, text.steps
	page.Values["version"], page.Values["base"] = strconv.FormatUint(d.Version, 10), strconv.FormatUint(uint64(d.Base), 10)
	if d.Version != 0 {
		page.Saved, page.Who = d.At, k.who(ctxOf(c), page.Lang, publisher(d.Login), map[string]string{})
	}
	row, err := k.guideLine(c, d.Guide.ID)
	if err != nil {
		return err
	}
	page.Rev, page.Overtaken = row.Rev, row.Rev > d.Base
	forms, err := k.opts.Press.Forms(ctxOf(c))
	if err != nil {
		return err
	}
	for _, f := range forms {
		page.Forms = append(page.Forms, view.Option{ID: f.ID, Name: f.Title.In(page.Lang)})
		if f.ID == text.values["form"] {
			page.When = f.Conditions
		}
	}
	if err := k.addFaults(c, &page, text, wrong); err != nil {
		return err
	}
	return k.render(c, "guide-edit", page)
}

// addFaults says at each field what keeps the text from being published.
func (k *Console) addFaults(c *fiber.Ctx, page *view.ConsoleGuideEdit, text guideText, wrong map[string]string) error {
	g, _ := text.guide(civic.Guide{ID: page.ID})
	faults, err := k.opts.Press.Publishable(ctxOf(c), &g)
	if err != nil {
		return err
	}
	page.Errors = map[string]string{}
	add := func(path, sentence string) {
		path = fieldOf(path)
		if page.Errors[path] != "" {
			return
		}
		page.Errors[path] = sentence
		page.Faults = append(page.Faults, view.GuideFault{Path: path, Label: guideLabel(page.Lang, path, &g), Text: sentence})
	}
	for path, key := range wrong {
		add(path, locale.T(page.Lang, key))
	}
	// Rows without a word are not part of the guide, and the paths of faults count those that are: where there are
	// any, faults of rows wait until the draft is saved.
	whole := text.materials == len(g.Materials) && text.steps == len(g.Steps)
	for _, f := range faults {
		if whole || !rowed(f.Field) {
			add(f.Field, locale.Error(page.Lang, f))
		}
	}
	slices.SortStableFunc(page.Faults, func(a, b view.GuideFault) int { return guidePlace(a.Path) - guidePlace(b.Path) })
	return nil
}

// guideLine returns the line of a guide in the list; of one that was never saved, an empty one.
func (k *Console) guideLine(c *fiber.Ctx, id string) (store.GuideRow, error) {
	page, err := k.opts.Store.GuideList(ctxOf(c), store.GuideFilter{State: store.GuidesAll, Query: id, Max: store.MaxPage})
	if err != nil {
		return store.GuideRow{}, err
	}
	i := slices.IndexFunc(page.Rows, func(r store.GuideRow) bool { return r.ID == id })
	if i < 0 {
		return store.GuideRow{}, civic.Refuse(civic.NotFound, "guide", "guides.unknown")
	}
	return page.Rows[i], nil
}

func publisher(login string) store.Actor { return store.Actor{Login: login, Role: civic.RolePublisher} }

// saveGuide keeps what was typed as a version of the draft, after doing what a key of a row says. Nothing typed is
// ever lost: where another saved in between, the page comes back with what was typed and what the other wrote.
func (k *Console) saveGuide(c *fiber.Ctx) error {
	text, do := postedText(c), c.FormValue("do")
	back := text.arrange(do)
	d, err := k.typedDraft(c, c.Params("id"), &text)
	if err != nil {
		return err
	}
	g, wrong := text.guide(d.Guide)
	d.Guide = g
	if len(wrong) > 0 {
		c.Status(fiber.StatusUnprocessableEntity)
		return k.showGuideEdit(c, view.ConsoleGuideEdit{}, d, text, wrong)
	}
	if do == "rebase" {
		row, err := k.guideLine(c, g.ID)
		if err != nil {
			return err
		}
		d.Base = row.Rev
	}
	if do != "" && do[:min(4, len(do))] == "add:" {
		return k.showGuideEdit(c, view.ConsoleGuideEdit{}, d, text, nil) // a row without a word is not kept
	}
	_, err = k.opts.Press.Save(ctxOf(c), d, readerOf(c).actor(civic.RolePublisher))
	if errors.Is(err, &civic.Error{Code: civic.Conflict}) {
		return k.clash(c, d, text)
	}
	if err != nil {
		return err
	}
	switch {
	case do == "preview":
		return seeOther(c, "/guides/"+g.ID+"/preview")
	case do == "publish":
		return seeOther(c, "/guides/"+g.ID+"/publish")
	case back != "":
		return seeOther(c, "/guides/"+g.ID+"/edit#row-"+back)
	}
	k.say(c, "guides.done.save")
	return seeOther(c, "/guides/"+g.ID+"/edit")
}

// typedDraft returns the draft that a form was filled from, with what the form does not show.
func (k *Console) typedDraft(c *fiber.Ctx, id string, text *guideText) (store.GuideDraft, error) {
	d, err := k.opts.Press.Draft(ctxOf(c), id)
	if err != nil {
		return d, err
	}
	version, err1 := strconv.ParseUint(text.values["version"], 10, 63)
	base, err2 := strconv.ParseUint(text.values["base"], 10, 32)
	if err := errors.Join(err1, err2); err != nil {
		return d, civic.Refuse(civic.Invalid, "version", "token.wrong")
	}
	d.Version, d.Base = version, uint32(base)
	return d, nil
}

// clash shows what was typed again beside what another saved meanwhile. Saved once more it stands over theirs, which
// the history keeps.
func (k *Console) clash(c *fiber.Ctx, typed store.GuideDraft, text guideText) error {
	theirs, err := k.opts.Press.Draft(ctxOf(c), typed.Guide.ID)
	if err != nil {
		return err
	}
	lang := k.languageOf(c)
	changes, err := k.differences(lang, &theirs.Guide, &typed.Guide)
	if err != nil {
		return err
	}
	page := view.ConsoleGuideEdit{Clash: &view.GuideClash{At: theirs.At, Changes: changes}}
	if theirs.Version == 0 { // it was published or given up meanwhile
		if page.Clash.At, page.Clash.Who, err = k.lastHand(c, typed.Guide.ID); err != nil {
			return err
		}
	} else {
		page.Clash.Who = k.who(ctxOf(c), lang, publisher(theirs.Login), map[string]string{})
	}
	typed.Version, typed.Base, typed.At, typed.Login = theirs.Version, theirs.Base, theirs.At, theirs.Login
	c.Status(fiber.StatusConflict)
	return k.showGuideEdit(c, page, typed, text, nil)
}

// differences puts what differs between two texts into words.
func (k *Console) differences(lang locale.Lang, older, newer *civic.Guide) ([]view.Difference, error) {
	list, err := bulletin.Differences(older, newer)
	if err != nil {
		return nil, err
	}
	out := make([]view.Difference, len(list))
	for i, d := range list {
		out[i] = view.Difference{Label: guideLabel(lang, d.Path, older, newer), Moved: d.Moved, Parts: inWords(lang, d)}
	}
	return out, nil
}
