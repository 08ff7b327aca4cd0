package chart_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"doorstep/assets"
	"doorstep/central/chart"
)

func pen(t testing.TB) *chart.Pen {
	t.Helper()
	files, err := assets.Open()
	if err != nil {
		t.Fatal(err)
	}
	font, err := files.Text("NotoSansSC_400Regular.ttf")
	if err != nil {
		t.Fatal(err)
	}
	p, err := chart.NewPen([]byte(font))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func bars() chart.Bars {
	return chart.Bars{
		Title: "各部门 <按时>", Categories: []string{"公安", "人力资源和社会保障", "市场监督管理"},
		Series: []chart.Series{
			{Name: "按时", Class: "ontime", Values: []int{12, 0, 30}, Links: []string{"/a?x=1&y=2", "/b", "/c"}},
			{Name: "逾期", Class: "late", Values: []int{1, 4, 0}, Links: []string{"/d", "", "/f"}},
		},
	}
}

// TestBars: each bar that is more than nothing is there once, with its name, its link and its class; nothing in the
// drawing carries a style or a colour of its own.
func TestBars(t *testing.T) {
	p := pen(t)
	for _, shape := range []struct {
		name                string
		stacked, horizontal bool
	}{{"upright", false, false}, {"stacked", true, false}, {"lying", false, true}, {"lying and stacked", true, true}} {
		t.Run(shape.name, func(t *testing.T) {
			b := bars()
			b.Stacked, b.Horizontal = shape.stacked, shape.horizontal
			out, err := p.Draw(b)
			if err != nil {
				t.Fatal(err)
			}
			svg := string(out)
			for want, n := range map[string]int{
				`class="ontime"`: 2, `class="late"`: 2, "<a href=": 3, `href="/a?x=1&amp;y=2"`: 1, "<title>公安 · 按时 12</title>": 1,
				"<title>市场监督管理 · 按时 30</title>": 1, `aria-label="各部门 &lt;按时&gt;"`: 1, ">人力资源和社会保障</text>": 1,
				"style=": 0, "rgb(": 0, "<script": 0, `href="/b"`: 0, `href="/f"`: 0,
			} {
				if got := strings.Count(svg, want); got != n {
					t.Errorf("%q is there %d times, want %d:\n%s", want, got, n, svg)
				}
			}
			wellFormed(t, svg)
		})
	}
}

func wellFormed(t *testing.T, svg string) {
	t.Helper()
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v: %s", err, svg)
		}
	}
}

// TestOrder: the link of a bar is that of its category also when many are nothing.
func TestOrder(t *testing.T) {
	b := chart.Bars{Title: "t", Series: []chart.Series{{Name: "收件", Class: "received"}}}
	for i := range 31 {
		day := strings.Repeat("i", i+1)
		b.Categories = append(b.Categories, day)
		b.Series[0].Values = append(b.Series[0].Values, i%3)
		b.Series[0].Links = append(b.Series[0].Links, "/"+day)
	}
	out, err := pen(t).Draw(b)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 31 {
		want := `<a href="` + b.Series[0].Links[i] + `"><title>` + b.Categories[i] + " ·"
		if got := strings.Contains(string(out), want); got != (i%3 > 0) {
			t.Errorf("category %d: %v", i, got)
		}
	}
}

func TestRefused(t *testing.T) {
	p := pen(t)
	short := bars()
	short.Series[1].Values = short.Series[1].Values[:2]
	for name, b := range map[string]chart.Bars{"nothing": {}, "no series": {Categories: []string{"a"}}, "a value is missing": short} {
		if _, err := p.Draw(b); err == nil {
			t.Errorf("%s was drawn", name)
		}
	}
	if _, err := chart.NewPen([]byte("no font")); err == nil {
		t.Error("read what is no font")
	}
}

func BenchmarkDraw(b *testing.B) {
	p, chart := pen(b), bars()
	for b.Loop() {
		if _, err := p.Draw(chart); err != nil {
			b.Fatal(err)
		}
	}
}
