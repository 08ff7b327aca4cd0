package locale_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"doorstep/assets/locale"
)

// sentence is one line of a file of this directory.
type sentence struct{ file, key, text string }

// sentences reads the files of a language token by token: a table would hide a key that stands twice.
func sentences(t *testing.T, lang locale.Lang) []sentence {
	t.Helper()
	names, err := filepath.Glob(lang + ".*.json")
	if err != nil {
		t.Fatal(err)
	}
	var out []sentence
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		d := json.NewDecoder(f)
		var texts []string
		for d.More() || len(texts) > 0 {
			token, err := d.Token()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			s, ok := token.(string)
			if !ok {
				if token == json.Delim('}') {
					break
				}
				continue
			}
			texts = append(texts, s)
		}
		if len(texts) == 0 || len(texts)%2 != 0 {
			t.Fatalf("%s: %d texts are no pairs of key and sentence", name, len(texts))
		}
		for pair := range slices.Chunk(texts, 2) {
			out = append(out, sentence{name, pair[0], pair[1]})
		}
	}
	return out
}

// Every language has the same keys, each once and in the file of the same topic.
func TestEveryLanguageHasEveryKeyOnce(t *testing.T) {
	files := map[locale.Lang]map[string]string{}
	for _, lang := range locale.Langs() {
		files[lang] = map[string]string{}
		for _, s := range sentences(t, lang) {
			if first, twice := files[lang][s.key]; twice {
				t.Errorf("%s stands in %s and in %s", s.key, first, s.file)
			}
			files[lang][s.key] = s.file
		}
	}
	for _, lang := range locale.Langs() {
		for key, file := range files[locale.Chinese] {
			_, topic, _ := strings.Cut(file, ".")
			if got := files[lang][key]; got != lang+"."+topic {
				t.Errorf("%s: %s stands in %q, want %q", lang, key, got, lang+"."+topic)
			}
		}
		for key := range files[lang] {
			if _, ok := files[locale.Chinese][key]; !ok {
				t.Errorf("%s: %s has no Chinese sentence", lang, key)
			}
		}
		if len(locale.Table(lang)) != len(files[lang]) {
			t.Errorf("%s: the product knows %d keys, its files have %d", lang, len(locale.Table(lang)), len(files[lang]))
		}
	}
}

var blank = regexp.MustCompile(`\{([^{}]*)\}`)

// blanks returns the numbers of a sentence's blanks, each once, in order.
func blanks(t *testing.T, key, text string) []int {
	t.Helper()
	seen := map[int]bool{}
	for _, m := range blank.FindAllStringSubmatch(text, -1) {
		n, err := strconv.Atoi(m[1])
		if err != nil || n < 0 {
			t.Errorf("%s: %s is no blank", key, m[0])
		}
		seen[n] = true
	}
	if rest := blank.ReplaceAllString(text, ""); strings.ContainsAny(rest, "{}") {
		t.Errorf("%s: a blank is not closed: %s", key, text)
	}
	return slices.Sorted(maps.Keys(seen))
}

// A sentence has the same blanks in every language, so that no language keeps back what the others tell. The form
// for one thing may say the number in words.
func TestSameBlanksInEveryLanguage(t *testing.T) {
	chinese := locale.Table(locale.Chinese)
	for _, lang := range locale.Langs() {
		for key, text := range locale.Table(lang) {
			got, want := blanks(t, key, text), blanks(t, key, chinese[key])
			if len(got) == 0 && strings.HasSuffix(key, ".one") {
				continue
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %s has the blanks %v, in Chinese %v", lang, key, got, want)
			}
		}
	}
}

var (
	// halfStop is a stop of the Latin script after a Han character.
	halfStop = regexp.MustCompile(`\p{Han}[,;:?!]`)
	han      = regexp.MustCompile(`\p{Han}`)
)

// Nothing is empty, nothing runs into what stands beside it, and everybody is addressed politely.
func TestSentencesAreClean(t *testing.T) {
	for _, lang := range locale.Langs() {
		for key, text := range locale.Table(lang) {
			joins := !strings.ContainsFunc(text, unicode.IsLetter) // a comma between two things, with its space
			if trimmed := strings.TrimSpace(text); trimmed == "" || text != trimmed && !joins {
				t.Errorf("%s: %s is %q", lang, key, text)
			}
			if strings.Contains(text, "  ") || strings.ContainsAny(text, "\t\n<>‹›\uFFFD") {
				t.Errorf("%s: %s has signs that no sentence has: %q", lang, key, text)
			}
		}
	}
	for key, text := range locale.Table(locale.Chinese) {
		for _, word := range []string{"你", "系统异常", "未知错误", "操作失败"} {
			if strings.Contains(text, word) {
				t.Errorf("%s says %s: %s", key, word, text)
			}
		}
		if stop := halfStop.FindString(text); stop != "" {
			t.Errorf("%s has a half-width stop after %s: %s", key, stop, text)
		}
	}
	// Names that stand in their own script: a language, two ways of typing, what the law calls the receipt.
	own := []string{"lang.zh", "keys.pinyin", "keys.strokes", "receipt.not_acceptance"}
	for key, text := range locale.Table(locale.English) {
		if han.MatchString(text) && !slices.Contains(own, key) {
			t.Errorf("%s is not written in English: %s", key, text)
		}
	}
}
