package console

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/chart"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// board shows how the departments do in a week, a month or a quarter: few charts, each with its sentence, each figure
// leading to the list behind it. It holds no personal data. A clerk sees the own department.
func (k *Console) board(c *fiber.Ctx) error {
	b, err := k.newBoard(c)
	if err != nil {
		return err
	}
	page := view.ConsoleBoard{
		Console: k.frame(c, "board"), Period: b.p.kind, On: b.p.from.String(), From: b.p.from, To: b.p.to.Add(-1),
		Running: b.p.runs(b.today), Department: b.department, Point: b.point, PrevURL: b.url(b.p.before(), b.department, b.point),
	}
	if !b.today.Before(b.p.to) {
		page.NextURL = b.url(b.p.after(), b.department, b.point)
	}
	for _, kind := range periods {
		on := b.p.from
		if b.p.runs(b.today) {
			on = b.today
		}
		page.Periods = append(page.Periods, view.BoardChoice{
			ID: kind, URL: b.url(periodOn(kind, on), b.department, b.point), Current: kind == b.p.kind,
		})
	}
	if r := readerOf(c); !r.Holds(civic.RoleSupervisor) {
		page.Own = departmentName(b.lang, r.Department)
	}
	if err := b.fill(ctxOf(c), &page); err != nil {
		return err
	}
	return k.render(c, "board", page)
}

// boarder makes the charts of one board.
type boarder struct {
	k                 *Console
	by                store.Person
	lang              locale.Lang
	today             civic.Date
	p                 period
	department, point string
	points            map[string]string // names by key
}

func (k *Console) newBoard(c *fiber.Ctx) (*boarder, error) {
	b := &boarder{
		k: k, by: readerOf(c).Person, lang: k.languageOf(c), today: civic.DateOf(k.opts.Clock()),
		department: c.Query("department"), point: c.Query("point"),
	}
	on := b.today
	if day, err := civic.ParseDate(c.Query("on")); err == nil && !b.today.Before(day) {
		on = day
	}
	b.p = periodOn(c.Query("period"), on)
	if !b.by.Holds(civic.RoleSupervisor) {
		b.department = b.by.Department
	}
	var err error
	b.points, err = k.points(ctxOf(c))
	return b, err
}

// fill counts once by each axis and makes what is shown of it.
func (b *boarder) fill(ctx context.Context, page *view.ConsoleBoard) error {
	steps, length := b.p.steps()
	count := func(by store.Axis, span store.Span, department, point string) ([]store.Figure, error) {
		return b.k.opts.Casework.Figures(ctx, b.by, store.FigureQuery{
			From: span.From, To: span.To, Department: department, Point: point, By: by, Step: length, Origin: b.p.origin(),
		})
	}
	inTime, err := count(store.ByTime, b.p.span(), b.department, b.point)
	if err != nil {
		return err
	}
	// Departments and points to choose from are those of the period, whatever is chosen.
	departments, err := count(store.ByDepartment, b.p.span(), "", b.point)
	if err != nil {
		return err
	}
	points, err := count(store.ByPoint, b.p.span(), b.department, "")
	if err != nil {
		return err
	}
	last := b.p.before().until(b.p, b.today)
	before, err := b.k.opts.Casework.Figures(ctx, b.by, store.FigureQuery{
		From: last.From, To: last.To, Department: b.department, Point: b.point, By: store.ByDepartment,
	})
	if err != nil {
		return err
	}
	page.Departments = b.choices(departments, b.department, func(key string) string { return departmentName(b.lang, key) })
	page.Points = b.choices(points, b.point, b.pointName)
	now, then := total(inTime), total(before)
	if now.Received+now.Decided == 0 {
		return nil
	}
	charts := []func() (view.BoardChart, error){
		func() (view.BoardChart, error) { return b.flow(steps, inTime, now, then) },
		func() (view.BoardChart, error) { return b.timely(steps, inTime, now, then) },
	}
	if b.by.Holds(civic.RoleSupervisor) && b.department == "" {
		charts = append(charts, func() (view.BoardChart, error) { return b.byDepartment(departments) })
	}
	if b.point == "" {
		charts = append(charts, func() (view.BoardChart, error) { return b.byPoint(points, now) })
	}
	for _, draw := range charts {
		c, err := draw()
		if err != nil {
			return err
		}
		page.Charts = append(page.Charts, c)
	}
	return nil
}

// total adds up figures.
func total(list []store.Figure) (sum store.Figure) {
	for _, f := range list {
		sum.Received += f.Received
		sum.Decided += f.Decided
		sum.OnTime += f.OnTime
		sum.Late += f.Late
	}
	return sum
}

// choices lists what a filter offers, with what is chosen even where it has no case.
func (b *boarder) choices(list []store.Figure, chosen string, name func(string) string) []view.BoardChoice {
	keys := make([]string, 0, len(list)+1)
	for _, f := range list {
		keys = append(keys, f.Key)
	}
	if chosen != "" && !slices.Contains(keys, chosen) {
		keys = append(keys, chosen)
	}
	out := make([]view.BoardChoice, len(keys))
	for i, key := range keys {
		out[i] = view.BoardChoice{ID: key, Name: name(key), Current: key == chosen}
	}
	return out
}

