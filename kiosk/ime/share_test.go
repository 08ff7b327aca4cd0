package ime_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"doorstep/kiosk/ime"
)

func TestOneEngineServesManyAtOnce(t *testing.T) {
	e := newEngine(t)
	q := ime.Query{Keys: "woxiangshenqingjuzhuzheng"}
	want := e.Candidates(q)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if !slices.Equal(e.Candidates(q), want) {
					t.Error("another answer to the same query")
				}
			}
		})
	}
	wg.Wait()
}

func TestOpenAddsDictionaries(t *testing.T) {
	data := fstest.MapFS{
		ime.WordsFile:   {Data: []byte("# made for this test\n蘑菇云 40 mo'gu'yun\n长安 900 chang'an\n")},
		ime.StrokesFile: {Data: []byte("木 1234\n李 1234521\n本 12341\n王 1121\n")},
	}
	e, err := ime.Open(data)
	if err != nil {
		t.Fatal(err)
	}
	if at, _ := place(e, ime.Query{Keys: "moguyun"}, "蘑菇云"); at != 0 {
		t.Errorf("蘑菇云 at %d", at)
	}
	if !e.Supports(ime.Stroke) || newEngine(t).Supports(ime.Stroke) {
		t.Error("strokes are offered where there is stroke data, and only there")
	}
	for keys, want := range map[string]string{"1234521": "李", "1634521": "李", "12342": "", "11": "王", "x1": "", "1234": "木本李"} {
		var got strings.Builder
		for _, c := range e.Candidates(ime.Query{Mode: ime.Stroke, Keys: keys}) {
			got.WriteString(c.Text)
		}
		if want == "" && got.Len() > 0 || !strings.HasPrefix(got.String(), firstOf(want)) || len(got.String()) != len(want) {
			t.Errorf("strokes %s give %s, want %s", keys, got.String(), want)
		}
	}
}

func firstOf(text string) string {
	for _, r := range text {
		return string(r)
	}
	return ""
}

func TestOpenRefusesABrokenDictionary(t *testing.T) {
	for name, data := range map[string]fstest.MapFS{
		"no count":             {ime.WordsFile: {Data: []byte("词 ci\n")}},
		"reading too short":    {ime.WordsFile: {Data: []byte("词语 10 ci\n")}},
		"no syllable":          {ime.WordsFile: {Data: []byte("词语 10 ci'xyz\n")}},
		"no stroke":            {ime.StrokesFile: {Data: []byte("木 1239\n")}},
		"more than one letter": {ime.StrokesFile: {Data: []byte("木木 12341234\n")}},
	} {
		if _, err := ime.Open(data); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
