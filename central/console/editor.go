package console

import (
	"errors"
	"io"
	"mime/multipart"
	"regexp"
	"slices"
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

// noticeFields are the fields of the editor, which a session that ended in between does not lose.
var noticeFields = [...]string{
	"title", "category", "issuer", "code", "document", "made", "keywords", "body", "place", "area", "point", "from", "until",
	"supersedes", "version",
}

// newNotice shows an empty editor. The id is drawn here, so that a second click saves nothing twice.
func (k *Console) newNotice(c *fiber.Ctx) error {
	today := civic.DateOf(k.opts.Clock())
	return k.showEditor(c, view.ConsoleNoticeEdit{
		ID: notices.NewID(), New: true, Fields: map[string]string{"made": today.String(), "version": "0", "place": "all"},
	})
}

// editNotice shows the text of a notice to be changed.
func (k *Console) editNotice(c *fiber.Ctx) error {
	n, err := k.opts.Notices.Notice(ctxOf(c), c.Params("id"))
	if err != nil {
		return err
	}
	return k.showEditor(c, view.ConsoleNoticeEdit{
		ID: n.Notice.ID, Live: n.Live > 0, Version: n.Version, Fields: fieldsOf(n), Files: n.Notice.Files,
	})
}

// fieldsOf says a text as its editor types it. The last day is typed as the day that still counts.
func fieldsOf(n store.NoticeRecord) map[string]string {
	t := n.NoticeText
	f := map[string]string{
		"title": t.Notice.Title, "category": t.Notice.Category, "issuer": t.Notice.Issuer, "code": t.IssuerCode,
		"document": t.Notice.Document, "made": t.Notice.Made.String(), "keywords": strings.Join(t.Notice.Keywords, " "),
		"body": t.Notice.Body, "place": "all", "area": t.Scope.Area, "point": t.Scope.Point,
		"supersedes": t.Notice.Supersedes, "version": strconv.FormatUint(n.Version, 10),
	}
	switch {
	case t.Scope.Point != "":
		f["place"] = "point"
	case t.Scope.Area != "":
		f["place"] = "area"
	}
	if !t.From.IsZero() {
		f["from"] = t.From.In(civic.China).Format(localTime)
	}
	if !t.Until.IsZero() {
		f["until"] = civic.DateOf(t.Until.Add(-time.Millisecond)).String()
	}
	return f
}

// localTime is how a browser's field for a time writes it.
const localTime = "2006-01-02T15:04"

// saveNotice keeps what was typed as a draft. A refusal shows the editor with all of it.
func (k *Console) saveNotice(c *fiber.Ctx) error {
	ctx, by, id := ctxOf(c), readerOf(c).Person, c.Params("id")
	page, held, err := k.typedEditor(c, id)
	if err != nil {
		return err
	}
	text := readNotice(&page, held)
	uploads, err := uploadsOf(c)
	if err != nil {
		return err
	}
	version, err := strconv.ParseUint(page.Fields["version"], 10, 63)
	if err != nil {
		version = held.Version + 1 // no page of ours: a conflict like any other
	}
	if len(page.Errors) == 0 {
		_, err = k.opts.Notices.Save(ctx, text, version, uploads, by)
		if err == nil || savedAlready(held, text, uploads, err) {
			k.say(c, "notice.done.save")
			return seeOther(c, "/notices/"+id)
		}
		var refusal *civic.Error
		if !errors.As(err, &refusal) {
			return err
		}
		unsaved(&page, held, text, refusal)
	}
	if len(uploads) > 0 {
		page.Errors["files"] = strings.TrimSpace(page.Errors["files"] + " " + locale.T(page.Lang, "notice.files.again"))
	}
	c.Status(fiber.StatusUnprocessableEntity)
	return k.showEditor(c, page)
}

// typedEditor is the editor with what its form held, and the notice as it is kept, without a version if it is not yet.
func (k *Console) typedEditor(c *fiber.Ctx, id string) (page view.ConsoleNoticeEdit, held store.NoticeRecord, err error) {
	held, err = k.opts.Notices.Notice(ctxOf(c), id)
	if err != nil && !errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		return page, held, err
	}
	return view.ConsoleNoticeEdit{
		Console: view.Console{Lang: k.languageOf(c)}, ID: id, Fields: typedNotice(c), Errors: map[string]string{}, Dropped: dropped(c),
		New: held.Version == 0, Live: held.Live > 0, Version: held.Version, Files: held.Notice.Files,
	}, held, nil
}

// savedAlready reports whether what was refused as stale is what stands there: the second of two clicks.
func savedAlready(held store.NoticeRecord, text store.NoticeText, uploads []notices.Upload, err error) bool {
	if !errors.Is(err, &civic.Error{Code: civic.Conflict}) || held.State != civic.NoticeDraft {
		return false
	}
	for _, u := range uploads {
		d := civic.DigestOf(u.Bytes)
		if !slices.ContainsFunc(held.Notice.Files, func(f civic.NoticeFile) bool { return f.Digest == d }) {
			return false
		}
	}
	text.Notice.Files = held.Notice.Files
	return notices.Compare(held.NoticeText, notices.Tidy(text)).Same() && held.IssuerCode == notices.Tidy(text).IssuerCode
}

// unsaved says why, at the field it is about. Where another was quicker, what was typed stands against it, and the next
// save is of this version: the editor has seen what it replaces.
func unsaved(page *view.ConsoleNoticeEdit, held store.NoticeRecord, text store.NoticeText, refusal *civic.Error) {
	field := refusal.Field
	if refusal.Code == civic.Conflict {
		field = ""
		page.Theirs = comparison(notices.Compare(held.NoticeText, notices.Tidy(text)))
		page.Fields["version"] = strconv.FormatUint(held.Version, 10)
	}
	page.Errors[field] = locale.Error(page.Lang, refusal)
}

