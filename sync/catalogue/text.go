package catalogue

import (
	"slices"
	"strconv"

	"doorstep/sync/civic"
)

// Text is one text of a guide with its path, as "materials/2/note". Lines says that it may have several.
type Text struct {
	Path, Value string
	Lines       bool
}

// Texts returns every text of a guide that a person reads, with its path, in the order a resident reads them. Paths
// are those that [Rules.Check] names faults by.
func Texts(g *civic.Guide) []Text {
	var out []Text
	add := func(path, value string) { out = append(out, Text{Path: path, Value: value}) }
	lines := func(path, value string) { out = append(out, Text{path, value, true}) }
	each := func(path string, list []string) {
		for i, v := range list {
			add(path+"/"+strconv.Itoa(i), v)
		}
	}
	add("id", g.ID)
	each("packages", g.Packages)
	add("name", g.Name)
	add("name_en", g.NameEN)
	add("item_code", g.ItemCode)
	add("field", g.Field)
	add("audience", g.Audience)
	add("department", g.Department)
	add("authority", g.Authority)
	each("joint", g.Joint)
	each("conditions", g.Conditions)
	for i, m := range g.Materials {
		at := "materials/" + strconv.Itoa(i) + "/"
		add(at+"id", m.ID)
		add(at+"name", m.Name)
		add(at+"name_en", m.NameEN)
		add(at+"when", m.When)
		add(at+"held_by", m.HeldBy)
		add(at+"issuer", m.Issuer)
		lines(at+"note", m.Note)
	}
	for i, s := range g.Steps {
		add("steps/"+strconv.Itoa(i)+"/name", s.Name)
	}
	add("fee", g.Fee)
	lines("where", g.Where)
	add("contact", g.Contact)
	each("law", g.Law)
	add("source", g.Source)
	add("form", g.Form)
	lines("sensitive", g.Sensitive)
	each("words", g.Words)
	return slices.DeleteFunc(out, func(t Text) bool { return t.Value == "" })
}
