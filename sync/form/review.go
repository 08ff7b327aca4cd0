package form

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"doorstep/sync/civic"
)

// Section is one page of the answers, read back.
type Section struct {
	Page  string // id of the page, to go back to it
	Title string
	Lines []Line
}

// Line is one answer read back in words. Masked is what a screen that others may see shows; it equals Value where
// nothing needs hiding.
type Line struct {
	Path   string
	Label  string
	Value  string
	Masked string
	Item   int // for an answer of a repeat: the number of its item, from 1
}

// Review reads the answers back as label and value, page by page, for the resident to confirm and for the clerk.
// What is not asked and what was left empty is left out.
func (f *Form) Review(answers Answers, lang string) []Section {
	a := f.root.ask(answers)
	var out []Section
	for _, p := range f.pages {
		s := Section{Page: p.ID, Title: p.Title.In(lang)}
		for _, name := range p.Fields {
			if v, ok := answers[name]; ok && !a.hidden[name] {
				s.Lines = append(s.Lines, f.root.byName[name].review(name, v, lang, 0)...)
			}
		}
		if len(s.Lines) > 0 {
			out = append(out, s)
		}
	}
	return out
}

func (fl *field) review(path string, v any, lang string, item int) []Line {
	label := fl.property.Label.In(lang)
	if fl.items == nil {
		value, masked := fl.words(v, lang)
		return []Line{{Path: path, Label: label, Value: value, Masked: masked, Item: item}}
	}
	var out []Line
	for i, e := range list(v) {
		obj, _ := e.(map[string]any)
		a := fl.items.ask(obj)
		for _, sub := range fl.items.fields {
			if w, ok := obj[sub.name]; ok && !a.hidden[sub.name] {
				at := path + "/" + strconv.Itoa(i) + "/" + sub.name
				out = append(out, sub.review(at, w, lang, i+1)...)
			}
		}
	}
	for i := range out {
		out[i].Label = fmt.Sprintf("%s %d · %s", label, out[i].Item, out[i].Label)
	}
	return out
}

// words returns an answer as people read it, and how a screen shows it.
func (fl *field) words(v any, lang string) (value, masked string) {
	p := fl.property
	switch p.Control {
	case Choice:
		s, _ := v.(string)
		value = orSame(p.Options[s].In(lang), s)
	case MultiChoice:
		var parts []string
		for _, e := range list(v) {
			s, _ := e.(string)
			parts = append(parts, orSame(p.Options[s].In(lang), s))
		}
		value = strings.Join(parts, Text{"、", ", "}.In(lang))
	case YesNo, Agree:
		value = fl.truth(v, lang)
	case DateControl:
		value = dateWords(plainText(v), lang)
	case DocumentControl:
		d := documentOf(v)
		kind := orSame(p.Options[string(d.Kind)].In(lang), string(d.Kind))
		return kind + " " + d.Number, kind + " " + d.Masked()
	default:
		value = plainText(v)
		if p.Unit.ZH != "" {
			value += " " + p.Unit.In(lang)
		}
	}
	if p.Mask {
		return value, maskMiddle(value)
	}
	return value, value
}

// truth words a yes or no, in the words of x-options where the form has its own.
func (fl *field) truth(v any, lang string) string {
	b, _ := v.(bool)
	if t := fl.property.Options[strconv.FormatBool(b)]; t.ZH != "" {
		return t.In(lang)
	}
	if b {
		return Text{"是", "Yes"}.In(lang)
	}
	return Text{"否", "No"}.In(lang)
}

// dateWords writes a day as people say it.
func dateWords(s, lang string) string {
	d, err := civic.ParseDate(s)
	if err != nil {
		return s
	}
	if lang == "en" {
		return d.Time().Format("2 January 2006")
	}
	return fmt.Sprintf("%d年%d月%d日", d.Year, d.Month, d.Day)
}

// maskMiddle hides all but the first and last four characters, and everything of what is no longer than that.
func maskMiddle(s string) string {
	r := []rune(s)
	for i := range r {
		if len(r) <= 8 || i >= 4 && i < len(r)-4 {
			r[i] = '*'
		}
	}
	return string(r)
}

// plainText returns a simple answer as text.
func plainText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

func orSame(words, value string) string {
	if words == "" {
		return value
	}
	return words
}

// dateOf returns the day answered, the zero Date if there is none.
func dateOf(s string) civic.Date {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return civic.Date{Year: t.Year(), Month: t.Month(), Day: t.Day()}
	}
	return civic.Date{}
}
