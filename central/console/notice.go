package console

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/notices"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// oneNotice shows a notice from top to bottom: the exact text, what changed, who did what, what comes next.
func (k *Console) oneNotice(c *fiber.Ctx) error { return k.showNotice(c, c.Params("id"), draft{}) }

// What about as much of a lobby screen as the text gets holds, in Han characters and lines.
const (
	screenLine  = 15
	screenLines = 8
)

func (k *Console) showNotice(c *fiber.Ctx, id string, d draft) error {
	ctx, by := ctxOf(c), readerOf(c).Person
	n, err := k.opts.Notices.Notice(ctx, id)
	if err != nil {
		return err
	}
	points, err := k.points(ctx)
	if err != nil {
		return err
	}
	page := view.ConsoleNotice{
		Console: k.frame(c, "notices"), Notice: n.Notice, Parts: view.Article(n.Notice.Body), Version: n.Version,
		Errors: d.errors, Draft: d.fields, Edits: by.Holds(civic.RolePublisher),
	}
	page.Row = noticeRow(n, page.Lang, points)
	page.Kind, _ = civic.CategoryOf(n.Notice.Category)
	page.Screens = view.Screens(n.Notice.Title, page.Parts, screenLine, screenLines)
	if n.Digest != (civic.Digest{}) {
		page.Digest = n.Digest.String()
	}
	if err := k.readiness(ctx, &page, n); err != nil {
		return err
	}
	if err := k.revision(ctx, &page, n); err != nil {
		return err
	}
	k.noticePast(ctx, &page, n)
	page.Acts, page.Had = noticeActs(n, by, page.Barred)
	if !slices.Contains(page.Acts, d.fields["act"]) {
		page.Kept = d.fields["words"]
	}
	return k.render(c, "notice", page)
}

// readiness fills in what keeps a draft from being proposed, and names what it takes the place of.
func (k *Console) readiness(ctx context.Context, page *view.ConsoleNotice, n store.NoticeRecord) error {
	if n.Notice.Supersedes != "" {
		page.Replaces = n.Notice.Supersedes
		if other, err := k.opts.Notices.Notice(ctx, n.Notice.Supersedes); err == nil {
			page.Replaces = other.Notice.Title
		}
	}
	if n.State != civic.NoticeDraft && n.State != civic.NoticeProposed && n.State != civic.NoticeChecked {
		return nil
	}
	problems, err := k.opts.Notices.Review(ctx, n.NoticeText)
	for _, p := range problems {
		page.Barred = page.Barred || p.Bars
		page.Problems = append(page.Problems, view.NoticeProblem{Text: locale.Error(page.Lang, p.Why), Bars: p.Bars})
	}
	return err
}

// revision holds the text against the one published before.
func (k *Console) revision(ctx context.Context, page *view.ConsoleNotice, n store.NoticeRecord) error {
	last, ever, err := k.opts.Notices.Last(ctx, n)
	if err != nil || !ever || n.State == civic.NoticePublished {
		return err
	}
	page.Compared = comparison(notices.Compare(last, n.NoticeText))
	page.Compared.At = last.Notice.PublishedAt
	points, err := k.points(ctx)
	if err != nil {
		return err
	}
	kind := func(id string) string {
		if _, ok := civic.CategoryOf(id); ok {
			return locale.T(page.Lang, "notice.kind."+id)
		}
		return id
	}
	for i := range page.Compared.Fields {
		switch f := &page.Compared.Fields[i]; f.Field {
		case "scope":
			f.Was, f.Now = scopeWords(page.Lang, last.Scope, points), scopeWords(page.Lang, n.Scope, points)
		case "until":
			f.Was, f.Now = lastDay(page.Lang, last.Until), lastDay(page.Lang, n.Until)
		case "category":
			f.Was, f.Now = kind(f.Was), kind(f.Now)
		}
	}
	return nil
}

// lastDay says until when a notice is shown: the last day that counts.
func lastDay(lang locale.Lang, until time.Time) string {
	if until.IsZero() {
		return locale.T(lang, "notice.forever")
	}
	return locale.T(lang, "notice.fact.until.day", locale.DateYear(lang, civic.DateOf(until.Add(-time.Millisecond)), locale.Plain))
}

