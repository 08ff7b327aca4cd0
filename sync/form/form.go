package form

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"doorstep/sync/civic"
)

// Bounds of a form and of the answers to it. A form beyond them is refused when it is published, so that no
// terminal meets one.
const (
	MaxForm    = 256 << 10 // bytes of a form's JSON
	MaxAnswers = 256 << 10 // bytes of the answers' JSON
	MaxRepeat  = 20        // items of a repeat
	MaxText    = 4000      // characters of one answer
	maxFields  = 150       // properties of a form, those of repeats included
	maxPages   = 30
	maxOptions = 200
)

// Control says how a question is asked.
type Control string

// The controls. Number, YesNo, Agree, MultiChoice, DocumentControl and Repeat answer with something else than a
// string: a number, true or false, true, a list of values, {kind, number}, a list of objects.
const (
	TextControl     Control = "text"
	LongText        Control = "longtext"
	NameControl     Control = "name"
	Number          Control = "number"
	IDNumber        Control = "idnumber"
	DocumentControl Control = "document"
	DateControl     Control = "date"
	Phone           Control = "phone"
	Address         Control = "address"
	Choice          Control = "choice"
	MultiChoice     Control = "multichoice"
	YesNo           Control = "yesno"
	Agree           Control = "agree" // a statement to be agreed to; the schema asks for true
	Repeat          Control = "repeat"
)

// Text is a wording in the languages of the product.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// In returns t in a language; Chinese where there is no wording in it.
func (t Text) In(lang string) string {
	if lang == "en" && t.EN != "" {
		return t.EN
	}
	return t.ZH
}

// Form is a parsed form.
type Form struct {
	title      Text
	pages      []page
	root       *group
	schema     *jsonschema.Schema
	conditions map[string]*jsonschema.Schema
	roles      map[Role]string // names of top-level fields
	body       []byte
}

// page is a group of questions asked together.
type page struct {
	ID     string   `json:"id"`
	Title  Text     `json:"title"`
	Why    Text     `json:"why"`
	Fields []string `json:"fields"`
}

// group is one object of the answers: the whole, or an item of a repeat.
type group struct {
	fields   []*field
	byName   map[string]*field
	required map[string]bool
	branches []branch
}

// field is one question.
type field struct {
	name     string
	property property
	kinds    []string // for DocumentControl: the kinds allowed
	options  []string // for Choice and MultiChoice: the values in order
	items    *group   // for Repeat
}

// Title returns the name of the form.
func (f *Form) Title(lang string) string { return f.title.In(lang) }

// Body returns the JSON that Parse read.
func (f *Form) Body() []byte { return bytes.Clone(f.body) }

// HasCondition reports whether the form defines a condition, as Material.When names one.
func (f *Form) HasCondition(name string) bool { return f.conditions[name] != nil }

// Parse reads a form. It refuses, as civic.Invalid with key "form.broken", what is no JSON Schema, what uses more
// of JSON Schema than this package promises to act on, and what leaves a question without a page, a control or
// words; the error's cause says where.
func Parse(body []byte) (*Form, error) {
	f, err := parse(body)
	if err != nil {
		return nil, &civic.Error{Code: civic.Invalid, Field: "form", Key: "form.broken", Err: err}
	}
	return f, nil
}

func parse(body []byte) (*Form, error) {
	if len(body) > MaxForm {
		return nil, fmt.Errorf("%d bytes are over the limit of %d", len(body), MaxForm)
	}
	doc, err := decode(body)
	if err != nil {
		return nil, err
	}
	if err := walkSchema(doc); err != nil {
		return nil, err
	}
	var top struct {
		property
		Pages []page                     `json:"x-pages"`
		Title Text                       `json:"x-title"`
		Defs  map[string]json.RawMessage `json:"$defs"`
	}
	if err := json.Unmarshal(body, &top); err != nil {
		return nil, fmt.Errorf("read hints: %w", err)
	}
	c := compiler()
	if err := c.AddResource(resource, doc); err != nil {
		return nil, fmt.Errorf("add schema: %w", err)
	}
	f := &Form{title: top.Title, pages: top.Pages, body: bytes.Clone(body), conditions: map[string]*jsonschema.Schema{}}
	if f.schema, err = c.Compile(resource); err != nil {
		return nil, fmt.Errorf("compile schema: %w", err)
	}
	for name := range top.Defs {
		if f.conditions[name], err = c.Compile(resource + "#/$defs/" + escape(name)); err != nil {
			return nil, fmt.Errorf("compile condition %s: %w", name, err)
		}
	}
	p := parser{compiler: c}
	top.Order, err = pageOrder(top.Pages)
	if err != nil {
		return nil, err
	}
	if f.root, err = p.group("", top.property, 0); err != nil {
		return nil, err
	}
	f.roles, err = rolesOf(f.root)
	return f, err
}

// pageOrder checks the pages and returns the names of their fields in the order they are asked.
func pageOrder(pages []page) ([]string, error) {
	if len(pages) == 0 || len(pages) > maxPages {
		return nil, fmt.Errorf("x-pages: %d pages", len(pages))
	}
	var order []string
	seen := map[string]bool{}
	for _, p := range pages {
		if p.ID == "" || seen[p.ID] || p.Title.ZH == "" || p.Title.EN == "" || len(p.Fields) == 0 {
			return nil, fmt.Errorf("x-pages: page %q needs its own id, a title in both languages and fields", p.ID)
		}
		seen[p.ID] = true
		order = append(order, p.Fields...)
	}
	return order, nil
}
