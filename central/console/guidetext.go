package console

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"doorstep/sync/civic"
)

// The text of a guide as the fields of a form. A field's name is "g." and its path in the guide's JSON, so that a
// fault that the rules name by its path finds its field.
const (
	guidePrefix  = "g."
	maxMaterials = 40
	maxSteps     = 30
)

// The lists of a guide that are one field with an item a line, and those that are ticks.
var (
	guideLines = []string{"packages", "joint", "conditions", "law", "words"}
	guideTicks = map[string][]string{
		"events":   {"birth", "school", "work", "marriage", "health", "old-age", "housing", "business"},
		"channels": {"terminal", "community", "online", "window"},
	}
	acceptTicks = []string{"image/jpeg", "image/png", "application/pdf"}
)

// guideText is a guide being typed: what stands in each field, by path.
type guideText struct {
	values    map[string]string
	materials int
	steps     int
}

// textOf fills the fields from a guide.
func textOf(g *civic.Guide) (guideText, error) {
	t := guideText{values: map[string]string{}, materials: len(g.Materials), steps: len(g.Steps)}
	b, err := json.Marshal(g)
	if err != nil {
		return t, err
	}
	var tree map[string]any
	if err := json.Unmarshal(b, &tree); err != nil {
		return t, err
	}
	t.fill("", tree)
	return t, nil
}

func (t *guideText) fill(path string, v any) {
	at := func(name string) string { return strings.TrimPrefix(path+"/"+name, "/") }
	switch v := v.(type) {
	case map[string]any:
		for name, item := range v {
			t.fill(at(name), item)
		}
	case []any:
		if slices.Contains(guideLines, path) {
			items := make([]string, len(v))
			for i := range v {
				items[i], _ = v[i].(string) // the list is one of texts
			}
			t.values[path] = strings.Join(items, "\n")
			return
		}
		for i, item := range v {
			if word, ok := item.(string); ok {
				t.values[at(word)] = "1"
			} else {
				t.fill(at(strconv.Itoa(i)), item)
			}
		}
	case bool:
		if v {
			t.values[path] = "1"
		}
	case string:
		t.values[path] = v
	case float64:
		t.values[path] = strconv.FormatFloat(v, 'f', -1, 64)
	}
}

// postedText reads what was typed.
func postedText(c *fiber.Ctx) guideText {
	t := guideText{values: map[string]string{}}
	c.Context().PostArgs().VisitAll(func(key, value []byte) {
		if name, ok := strings.CutPrefix(string(key), guidePrefix); ok {
			s := strings.ReplaceAll(string(value), "\r\n", "\n")
			t.values[name] = strings.TrimSpace(s)
		}
	})
	t.materials = count(t.values["rows/materials"], maxMaterials)
	t.steps = count(t.values["rows/steps"], maxSteps)
	return t
}

func count(s string, most int) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return min(max(n, 0), most)
}

// guide reads the fields into base, whatever a form does not show staying as it is, and says which hold no value of
// their kind. Rows without a word are left out.
func (t *guideText) guide(base civic.Guide) (civic.Guide, map[string]string) {
	r := textReader{t: t, base: &base, errs: map[string]string{}}
	g := base
	for path, at := range map[string]*string{
		"name": &g.Name, "name_en": &g.NameEN, "item_code": &g.ItemCode, "field": &g.Field, "department": &g.Department,
		"authority": &g.Authority, "audience": &g.Audience, "fee": &g.Fee, "where": &g.Where, "contact": &g.Contact,
		"source": &g.Source, "form": &g.Form, "sensitive": &g.Sensitive, "retention": &g.Retention,
	} {
		*at = t.values[path]
	}
	g.Trust, g.Claim = civic.Trust(t.values["trust"]), civic.Claim(t.values["claim"])
	g.Packages, g.Spot = r.lines("packages"), t.values["spot"] != ""
	g.Joint, g.Conditions, g.Law, g.Words = r.lines("joint"), r.lines("conditions"), r.lines("law"), r.lines("words")
	g.Events = r.ticks("events", guideTicks["events"], base.Events)
	g.Channels = ticks(&r, "channels", guideTicks["channels"], base.Channels)
	g.Statutory, g.Promised = r.limit("statutory"), r.limit("promised")
	g.Materials, g.Steps = nil, nil
	for i := range t.materials {
		if m, ok := r.material(i); ok {
			g.Materials = append(g.Materials, m)
		}
	}
	for i := range t.steps {
		if s, ok := r.step(i); ok {
			g.Steps = append(g.Steps, s)
		}
	}
	return g, r.errs
}

// textReader reads fields and keeps the keys of what is wrong with them.
type textReader struct {
	t    *guideText
	base *civic.Guide
	errs map[string]string
}

