package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/go-analyze/charts"
)

// dress turns what the library drew into what the page shows: marks by class instead of by colour, and each bar with
// its name and its link. The library draws the bars of a series after each other, in the order of the categories,
// those of no height too.
func dress(svg []byte, b Bars) (template.HTML, error) {
	w := dresser{bars: b, drawn: make([]int, len(b.Series))}
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", fmt.Errorf("read drawn chart: %w", err)
		}
		if err := w.token(t); err != nil {
			return "", err
		}
	}
	for i, n := range w.drawn {
		if n != len(b.Categories) {
			return "", fmt.Errorf("chart has %d bars of series %d, wants %d", n, i, len(b.Categories))
		}
	}
	return template.HTML(w.out.String()), nil //nolint:gosec // every text and attribute in it is escaped here
}

type dresser struct {
	bars  Bars
	drawn []int // bars seen of each series
	out   strings.Builder
}

func (w *dresser) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		return w.start(t)
	case xml.EndElement:
		switch t.Name.Local {
		case "svg", "text":
			w.out.WriteString("</" + t.Name.Local + ">")
		}
	case xml.CharData:
		w.escape(string(t))
	}
	return nil
}

func (w *dresser) start(e xml.StartElement) error {
	at := map[string]string{}
	for _, a := range e.Attr {
		at[a.Name.Local] = a.Value
	}
	switch e.Name.Local {
	case "svg":
		w.out.WriteString(`<svg class="bars" role="group" viewBox="`)
		w.escape(at["viewBox"])
		w.out.WriteString(`" aria-label="`)
		w.escape(w.bars.Title)
		w.out.WriteString(`">`)
	case "text":
		w.out.WriteString(`<text x="`)
		w.escape(at["x"])
		w.out.WriteString(`" y="`)
		w.escape(at["y"])
		w.out.WriteString(`">`)
	case "path":
		w.path(at["d"], at["style"])
	default:
		return fmt.Errorf("chart holds an element %s, which this version does not dress", e.Name.Local)
	}
	return nil
}

// path writes a line of the frame, or a bar.
func (w *dresser) path(d, style string) {
	switch {
	case strings.Contains(style, "stroke:"+rgb(axisMark)):
		w.shape("axis", d)
		return
	case strings.Contains(style, "stroke:"+rgb(gridMark)):
		w.shape("grid", d)
		return
	}
	for i, s := range w.bars.Series {
		if !strings.Contains(style, "fill:"+rgb(seriesMark(i))) {
			continue
		}
		n := w.drawn[i]
		w.drawn[i]++
		if n >= len(s.Values) || s.Values[n] == 0 {
			return // nothing to see, nothing to touch
		}
		if s.Links[n] == "" {
			w.shape(s.Class, d)
			return
		}
		w.out.WriteString(`<a href="`)
		w.escape(s.Links[n])
		w.out.WriteString(`"><title>`)
		w.escape(fmt.Sprintf("%s · %s %d", w.bars.Categories[n], s.Name, s.Values[n]))
		w.out.WriteString(`</title>`)
		w.shape(s.Class, d)
		w.out.WriteString(`</a>`)
		return
	}
	// The ground is the page's own.
}

func (w *dresser) shape(class, d string) {
	w.out.WriteString(`<path class="`)
	w.escape(class)
	w.out.WriteString(`" d="`)
	w.escape(strings.ReplaceAll(d, "\n", " "))
	w.out.WriteString(`"/>`)
}

func (w *dresser) escape(s string) { template.HTMLEscape(&w.out, []byte(s)) }

// rgb writes a marker as the library does.
func rgb(c charts.Color) string { return fmt.Sprintf("rgb(%d,%d,%d)", c.R, c.G, c.B) }
