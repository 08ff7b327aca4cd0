package form

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// parser turns properties into groups and fields, and compiles the conditions of each group.
type parser struct {
	compiler *jsonschema.Compiler
	count    int
}

// branch is a condition of a group with what it does when it holds and when not.
type branch struct {
	cond            *jsonschema.Schema
	then, otherwise effect
}

// fieldName keeps names usable as keys of a page's form and as parts of a path.
var fieldName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// group reads the object at a JSON pointer. p.Order names its fields in order, every one once.
func (r *parser) group(pointer string, p property, depth int) (*group, error) {
	if p.Type != "object" || p.Additional == nil || *p.Additional {
		return nil, fmt.Errorf("%s/: an object of answers says type: object and additionalProperties: false", pointer)
	}
	g := &group{byName: map[string]*field{}, required: map[string]bool{}}
	for _, name := range p.Order {
		prop, ok := p.Properties[name]
		if !ok || g.byName[name] != nil {
			return nil, fmt.Errorf("%s/%s: ordered but not a property, or ordered twice", pointer, name)
		}
		f, err := r.field(pointer+"/properties/"+name, name, prop, depth)
		if err != nil {
			return nil, fmt.Errorf("%s/%s: %w", pointer, name, err)
		}
		g.fields = append(g.fields, f)
		g.byName[name] = f
	}
	if err := g.rules(); err != nil {
		return nil, fmt.Errorf("%s/: %w", pointer, err)
	}
	if len(g.byName) != len(p.Properties) {
		return nil, fmt.Errorf("%s/: some property is on no page", pointer)
	}
	for _, name := range p.Required {
		g.required[name] = true
	}
	return g, r.branches(g, pointer, p)
}

// branches compiles the conditionals of g and checks that they speak of its fields only.
func (r *parser) branches(g *group, pointer string, p property) error {
	for i, c := range p.AllOf {
		if c.If == nil {
			return fmt.Errorf("%s/allOf/%d: a conditional has an if", pointer, i)
		}
		cond, err := r.compiler.Compile(resource + "#" + pointer + "/allOf/" + strconv.Itoa(i) + "/if")
		if err != nil {
			return fmt.Errorf("%s/allOf/%d: %w", pointer, i, err)
		}
		for _, name := range slices.Concat(c.Then.require, c.Then.forbid, c.Else.require, c.Else.forbid) {
			if g.byName[name] == nil {
				return fmt.Errorf("%s/allOf/%d: no field %s", pointer, i, name)
			}
		}
		g.branches = append(g.branches, branch{cond, c.Then, c.Else})
	}
	for name := range g.required {
		if g.byName[name] == nil {
			return fmt.Errorf("%s/: required field %s is no property", pointer, name)
		}
	}
	return nil
}

// field reads one question and checks that its control suits its type, so that no page meets an answer it cannot
// show.
func (r *parser) field(pointer, name string, p property, depth int) (*field, error) {
	if r.count++; r.count > maxFields {
		return nil, errors.New("too many fields")
	}
	if !fieldName.MatchString(name) {
		return nil, errors.New("a name is lower-case letters, digits and underscores")
	}
	if p.Label.ZH == "" || p.Label.EN == "" {
		return nil, errors.New("x-label is needed in both languages")
	}
	if _, ok := formats[p.Format]; !ok && p.Format != "" {
		return nil, fmt.Errorf("format %q is not known", p.Format)
	}
	f := &field{name: name, property: p}
	switch p.Control {
	case TextControl, LongText, NameControl, IDNumber, DateControl, Phone, Address:
		return f, isText(p)
	case Number:
		if p.Type != "integer" && p.Type != "number" {
			return nil, errors.New("a number has type integer or number")
		}
		return f, nil
	case YesNo, Agree:
		if p.Type != "boolean" || p.Control == Agree && p.Const != true {
			return nil, errors.New("a yes or no has type boolean; an agreement const: true")
		}
		return f, nil
	case Choice, MultiChoice:
		return f, f.choices()
	case DocumentControl:
		return f, f.document()
	case Repeat:
		return f, r.repeat(f, pointer, depth)
	}
	return nil, fmt.Errorf("control %q is not known", p.Control)
}

func isText(p property) error {
	if p.Type != "string" || p.MaxLength < 1 || p.MaxLength > MaxText {
		return fmt.Errorf("a text has type string and a maxLength up to %d", MaxText)
	}
	return nil
}

// choices reads the values of a choice and checks that each has its words.
func (f *field) choices() error {
	p := f.property
	values := p.Enum
	if p.Control == MultiChoice {
		if p.Type != "array" || p.Items == nil {
			return errors.New("a multiple choice is an array of an enum")
		}
		values = p.Items.Enum
	} else if p.Type != "string" {
		return errors.New("a choice has type string")
	}
	var err error
	f.options, err = words(values, p.Options)
	return err
}

// document reads the kinds of a document and checks that each has its words.
func (f *field) document() error {
	kind, number := f.property.Properties["kind"], f.property.Properties["number"]
	if f.property.Type != "object" || f.property.Additional == nil || *f.property.Additional ||
		kind.Type != "string" || len(f.property.Properties) != 2 ||
		!slices.Contains(f.property.Required, "kind") || !slices.Contains(f.property.Required, "number") {
		return errors.New("a document is an object of exactly kind and number, both required")
	}
	if err := isText(number); err != nil {
		return err
	}
	var err error
	f.kinds, err = words(kind.Enum, f.property.Options)
	return err
}

// words returns the values of an enum, in order, if each is a string with its words in both languages.
func words(values []any, options map[string]Text) ([]string, error) {
	if len(values) == 0 || len(values) > maxOptions {
		return nil, fmt.Errorf("an enum of %d values", len(values))
	}
	list := make([]string, 0, len(values))
	for _, v := range values {
		s, ok := v.(string)
		if !ok || options[s].ZH == "" || options[s].EN == "" {
			return nil, errors.New("x-options needs words in both languages for every value of the enum")
		}
		list = append(list, s)
	}
	return list, nil
}

// repeat reads the items of a repeat. Repeats do not nest: a page could not show it.
func (r *parser) repeat(f *field, pointer string, depth int) error {
	p := f.property
	if depth > 0 || p.Type != "array" || p.Items == nil || p.MaxItems < 1 || p.MaxItems > MaxRepeat {
		return fmt.Errorf("a repeat is an array of objects at the top level with maxItems up to %d", MaxRepeat)
	}
	var err error
	f.items, err = r.group(pointer+"/items", *p.Items, depth+1)
	return err
}
