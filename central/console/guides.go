package console

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/view"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// guidesPage is how many guides stand on a page of the list.
const guidesPage = 50

// guideStates are the groups of the list in the order of its tabs.
var guideStates = [...]store.GuideState{store.GuidesAll, store.GuidesChanged, store.GuidesPublished, store.GuidesWithdrawn}

// guides lists the services, those with a draft first. What it is filtered by stays in the URL.
func (k *Console) guides(c *fiber.Ctx) error {
	page := view.ConsoleGuides{
		Console: k.frame(c, "guides"), State: string(store.GuidesAll), Department: c.Query("department"), Query: clipped(c.Query("q")),
		Counts: map[string]int{},
	}
	for _, s := range guideStates {
		if c.Query("state") == string(s) {
			page.State = string(s)
		}
	}
	n, _ := strconv.Atoi(c.Query("page")) // anything else is the first
	n = min(max(n, 1), 10_000)
	found, err := k.opts.Store.GuideList(ctxOf(c), store.GuideFilter{
		State: store.GuideState(page.State), Department: page.Department, Query: page.Query, Offset: (n - 1) * guidesPage, Max: guidesPage,
	})
	if err != nil {
		return err
	}
	page.Total, page.From, page.To = found.Total, (n-1)*guidesPage+1, (n-1)*guidesPage+len(found.Rows)
	for s, count := range found.Counts {
		page.Counts[string(s)] = count
	}
	for _, d := range found.Departments {
		page.Departments = append(page.Departments, view.Option{ID: d.Key, Name: d.Name})
	}
	names := map[string]string{}
	for _, r := range found.Rows {
		page.Rows = append(page.Rows, k.guideRow(c, page.Lang, r, names))
	}
	at := func(n int) string {
		q := url.Values{"state": {page.State}, "page": {strconv.Itoa(n)}}
		if page.Department != "" {
			q.Set("department", page.Department)
		}
		if page.Query != "" {
			q.Set("q", page.Query)
		}
		return "/guides?" + q.Encode()
	}
	if n > 1 {
		page.PrevURL = at(n - 1)
	}
	if page.To < page.Total {
		page.NextURL = at(n + 1)
	}
	return k.render(c, "guides", page)
}

// clipped bounds what is searched for.
func clipped(s string) string {
	if r := []rune(s); len(r) > 100 {
		return string(r[:100])
	}
	return s
}

// guideRow makes a line of the list.
func (k *Console) guideRow(c *fiber.Ctx, lang string, r store.GuideRow, names map[string]string) view.GuideRow {
	v := view.GuideRow{
		ID: r.ID, Name: r.Name, Field: r.Field, Authority: r.Authority, Here: r.Here, Rev: r.Rev, At: r.At, Gone: r.Gone,
		Draft: r.Draft != 0, Saved: r.Saved,
	}
	if lang == "en" && r.NameEN != "" {
		v.Name = r.NameEN
	}
	if v.Draft {
		v.Who = k.who(ctxOf(c), lang, store.Actor{Login: r.Login, Role: civic.RolePublisher}, names)
	}
	return v
}
