package form

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"doorstep/sync/civic"
)

// Check returns every refusal of the answers, at most one for a field, in the order the fields are asked. Answers
// that are not asked are refused too: Clean drops them. now decides which dates lie in the future and how old the
// applicant is.
func (f *Form) Check(answers Answers, now time.Time) []*civic.Error {
	c := checker{now: now, at: map[string]bool{}}
	var v *jsonschema.ValidationError
	if err := f.schema.Validate(map[string]any(answers)); errors.As(err, &v) {
		c.schema(v)
	}
	c.formats(f.root, answers, "")
	c.guardian(f, answers)
	slices.SortStableFunc(c.errs, func(a, b *civic.Error) int {
		return cmp.Or(cmp.Compare(f.place(a.Field), f.place(b.Field)), cmp.Compare(a.Field, b.Field))
	})
	return c.errs
}

// CheckPage returns the refusals of the fields of one page.
func (f *Form) CheckPage(answers Answers, id string, now time.Time) []*civic.Error {
	i := slices.IndexFunc(f.pages, func(p page) bool { return p.ID == id })
	if i < 0 {
		return []*civic.Error{civic.Refuse(civic.NotFound, "", "form.page")}
	}
	return slices.DeleteFunc(f.Check(answers, now), func(e *civic.Error) bool {
		name, _, _ := strings.Cut(e.Field, "/")
		return !slices.Contains(f.pages[i].Fields, name)
	})
}

// place returns the position at which the field of a path is asked.
func (f *Form) place(path string) int {
	name, _, _ := strings.Cut(path, "/")
	return slices.IndexFunc(f.root.fields, func(fl *field) bool { return fl.name == name })
}

// checker collects refusals, the first of each field.
type checker struct {
	now  time.Time
	errs []*civic.Error
	at   map[string]bool
}

func (c *checker) add(err *civic.Error) {
	if !c.at[err.Field] {
		c.at[err.Field] = true
		c.errs = append(c.errs, err)
	}
}

// schema turns the validator's tree of errors into refusals. A failed alternative is one refusal at its place:
// which of its branches the resident meant is not known.
func (c *checker) schema(v *jsonschema.ValidationError) {
	switch v.ErrorKind.(type) {
	case *kind.AnyOf, *kind.OneOf, *kind.Not, *kind.Contains:
	default:
		if len(v.Causes) > 0 {
			for _, cause := range v.Causes {
				c.schema(cause)
			}
			return
		}
	}
	path := strings.Join(v.InstanceLocation, "/")
	switch k := v.ErrorKind.(type) {
	case *kind.Required:
		for _, name := range k.Missing {
			c.add(civic.Refuse(civic.Missing, join(path, name), "form.required"))
		}
	case *kind.DependentRequired:
		for _, name := range k.Missing {
			c.add(civic.Refuse(civic.Missing, join(path, name), "form.required"))
		}
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			c.add(civic.Refuse(civic.Invalid, join(path, clip(name)), "form.unknown"))
		}
	default:
		c.add(refusal(path, v.ErrorKind))
	}
}

// refusal words the failure of one keyword at one field.
func refusal(path string, k jsonschema.ErrorKind) *civic.Error {
	switch k := k.(type) {
	case *kind.FalseSchema:
		return civic.Refuse(civic.Invalid, path, "form.hidden")
	case *kind.MinLength:
		return civic.Refuse(civic.Invalid, path, "form.short", k.Want)
	case *kind.MaxLength:
		return civic.Refuse(civic.Invalid, path, "form.long", k.Want)
	case *kind.MinItems:
		return civic.Refuse(civic.Missing, path, "form.few", k.Want)
	case *kind.MaxItems:
		return civic.Refuse(civic.Full, path, "form.many", k.Want)
	case *kind.UniqueItems:
		return civic.Refuse(civic.Invalid, path, "form.twice")
	case *kind.Minimum:
		return civic.Refuse(civic.Invalid, path, "form.low", k.Want.RatString())
	case *kind.Maximum:
		return civic.Refuse(civic.Invalid, path, "form.high", k.Want.RatString())
	case *kind.Enum, *kind.AnyOf, *kind.OneOf:
		return civic.Refuse(civic.Invalid, path, "form.choice")
	case *kind.Const:
		return civic.Refuse(civic.Missing, path, "form.agree")
	case *kind.Type:
		if slices.Contains(k.Want, "integer") || slices.Contains(k.Want, "number") {
			return civic.Refuse(civic.Invalid, path, "form.number")
		}
	}
	return civic.Refuse(civic.Invalid, path, "form.invalid")
}

// formats checks the formats of every text answer of an object.
func (c *checker) formats(g *group, answers map[string]any, path string) {
	for _, fl := range g.fields {
		at := join(path, fl.name)
		switch v := answers[fl.name].(type) {
		case string:
			c.format(fl, v, at)
		case map[string]any:
			if fl.property.Control == DocumentControl {
				c.document(v, at)
			}
		case []any:
			for i, item := range v {
				if obj, ok := item.(map[string]any); ok && fl.items != nil {
					c.formats(fl.items, obj, join(at, strconv.Itoa(i)))
				}
			}
		}
		c.order(fl, answers, at)
		c.age(fl, answers[fl.name], at)
	}
}

func (c *checker) format(fl *field, s, at string) {
	if check := formats[fl.property.Format]; check != nil {
		c.refuse(check(s, c.now), at)
	}
	if strings.ContainsFunc(s, func(r rune) bool { return unprintable(r, fl.property.Control == LongText) }) {
		c.add(civic.Refuse(civic.Invalid, at, "form.characters"))
	}
}

func (c *checker) document(v map[string]any, at string) {
	number := documentPart(v, "number")
	if number == "" {
		return // the schema says that it is missing
	}
	_, err := civic.ParseDocument(civic.DocumentKind(documentPart(v, "kind")), number, c.now)
	c.refuse(err, join(at, "number"))
}

// refuse adds a rule's refusal at a field: rules do not know where their argument came from.
func (c *checker) refuse(err error, at string) {
	if err == nil {
		return
	}
	var e *civic.Error
	if !errors.As(err, &e) {
		e = civic.Refuse(civic.Invalid, "", "form.invalid")
	}
	moved := *e
	moved.Field = at
	c.add(&moved)
}

// unprintable reports characters that have no place in an answer: controls, and those that turn the direction of
// the text around them.
func unprintable(r rune, lines bool) bool {
	switch {
	case r == '\n':
		return !lines
	case r < 0x20, r == 0x7f, r >= 0x80 && r < 0xa0, r == 0xfffd, r == 0xfeff:
		return true
	}
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// join adds a name to a field path.
func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "/" + name
}

// clip keeps a name that came from outside short.
func clip(name string) string {
	if r := []rune(name); len(r) > 40 {
		return string(r[:40])
	}
	return name
}
