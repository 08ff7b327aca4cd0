package console

import (
	"slices"
	"strconv"
	"strings"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/bulletin"
	"doorstep/sync/civic"
)

// fieldOf returns the path of the field of the form that shows a path: a list of lines and a row of ticks are one.
func fieldOf(path string) string {
	parts := strings.Split(path, "/")
	switch {
	case parts[0] == "materials" && len(parts) > 3:
		return strings.Join(parts[:3], "/")
	case parts[0] == "materials" || parts[0] == "steps" || parts[0] == "statutory" || parts[0] == "promised":
		return path
	}
	return parts[0]
}

// guideOrder is the order of the fields in the form.
var guideOrder = []string{
	"id", "name", "name_en", "field", "item_code", "events", "packages", "words", "audience", "conditions", "materials", "steps", "statutory", "promised", "spot",
	"fee", "channels", "form", "contact", "where", "authority", "department", "joint", "law", "trust", "source", "sensitive", "retention", "claim",
}

// guidePlace returns where in the form the field of a path stands.
func guidePlace(path string) int {
	first, _, _ := strings.Cut(path, "/")
	return slices.Index(guideOrder, first)
}

// guideName is the name of a guide in the reader's language.
func guideName(lang locale.Lang, g *civic.Guide) string {
	if lang == locale.English && g.NameEN != "" {
		return g.NameEN
	}
	return g.Name
}

// rowed reports whether a path leads into a row.
func rowed(path string) bool {
	return strings.HasPrefix(path, "materials/") || strings.HasPrefix(path, "steps/")
}

// guideLabel says in words which field a path names; rows by the name that one of the texts gives them.
func guideLabel(lang locale.Lang, path string, texts ...*civic.Guide) string {
	parts := strings.Split(path, "/")
	if len(parts) < 3 || parts[0] != "materials" && parts[0] != "steps" {
		return locale.T(lang, "guides.field."+strings.ReplaceAll(fieldOf(path), "/", "."))
	}
	name := parts[1]
	for _, g := range texts {
		if found := rowName(g, parts[0], parts[1]); found != "" {
			name = found
		}
	}
	return locale.T(lang, "guides.field.row", name, locale.T(lang, "guides.field."+parts[0]+"."+parts[2]))
}

// rowName returns the name of a material by its id or place, or of a step by its place.
func rowName(g *civic.Guide, list, key string) string {
	i, err := strconv.Atoi(key)
	if list == "steps" {
		if err == nil && i < len(g.Steps) {
			return g.Steps[i].Name
		}
		return ""
	}
	for n, m := range g.Materials {
		if m.ID == key || err == nil && n == i {
			return m.Name
		}
	}
	return ""
}

// worded are the fields whose values are codes, with the beginning of the key that says each.
var worded = map[string]string{
	"need": "need.", "kind": "guides.kind.", "channels": "guides.channel.", "events": "event.", "accept": "guides.media.",
	"retention": "guides.retention.", "claim": "claim.", "trust": "guides.trust.",
}

// inWords returns the parts of a difference; codes are said in words, and then whole.
func inWords(lang locale.Lang, d bulletin.Difference) []view.DifferencePart {
	prefix, coded := worded[d.Path[strings.LastIndexByte(d.Path, '/')+1:]]
	if !coded {
		out := make([]view.DifferencePart, len(d.Parts))
		for i, p := range d.Parts {
			out[i] = view.DifferencePart{Text: p.Text, Added: p.Side == bulletin.Added, Removed: p.Side == bulletin.Removed}
		}
		return out
	}
	var was, is string
	for _, p := range d.Parts {
		if p.Side != bulletin.Added {
			was += p.Text
		}
		if p.Side != bulletin.Removed {
			is += p.Text
		}
	}
	var out []view.DifferencePart
	if was != "" {
		out = append(out, view.DifferencePart{Text: codes(lang, prefix, was), Removed: true})
	}
	if is != "" {
		out = append(out, view.DifferencePart{Text: codes(lang, prefix, is), Added: true})
	}
	return out
}

// codes says a line of codes in words.
func codes(lang locale.Lang, prefix, text string) string {
	var out []string
	for code := range strings.SplitSeq(text, "\n") {
		key := prefix + code
		if locale.Has(key) {
			code = locale.T(lang, key)
		}
		out = append(out, code)
	}
	return strings.Join(out, locale.T(lang, "material.join"))
}
