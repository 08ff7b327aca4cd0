// Package catalogue reads the services that Doorstep is published with: one YAML file a service, its guide and the
// form that goes with it, after the published schema.json beside them.
//
// [Parse] reads a whole folder and refuses it whole, with every fault named by file, so that a catalogue with a
// mistake is never half published. What it returns is what the editions carry: the JSON of a civic.Guide and the
// JSON of a form. Terminals do not use this package: they read editions.
package catalogue

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"doorstep/sync/civic"
	"doorstep/sync/form"
)

// SchemaFile is the name of the schema that every service's file follows.
const SchemaFile = "schema.json"

// Service is one service as it is published.
type Service struct {
	Guide civic.Guide
	// GuideBody is the JSON of Guide, the body of its edition. It is the same for the same file.
	GuideBody json.RawMessage
	// FormBody is the JSON of the form, the body of its edition; nil where the service cannot be filed.
	FormBody json.RawMessage
}

// Parse reads schema.json and every service in the root of fsys, by name of file.
func Parse(fsys fs.FS) ([]Service, error) {
	schema, err := compile(fsys)
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list catalogue: %w", err)
	}
	var services []Service
	var faults []error
	for _, name := range names {
		body, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		s, err := parse(schema, body)
		if err == nil && s.Guide.ID+".yaml" != name {
			err = fmt.Errorf("holds service %s", s.Guide.ID)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", name, err))
			continue
		}
		services = append(services, *s)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return services, nil
}

func compile(fsys fs.FS) (*jsonschema.Schema, error) {
	body, err := fs.ReadFile(fsys, SchemaFile)
	if err != nil {
		return nil, fmt.Errorf("read catalogue schema: %w", err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("read catalogue schema: %w", err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("doorstep:catalogue", doc); err != nil {
		return nil, fmt.Errorf("compile catalogue schema: %w", err)
	}
	schema, err := c.Compile("doorstep:catalogue")
	if err != nil {
		return nil, fmt.Errorf("compile catalogue schema: %w", err)
	}
	return schema, nil
}

// parse reads one service and checks guide and form against each other.
func parse(schema *jsonschema.Schema, body []byte) (*Service, error) {
	var tree any
	if err := yaml.Unmarshal(body, &tree); err != nil {
		return nil, fmt.Errorf("read YAML: %w", err)
	}
	b, err := json.Marshal(tree)
	if err != nil {
		return nil, fmt.Errorf("turn YAML into JSON: %w", err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("turn YAML into JSON: %w", err)
	}
	if err := schema.Validate(doc); err != nil {
		return nil, fmt.Errorf("check against %s: %w", SchemaFile, err)
	}
	var file struct {
		Guide civic.Guide     `json:"guide"`
		Form  json.RawMessage `json:"form"`
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		return nil, fmt.Errorf("read guide: %w", err)
	}
	s := &Service{Guide: file.Guide, FormBody: file.Form}
	if s.GuideBody, err = json.Marshal(s.Guide); err != nil {
		return nil, fmt.Errorf("write guide: %w", err)
	}
	return s, s.check()
}

// check holds the guide against its form and its own trust tag.
func (s *Service) check() error {
	g := &s.Guide
	if !strings.HasPrefix(g.Source, "["+string(g.Trust)+"] ") {
		return fmt.Errorf("source does not begin with the trust tag %s", g.Trust)
	}
	ids := map[string]bool{}
	for _, m := range g.Materials {
		if ids[m.ID] {
			return fmt.Errorf("two materials are %s", m.ID)
		}
		ids[m.ID] = true
	}
	if g.Form == "" && s.FormBody == nil {
		return nil
	}
	if g.Form != g.ID || s.FormBody == nil {
		return errors.New("the guide's form and the form beside it do not match")
	}
	f, err := form.Parse(s.FormBody)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(g.Materials, func(m civic.Material) bool { return m.When != "" && !f.HasCondition(m.When) })
	if i >= 0 {
		return fmt.Errorf("material %s: the form has no condition %s", g.Materials[i].ID, g.Materials[i].When)
	}
	return nil
}
