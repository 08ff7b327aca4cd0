package console

import (
	"context"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// boardCases lists the cases behind a figure. It shows no personal data, as no list does.
func (k *Console) boardCases(c *fiber.Ctx) error {
	b, err := k.newBoard(c)
	if err != nil {
		return err
	}
	f, from, to, err := figureFilter(c)
	if err != nil {
		return err
	}
	f.Department, f.Point = b.department, b.point
	page := view.ConsoleBoardCases{
		Console: k.frame(c, "board"), What: c.Query("what"), From: from, To: to, Back: b.url(b.p, "", ""),
	}
	page.Of = b.filtered(page.Lang)
	ctx := ctxOf(c)
	if page.Total, err = k.opts.Casework.Count(ctx, b.by, f); err != nil {
		return err
	}
	if err := k.boardPage(ctx, c, &page, b.by, f); err != nil {
		return err
	}
	return k.render(c, "board-cases", page)
}

// boardPage fills in one page of the list and the ways on and back.
func (k *Console) boardPage(ctx context.Context, c *fiber.Ctx, page *view.ConsoleBoardCases, by store.Person, f store.Filter) error {
	trail := cursors(c)
	list, more, err := k.page(ctx, by, f, trail)
	if err != nil {
		return err
	}
	rows, err := k.rows(ctx, list, by, page.Lang)
	if err != nil {
		return err
	}
	for i, r := range rows {
		page.Rows = append(page.Rows, view.BoardCase{CaseRow: r, Decided: list[i].Decided, Kind: judged[list[i].Timely]})
	}
	q := url.Values{}
	for _, name := range []string{"what", "from", "to", "period", "on", "department", "point"} {
		if v := c.Query(name); v != "" {
			q.Set(name, v)
		}
	}
	at := func(trail []string) string {
		q["after"] = trail
		return "/board/cases?" + q.Encode()
	}
	if len(trail) > 0 {
		page.PrevURL = at(trail[:len(trail)-1])
	}
	if more {
		page.NextURL = at(append(trail, cursor(list[len(list)-1].Case)))
	}
	return nil
}

// judged names a judgement as lists and words do.
var judged = map[store.Timely]string{store.OnTime: "ontime", store.Late: "late", store.Undated: "undated"}

// figureFilter reads which figure a list stands behind: the same spans and judgements by which it was counted.
func figureFilter(c *fiber.Ctx) (f store.Filter, from, to civic.Date, err error) {
	if from, err = civic.ParseDate(c.Query("from")); err != nil {
		return f, from, to, err
	}
	if to, err = civic.ParseDate(c.Query("to")); err != nil {
		return f, from, to, err
	}
	span := store.Span{From: from.Time(), To: to.Add(1).Time()}
	switch c.Query("what") {
	case "received":
		f.Filed = span
		return f, from, to, nil
	case "decided":
	case "ontime":
		f.Timely = store.OnTime
	case "late":
		f.Timely = store.Late
	case "undated":
		f.Timely = store.Undated
	default:
		return f, from, to, civic.Refuse(civic.NotFound, "what", "console.nopage")
	}
	f.Decided = span
	return f, from, to, nil
}

// filtered names department and point of a list in words.
func (b *boarder) filtered(lang locale.Lang) string {
	var parts []string
	if b.department != "" {
		parts = append(parts, departmentName(lang, b.department))
	}
	if b.point != "" {
		parts = append(parts, b.pointName(b.point))
	}
	return strings.Join(parts, " · ")
}
