package form

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"

	"doorstep/sync/civic"
)

// Read turns what a page posted into answers: the answers so far with those of the page's fields replaced. posted
// holds values by field path, as applicant_name, document/kind or companions/0/name. Only paths that the page asks
// are read; an empty value is no answer, and an item of a repeat without any answer is no item. What cannot be read
// as its type stays as the text that was typed, for Check to refuse at its field.
func (f *Form) Read(answers Answers, id string, posted map[string][]string) Answers {
	out := Answers(maps.Clone(map[string]any(answers)))
	if out == nil {
		out = Answers{}
	}
	for _, p := range f.pages {
		if p.ID != id {
			continue
		}
		for _, name := range p.Fields {
			if v := f.root.byName[name].read(name, posted); v != nil {
				out[name] = v
			} else {
				delete(out, name)
			}
		}
	}
	return f.Clean(out)
}

// read returns the answer posted for a field, nil if there is none.
func (fl *field) read(path string, posted map[string][]string) any {
	switch fl.property.Control {
	case Number:
		return readNumber(one(posted, path))
	case YesNo, Agree:
		return readBool(one(posted, path))
	case MultiChoice:
		return readChoices(fl.options, posted[path])
	case DocumentControl:
		return fl.readDocument(one(posted, path+"/kind"), one(posted, path+"/number"))
	case Repeat:
		return fl.readItems(path, posted)
	case LongText:
		return text(lines(posted[path]))
	case IDNumber:
		return text(strings.ToUpper(compact(one(posted, path))))
	case Phone:
		return text(normal(civic.ParsePhone, compact(one(posted, path))))
	case NameControl:
		return text(normal(civic.CleanName, tidy(one(posted, path))))
	}
	return text(tidy(one(posted, path)))
}

// readDocument returns a document. A kind without a number is an answer where somebody chose it, so that what hangs on
// the kind is asked at once; the first kind is chosen by the page itself.
func (fl *field) readDocument(kind, number string) any {
	number = strings.ToUpper(compact(number))
	switch {
	case number != "":
		return map[string]any{"kind": kind, "number": number}
	case len(fl.kinds) > 0 && kind != "" && kind != fl.kinds[0]:
		return map[string]any{"kind": kind}
	}
	return nil
}

// normal brings s into the form that parse keeps it in, and leaves it as typed where parse refuses it.
func normal(parse func(string) (string, error), s string) string {
	if n, err := parse(s); err == nil {
		return n
	}
	return s
}

// readItems reads the items of a repeat. Their numbers may have gaps where one was taken out; one more than may be
// there is kept, so that Check can say that it is too many.
func (fl *field) readItems(path string, posted map[string][]string) any {
	var items []any
	for i := range 2 * MaxRepeat {
		item := map[string]any{}
		for _, sub := range fl.items.fields {
			if v := sub.read(path+"/"+strconv.Itoa(i)+"/"+sub.name, posted); v != nil {
				item[sub.name] = v
			}
		}
		if len(item) > 0 && len(items) <= fl.property.MaxItems {
			items = append(items, item)
		}
	}
	if items == nil {
		return nil
	}
	return items
}

func readNumber(s string) any {
	s = compact(s)
	if s == "" {
		return nil
	}
	var n json.Number
	if len(s) <= maxDigits && !strings.ContainsAny(s, "eE") && json.Unmarshal([]byte(s), &n) == nil {
		return n
	}
	return s
}

func readBool(s string) any {
	switch s {
	case "true", "on", "yes":
		return true
	case "false", "no":
		return false
	}
	return nil
}

// readChoices keeps the chosen values in the order of the form, each once, and those that the form does not know
// behind them, for Check to refuse.
func readChoices(options, chosen []string) any {
	var out []any
	for _, v := range options {
		if slices.Contains(chosen, v) {
			out = append(out, v)
		}
	}
	for _, v := range chosen {
		if v != "" && !slices.Contains(options, v) && len(out) < maxOptions {
			out = append(out, tidy(v))
		}
	}
	if out == nil {
		return nil
	}
	return out
}

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func one(posted map[string][]string, path string) string {
	if v := posted[path]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// tidy composes characters, drops bytes that are no text and joins runs of space. Full-width letters stay as
// typed: they may belong to a name.
func tidy(s string) string {
	if len(s) > MaxText*utf8.UTFMax {
		s = s[:MaxText*utf8.UTFMax]
	}
	return strings.Join(strings.Fields(norm.NFC.String(strings.ToValidUTF8(s, ""))), " ")
}

// lines tidies each line of a long text.
func lines(posted []string) string {
	if len(posted) == 0 {
		return ""
	}
	var out []string
	for line := range strings.Lines(strings.ReplaceAll(posted[0], "\r", "\n")) {
		if line = tidy(line); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// compact removes all space and narrows full-width digits and letters, which an input method leaves in numbers.
func compact(s string) string {
	return strings.ReplaceAll(width.Narrow.String(tidy(s)), " ", "")
}