// typedNotice returns what the editor's form held.
func typedNotice(c *fiber.Ctx) map[string]string {
	out := map[string]string{}
	for _, name := range noticeFields {
		out[name] = c.FormValue(name)
	}
	return out
}

// dropped returns the attachments that are ticked to be left out, by digest.
func dropped(c *fiber.Ctx) map[string]bool {
	out := map[string]bool{}
	if form, err := c.MultipartForm(); err == nil {
		for _, d := range form.Value["drop"] {
			out[d] = true
		}
	}
	return out
}

// uploadsOf reads the chosen files. A form without one sends an empty part.
func uploadsOf(c *fiber.Ctx) ([]notices.Upload, error) {
	form, err := c.MultipartForm()
	if err != nil {
		return nil, nil // a plain form holds no files
	}
	var out []notices.Upload
	for _, h := range form.File["files"] {
		if h.Filename == "" && h.Size == 0 {
			continue
		}
		b, err := readPart(h)
		if err != nil {
			return nil, err
		}
		out = append(out, notices.Upload{Name: h.Filename, Bytes: b})
	}
	return out, nil
}

func readPart(h *multipart.FileHeader) ([]byte, error) {
	f, err := h.Open()
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(f)
	return b, errors.Join(err, f.Close())
}

// readNotice reads what was typed into a text, and says on the page what cannot be read.
func readNotice(page *view.ConsoleNoticeEdit, held store.NoticeRecord) store.NoticeText {
	f := page.Fields
	t := store.NoticeText{IssuerCode: strings.ToUpper(f["code"])}
	t.Notice = civic.Notice{
		ID: page.ID, Title: f["title"], Category: f["category"], Issuer: f["issuer"], Document: f["document"],
		Body: f["body"], Keywords: keywords(f["keywords"]), Supersedes: f["supersedes"],
	}
	for _, file := range held.Notice.Files {
		if !page.Dropped[file.Digest.String()] {
			t.Notice.Files = append(t.Notice.Files, file)
		}
	}
	var err error
	if f["made"] != "" {
		if t.Notice.Made, err = civic.ParseDate(f["made"]); err != nil {
			page.Errors["made"] = locale.T(page.Lang, "notice.made.wrong")
		}
	}
	if f["from"] != "" {
		if t.From, err = time.ParseInLocation(localTime, f["from"], civic.China); err != nil {
			page.Errors["from"] = locale.T(page.Lang, "notice.from.wrong")
		}
	}
	if f["until"] != "" {
		d, err := civic.ParseDate(f["until"])
		if err != nil {
			page.Errors["until"] = locale.T(page.Lang, "notice.until.wrong")
		} else {
			t.Until = d.Add(1).Time() // the last day counts to its end
		}
	}
	t.Scope = readScope(page)
	return t
}

func readScope(page *view.ConsoleNoticeEdit) civic.Scope {
	f := page.Fields
	switch f["place"] {
	case "area":
		if area := strings.TrimSpace(f["area"]); areaPrefix.MatchString(area) {
			return civic.Scope{Area: area}
		}
		page.Errors["area"] = locale.T(page.Lang, "notice.area.wrong")
	case "point":
		if f["point"] != "" {
			return civic.Scope{Point: f["point"]}
		}
		page.Errors["point"] = locale.T(page.Lang, "notice.point.none")
	}
	return civic.Scope{}
}

// areaPrefix is a code of GB/T 2260, or its beginning for a city or a province.
var areaPrefix = regexp.MustCompile(`^[1-9]\d(\d{2}(\d{2}(\d{3}(\d{3})?)?)?)?$`)

// keywords parts what was typed at spaces and stops.
func keywords(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" \u3000,，、;；\t\r\n", r) })
}

// showEditor fills in what there is to choose.
func (k *Console) showEditor(c *fiber.Ctx, page view.ConsoleNoticeEdit) error {
	ctx := ctxOf(c)
	page.Console, page.Kinds = k.frame(c, "notices"), civic.NoticeCategories()
	page.Limits = view.NoticeLimits{
		Title: notices.MaxTitle, Name: notices.MaxName, Body: notices.MaxBody, Files: notices.MaxFiles, File: notices.MaxFile >> 20,
	}
	sites, err := k.sites(ctx)
	if err != nil {
		return err
	}
	for _, s := range sites {
		page.Points = append(page.Points, view.Point{ID: s.Point, Name: s.Name, Area: s.Area})
		if !slices.Contains(page.Areas, s.Area) {
			page.Areas = append(page.Areas, s.Area)
		}
	}
	list, err := k.opts.Notices.List(ctx, store.NoticeFilter{})
	if err != nil {
		return err
	}
	for _, n := range list {
		issuer := view.NoticeIssuer{Name: n.Notice.Issuer, Code: n.IssuerCode}
		if issuer.Name != "" && issuer.Code != "" && !slices.Contains(page.Issuers, issuer) {
			page.Issuers = append(page.Issuers, issuer)
		}
		if n.Live > 0 && n.Notice.ID != page.ID || n.Notice.ID == page.Fields["supersedes"] {
			page.Others = append(page.Others, view.NoticeRow{ID: n.Notice.ID, Title: n.Notice.Title, Index: n.Notice.Index})
		}
	}
	return k.render(c, "notice-edit", page)
}
