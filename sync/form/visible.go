package form

import "maps"

// asked says which fields of an object are asked for its present answers, and which of them must be answered.
type asked struct{ hidden, required map[string]bool }

// ask evaluates the conditions of g on the answers of one object.
func (g *group) ask(answers map[string]any) asked {
	a := asked{hidden: map[string]bool{}, required: maps.Clone(g.required)}
	for _, b := range g.branches {
		e := b.otherwise
		if b.cond.Validate(answers) == nil {
			e = b.then
		}
		for _, name := range e.forbid {
			a.hidden[name] = true
		}
		for _, name := range e.require {
			a.required[name] = true
		}
	}
	return a
}

// Clean returns a copy of the answers without those that are not asked, and without what the form does not know.
// Dropping one answer may hide another question, so it goes on until nothing changes.
func (f *Form) Clean(answers Answers) Answers { return f.root.clean(answers) }

func (g *group) clean(answers map[string]any) map[string]any {
	out := map[string]any{}
	for name, v := range answers {
		if fl := g.byName[name]; fl != nil {
			out[name] = fl.clean(v)
		}
	}
	for range len(g.fields) + 1 {
		before := len(out)
		a := g.ask(out)
		maps.DeleteFunc(out, func(name string, _ any) bool { return a.hidden[name] })
		if len(out) == before {
			break
		}
	}
	return out
}

// clean copies one answer, each item of a repeat cleaned.
func (fl *field) clean(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, 0, len(v))
		for _, item := range v {
			if obj, ok := item.(map[string]any); ok && fl.items != nil {
				item = fl.items.clean(obj)
			}
			out = append(out, item)
		}
		return out
	case map[string]any:
		return maps.Clone(v)
	}
	return v
}
