package console

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/bulletin"
	"doorstep/central/workbook"
	"doorstep/sync/civic"
)

const (
	importPath   = "/guides/import"
	maxListed    = 200 // changes listed of a plan
	maxUpload    = workbook.MaxFile + 64<<10
	refreshAfter = "1; url=" // how soon a page that shows progress is loaded again
)

// guideExport gives the catalogue as it is published now as a workbook.
func (k *Console) guideExport(c *fiber.Ctx) error {
	var b bytes.Buffer
	if _, err := k.opts.Press.Export(ctxOf(c), &b); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	c.Set(fiber.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="catalogue-%s.xlsx"`, k.opts.Clock().In(civic.China).Format("20060102-1504")))
	return c.Send(b.Bytes())
}

// guideImport shows how far an import is. While the program works the page loads itself again; it may be closed, and
// found again by whoever opens it.
func (k *Console) guideImport(c *fiber.Ctx) error {
	s := k.importer.State()
	page := view.ConsoleGuideImport{
		Console: k.frame(c, "guides"), Phase: string(s.Phase), Name: s.Name,
		Began: s.Began, Done: s.Done, Of: s.Of, Key: strconv.FormatInt(s.Began.UnixNano(), 10), Counts: map[string]int{},
	}
	if s.Login != "" {
		page.Who = k.who(ctxOf(c), page.Lang, publisher(s.Login), map[string]string{})
	}
	if !s.Ended.IsZero() {
		page.Took = locale.T(page.Lang, "import.took", strconv.FormatFloat(s.Ended.Sub(s.Began).Seconds(), 'f', 1, 64))
	}
	if s.Failed != nil {
		page.Failed = locale.Error(page.Lang, s.Failed)
	}
	if s.Plan != nil {
		k.showPlan(c, &page, s.Plan)
	}
	if s.Phase.Busy() {
		c.Set("Refresh", refreshAfter+importPath)
	}
	return k.render(c, "guide-import", page)
}

// showPlan puts a plan into words.
func (k *Console) showPlan(c *fiber.Ctx, page *view.ConsoleGuideImport, p *bulletin.Plan) {
	page.Counts["unchanged"], page.Counts["absent"], page.Published = p.Unchanged, p.Absent, len(p.Changes)
	names := map[string]string{}
	for i, ch := range p.Changes {
		page.Counts[string(ch.Kind)]++
		if i >= maxListed {
			page.Beyond++
			continue
		}
		v := view.ImportChange{ID: ch.ID, Name: ch.Name, Kind: string(ch.Kind), Fields: fieldNames(page.Lang, ch.Fields)}
		if ch.Draft != "" {
			v.Draft = k.who(ctxOf(c), page.Lang, publisher(ch.Draft), names)
		}
		page.Changes = append(page.Changes, v)
	}
	page.More = p.Book.More
	for _, f := range p.Book.Faults {
		page.Faults = append(page.Faults, view.ImportFault{
			Sheet: f.Sheet, Row: f.Row, Cell: f.Cell, Column: f.Column, Text: locale.Error(page.Lang, f.Err),
		})
	}
}

// fieldNames says which fields differ, each once.
func fieldNames(lang locale.Lang, paths []string) string {
	var out []string
	for _, path := range paths {
		first, _, _ := strings.Cut(path, "/")
		if first != "statutory" && first != "promised" {
			path = first
		}
		if name := guideLabel(lang, path); !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return strings.Join(out, locale.T(lang, "material.join"))
}

// bringWorkbook takes a workbook to be read and checked. It is read from memory: Fiber's own form reader would put a
// large part into a temporary file.
func (k *Console) bringWorkbook(c *fiber.Ctx) error {
	kind, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || kind != fiber.MIMEMultipartForm {
		return civic.Refuse(civic.Invalid, "file", "import.nofile")
	}
	from := multipart.NewReader(bytes.NewReader(c.Body()), params["boundary"])
	var name, token string
	var file []byte
	for range 8 {
		part, err := from.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return civic.Refuse(civic.Invalid, "file", "import.nofile")
		}
		b, err := io.ReadAll(part) // bounded by the body, which is in memory already
		if err != nil {
			return civic.Refuse(civic.Invalid, "file", "import.nofile")
		}
		switch part.FormName() {
		case "token":
			token = string(b)
		case "file":
			name, file = part.FileName(), b
		}
	}
	if !sameToken(token, readerOf(c).session) {
		return civic.Refuse(civic.Forbidden, "token", "token.wrong")
	}
	if len(file) == 0 {
		return civic.Refuse(civic.Missing, "file", "import.nofile")
	}
	if err := k.importer.Begin(clipped(name), file, readerOf(c).actor(civic.RolePublisher)); err != nil {
		return err
	}
	return seeOther(c, importPath)
}

// carryWorkbook publishes the plan that was shown.
func (k *Console) carryWorkbook(c *fiber.Ctx) error {
	n, err := strconv.ParseInt(c.FormValue("key"), 10, 64)
	if err != nil {
		return civic.Refuse(civic.Conflict, "file", "import.gone")
	}
	if err := k.importer.Publish(time.Unix(0, n), readerOf(c).actor(civic.RolePublisher)); err != nil {
		return err
	}
	return seeOther(c, importPath)
}

// forgetWorkbook gives up a plan, or what the last import left to be read.
func (k *Console) forgetWorkbook(c *fiber.Ctx) error {
	if err := k.importer.Forget(); err != nil {
		return err
	}
	return seeOther(c, importPath)
}
