package form

import (
	"fmt"

	"doorstep/sync/civic"
)

// Rules that JSON Schema has no words for: an answer against another, and an age on the day of filing.

// ages bounds the years that a person has completed; 0 is no bound.
type ages struct {
	Min int `json:"min"`
	Max int `json:"max"`
}

// rules checks that x-after and x-age stand where they can be acted on.
func (g *group) rules() error {
	for _, fl := range g.fields {
		p := fl.property
		if p.After != "" {
			other := g.byName[p.After]
			if other == nil || other == fl || other.property.Control != DateControl || p.Control != DateControl {
				return fmt.Errorf("%s: x-after stands at a date and names another", fl.name)
			}
		}
		if p.Age == nil {
			continue
		}
		if p.Control != IDNumber && p.Control != DocumentControl && p.Control != DateControl {
			return fmt.Errorf("%s: x-age stands at a document, an identity number or a date", fl.name)
		}
		if p.Age.Min < 0 || p.Age.Max < 0 || p.Age.Min == 0 && p.Age.Max == 0 || p.Age.Max > 0 && p.Age.Max < p.Age.Min {
			return fmt.Errorf("%s: x-age has bounds in order", fl.name)
		}
	}
	return nil
}

// order refuses a date before the one it must follow. Dates that are none are refused by their format.
func (c *checker) order(fl *field, answers map[string]any, at string) {
	if fl.property.After == "" {
		return
	}
	first, later := dateAnswer(answers[fl.property.After]), dateAnswer(answers[fl.name])
	if !first.IsZero() && !later.IsZero() && later.Before(first) {
		c.add(civic.Refuse(civic.Invalid, at, "form.order"))
	}
}

// age refuses who is too young or too old. A document that tells no date of birth is left to the office.
func (c *checker) age(fl *field, v any, at string) {
	bounds := fl.property.Age
	if bounds == nil {
		return
	}
	born := dateAnswer(v)
	if fl.property.Control != DateControl {
		born = documentOf(v).Birth()
	}
	if born.IsZero() || civic.DateOf(c.now).Before(born) {
		return
	}
	years := civic.AgeOn(born, civic.DateOf(c.now))
	if fl.property.Control == DocumentControl {
		at = join(at, "number")
	}
	switch {
	case years < bounds.Min:
		c.add(civic.Refuse(civic.Invalid, at, "form.young", bounds.Min))
	case bounds.Max > 0 && years > bounds.Max:
		c.add(civic.Refuse(civic.Invalid, at, "form.old", bounds.Max))
	}
}

func dateAnswer(v any) civic.Date {
	s, _ := v.(string)
	return dateOf(s)
}
