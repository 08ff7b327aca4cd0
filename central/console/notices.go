package console

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/notices"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// noticePage is how many notices stand on a page of the list.
const noticePage = 40

// noticeViews are the views of the list in their order; "mine" is what waits for the reader.
var noticeViews = []string{"mine", "draft", "proposed", "checked", "live", "ended", "all"}

// noticeFilter says what a view of the list holds.
func noticeFilter(id string, by store.Person) store.NoticeFilter {
	switch id {
	case "mine":
		f, _ := notices.WaitsFor(by)
		return f
	case "draft", "proposed", "checked":
		return store.NoticeFilter{States: []civic.NoticeState{civic.NoticeState(id)}}
	case "live":
		return store.NoticeFilter{Live: true}
	case "ended":
		return store.NoticeFilter{States: []civic.NoticeState{civic.NoticeWithdrawn, civic.NoticeExpired, civic.NoticeSuperseded}}
	}
	return store.NoticeFilter{}
}

// notices lists notices, the last changed first. View and kind stay in the URL.
func (k *Console) notices(c *fiber.Ctx) error {
	ctx, by := ctxOf(c), readerOf(c).Person
	page := view.ConsoleNotices{
		Console: k.frame(c, "notices"), View: c.Query("view"), Views: noticeViews, Counts: map[string]int{},
		Kinds: civic.NoticeCategories(), Writes: by.Holds(civic.RolePublisher),
	}
	if _, ok := civic.CategoryOf(c.Query("kind")); ok {
		page.Category = c.Query("kind")
	}
	for _, v := range noticeViews {
		f := noticeFilter(v, by)
		f.Category = page.Category
		n, err := k.opts.Notices.Count(ctx, f)
		if err != nil {
			return err
		}
		page.Counts[v] = n
	}
	if _, known := page.Counts[page.View]; !known {
		page.View = "all"
		if page.Counts["mine"] > 0 {
			page.View = "mine"
		}
	}
	page.Total = page.Counts[page.View]
	f := noticeFilter(page.View, by)
	f.Category, f.Max, f.After = page.Category, noticePage, afterNotice(c.Query("after"))
	list, err := k.opts.Notices.List(ctx, f)
	if err != nil {
		return err
	}
	points, err := k.points(ctx)
	if err != nil {
		return err
	}
	for _, n := range list {
		page.Rows = append(page.Rows, noticeRow(n, page.Lang, points))
	}
	if len(list) == noticePage {
		last := list[len(list)-1]
		q := url.Values{"view": {page.View}, "after": {fmt.Sprintf("%d.%s", last.Changed.UnixMilli(), last.Notice.ID)}}
		if page.Category != "" {
			q.Set("kind", page.Category)
		}
		page.NextURL = "/notices?" + q.Encode()
	}
	return k.render(c, "notices", page)
}

// afterNotice reads where the page before ended; nonsense begins from the top.
func afterNotice(s string) *store.NoticeRecord {
	at, id, _ := strings.Cut(s, ".")
	ms, err := strconv.ParseInt(at, 10, 64)
	if err != nil || !notices.ValidID(id) {
		return nil
	}
	n := store.NoticeRecord{Changed: time.UnixMilli(ms)}
	n.Notice.ID = id
	return &n
}

// noticeRow says of a notice what a list shows.
func noticeRow(n store.NoticeRecord, lang locale.Lang, points map[string]string) view.NoticeRow {
	return view.NoticeRow{
		ID: n.Notice.ID, Title: n.Notice.Title, Category: n.Notice.Category, Index: n.Notice.Index, State: n.State,
		Returned: n.Returned, Live: n.Live > 0, Where: scopeWords(lang, n.Scope, points), From: n.From, Until: n.Until,
		Changed: n.Changed,
	}
}

// scopeWords says where a notice is shown.
func scopeWords(lang locale.Lang, s civic.Scope, points map[string]string) string {
	switch {
	case s.Point != "" && points[s.Point] != "":
		return points[s.Point]
	case s.Point != "":
		return s.Point
	case s.Area != "":
		return locale.T(lang, "notice.where.area", s.Area)
	}
	return locale.T(lang, "notice.where.all")
}

// noticesWaiting counts the notices that wait for the reader.
func (k *Console) noticesWaiting(ctx context.Context, by store.Person) int {
	f, any := notices.WaitsFor(by)
	if !any {
		return 0
	}
	n, err := k.opts.Notices.Count(ctx, f)
	if err != nil {
		k.opts.Logger.Warn("notices not counted", "error", err)
	}
	return n
}
