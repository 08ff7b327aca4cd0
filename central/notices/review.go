package notices

import (
	"context"
	"errors"
	"strings"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// The bounds of a text, in characters unless said otherwise: what a page of 50 KB, a screen and an edition hold.
const (
	MaxTitle    = 80
	MaxName     = 60 // of the issuer, and the number of the document
	MaxBody     = 8000
	MaxKeywords = 8
	MaxKeyword  = 20
	maxCells    = 10 // in a row of a table
)

// bounds refuses what is too large even for a draft.
func bounds(t *store.NoticeText) error {
	n := &t.Notice
	total := int64(0)
	for _, f := range n.Files {
		total += f.Size
	}
	long := func(s string, max int) bool { return len([]rune(s)) > max }
	for _, b := range []struct {
		over  bool
		field string
		key   string
		max   int
	}{
		{long(n.Title, MaxTitle), "title", "notice.title.long", MaxTitle},
		{long(n.Issuer, MaxName), "issuer", "notice.name.long", MaxName},
		{long(n.Document, MaxName), "document", "notice.name.long", MaxName},
		{long(n.Body, MaxBody), "body", "notice.body.long", MaxBody},
		{len(n.Keywords) > MaxKeywords, "keywords", "notice.keywords.many", MaxKeywords},
		{long(longest(n.Keywords), MaxKeyword), "keywords", "notice.keywords.long", MaxKeyword},
		{len(n.Files) > MaxFiles, "files", "notice.files.many", MaxFiles},
		{total > MaxBytes, "files", "notice.files.large", MaxBytes >> 20},
	} {
		if b.over {
			return civic.Refuse(civic.Full, b.field, b.key, b.max)
		}
	}
	return nil
}

func longest(list []string) (s string) {
	for _, v := range list {
		if len(v) > len(s) {
			s = v
		}
	}
	return s
}

// Problem is something about a text that its publisher should know before it is proposed.
type Problem struct {
	Why  *civic.Error
	Bars bool // it may not be proposed like this
}

// Review lists what keeps a text from being proposed, and what to look at.
func (b *Notices) Review(ctx context.Context, t store.NoticeText) ([]Problem, error) {
	today := civic.DateOf(b.o.Now())
	out := incomplete(&t, today)
	out = append(out, b.schedule(ctx, t)...)
	for _, part := range []struct{ field, text string }{
		{"title", t.Notice.Title}, {"document", t.Notice.Document}, {"issuer", t.Notice.Issuer},
		{"keywords", strings.Join(t.Notice.Keywords, "\n")}, {"body", t.Notice.Body},
	} {
		for _, f := range Unmasked(part.text, today) {
			out = append(out, bars(part.field, "notice.unmasked."+string(f.Kind), f.Line, f.Text))
		}
	}
	files, err := b.reviewFiles(ctx, t.Notice.ID, t.Notice.Files, today)
	return append(out, files...), err
}

func bars(field, key string, args ...any) Problem {
	return Problem{civic.Refuse(civic.Invalid, field, key, args...), true}
}

// incomplete says what a text lacks.
func incomplete(t *store.NoticeText, today civic.Date) []Problem {
	var out []Problem
	n := &t.Notice
	if n.Title == "" {
		out = append(out, bars("title", "notice.title.none"))
	}
	if _, ok := civic.CategoryOf(n.Category); !ok {
		out = append(out, bars("category", "notice.category.none"))
	}
	if n.Issuer == "" {
		out = append(out, bars("issuer", "notice.issuer.none"))
	}
	if _, err := civic.ParseOrganisation(t.IssuerCode); err != nil {
		out = append(out, bars("code", "notice.code.wrong"))
	}
	switch {
	case n.Made.IsZero():
		out = append(out, bars("made", "notice.made.none"))
	case today.Before(n.Made):
		out = append(out, bars("made", "notice.made.future"))
	}
	if n.Body == "" {
		out = append(out, bars("body", "notice.body.none"))
	}
	for _, block := range n.Blocks() {
		if len(block.Cells) > maxCells {
			return append(out, bars("body", "notice.body.wide", maxCells))
		}
	}
	return out
}

// schedule says what is wrong with the time of display, as if it began now or at its own time.
func (b *Notices) schedule(ctx context.Context, t store.NoticeText) []Problem {
	now := b.o.Now()
	start := now
	if t.From.After(now) {
		start = t.From
	}
	switch {
	case t.Until.IsZero():
		return nil
	case !t.Until.After(now):
		return []Problem{bars("until", "notice.until.past")}
	case !t.Until.After(start):
		return []Problem{bars("until", "notice.until.before")}
	}
	c, ok := civic.CategoryOf(t.Notice.Category)
	if !ok {
		return nil
	}
	cal, err := b.o.Calendar.Calendar(ctx)
	if err != nil {
		cal = nil // none published: what needs it cannot be reckoned
	}
	refusal, unsure := Display(c, start, t.Until, cal)
	switch {
	case refusal != nil:
		return []Problem{{refusal, true}}
	case unsure:
		return []Problem{{civic.Refuse(civic.Unpublished, "until", "notice.display.unsure", c.Law, c.Days), false}}
	}
	return nil
}

// reviewFiles searches the attachments whose text can be read, and says which cannot.
func (b *Notices) reviewFiles(ctx context.Context, id string, files []civic.NoticeFile, today civic.Date) ([]Problem, error) {
	var out []Problem
	for _, f := range files {
		for _, found := range Unmasked(f.Name, today) {
			out = append(out, bars("files", "notice.unmasked.name", found.Text))
		}
		if !readable(f.Media) {
			out = append(out, Problem{civic.Refuse(civic.Unsupported, "files", "notice.unsearched", f.Name), false})
			continue
		}
		body, err := b.o.Store.NoticeBytes(ctx, id, f.Digest)
		if errors.Is(err, &civic.Error{Code: civic.NotFound}) {
			continue // not saved yet: it is searched when it is
		}
		if err != nil {
			return nil, err
		}
		text, err := textOf(f.Media, body)
		if err != nil {
			out = append(out, bars("files", "notice.file.broken", f.Name))
			continue
		}
		for _, found := range Unmasked(text, today) {
			out = append(out, bars("files", "notice.unmasked.file."+string(found.Kind), f.Name, found.Text))
		}
	}
	return out, nil
}

// Start returns when a text would first be shown if it were published now.
func Start(t store.NoticeText, now time.Time) time.Time {
	if t.From.After(now) {
		return t.From
	}
	return now
}
