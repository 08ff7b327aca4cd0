package track

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// Fleet tells where terminals stand, so that notices can be filtered by place.
type Fleet interface {
	Terminals(ctx context.Context) ([]store.Terminal, error)
}

// boardPage is how many notices stand on a page of the public list: well below 50 KB (LOOK.md).
const boardPage = 30

// boardAge is how long a page of notices may be kept: what is taken down must be gone soon.
const boardAge = "public, max-age=30"

// openToAll marks what everybody may find, keep for a while and read in another page's frame of mind: notices are
// public, unlike what stands behind a receipt.
func (t *Track) openToAll(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, boardAge)
	c.Response().Header.Del("X-Robots-Tag")
	c.Set(fiber.HeaderContentSecurityPolicy, t.boardPolicy)
	return c.Next()
}

// list shows the notices that are on show, the latest begun first. Kind and place stay in the URL.
func (t *Track) list(c *fiber.Ctx) error {
	ctx := ctxOf(c)
	page := view.PublicList{Public: t.boardFrame(c)}
	f, places, err := t.boardFilter(c)
	if err != nil {
		return err
	}
	page.Category, page.Place = f.Category, placeOf(f)
	for _, k := range civic.NoticeCategories() {
		page.Kinds = append(page.Kinds, view.PublicKind{ID: k.ID, Name: locale.T(page.Lang, "notice.kind."+k.ID)})
	}
	page.Places = placesOf(places, page.Lang)
	if page.Total, err = t.opts.Board.CountShown(ctx, f); err != nil {
		return err
	}
	f.Max, f.After = boardPage, afterShown(c.Query("after"))
	list, err := t.opts.Board.Shown(ctx, f)
	if err != nil {
		return err
	}
	for _, n := range list {
		page.Rows = append(page.Rows, view.PublicRow{
			ID: n.ID, Title: n.Title, Category: n.Category, Issuer: n.Issuer, Index: n.Index, Start: n.Start, Until: n.Until,
		})
	}
	q := url.Values{}
	for name, v := range map[string]string{"kind": page.Category, "place": page.Place} {
		if v != "" {
			q.Set(name, v)
		}
	}
	if len(q) > 0 {
		page.FeedURL = "?" + q.Encode()
	}
	if len(list) == boardPage {
		last := list[len(list)-1]
		q.Set("after", fmt.Sprintf("%d.%s", last.Start.UnixMilli(), last.ID))
		page.NextURL = "/notices?" + q.Encode()
	}
	return t.renderBoard(c, "notices", page)
}

// boardFilter reads the filter of the list and the feeds; what names no kind or place filters nothing.
func (t *Track) boardFilter(c *fiber.Ctx) (f store.BoardFilter, places []store.Place, err error) {
	f.Now = t.opts.Clock()
	if k, ok := civic.CategoryOf(c.Query("kind")); ok {
		f.Category = k.ID
	}
	terminals, err := t.opts.Fleet.Terminals(ctxOf(c))
	if err != nil {
		return f, nil, err
	}
	for _, m := range terminals {
		if !slices.ContainsFunc(places, func(p store.Place) bool { return p.Point == m.Place.Point }) {
			places = append(places, m.Place)
		}
	}
	kind, id, _ := strings.Cut(c.Query("place"), ":")
	for _, p := range places {
		switch {
		case kind == "point" && p.Point == id:
			f.Point, f.Area = p.Point, p.Area
		case kind == "area" && p.Area == id:
			f.Area = id
		}
	}
	return f, places, nil
}

// placeOf says the place of a filter as its URL does.
func placeOf(f store.BoardFilter) string {
	switch {
	case f.Point != "":
		return "point:" + f.Point
	case f.Area != "":
		return "area:" + f.Area
	}
	return ""
}

// placesOf lists the areas and then the service points to choose from.
func placesOf(places []store.Place, lang locale.Lang) []view.PublicPlace {
	var areas, points []view.PublicPlace
	for _, p := range places {
		area := view.PublicPlace{ID: "area:" + p.Area, Name: locale.T(lang, "posted.place.area", p.Area)}
		if !slices.Contains(areas, area) {
			areas = append(areas, area)
		}
		points = append(points, view.PublicPlace{ID: "point:" + p.Point, Name: p.Name})
	}
	byName := func(a, b view.PublicPlace) int { return strings.Compare(a.Name, b.Name) }
	slices.SortFunc(areas, byName)
	slices.SortFunc(points, byName)
	return append(areas, points...)
}

