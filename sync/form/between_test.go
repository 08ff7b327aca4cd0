package form_test

import (
	"slices"
	"testing"

	"doorstep/sync/form"
)

// spans asks for two dates in order, and for an identity number and a birthday with ages.
const spans = `{
	"$schema": "https://json-schema.org/draft/2020-12/schema",
	"type": "object", "additionalProperties": false,
	"x-title": {"zh": "试", "en": "Test"},
	"x-pages": [{"id": "p", "title": {"zh": "页", "en": "Page"}, "fields": ["name", "number", "from", "to", "born"]}],
	"properties": {
		"name": {"type": "string", "maxLength": 20, "x-control": "name", "x-role": "applicant/name", "x-label": {"zh": "名", "en": "Name"}},
		"number": {"type": "string", "maxLength": 18, "format": "resident-id", "x-control": "idnumber", "x-role": "applicant/document", "x-age": {"min": 16, "max": 59}, "x-label": {"zh": "号", "en": "Number"}},
		"from": {"type": "string", "maxLength": 10, "format": "date", "x-control": "date", "x-label": {"zh": "从", "en": "From"}},
		"to": {"type": "string", "maxLength": 10, "format": "date", "x-control": "date", "x-after": "from", "x-label": {"zh": "到", "en": "To"}},
		"born": {"type": "string", "maxLength": 10, "format": "past-date", "x-control": "date", "x-age": {"max": 5}, "x-label": {"zh": "生", "en": "Born"}}
	}}`

func TestDatesInOrderAndAges(t *testing.T) {
	f, err := form.Parse([]byte(spans))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		a    form.Answers
		want []string
	}{
		{"in order", form.Answers{"from": "2026-01-01", "to": "2026-01-02"}, nil},
		{"on one day", form.Answers{"from": "2026-01-01", "to": "2026-01-01"}, nil},
		{"turned round", form.Answers{"from": "2026-01-02", "to": "2026-01-01"}, []string{"to form.order"}},
		{"one is no date", form.Answers{"from": "2026-13-02", "to": "2026-01-01"}, []string{"from date.format"}},
		{"one alone", form.Answers{"to": "2026-01-01"}, nil},
		{"sixteen today", form.Answers{"number": child("20100926")}, nil},
		{"sixteen tomorrow", form.Answers{"number": child("20100927")}, []string{"number form.young"}},
		{"sixty tomorrow", form.Answers{"number": child("19660927")}, nil},
		{"sixty today", form.Answers{"number": child("19660926")}, []string{"number form.old"}},
		{"a number that is none", form.Answers{"number": child("20100927")[:17] + "?"}, []string{"number idnumber.format"}},
		{"five", form.Answers{"born": "2020-09-27"}, nil},
		{"six", form.Answers{"born": "2020-09-26"}, []string{"born form.old"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := said(f.Check(test.a, now)); !slices.Equal(got, test.want) {
				t.Errorf("refusals %q, want %q", got, test.want)
			}
		})
	}
}
