package form

// Paper returns every page with every question, also those that depend on an answer: the form as it is filled by hand.
// A question that is not always asked is not Required and says so in Depends. A repeat has the questions of one item
// under Blank.
func (f *Form) Paper(lang string) []Page {
	depends := f.root.dependent()
	var out []Page
	for _, p := range f.pages {
		q := Page{ID: p.ID, Title: p.Title.In(lang), Why: p.Why.In(lang)}
		for _, name := range p.Fields {
			fl := f.root.byName[name]
			q.Fields = append(q.Fields, fl.printed(f.root.required[name], depends[name], lang))
		}
		out = append(out, q)
	}
	return out
}

// dependent returns the names of the fields that some condition requires or forbids.
func (g *group) dependent() map[string]bool {
	names := map[string]bool{}
	for _, b := range g.branches {
		for _, e := range []effect{b.then, b.otherwise} {
			for _, name := range e.require {
				names[name] = !g.required[name]
			}
			for _, name := range e.forbid {
				names[name] = true
			}
		}
	}
	return names
}

// printed returns the question of fl without an answer.
func (fl *field) printed(required, depends bool, lang string) Field {
	out := fl.shown(fl.name, nil, required, lang)
	out.Required, out.Depends = required && !depends, depends
	if fl.items == nil {
		return out
	}
	inner := fl.items.dependent()
	out.Blank = nil
	for _, sub := range fl.items.fields {
		out.Blank = append(out.Blank, sub.printed(fl.items.required[sub.name], inner[sub.name], lang))
	}
	return out
}
