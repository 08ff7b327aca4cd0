package bulletin

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"doorstep/sync/civic"
)

// Difference is one field in which two texts of a guide differ. Path is as in "materials/identity-card/note": a
// material goes by its id, so that one that moved is not read as another.
type Difference struct {
	Path  string
	Parts []Part
	Moved bool // a list or its rows are the same and in another order
}

// Part is a run of characters of a field: in both texts, or in one.
type Part struct {
	Text string
	Side Side
}

// Side says in which text a part stands.
type Side int8

// The sides of a part.
const (
	Both    Side = 0
	Removed Side = -1
	Added   Side = 1
)

// field is one value of a guide as text.
type field struct{ path, value string }

// Differences compares two texts of a guide field by field, in the order in which the newer one has them.
func Differences(older, newer *civic.Guide) ([]Difference, error) {
	was, err := fields(older)
	if err != nil {
		return nil, err
	}
	is, err := fields(newer)
	if err != nil {
		return nil, err
	}
	before := map[string]string{}
	for _, f := range was {
		before[f.path] = f.value
	}
	var out []Difference
	seen := map[string]bool{}
	for _, f := range is {
		seen[f.path] = true
		if old := before[f.path]; old != f.value {
			out = append(out, Difference{Path: f.path, Parts: compare(old, f.value)})
		}
	}
	for _, f := range was {
		if !seen[f.path] && f.value != "" {
			out = append(out, Difference{Path: f.path, Parts: compare(f.value, "")})
		}
	}
	if a, b := order(older), order(newer); !slices.Equal(a, b) {
		slices.Sort(a)
		slices.Sort(b)
		if slices.Equal(a, b) {
			out = append(out, Difference{Path: "materials", Moved: true})
		}
	}
	return out, nil
}

// order is the materials' ids as they stand.
func order(g *civic.Guide) []string {
	out := make([]string, len(g.Materials))
	for i, m := range g.Materials {
		out[i] = m.ID
	}
	return out
}

// fields flattens a guide in the order of its JSON. Lists of words and steps are one field of lines: an item between
// others then shows as a line and not as everything after it.
func fields(g *civic.Guide) ([]field, error) {
	b, err := json.Marshal(g)
	if err != nil {
		return nil, fmt.Errorf("encode guide: %w", err)
	}
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.UseNumber()
	var out []field
	err = flatten(d, "", &out)
	return out, err
}

// flatten reads one value. An array of objects that have an id is read by id; any other array is lines.
func flatten(d *json.Decoder, path string, out *[]field) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return err
			}
			if err := flatten(d, strings.TrimPrefix(path+"/"+fmt.Sprint(name), "/"), out); err != nil {
				return err
			}
		}
	case json.Delim('['):
		return flattenList(d, path, out)
	default:
		*out = append(*out, field{path, fmt.Sprint(token)})
		return nil
	}
	_, err = d.Token() // the end of the object
	return err
}

func flattenList(d *json.Decoder, path string, out *[]field) error {
	var lines []string
	for d.More() {
		var item any
		if err := d.Decode(&item); err != nil {
			return err
		}
		row, ok := item.(map[string]any)
		id, named := row["id"].(string)
		switch {
		case ok && named:
			flattenRow(row, path+"/"+id+"/", out)
		case ok: // a step
			line := fmt.Sprint(row["name"])
			if days, ok := row["days"].(json.Number); ok {
				line += " (" + days.String() + ")"
			}
			lines = append(lines, line)
		default:
			lines = append(lines, fmt.Sprint(item))
		}
	}
	if _, err := d.Token(); err != nil { // the end of the array
		return err
	}
	if lines != nil {
		*out = append(*out, field{path, strings.Join(lines, "\n")})
	}
	return nil
}

// materialFields is the order in which the fields of a material are read.
var materialFields = [...]string{
	"name", "name_en", "need", "original", "copies", "days", "held_by", "when", "issuer", "note", "accept",
}

func flattenRow(row map[string]any, at string, out *[]field) {
	for _, name := range materialFields {
		switch v := row[name].(type) {
		case nil:
		case []any:
			words := make([]string, len(v))
			for i := range v {
				words[i] = fmt.Sprint(v[i])
			}
			*out = append(*out, field{at + name, strings.Join(words, "\n")})
		default:
			*out = append(*out, field{at + name, fmt.Sprint(v)})
		}
	}
}
