package catalogue

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"doorstep/sync/civic"
	"doorstep/sync/form"
)

// guideSchema is where schema.json says what a guide is.
const guideSchema = "doorstep:catalogue#/$defs/guide"

// Rules decide what makes a guide publishable, for a publisher's editor, for a workbook and for the files of the
// catalogue alike. They are immutable and safe for concurrent use.
type Rules struct{ guide *jsonschema.Schema }

// ParseRules reads the rules from the schema.json in the root of fsys.
func ParseRules(fsys fs.FS) (*Rules, error) {
	c, err := compiler(fsys)
	if err != nil {
		return nil, err
	}
	schema, err := c.Compile(guideSchema)
	if err != nil {
		return nil, fmt.Errorf("compile guide schema: %w", err)
	}
	return &Rules{schema}, nil
}

// Check returns every fault of a guide, at most one a field, named by its path as "materials/2/days". forms returns
// the form of an id, nil where there is none.
func (r *Rules) Check(g *civic.Guide, forms func(id string) *form.Form) ([]*civic.Error, error) {
	body, err := json.Marshal(g)
	if err != nil {
		return nil, fmt.Errorf("encode guide: %w", err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("read guide: %w", err)
	}
	c := &checker{at: map[string]bool{}}
	var v *jsonschema.ValidationError
	if err := r.guide.Validate(doc); errors.As(err, &v) {
		c.schema(v)
	} else if err != nil {
		return nil, fmt.Errorf("check guide: %w", err)
	}
	c.own(g)
	var f *form.Form
	if g.Form != "" {
		if f = forms(g.Form); f == nil {
			c.add(civic.Refuse(civic.NotFound, "form", "guides.fault.form"))
		}
	}
	if g.Form == "" || f != nil {
		c.conditions(g, f)
	}
	// The validator walks maps, in no order.
	slices.SortStableFunc(c.faults, func(a, b *civic.Error) int { return byPlace(a.Field, b.Field) })
	return c.faults, nil
}

// byPlace compares two paths, numbers by their value.
func byPlace(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "/"), strings.Split(b, "/"), func(a, b string) int {
		n, err1 := strconv.Atoi(a)
		m, err2 := strconv.Atoi(b)
		if err1 == nil && err2 == nil {
			return cmp.Compare(n, m)
		}
		return cmp.Compare(a, b)
	})
}

// checker collects faults, the first of each field.
type checker struct {
	faults []*civic.Error
	at     map[string]bool
}

func (c *checker) add(e *civic.Error) {
	if !c.at[e.Field] {
		c.at[e.Field] = true
		c.faults = append(c.faults, e)
	}
}

// own checks what the schema cannot say about a guide without its form.
func (c *checker) own(g *civic.Guide) {
	if !strings.HasPrefix(g.Source, "["+string(g.Trust)+"] ") {
		c.add(civic.Refuse(civic.Invalid, "source", "guides.fault.trust", "["+string(g.Trust)+"]"))
	}
	ids := map[string]bool{}
	for i, m := range g.Materials {
		if ids[m.ID] && m.ID != "" {
			c.add(civic.Refuse(civic.Invalid, "materials/"+strconv.Itoa(i)+"/id", "guides.fault.twice", m.ID))
		}
		ids[m.ID] = true
	}
	for _, t := range Texts(g) {
		switch {
		case strings.ContainsFunc(t.Value, unprintable):
			c.add(civic.Refuse(civic.Invalid, t.Path, "guides.fault.characters"))
		case t.Value != strings.TrimSpace(t.Value):
			c.add(civic.Refuse(civic.Invalid, t.Path, "guides.fault.space"))
		case !t.Lines && strings.Contains(t.Value, "\n"):
			c.add(civic.Refuse(civic.Invalid, t.Path, "guides.fault.line"))
		}
	}
}

// conditions holds the conditions of materials against the form, nil where the service has none.
func (c *checker) conditions(g *civic.Guide, f *form.Form) {
	for i, m := range g.Materials {
		at := "materials/" + strconv.Itoa(i) + "/when"
		switch {
		case m.When == "":
		case f == nil:
			c.add(civic.Refuse(civic.Invalid, at, "guides.fault.formless", m.When))
		case !f.HasCondition(m.When):
			c.add(civic.Refuse(civic.Invalid, at, "guides.fault.condition", m.When))
		}
	}
}

// unprintable reports characters that no paper and no workbook can hold, and those that turn the direction of the
// text around them.
func unprintable(r rune) bool {
	switch {
	case r == '\n':
		return false
	case r < 0x20, r >= 0x7f && r < 0xa0, r == 0xfffd, r == 0xfeff, r == 0xfffe, r == 0xffff:
		return true
	}
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// schema turns the validator's tree of errors into faults.
func (c *checker) schema(v *jsonschema.ValidationError) {
	if len(v.Causes) > 0 {
		for _, cause := range v.Causes {
			c.schema(cause)
		}
		return
	}
	path := strings.Join(v.InstanceLocation, "/")
	at := func(name string) string { return strings.TrimPrefix(path+"/"+name, "/") }
	switch k := v.ErrorKind.(type) {
	case *kind.Required:
		for _, name := range k.Missing {
			c.add(civic.Refuse(civic.Missing, at(name), "guides.fault.required"))
		}
	case *kind.DependentRequired:
		for _, name := range k.Missing {
			c.add(civic.Refuse(civic.Missing, at(name), "guides.fault.limit"))
		}
	default:
		c.add(fault(path, v.ErrorKind))
	}
}

// fault words the failure of one keyword at one field.
func fault(path string, k jsonschema.ErrorKind) *civic.Error {
	last := path[strings.LastIndexByte(path, '/')+1:]
	switch k := k.(type) {
	case *kind.FalseSchema:
		return civic.Refuse(civic.Invalid, path, "guides.fault.needless")
	case *kind.MinLength:
		return civic.Refuse(civic.Missing, path, "guides.fault.required")
	case *kind.MaxLength:
		return civic.Refuse(civic.Full, path, "guides.fault.long", k.Want)
	case *kind.MaxItems:
		return civic.Refuse(civic.Full, path, "guides.fault.many", k.Want)
	case *kind.UniqueItems:
		return civic.Refuse(civic.Invalid, path, "guides.fault.repeated")
	case *kind.Minimum:
		return civic.Refuse(civic.Invalid, path, "guides.fault.low", k.Want.RatString())
	case *kind.Maximum:
		return civic.Refuse(civic.Invalid, path, "guides.fault.high", k.Want.RatString())
	case *kind.MultipleOf:
		return civic.Refuse(civic.Invalid, path, "guides.fault.half")
	case *kind.Enum:
		return civic.Refuse(civic.Invalid, path, "guides.fault.choice")
	case *kind.Pattern:
		switch last {
		case "id":
			if path == "id" {
				return civic.Refuse(civic.Invalid, path, "guides.fault.code")
			}
			return civic.Refuse(civic.Invalid, path, "guides.fault.material")
		case "source":
			return civic.Refuse(civic.Invalid, path, "guides.fault.source")
		case "department":
			return civic.Refuse(civic.Invalid, path, "guides.fault.department")
		}
	}
	return civic.Refuse(civic.Invalid, path, "guides.fault.form-of")
}
