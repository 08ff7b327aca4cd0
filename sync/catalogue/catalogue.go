// Package catalogue reads the services that Doorstep is published with: one YAML file a service, its guide and the
// form of its own if it has one, after the published schema.json beside them; and the general forms in the folder
// forms, which guides without a form of their own share by name.
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
	"path"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"doorstep/sync/civic"
	"doorstep/sync/form"
)

// SchemaFile is the name of the schema that every service's file follows. FormFolder holds the general forms, each a
// file named after its id.
const (
	SchemaFile = "schema.json"
	FormFolder = "forms"
)

// Service is one service as it is published.
type Service struct {
	Guide civic.Guide
	// GuideBody is the JSON of Guide, the body of its edition. It is the same for the same file.
	GuideBody json.RawMessage
	// FormBody is the JSON of the form that the guide names, the body of its edition. Services with the same general
	// form share it; a form is published once, under Guide.Form.
	FormBody json.RawMessage

	form *form.Form
}

// Parse reads schema.json, the general forms and every service in the root of fsys, by name of file.
func Parse(fsys fs.FS) ([]Service, error) {
	schema, err := compile(fsys)
	if err != nil {
		return nil, err
	}
	r := reader{fsys: fsys, schema: schema, general: map[string]*general{}}
	if err := r.each(FormFolder+"/*.yaml", r.form); err != nil {
		return nil, err
	}
	if err := r.each("*.yaml", r.service); err != nil {
		return nil, err
	}
	return r.services, nil
}

// reader collects what the files of a catalogue hold.
type reader struct {
	fsys     fs.FS
	schema   *jsonschema.Schema
	general  map[string]*general // by id
	services []Service
}

// general is a form that several services share.
type general struct {
	body json.RawMessage
	form *form.Form
}

// each reads the files of a pattern, and returns the faults of all of them.
func (r *reader) each(pattern string, read func(id string, body []byte) error) error {
	names, err := fs.Glob(r.fsys, pattern)
	if err != nil {
		return fmt.Errorf("list catalogue: %w", err)
	}
	var faults []error
	for _, name := range names {
		body, err := fs.ReadFile(r.fsys, name)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		if err := read(strings.TrimSuffix(path.Base(name), ".yaml"), body); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", name, err))
		}
	}
	return errors.Join(faults...)
}

// form reads a general form.
func (r *reader) form(id string, body []byte) error {
	b, err := toJSON(body)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(id, "general-") {
		return errors.New("the name of a general form begins with general-")
	}
	f, err := form.Parse(b)
	if err != nil {
		return err
	}
	r.general[id] = &general{b, f}
	return nil
}

// service reads one service and checks guide and form against each other.
func (r *reader) service(id string, body []byte) error {
	s, err := parse(r.schema, body)
	if err != nil {
		return err
	}
	if s.Guide.ID != id {
		return fmt.Errorf("holds service %s", s.Guide.ID)
	}
	if g := r.general[s.Guide.Form]; g != nil && s.FormBody == nil {
		s.FormBody, s.form = g.body, g.form
	}
	if err := s.check(); err != nil {
		return err
	}
	r.services = append(r.services, *s)
	return nil
}

func compile(fsys fs.FS) (*jsonschema.Schema, error) {
	c, err := compiler(fsys)
	if err != nil {
		return nil, err
	}
	schema, err := c.Compile("doorstep:catalogue")
	if err != nil {
		return nil, fmt.Errorf("compile catalogue schema: %w", err)
	}
	return schema, nil
}

// compiler returns a compiler that knows schema.json.
func compiler(fsys fs.FS) (*jsonschema.Compiler, error) {
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
	return c, nil
}

// toJSON reads YAML and writes the same as JSON, in an order of its own.
func toJSON(body []byte) (json.RawMessage, error) {
	var tree any
	if err := yaml.Unmarshal(body, &tree); err != nil {
		return nil, fmt.Errorf("read YAML: %w", err)
	}
	b, err := json.Marshal(tree)
	if err != nil {
		return nil, fmt.Errorf("turn YAML into JSON: %w", err)
	}
	return b, nil
}

// parse reads the guide of one service, and the form beside it.
func parse(schema *jsonschema.Schema, body []byte) (*Service, error) {
	b, err := toJSON(body)
	if err != nil {
		return nil, err
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
	if s.FormBody == nil {
		return s, nil
	}
	if s.Guide.Form != s.Guide.ID {
		return nil, errors.New("the guide's form and the form beside it do not match")
	}
	s.form, err = form.Parse(s.FormBody)
	return s, err
}

// check holds the guide against its form and its own trust tag.
func (s *Service) check() error {
	g := &s.Guide
	if s.form == nil {
		return fmt.Errorf("no form is %q", g.Form)
	}
	c := &checker{at: map[string]bool{}}
	c.own(g)
	c.conditions(g, s.form)
	faults := make([]error, len(c.faults))
	for i, e := range c.faults {
		faults[i] = fmt.Errorf("%s: %v: %w", e.Field, e.Args, e)
	}
	return errors.Join(faults...)
}
