package assets

import (
	"errors"
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"

	"github.com/skip2/go-qrcode"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/sync/civic"
)

// funcs returns what templates call. Those that speak do so in one language, so that a template never passes it on.
func (f *Files) funcs(lang locale.Lang, mark Marker) template.FuncMap {
	if mark == nil {
		mark = func(civic.Date) locale.Mark { return locale.Plain }
	}
	return template.FuncMap{
		"t":        func(key string, args ...any) string { return locale.T(lang, key, args...) },
		"n":        func(key string, n int) string { return locale.Count(lang, key, n) },
		"lang":     func() string { return lang },
		"icon":     f.icon,
		"url":      f.url,
		"css":      f.css,
		"day":      func(d civic.Date) string { return locale.Date(lang, d, mark(d)) },
		"dayyear":  func(d civic.Date) string { return locale.DateYear(lang, d, mark(d)) },
		"today":    func(t time.Time) string { d := civic.DateOf(t); return locale.DateYear(lang, d, mark(d)) },
		"clock":    func(t time.Time) string { return t.In(civic.China).Format("15:04") },
		"time":     func(t time.Time) string { return locale.Time(lang, t) },
		"short":    func(t time.Time) string { return locale.Short(lang, t) },
		"ago":      func(t, now time.Time) string { return locale.Ago(lang, t, now) },
		"left":     func(n int, kind civic.DayKind) string { return locale.Left(lang, n, kind) },
		"days":     func(n int, kind civic.DayKind) string { return locale.Days(lang, n, kind) },
		"due":      func(n *civic.StatusNotice) string { return due(lang, n, mark) },
		"size":     func(n int) string { return size(lang, n) },
		"come":     func(come, whole int64) string { return arrival(lang, come, whole) },
		"half":     func(d float64) string { return strconv.FormatFloat(d, 'f', -1, 64) },
		"pick":     func(zh, en string) string { return pick(lang, zh, en) },
		"words":    func(zh, en string) string { return strings.Join(strings.Fields(pick(lang, zh, en)), " ") },
		"groups":   func(c civic.TrackingCode) []string { return strings.Split(c.String(), "-") },
		"terminal": func(n uint32) string { return fmt.Sprintf("%05d", n) },
		"qr":       qrSVG,
		"timeline": view.Timeline,
		"dict":     dict,
		"list":     func(v ...string) []string { return v },
		"join":     strings.Join,
		"lines":    func(s string) []string { return strings.Split(strings.TrimSpace(s), "\n") },
		"add":      func(a, b int) int { return a + b },
		"num":      func(n uint64) int { return int(n) },
		"upto":     upto,
		"plain":    func(s string) string { return strings.TrimRight(s, "？?。.") },
		"paper":    func(m civic.Material) string { return count(lang, m.Original, m.Copies) },
		"counted":  func(original, copies int) string { return count(lang, original, copies) },
		"materials": func(m []civic.ReceiptMaterial) string {
			names := make([]string, len(m))
			for i := range m {
				names[i] = m[i].Name
			}
			return strings.Join(names, locale.T(lang, "material.join"))
		},
		"datepart":  datePart,
		"lastday":   func(until time.Time) string { d := lastDay(until); return locale.DateYear(lang, d, mark(d)) },
		"later":     func(t, now time.Time) bool { return t.After(now) },
		"int":       func(n int64) int { return int(n) },
		"brings":    brings,
		"decision":  func(g civic.Guide) civic.Limit { return g.Decision() },
		"plaindate": func(d civic.Date) string { return plainDate(lang, d) },
		"plainday":  func(t time.Time) string { return plainDate(lang, civic.DateOf(t)) },
		"datewords": func(t time.Time) dateWords { return wordsOfDate(lang, t, mark) },
		"filedhere": func(g civic.Guide) bool { return g.FiledHere() },
	}
}

func (f *Files) icon(name string) (template.HTML, error) {
	if i := f.Icon(name); i != "" {
		return i, nil
	}
	return "", fmt.Errorf("no icon %s", name)
}

