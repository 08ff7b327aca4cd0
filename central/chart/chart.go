// Package chart draws bars as SVG with github.com/go-analyze/charts: the library decides scale, ticks and places;
// this package gives each bar its name, its link and the class by which the style sheet colours and hatches it.
//
// What it makes is set into a page as it is. It holds no colour, no style and no script, its words are text in the
// page's own font, and it prints. [Pen] is immutable and safe for concurrent use.
package chart

import (
	"errors"
	"fmt"
	"html/template"
	"slices"

	"github.com/go-analyze/charts"
	"github.com/golang/freetype/truetype"
)

// Bars is one chart of bars.
type Bars struct {
	Title      string // what a reader who does not see it is told
	Categories []string
	Series     []Series
	Stacked    bool
	Horizontal bool // categories from top to bottom, for names that are long
}

// Series is one kind of bar, in every category.
type Series struct {
	Name   string
	Class  string // of the bars, for the style sheet
	Values []int
	Links  []string // where each bar leads; an empty one leads nowhere
}

// Pen draws charts with the measures of one font.
type Pen struct{ font *truetype.Font }

// NewPen reads the TrueType font in which the page sets the words: places are reckoned from its widths.
func NewPen(font []byte) (*Pen, error) {
	f, err := truetype.Parse(font)
	if err != nil {
		return nil, fmt.Errorf("read font of charts: %w", err)
	}
	return &Pen{f}, nil
}

// Measures, in the pixels of the console's page.
const (
	width     = 1120
	height    = 280
	rowHeight = 34 // of a category of horizontal bars
	margin    = 60 // what such a chart needs beside its rows
	textSize  = 10 // in points, as the library counts: 13 pixels
)

// markers are the colours that the library is given. They are never seen: dress knows by them what a mark is.
var (
	axisMark = charts.Color{R: 1, A: 255}
	gridMark = charts.Color{R: 2, A: 255}
	textMark = charts.Color{R: 3, A: 255}
	voidMark = charts.Color{R: 4, A: 255}
)

func seriesMark(i int) charts.Color { return charts.Color{R: 5, G: uint8(i), A: 255} }

// Draw draws a chart. Every series must have a value for each category.
func (p *Pen) Draw(b Bars) (template.HTML, error) {
	values := make([][]float64, len(b.Series))
	theme := charts.ThemeOption{
		AxisStrokeColor: axisMark, AxisSplitLineColor: gridMark, BackgroundColor: voidMark, TextColor: textMark,
	}
	for i, s := range b.Series {
		if len(s.Values) != len(b.Categories) || len(s.Links) != len(b.Categories) {
			return "", errors.New("draw chart: a series has not a value and a link for each category")
		}
		for _, v := range s.Values {
			values[i] = append(values[i], float64(v))
		}
		theme.SeriesColors = append(theme.SeriesColors, seriesMark(i))
	}
	if len(b.Categories) == 0 || len(b.Series) == 0 {
		return "", errors.New("draw chart: nothing to draw")
	}
	tall := height
	if b.Horizontal {
		tall = rowHeight*len(b.Categories) + margin
		b = upsideDown(b)
		for _, v := range values {
			slices.Reverse(v)
		}
	}
	painter := charts.NewPainter(charts.PainterOptions{
		OutputFormat: charts.ChartOutputSVG, Width: width, Height: tall, Font: p.font,
	})
	o := p.options(b, values)
	o.Theme = charts.MakeTheme(theme)
	if err := painter.BarChart(o); err != nil {
		return "", fmt.Errorf("draw chart: %w", err)
	}
	svg, err := painter.Bytes()
	if err != nil {
		return "", fmt.Errorf("draw chart: %w", err)
	}
	return dress(svg, b)
}

// upsideDown turns the order of the categories round: the library sets the first of them at the bottom.
func upsideDown(b Bars) Bars {
	turn := func(s []string) []string {
		s = slices.Clone(s)
		slices.Reverse(s)
		return s
	}
	b.Categories, b.Series = turn(b.Categories), slices.Clone(b.Series)
	for i := range b.Series {
		s := &b.Series[i]
		s.Values, s.Links = slices.Clone(s.Values), turn(s.Links)
		slices.Reverse(s.Values)
	}
	return b
}

func (p *Pen) options(b Bars, values [][]float64) charts.BarChartOption {
	words := charts.FontStyle{Font: p.font, FontSize: textSize, FontColor: textMark}
	o := charts.NewBarChartOptionWithData(values)
	o.Legend.Show = charts.Ptr(false) // the page has its own, of the same classes
	o.StackSeries = charts.Ptr(b.Stacked)
	o.Horizontal = b.Horizontal
	o.Padding = charts.NewBox(4, 8, 24, 4)
	o.CategoryAxis.Labels = b.Categories
	o.CategoryAxis.LabelCount = len(b.Categories)
	o.CategoryAxis.LabelFontStyle = words
	o.ValueAxis = []charts.ValueAxisOption{{
		LabelFontStyle: words, Min: charts.Ptr(0.0), Unit: unit(b), ValueFormatter: func(v float64) string { return fmt.Sprintf("%.0f", v) },
	}}
	return o
}

// unit keeps the scale to whole cases: where the tallest bar is low, a tick a case.
func unit(b Bars) float64 {
	tallest := 0
	for i := range b.Categories {
		sum := 0
		for _, s := range b.Series {
			if b.Stacked {
				sum += s.Values[i]
			} else {
				sum = max(sum, s.Values[i])
			}
		}
		tallest = max(tallest, sum)
	}
	if tallest <= 6 {
		return 1
	}
	return 0
}
