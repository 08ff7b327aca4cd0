package form

import (
	"strconv"
)

// Page is a page as it is asked now, in one language.
type Page struct {
	ID     string
	Title  string
	Why    string // the reason in small print
	Fields []Field
}

// Field is one question as it is asked now. Path is its name in what a page posts, and the field of a refusal.
type Field struct {
	Path     string
	Name     string // the last part of Path
	Control  Control
	Label    string
	Help     string
	Unit     string
	Required bool
	Depends  bool // asked for some answers only; told by Paper alone
	Format   string
	Min, Max string   // of a number; empty where there is no bound
	MaxLen   int      // of a text, in characters
	Options  []Option // of a choice; of a document, its kinds
	Mask     bool     // shown masked on the review page
	Value    any      // the present answer; nil if none

	// For a Repeat: the present items, what a further item is asked, and how many there may be.
	Items              []Item
	Blank              []Field
	MinItems, MaxItems int
}

// Item is one item of a repeat.
type Item struct {
	Path   string // as companions/0
	Fields []Field
}

// Option is one value to choose, with its words.
type Option struct {
	Value string
	Label string
}

// Text returns the present answer of a field as text, for an input.
func (f Field) Text() string { return plainText(f.Value) }

// Has reports whether value is chosen in the present answer.
func (f Field) Has(value string) bool {
	switch v := f.Value.(type) {
	case string:
		return v == value
	case bool:
		return strconv.FormatBool(v) == value
	case []any:
		for _, e := range v {
			if e == value {
				return true
			}
		}
	}
	return false
}

// DocumentKind and DocumentNumber return the parts of a document's present answer.
func (f Field) DocumentKind() string { return documentPart(f.Value, "kind") }

// DocumentNumber returns the number of a document's present answer.
func (f Field) DocumentNumber() string { return documentPart(f.Value, "number") }

// OnlyKind reports whether a document can be of this kind alone, as an organisation's can.
func (f Field) OnlyKind(kind string) bool {
	return f.Control == DocumentControl && len(f.Options) == 1 && f.Options[0].Value == kind
}

func documentPart(v any, part string) string {
	obj, _ := v.(map[string]any)
	s, _ := obj[part].(string)
	return s
}

// Pages returns the pages that have something to ask for the present answers, in order, each with the questions
// that are asked.
func (f *Form) Pages(answers Answers, lang string) []Page {
	a := f.root.ask(answers)
	var out []Page
	for _, p := range f.pages {
		q := Page{ID: p.ID, Title: p.Title.In(lang), Why: p.Why.In(lang)}
		for _, name := range p.Fields {
			if !a.hidden[name] {
				q.Fields = append(q.Fields, f.root.byName[name].shown(name, answers[name], a.required[name], lang))
			}
		}
		if len(q.Fields) > 0 {
			out = append(out, q)
		}
	}
	return out
}

// shown returns the question of fl at a path with its present answer.
func (fl *field) shown(path string, value any, required bool, lang string) Field {
	p := fl.property
	out := Field{
		Path: path, Name: fl.name, Control: p.Control, Label: p.Label.In(lang), Help: p.Help.In(lang),
		Unit: p.Unit.In(lang), Required: required || p.MinItems > 0, Format: p.Format, MaxLen: p.MaxLength,
		Mask: p.Mask, Value: value, MinItems: p.MinItems, MaxItems: p.MaxItems,
	}
	if p.Minimum != nil {
		out.Min = p.Minimum.String()
	}
	if p.Maximum != nil {
		out.Max = p.Maximum.String()
	}
	for _, v := range fl.options {
		out.Options = append(out.Options, Option{v, p.Options[v].In(lang)})
	}
	for _, v := range fl.kinds {
		out.Options = append(out.Options, Option{v, p.Options[v].In(lang)})
	}
	switch p.Control {
	case DocumentControl:
		out.MaxLen = p.Properties["number"].MaxLength
	case Repeat:
		out.Blank = fl.items.shown(path+"/"+strconv.Itoa(count(value)), nil, lang)
		for i, v := range list(value) {
			item, _ := v.(map[string]any)
			at := path + "/" + strconv.Itoa(i)
			out.Items = append(out.Items, Item{at, fl.items.shown(at, item, lang)})
		}
	}
	return out
}

// shown returns the questions of one item.
func (g *group) shown(path string, answers map[string]any, lang string) []Field {
	a := g.ask(answers)
	var out []Field
	for _, fl := range g.fields {
		if !a.hidden[fl.name] {
			out = append(out, fl.shown(path+"/"+fl.name, answers[fl.name], a.required[fl.name], lang))
		}
	}
	return out
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func count(v any) int { return len(list(v)) }