func (f *Files) url(name string) (string, error) {
	if u := f.URL(name); u != "" {
		return u, nil
	}
	return "", fmt.Errorf("no file %s", name)
}

// css returns a style sheet to be set into the page itself.
func (f *Files) css(name string) (template.CSS, error) {
	s, err := f.Text(name)
	return template.CSS(s), err
}

// due says by when the next thing happens: with a date where one is known, else in days; nothing where no clock
// runs.
func due(lang locale.Lang, n *civic.StatusNotice, mark Marker) string {
	if n == nil {
		return ""
	}
	clock := string(n.Status.Clock())
	if n.Status == civic.Supplement {
		clock = "supplement"
	}
	switch {
	case clock == "":
		return ""
	case !n.Due.IsZero():
		return locale.T(lang, "due."+clock, locale.Date(lang, n.Due, mark(n.Due)))
	case n.DueDays > 0:
		return locale.T(lang, "due."+clock+".days", locale.Days(lang, n.DueDays, n.DueKind))
	}
	return ""
}

// lastDay is the last day of what is shown until an instant: midnight ends the day before it.
func lastDay(until time.Time) civic.Date { return civic.DateOf(until.Add(-time.Millisecond)) }

// count says how many originals and copies.
func count(lang locale.Lang, original, copies int) string {
	var parts []string
	if original > 0 {
		parts = append(parts, locale.Count(lang, "material.originals", original))
	}
	if copies > 0 {
		parts = append(parts, locale.Count(lang, "material.copies", copies))
	}
	return strings.Join(parts, locale.T(lang, "material.join"))
}

// arrival says how much of a file has come.
func arrival(lang locale.Lang, come, whole int64) string {
	if come == 0 {
		return locale.T(lang, "case.come.none")
	}
	return locale.T(lang, "case.come", size(lang, int(come)), size(lang, int(whole)))
}

func size(lang locale.Lang, n int) string {
	if n >= 1<<20 {
		return locale.T(lang, "size.mb", strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64))
	}
	return locale.T(lang, "size.kb", max(1, n>>10))
}

func pick(lang locale.Lang, zh, en string) string {
	if lang == locale.English && en != "" {
		return en
	}
	return zh
}

// brings counts the papers to bring: those that everybody brings, or those that depend on the case.
func brings(materials []civic.Material, depends bool) int {
	n := 0
	for _, m := range materials {
		if m.Need != civic.NeedHeld && (m.When != "") == depends {
			n++
		}
	}
	return n
}

// datePart returns the year, month or day of a date as 2026-09-26, without leading zeros.
func datePart(s string, part int) string {
	parts := strings.Split(s, "-")
	if part >= len(parts) {
		return ""
	}
	return strings.TrimLeft(parts[part], "0")
}

// upto returns 1 to n.
func upto(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i + 1
	}
	return out
}

// dict makes the argument of a template that takes several.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("dict takes names and values in pairs")
	}
	out := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, errors.New("dict takes a text as name")
		}
		out[name] = pairs[i+1]
	}
	return out, nil
}

// qrSVG draws a text as a QR code at level Q, the level of the printed receipt, one path of whole modules.
func qrSVG(text string) (template.HTML, error) {
	q, err := qrcode.New(text, qrcode.High)
	if err != nil {
		return "", fmt.Errorf("draw QR: %w", err)
	}
	bitmap := q.Bitmap()
	var path strings.Builder
	for y, row := range bitmap {
		for x := 0; x < len(row); x++ {
			from := x
			for x < len(row) && row[x] {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from, y, x-from, x-from)
			}
		}
	}
	return template.HTML(fmt.Sprintf(
		`<svg class="qr" viewBox="0 0 %[1]d %[1]d" shape-rendering="crispEdges" role="img"><path fill="#fff" d="M0 0h%[1]dv%[1]dH0z"/><path d="%[2]s"/></svg>`,
		len(bitmap), path.String())), nil
}
