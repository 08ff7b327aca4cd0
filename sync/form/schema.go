package form

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// resource is the address under which a form is compiled. Nothing is ever loaded from it.
const resource = "doorstep:form"

// maxDepth bounds how deep a form nests.
const maxDepth = 16

// property holds the parts of one property's schema that its hints and rules need.
type property struct {
	Type       string              `json:"type"`
	Format     string              `json:"format"`
	Enum       []any               `json:"enum"`
	Const      any                 `json:"const"`
	MinLength  int                 `json:"minLength"`
	MaxLength  int                 `json:"maxLength"`
	MinItems   int                 `json:"minItems"`
	MaxItems   int                 `json:"maxItems"`
	Minimum    *json.Number        `json:"minimum"`
	Maximum    *json.Number        `json:"maximum"`
	Items      *property           `json:"items"`
	Properties map[string]property `json:"properties"`
	Additional *bool               `json:"additionalProperties"`
	Required   []string            `json:"required"`
	AllOf      []conditional       `json:"allOf"`
	Control    Control             `json:"x-control"`
	Label      Text                `json:"x-label"`
	Help       Text                `json:"x-help"`
	Unit       Text                `json:"x-unit"`
	Options    map[string]Text     `json:"x-options"`
	Role       Role                `json:"x-role"`
	Order      []string            `json:"x-order"`
	Mask       bool                `json:"x-mask"`
	After      string              `json:"x-after"`
	Age        *ages               `json:"x-age"`
}

// conditional is an element of allOf.
type conditional struct {
	If   json.RawMessage `json:"if"`
	Then effect          `json:"then"`
	Else effect          `json:"else"`
}

// effect is what a branch of a conditional does to its object. Both maps hold names of fields.
type effect struct {
	require []string
	forbid  []string
}

// UnmarshalJSON reads the branch's schema: names under required are required, names whose property is false are
// not asked; any other rule about a property is left to the schema. Nothing else may stand in a branch, since a
// page could not show it.
func (e *effect) UnmarshalJSON(b []byte) error {
	var branch struct {
		Required   []string                   `json:"required"`
		Properties map[string]json.RawMessage `json:"properties"`
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&branch); err != nil {
		return fmt.Errorf("branch of a condition: %w", err)
	}
	e.require = branch.Required
	for name, schema := range branch.Properties {
		if string(bytes.TrimSpace(schema)) == "false" {
			e.forbid = append(e.forbid, name)
		}
	}
	slices.Sort(e.forbid)
	return nil
}

// keywords are those of JSON Schema that a form may use. The rest, references to other documents above all, are
// refused when a form is published.
var keywords = strings.Fields(`$schema $id $defs $ref title description type properties required
	additionalProperties items minItems maxItems uniqueItems minLength maxLength pattern format enum const minimum
	maximum allOf anyOf not if then else contains dependentRequired`)

// walkSchema checks every schema within doc against keywords and maxDepth, and that references lead to $defs
// and never in a circle.
func walkSchema(doc any) error {
	w := schemaWalk{refs: map[string][]string{}}
	top, ok := doc.(map[string]any)
	if !ok {
		return errors.New("a form is an object")
	}
	if err := w.schema(top, "", 0); err != nil {
		return err
	}
	defs, _ := top["$defs"].(map[string]any)
	for from, targets := range w.refs {
		for _, to := range targets {
			if defs[to] == nil {
				return fmt.Errorf("$ref to unknown condition %q", to)
			}
			if w.reaches(to, from, len(defs)) {
				return fmt.Errorf("conditions %q and %q refer to each other", from, to)
			}
		}
	}
	return nil
}

// schemaWalk collects which condition refers to which; those outside $defs are collected under "".
type schemaWalk struct{ refs map[string][]string }

func (w *schemaWalk) schema(v any, def string, depth int) error {
	obj, ok := v.(map[string]any)
	if !ok {
		if _, ok := v.(bool); ok {
			return nil
		}
		return fmt.Errorf("%T where a schema belongs", v)
	}
	if depth > maxDepth {
		return errors.New("nested too deep")
	}
	for key, value := range obj {
		if strings.HasPrefix(key, "x-") {
			continue
		}
		if !slices.Contains(keywords, key) {
			return fmt.Errorf("keyword %q is not one a form may use", key)
		}
		if err := w.keyword(key, value, def, depth); err != nil {
			return err
		}
	}
	return nil
}

func (w *schemaWalk) keyword(key string, value any, def string, depth int) error {
	switch key {
	case "$ref":
		ref, _ := value.(string)
		name, ok := strings.CutPrefix(ref, "#/$defs/")
		if !ok || name == "" || strings.ContainsAny(name, "/~%") {
			return fmt.Errorf("$ref %q does not lead to a condition under $defs", ref)
		}
		w.refs[def] = append(w.refs[def], name)
	case "properties", "$defs":
		members, ok := value.(map[string]any)
		if !ok {
			return fmt.Errorf("%s is no object", key)
		}
		for name, member := range members {
			inside := def
			if key == "$defs" {
				if def != "" || depth > 0 {
					return errors.New("$defs below the top level")
				}
				inside = name
			}
			if err := w.schema(member, inside, depth+1); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	case "allOf", "anyOf":
		list, ok := value.([]any)
		if !ok {
			return fmt.Errorf("%s is no list", key)
		}
		for _, member := range list {
			if err := w.schema(member, def, depth+1); err != nil {
				return err
			}
		}
	case "items", "not", "if", "then", "else", "contains", "additionalProperties":
		return w.schema(value, def, depth+1)
	}
	return nil
}

// reaches reports whether the condition from refers to to, directly or through at most steps others.
func (w *schemaWalk) reaches(from, to string, steps int) bool {
	seen := map[string]bool{}
	next := []string{from}
	for ; steps >= 0 && len(next) > 0; steps-- {
		var after []string
		for _, name := range next {
			if name == to {
				return true
			}
			if !seen[name] {
				seen[name] = true
				after = append(after, w.refs[name]...)
			}
		}
		next = after
	}
	return false
}

// compiler makes a compiler of JSON Schema 2020-12 that loads nothing from anywhere.
func compiler() *jsonschema.Compiler {
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.UseLoader(noLoader{})
	return c
}

type noLoader struct{}

// Load refuses every address: a form stands alone.
func (noLoader) Load(url string) (any, error) {
	return nil, fmt.Errorf("a form refers to no other document: %s", url)
}

// decode reads one JSON value with its numbers as written, and refuses what would cost more than its size: numbers
// with exponents or very many digits, deep nesting, text that is no text.
func decode(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, errors.New("not valid JSON")
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("more than one JSON value")
	}
	if err := plain(v, 0); err != nil {
		return nil, err
	}
	return v, nil
}

// maxDigits bounds a number's length: the validator computes with exact fractions, and a short number with a large
// exponent would fill the memory.
const maxDigits = 20

func plain(v any, depth int) error {
	if depth > 2*maxDepth {
		return errors.New("nested too deep")
	}
	switch v := v.(type) {
	case json.Number:
		if len(v) > maxDigits || strings.ContainsAny(string(v), "eE") {
			return errors.New("a number is too long or has an exponent")
		}
	case []any:
		for _, e := range v {
			if err := plain(e, depth+1); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, e := range v {
			if err := plain(e, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// escape writes a name as one token of a JSON pointer within a URL fragment.
func escape(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1", "%", "%25").Replace(name)
}
