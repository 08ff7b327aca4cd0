// Package locale gives the sentences that people read, by key, in the languages of the product.
//
// The files beside it are <lang>.<topic>.json: one flat object of key and sentence. {0}, {1} are blanks that the
// arguments fill. All files of a language are one table; a key stands in one file only, and every language has
// the same keys with the same blanks, which the tests hold.
//
// Words that were published, as the name of a service, are not here: they come with the edition. Nothing here
// formats for machines.
package locale

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"
	"sync"

	"doorstep/sync/civic"
)

// Lang is the name of a language as it stands in applications, editions and cookies. It is a plain string so that
// a package can take T as a function without importing this one.
type Lang = string

// The languages of the product. Chinese comes first and stands in for any other.
const (
	Chinese Lang = "zh"
	English Lang = "en"
)

// Langs returns the languages in the order they are offered.
func Langs() []Lang { return []Lang{Chinese, English} }

// Valid reports whether lang is a language of the product.
func Valid(lang Lang) bool { return lang == Chinese || lang == English }

//go:embed *.json
var files embed.FS

// tables reads every file once. The files are embedded, so a fault in one is ours.
var tables = sync.OnceValue(func() map[Lang]map[string]string {
	t, err := read()
	if err != nil {
		panic("bug: locale: " + err.Error())
	}
	return t
})

func read() (map[Lang]map[string]string, error) {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, fmt.Errorf("list languages: %w", err)
	}
	out := map[Lang]map[string]string{}
	for _, e := range entries {
		lang, _, _ := strings.Cut(e.Name(), ".")
		b, err := files.ReadFile(path.Base(e.Name()))
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", e.Name(), err)
		}
		var table map[string]string
		if err := json.Unmarshal(b, &table); err != nil {
			return nil, fmt.Errorf("read %s: %w", e.Name(), err)
		}
		if out[lang] == nil {
			out[lang] = map[string]string{}
		}
		for key, sentence := range table {
			out[lang][key] = sentence
		}
	}
	return out, nil
}

// Table returns every key of a language with its sentence.
func Table(lang Lang) map[string]string {
	out := make(map[string]string, len(tables()[lang]))
	for k, v := range tables()[lang] {
		out[k] = v
	}
	return out
}

// Has reports whether a key has a sentence.
func Has(key string) bool {
	_, ok := tables()[Chinese][key]
	return ok
}

// T returns the sentence of a key with its blanks filled. An unknown language is read as Chinese; an unknown key
// gives the key itself between angle quotes, which tests look for on every page.
func T(lang Lang, key string, args ...any) string {
	sentence, ok := tables()[lang][key]
	if !ok {
		sentence, ok = tables()[Chinese][key]
	}
	if !ok {
		return "‹" + key + "›"
	}
	return fill(sentence, args)
}

// fill puts the arguments into the blanks. A blank without an argument stays as it is; text in an argument is
// never taken for a blank.
func fill(sentence string, args []any) string {
	if len(args) == 0 || !strings.Contains(sentence, "{") {
		return sentence
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(sentence, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		number, after, closed := strings.Cut(rest, "}")
		i, err := strconv.Atoi(number)
		if !closed || err != nil || i < 0 || i >= len(args) {
			b.WriteByte('{')
			sentence = rest
			continue
		}
		fmt.Fprint(&b, args[i])
		sentence = after
	}
}

// Error returns what a person reads of an error: the sentence of a refusal, else that of its kind, else one that
// says something went wrong here and what to do. It never shows a cause.
func Error(lang Lang, err error) string {
	var refusal *civic.Error
	if !errors.As(err, &refusal) {
		return T(lang, "error.other")
	}
	if Has(refusal.Key) {
		return T(lang, refusal.Key, refusal.Args...)
	}
	if key := "error." + string(refusal.Code); Has(key) {
		return T(lang, key)
	}
	return T(lang, "error.other")
}

// Errors returns the sentences of refusals by field; the first of a field stands.
func Errors(lang Lang, errs []*civic.Error) map[string]string {
	out := make(map[string]string, len(errs))
	for _, e := range errs {
		if _, twice := out[e.Field]; !twice {
			out[e.Field] = Error(lang, e)
		}
	}
	return out
}
