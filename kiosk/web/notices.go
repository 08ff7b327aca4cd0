package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/text/width"

	"doorstep/assets/view"
	"doorstep/kiosk/lobby"
	"doorstep/sync/civic"
)

// noticesOnPage is how many notices stand on one page of the list.
const noticesOnPage = 5

// notices lists what is on public display: all, of one kind, or what a query found. It is read here with the line up
// or down.
func (w *Web) notices(c *fiber.Ctx) error {
	kind, query := c.Query("kind"), strings.TrimSpace(c.Query("q"))
	page := view.Notices{Kiosk: w.frame(c), Query: query}
	if category, ok := civic.CategoryOf(kind); ok {
		page.Kind = view.NoticeKind{ID: category.ID, Name: category.Name}
	}
	all := w.opts.Board.Notices(ctxOf(c))
	all = slices.DeleteFunc(all, func(n lobby.Notice) bool {
		return page.Kind.ID != "" && n.Category != page.Kind.ID || !mentions(&n, query)
	})
	page.Count, page.Last = len(all), max(1, (len(all)+noticesOnPage-1)/noticesOnPage)
	number, _ := strconv.Atoi(c.Query("page"))
	page.Page = min(max(1, number), page.Last)
	for i := range all[min(len(all), (page.Page-1)*noticesOnPage):min(len(all), page.Page*noticesOnPage)] {
		page.Found = append(page.Found, rowOf(&all[(page.Page-1)*noticesOnPage+i]))
	}
	at := func(n int) string {
		v := url.Values{"page": {strconv.Itoa(n)}}
		if page.Kind.ID != "" {
			v.Set("kind", page.Kind.ID)
		}
		if query != "" {
			v.Set("q", query)
		}
		return "/notices?" + v.Encode()
	}
	if page.Page > 1 {
		page.Earlier = at(page.Page - 1)
	}
	if page.Page < page.Last {
		page.Later = at(page.Page + 1)
	}
	return w.render(c, "notices", page)
}

func rowOf(n *lobby.Notice) view.PostedNotice {
	category, _ := civic.CategoryOf(n.Category)
	return view.PostedNotice{
		ID: n.ID, Title: n.Title, Issuer: n.Issuer, Category: category.Name, Published: n.PublishedAt, Urgent: n.Urgent(),
	}
}

// mentions reports whether a notice has every word of a query, however letters and digits were typed.
func mentions(n *lobby.Notice, query string) bool {
	text := strings.Join(append([]string{n.Title, n.Issuer, n.Document, n.Index, n.Body}, n.Keywords...), "\n")
	text = strings.ToLower(width.Fold.String(text))
	for _, word := range strings.Fields(strings.ToLower(width.Fold.String(query))) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// kinds lets a resident choose one kind of notice, of those of which there are any.
func (w *Web) kinds(c *fiber.Ctx) error {
	count := map[string]int{}
	all := w.opts.Board.Notices(ctxOf(c))
	for i := range all {
		count[all[i].Category]++
	}
	page := view.NoticeKinds{Kiosk: w.frame(c), Count: len(all)}
	for _, k := range civic.NoticeCategories() {
		if count[k.ID] > 0 {
			page.Kinds = append(page.Kinds, view.NoticeKind{ID: k.ID, Name: k.Name, Count: count[k.ID]})
		}
	}
	return w.render(c, "kinds", page)
}

// notice shows one, to be read page by page.
func (w *Web) notice(c *fiber.Ctx) error {
	n, err := w.opts.Board.Notice(ctxOf(c), c.Params("id"))
	if err != nil {
		return err
	}
	category, _ := civic.CategoryOf(n.Category)
	return w.render(c, "notice", view.NoticeText{
		Kiosk: w.frame(c), Notice: n.Notice, Category: category.Name, Urgent: n.Urgent(), Parts: view.Article(n.Body),
		Until: n.Until, Link: w.phoneLink(n.ID), Back: listOf(c),
	})
}

// listOf returns the list that a notice was chosen from.
func listOf(c *fiber.Ctx) string {
	at := own(c.Query("from"))
	if at != "/notices" && !strings.HasPrefix(at, "/notices?") {
		return "/notices"
	}
	return at
}