func comparison(c notices.Comparison) *view.NoticeComparison {
	out := &view.NoticeComparison{Same: c.Same()}
	for _, f := range c.Fields {
		out.Fields = append(out.Fields, view.NoticeDiffers(f))
	}
	for _, l := range c.Body {
		out.Lines = append(out.Lines, view.NoticeLine(l))
	}
	return out
}

// noticePast says what happened to the notice, the latest first.
func (k *Console) noticePast(ctx context.Context, page *view.ConsoleNotice, n store.NoticeRecord) {
	names := map[string]string{}
	for i, p := range n.History {
		e := view.NoticeEvent{At: p.At, Who: k.who(ctx, page.Lang, p.By, names), Role: p.By.Role, State: p.State, Words: p.Words}
		if p.Digest != (civic.Digest{}) {
			e.Digest = p.Digest.String()
		}
		if p.State == civic.NoticeDraft {
			// Only what waited for an office is sent back; every other draft is a text that was saved.
			waited := i > 0 && (n.History[i-1].State == civic.NoticeProposed || n.History[i-1].State == civic.NoticeChecked)
			e.Back = waited && (p.Words != "" || p.By.Role != civic.RolePublisher)
			e.Saved = !e.Back
		}
		page.History = append([]view.NoticeEvent{e}, page.History...)
	}
}

// noticeDeeds are what a hand may do to a notice, in the order a page offers them.
var noticeDeeds = [...]struct {
	id   string
	role civic.Role
	from civic.NoticeState
	to   civic.NoticeState
}{
	{"propose", civic.RolePublisher, civic.NoticeDraft, civic.NoticeProposed},
	{"check", civic.RoleNetwork, civic.NoticeProposed, civic.NoticeChecked},
	{"release", civic.RoleSecrecy, civic.NoticeChecked, civic.NoticePublished},
	{"back", civic.RoleNetwork, civic.NoticeProposed, civic.NoticeDraft},
	{"back", civic.RoleSecrecy, civic.NoticeChecked, civic.NoticeDraft},
	{"take", civic.RolePublisher, civic.NoticeProposed, civic.NoticeDraft},
	{"take", civic.RolePublisher, civic.NoticeChecked, civic.NoticeDraft},
}

// noticeActs returns what the reader may do to a notice now. The store decides again when it is done. had tells that
// an approval would be the reader's next, were it not for an earlier one.
func noticeActs(n store.NoticeRecord, by store.Person, barred bool) (acts []string, had bool) {
	used := slices.ContainsFunc(n.Hands, func(a civic.Approval) bool { return a.Login == by.Login })
	for _, d := range noticeDeeds {
		if d.from != n.State || !by.Holds(d.role) || d.id == "propose" && barred {
			continue
		}
		if used && (d.id == "check" || d.id == "release") {
			had = true
			continue
		}
		acts = append(acts, d.id)
	}
	if n.Live > 0 && slices.ContainsFunc(notices.Hands[:], by.Holds) {
		acts = append(acts, "withdraw")
	}
	return acts, had
}

// noticeFile gives an attachment of the present text to whoever works on notices.
func (k *Console) noticeFile(c *fiber.Ctx) error {
	d, err := civic.ParseDigest(c.Params("digest"))
	if err != nil {
		return civic.Refuse(civic.NotFound, "files", "notice.nofile")
	}
	n, err := k.opts.Notices.Notice(ctxOf(c), c.Params("id"))
	if err != nil {
		return err
	}
	for _, f := range n.Notice.Files {
		if f.Digest != d {
			continue
		}
		b, err := k.opts.Notices.Bytes(ctxOf(c), n.Notice.ID, d)
		if err != nil {
			return err
		}
		// Looked at in place where it is a picture or a PDF, saved otherwise; a document never acts as a page of ours.
		how := "attachment"
		if shown(f.Media) {
			how = "inline"
		}
		c.Set(fiber.HeaderContentDisposition, fmt.Sprintf("%s; filename*=UTF-8''%s", how, url.PathEscape(f.Name)))
		c.Set(fiber.HeaderContentType, f.Media)
		return c.Send(b)
	}
	return civic.Refuse(civic.NotFound, "files", "notice.nofile")
}