func (b *boarder) pointName(key string) string {
	if name := b.points[key]; name != "" {
		return name
	}
	return key
}

func departmentName(lang locale.Lang, key string) string {
	if locale.Has("department." + key) {
		return locale.T(lang, "department."+key)
	}
	return key
}

// url names a board.
func (b *boarder) url(p period, department, point string) string {
	q := url.Values{"period": {p.kind}, "on": {p.from.String()}}
	b.keep(q, department, point)
	return "/board?" + q.Encode()
}

// keep puts the filters into a URL. A clerk's own department goes without saying.
func (b *boarder) keep(q url.Values, department, point string) {
	if department != "" && b.by.Holds(civic.RoleSupervisor) {
		q.Set("department", department)
	}
	if point != "" {
		q.Set("point", point)
	}
}

// list names the list behind a figure: what is counted, in which span, of which department and point.
func (b *boarder) list(what string, from, to civic.Date, department, point string) string {
	q := url.Values{
		"what": {what}, "from": {from.String()}, "to": {to.Add(-1).String()}, "period": {b.p.kind}, "on": {b.p.from.String()},
	}
	b.keep(q, department, point)
	return "/board/cases?" + q.Encode()
}

// kinds are the series of a chart: what each counts, by the names that lists, words and style sheet share.
var kinds = map[string]func(*store.Figure) int{
	"received": func(f *store.Figure) int { return f.Received },
	"decided":  func(f *store.Figure) int { return f.Decided },
	"ontime":   func(f *store.Figure) int { return f.OnTime },
	"late":     func(f *store.Figure) int { return f.Late },
	"undated":  (*store.Figure).Undated,
}

// column is one category of a chart: its figure, its name, and where its list is.
type column struct {
	name string
	f    store.Figure
	link func(what string) string
}

// draw draws a chart of some kinds over columns, with its legend.
func (b *boarder) draw(c *view.BoardChart, bars chart.Bars, columns []column, what ...string) error {
	for _, col := range columns {
		bars.Categories = append(bars.Categories, col.name)
	}
	for _, w := range what {
		s := chart.Series{Name: locale.T(b.lang, "board.kind."+w), Class: w}
		for _, col := range columns {
			s.Values = append(s.Values, kinds[w](&col.f))
			s.Links = append(s.Links, col.link(w))
		}
		bars.Series = append(bars.Series, s)
		c.Legend = append(c.Legend, view.BarKind{Class: w, Name: s.Name})
	}
	bars.Title = c.Sentence
	var err error
	c.SVG, err = b.k.pen.Draw(bars)
	return err
}

// cell is one figure of a table, with the list behind it.
func (b *boarder) cell(col *column, what string) view.BoardCell {
	n := kinds[what](&col.f)
	if n == 0 {
		return view.BoardCell{Text: "0"}
	}
	return view.BoardCell{Text: fmt.Sprint(n), URL: col.link(what)}
}

// across sets a table whose columns stand under those of the chart: one line a kind.
func (b *boarder) across(c *view.BoardChart, columns []column, what ...string) {
	c.Across = true
	for _, col := range columns {
		c.Head = append(c.Head, col.name)
	}
	for _, w := range what {
		row := view.BoardRow{Name: locale.T(b.lang, "board.kind."+w)}
		for i := range columns {
			row.Cells = append(row.Cells, b.cell(&columns[i], w))
		}
		c.Rows = append(c.Rows, row)
	}
}

// down sets a table of one line a column of the chart, with its share on time.
func (b *boarder) down(c *view.BoardChart, columns []column, what ...string) {
	for _, w := range what {
		c.Head = append(c.Head, locale.T(b.lang, "board.kind."+w))
	}
	c.Head = append(c.Head, locale.T(b.lang, "board.share"))
	for i := range columns {
		row := view.BoardRow{Name: columns[i].name}
		for _, w := range what {
			row.Cells = append(row.Cells, b.cell(&columns[i], w))
		}
		c.Rows = append(c.Rows, view.BoardRow{Name: row.Name, Cells: append(row.Cells, view.BoardCell{Text: b.percent(&columns[i].f)})})
	}
}

func (b *boarder) percent(f *store.Figure) string {
	if share, ok := f.Share(); ok {
		return locale.T(b.lang, "board.percent", share)
	}
	return "—"
}

// inSteps makes a column of every step, also of those in which nothing happened.
func (b *boarder) inSteps(steps []step, list []store.Figure) []column {
	out := make([]column, len(steps))
	for i, s := range steps {
		out[i] = column{
			name: b.stepName(s),
			link: func(what string) string { return b.list(what, s.from, s.to, b.department, b.point) },
		}
	}
	for _, f := range list {
		if f.Step >= 0 && f.Step < len(out) {
			out[f.Step].f = f
		}
	}
	return out
}

// stepName says a day or a week short: 11/2, 11/2–8, 11/30–12/6.
func (b *boarder) stepName(s step) string {
	last := s.to.Add(-1)
	md := func(d civic.Date) string { return fmt.Sprintf("%d/%d", d.Month, d.Day) }
	if last == s.from {
		return md(s.from)
	}
	if last.Month == s.from.Month {
		return fmt.Sprintf("%s–%d", md(s.from), last.Day)
	}
	return md(s.from) + "–" + md(last)
}
