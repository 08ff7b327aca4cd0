package form_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"doorstep/sync/catalogue"
	"doorstep/sync/form"
)

// small is a form that is right.
const small = `{
	"$schema": "https://json-schema.org/draft/2020-12/schema",
	"type": "object", "additionalProperties": false,
	"x-title": {"zh": "试", "en": "Test"},
	"x-pages": [{"id": "p", "title": {"zh": "页", "en": "Page"}, "fields": ["name", "number", "kind", "note"]}],
	"$defs": {"noted": {"required": ["kind"], "properties": {"kind": {"const": "b"}}}},
	"required": ["name"],
	"allOf": [{"if": {"$ref": "#/$defs/noted"}, "else": {"properties": {"note": false}}}],
	"properties": {
		"name": {"type": "string", "maxLength": 20, "x-control": "name", "x-role": "applicant/name", "x-label": {"zh": "名", "en": "Name"}},
		"number": {"type": "string", "maxLength": 18, "format": "resident-id", "x-control": "idnumber", "x-role": "applicant/document", "x-label": {"zh": "号", "en": "Number"}},
		"kind": {"type": "string", "enum": ["a", "b"], "x-control": "choice", "x-label": {"zh": "类", "en": "Kind"}, "x-options": {"a": {"zh": "甲", "en": "A"}, "b": {"zh": "乙", "en": "B"}}},
		"note": {"type": "string", "maxLength": 200, "x-control": "longtext", "x-label": {"zh": "注", "en": "Note"}}
	}}`

func TestParseRefuses(t *testing.T) {
	if _, err := form.Parse([]byte(small)); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, from, to string }{
		{"a property on no page", `"kind", "note"]`, `"kind"]`},
		{"a page's field that is none", `"kind", "note"]`, `"kind", "note", "more"]`},
		{"a field on two pages", `"kind", "note"]`, `"kind", "note", "note"]`},
		{"a page without English", `"en": "Page"`, `"en": ""`},
		{"a label without Chinese", `{"zh": "注"`, `{"zh": ""`},
		{"an unknown control", `"longtext"`, `"essay"`},
		{"a text without bound", `"maxLength": 200, `, ``},
		{"an unknown format", `"resident-id"`, `"tax-id"`},
		{"an option without words", `"b": {"zh": "乙", "en": "B"}`, `"c": {"zh": "乙", "en": "B"}`},
		{"open answers", `"additionalProperties": false`, `"additionalProperties": true`},
		{"a reference outside", `"#/$defs/noted"`, `"https://example.org/schema"`},
		{"a reference to nothing", `"#/$defs/noted"`, `"#/$defs/other"`},
		{"a circle", `{"noted": {`, `{"round": {"not": {"$ref": "#/$defs/noted"}}, "noted": {"$ref": "#/$defs/round", `},
		{"a keyword beyond the promise", `"required": ["name"]`, `"required": ["name"], "$dynamicRef": "#x"`},
		{"a branch a page cannot show", `"else": {`, `"else": {"minProperties": 2, `},
		{"a condition on no field", `"note": false`, `"nope": false`},
		{"an unknown role", `"applicant/document"`, `"applicant/shoes"`},
		{"no applicant", `"x-role": "applicant/name", `, ``},
		{"two of one role", `"applicant/document"`, `"applicant/name"`},
		{"a pattern that is none", `"x-control": "longtext"`, `"pattern": "(", "x-control": "longtext"`},
		{"a number that fills the memory", `"maxLength": 200`, `"maxLength": 1e999999999`},
		{"a name that is no name", `"note": {"type"`, `"no/te": {"type"`},
		{"another draft", `2020-12`, `2019-99`},
		{"an order among what is no date", `"maxLength": 200`, `"x-after": "name", "maxLength": 200`},
		{"an age of what is no person", `"maxLength": 200`, `"x-age": {"min": 16}, "maxLength": 200`},
		{"an age without bounds", `"format": "resident-id"`, `"x-age": {}, "format": "resident-id"`},
		{"an age with bounds crossed", `"format": "resident-id"`, `"x-age": {"min": 60, "max": 16}, "format": "resident-id"`},
		{"no object", small, `[]`},
		{"nothing", small, ``},
	} {
		t.Run(test.name, func(t *testing.T) {
			body := strings.Replace(small, test.from, test.to, 1)
			if body == small {
				t.Fatalf("%q is not in the form", test.from)
			}
			if _, err := form.Parse([]byte(body)); err == nil {
				t.Error("read")
			}
		})
	}
}

func seeds(f *testing.F) (bodies [][]byte) {
	list, err := catalogue.Parse(os.DirFS("../../assets/catalogue"))
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range list {
		bodies = append(bodies, s.FormBody)
	}
	return append(bodies, []byte(small))
}

// FuzzParse reads junk as a form, and asks and checks whatever is accepted.
func FuzzParse(f *testing.F) {
	for _, body := range seeds(f) {
		f.Add(body, []byte(permit))
	}
	f.Fuzz(func(t *testing.T, body, given []byte) {
		parsed, err := form.Parse(body)
		if err != nil {
			return
		}
		a, err := form.ParseAnswers(given)
		if err != nil {
			a = form.Answers{}
		}
		exercise(t, parsed, a)
	})
}

// FuzzCheck checks junk as the answers to the real forms.
func FuzzCheck(f *testing.F) {
	var forms []*form.Form
	for _, body := range seeds(f) {
		parsed, err := form.Parse(body)
		if err != nil {
			f.Fatal(err)
		}
		forms = append(forms, parsed)
	}
	f.Add([]byte(permit))
	f.Add([]byte(`{"companions":[{"document":5},7,{"document":{"kind":[]}}],"has_companions":true,"name":{},"number":[]}`))
	f.Fuzz(func(t *testing.T, given []byte) {
		a, err := form.ParseAnswers(given)
		if err != nil {
			return
		}
		for _, parsed := range forms {
			exercise(t, parsed, a)
		}
	})
}

// exercise asks everything of a form; what is clean stays clean, and hides nothing.
func exercise(t *testing.T, f *form.Form, a form.Answers) {
	f.Check(a, now)
	f.Parties(a)
	f.Review(a, "en")
	f.NeedsGuardian(a, now)
	clean := f.Clean(a)
	for _, e := range f.Check(clean, now) {
		if e.Key == "form.hidden" || e.Key == "form.unknown" && !strings.Contains(e.Field, "/") {
			t.Errorf("a cleaned answer is refused as %s", e.Key)
		}
	}
	once, _ := json.Marshal(clean)
	twice, _ := json.Marshal(f.Clean(clean))
	if string(once) != string(twice) {
		t.Error("cleaning twice changes the answers")
	}
	for _, p := range f.Pages(clean, "zh") {
		posted := map[string][]string{}
		for _, field := range p.Fields {
			posted[field.Path] = []string{field.Text()}
		}
		f.Read(clean, p.ID, posted)
	}
}