func (r *textReader) lines(path string) []string {
	var out []string
	for line := range strings.SplitSeq(r.t.values[path], "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

func (r *textReader) ticks(path string, of, had []string) []string { return ticks(r, path, of, had) }

// ticks returns what is ticked: what was there before in its order, which a row of ticks cannot say, then the rest.
func ticks[T ~string](r *textReader, path string, of []string, had []T) []T {
	var out []T
	add := func(v T) {
		if r.t.values[path+"/"+string(v)] != "" && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	for _, v := range had {
		add(v)
	}
	for _, v := range of {
		add(T(v))
	}
	return out
}

func (r *textReader) number(path string) int {
	s := r.t.values[path]
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 1e6 {
		r.errs[path] = "guides.fault.whole"
	}
	return n
}

func (r *textReader) limit(path string) civic.Limit {
	l := civic.Limit{Days: r.number(path + "/days"), Kind: civic.DayKind(r.t.values[path+"/kind"])}
	if r.t.values[path+"/days"] == "" {
		l.Kind = "" // the kind stands in its list also where there are no days
	}
	return l
}

// material reads a row; not ok for one without a word.
func (r *textReader) material(i int) (civic.Material, bool) {
	at := "materials/" + strconv.Itoa(i) + "/"
	v := func(name string) string { return r.t.values[at+name] }
	m := civic.Material{
		ID: v("id"), Name: v("name"), NameEN: v("name_en"), Need: civic.Need(v("need")),
		Original: r.number(at + "original"), Copies: r.number(at + "copies"),
		When: v("when"), Issuer: v("issuer"), Note: v("note"), Accept: r.ticks(at+"accept", acceptTicks, r.accepted(v("id"))),
	}
	// What goes with another need is not shown to matter: it would only be in the way.
	switch m.Need {
	case civic.NeedLater:
		m.Days = r.number(at + "days")
	case civic.NeedHeld:
		m.HeldBy = v("held_by")
	}
	return m, m.ID != "" || m.Name != "" || m.NameEN != "" || m.Note != ""
}

// accepted returns the formats that a material had, in their order.
func (r *textReader) accepted(id string) []string {
	for _, m := range r.base.Materials {
		if m.ID == id {
			return m.Accept
		}
	}
	return nil
}

func (r *textReader) step(i int) (civic.Step, bool) {
	at := "steps/" + strconv.Itoa(i) + "/"
	s := civic.Step{Name: r.t.values[at+"name"]}
	if days := r.t.values[at+"days"]; days != "" {
		var err error
		if s.Days, err = strconv.ParseFloat(days, 64); err != nil || s.Days < 0 || s.Days > 1e6 {
			r.errs[at+"days"], s.Days = "guides.fault.days", 0
		}
	}
	return s, s.Name != "" || s.Days != 0
}

// arrange does what a key of a row says, as "add:materials", "remove:materials:2", "up:steps:3" or "down:steps:0".
// It reports the path of the row to come back to, empty for a key that is none of these.
func (t *guideText) arrange(do string) string {
	verb, rest, _ := strings.Cut(do, ":")
	list, place, _ := strings.Cut(rest, ":")
	rows, most := &t.materials, maxMaterials
	if list == "steps" {
		rows, most = &t.steps, maxSteps
	} else if list != "materials" {
		return ""
	}
	i, err := strconv.Atoi(place)
	switch {
	case verb == "add":
		*rows = min(*rows+1, most)
		return list + "/" + strconv.Itoa(*rows-1)
	case err != nil || i < 0 || i >= *rows:
		return ""
	case verb == "remove":
		for ; i < *rows-1; i++ {
			t.swap(list, i, i+1)
		}
		t.clear(list, *rows-1)
		*rows--
		return list
	case verb == "up" && i > 0:
		t.swap(list, i, i-1)
		return list + "/" + strconv.Itoa(i-1)
	case verb == "down" && i < *rows-1:
		t.swap(list, i, i+1)
		return list + "/" + strconv.Itoa(i+1)
	}
	return list
}

// swap exchanges two rows.
func (t *guideText) swap(list string, a, b int) {
	one, other := t.take(list, a), t.take(list, b)
	for name, v := range one {
		t.values[list+"/"+strconv.Itoa(b)+"/"+name] = v
	}
	for name, v := range other {
		t.values[list+"/"+strconv.Itoa(a)+"/"+name] = v
	}
}

func (t *guideText) clear(list string, i int) { t.take(list, i) }

// take removes the fields of a row and returns them by name.
func (t *guideText) take(list string, i int) map[string]string {
	at, out := list+"/"+strconv.Itoa(i)+"/", map[string]string{}
	for path, v := range t.values {
		if name, ok := strings.CutPrefix(path, at); ok {
			out[name] = v
			delete(t.values, path)
		}
	}
	return out
}