// afterShown reads where the page before ended; nonsense begins from the top.
func afterShown(s string) *store.Shown {
	at, id, ok := strings.Cut(s, ".")
	ms, err := strconv.ParseInt(at, 10, 64)
	if err != nil || !ok {
		return nil
	}
	return &store.Shown{Start: time.UnixMilli(ms), Notice: civic.Notice{ID: id}}
}

// notice shows one notice, or what became of it.
func (t *Track) notice(c *fiber.Ctx) error {
	page := view.PublicNotice{Public: t.boardFrame(c)}
	n, err := t.opts.Board.ShownNotice(ctxOf(c), c.Params("id"), t.opts.Clock())
	if err != nil {
		return t.noNotice(c, err)
	}
	page.Notice, page.Parts, page.Start, page.Until = n.Notice, view.Article(n.Body), n.Start, n.Until
	page.Kind, _ = civic.CategoryOf(n.Category)
	page.Ended, page.EndedAt, page.By = n.Ended, n.Updated, n.By
	if page.Where, err = t.where(c, page.Lang, n.Scope); err != nil {
		return err
	}
	if n.Ended != "" {
		c.Status(fiber.StatusGone)
	}
	return t.renderBoard(c, "notice", page)
}

// where says in words where a notice is shown.
func (t *Track) where(c *fiber.Ctx, lang locale.Lang, s civic.Scope) (string, error) {
	switch {
	case s.Point != "":
		_, places, err := t.boardFilter(c)
		for _, p := range places {
			if p.Point == s.Point {
				return p.Name, err
			}
		}
		return s.Point, err
	case s.Area != "":
		return locale.T(lang, "notice.where.area", s.Area), nil
	}
	return locale.T(lang, "notice.where.all"), nil
}

// noNotice says that there is nothing to show.
func (t *Track) noNotice(c *fiber.Ctx, err error) error {
	if !errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		return err
	}
	page := view.PublicNotice{Public: t.boardFrame(c)}
	page.Problem = locale.Error(page.Lang, err)
	c.Status(fiber.StatusNotFound)
	return t.renderBoard(c, "notice", page)
}

// file gives an attachment of a notice that is shown. It is saved, never run as a page of this host.
func (t *Track) file(c *fiber.Ctx) error {
	id := c.Params("id")
	d, err := civic.ParseDigest(c.Params("digest"))
	if err != nil {
		return t.noNotice(c, civic.Refuse(civic.NotFound, "files", "notice.nofile"))
	}
	n, err := t.opts.Board.ShownNotice(ctxOf(c), id, t.opts.Clock())
	if err != nil {
		return t.noNotice(c, err)
	}
	at := slices.IndexFunc(n.Files, func(f civic.NoticeFile) bool { return f.Digest == d })
	if at < 0 {
		return t.noNotice(c, civic.Refuse(civic.NotFound, "files", "notice.nofile"))
	}
	b, err := t.opts.Board.ShownFile(ctxOf(c), id, d, t.opts.Clock())
	if err != nil {
		return t.noNotice(c, err)
	}
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	c.Set(fiber.HeaderContentDisposition, "attachment; filename*=UTF-8''"+url.PathEscape(n.Files[at].Name))
	c.Set(fiber.HeaderContentType, n.Files[at].Media)
	return conditional(c, b, n.Updated)
}

func (t *Track) boardFrame(c *fiber.Ctx) view.Public {
	lang := languageOf(c)
	other := locale.English
	if lang == locale.English {
		other = locale.Chinese
	}
	q := url.Values{"lang": {other}}
	for _, name := range []string{"kind", "place"} {
		if v := c.Query(name); v != "" {
			q.Set(name, v)
		}
	}
	return view.Public{Lang: lang, Other: "?" + q.Encode(), Host: string(c.Request().Host()), Now: t.opts.Clock(), Feeds: true}
}

func (t *Track) renderBoard(c *fiber.Ctx, name string, page any) error {
	var b bytes.Buffer
	if err := t.board.Render(&b, name, languageOf(c), page); err != nil {
		return err
	}
	c.Type("html", "utf-8")
	return c.Send(b.Bytes())
}
