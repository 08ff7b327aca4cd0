package ime_test

import (
	"os"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/encoding/simplifiedchinese"

	"doorstep/kiosk/ime"
)

// standard returns the characters of GB 2312 and of the national table, which together are 8,230.
func standard(t *testing.T) []rune {
	t.Helper()
	beyond, err := os.ReadFile("lexicon/beyond.txt")
	if err != nil {
		t.Fatal(err)
	}
	text := string(beyond)
	for row := 0xB0; row <= 0xF7; row++ {
		for cell := 0xA1; cell <= 0xFE; cell++ {
			pair, err := simplifiedchinese.GBK.NewDecoder().Bytes([]byte{byte(row), byte(cell)})
			if err != nil {
				t.Fatal(err)
			}
			text += string(pair)
		}
	}
	return hanIn(text)
}

func hanIn(text string) []rune {
	var out []rune
	for _, r := range text {
		if unicode.Is(unicode.Han, r) {
			out = append(out, r)
		}
	}
	return out
}

func TestEveryStandardCharacterCanBeTyped(t *testing.T) {
	all := standard(t)
	if len(all) != 8230 {
		t.Fatalf("%d characters, want 8,230", len(all))
	}
	checkTyped(t, newEngine(t), all)
}

// The table itself lies with the test of the receipt, which must print what can be typed.
func TestEveryCharacterOfTheNationalTableCanBeTyped(t *testing.T) {
	table, err := os.ReadFile("../../printing/receipt/testdata/tongyong-8105.txt")
	if err != nil {
		t.Fatal(err)
	}
	all := hanIn(string(table))
	if len(all) != 8105 {
		t.Fatalf("%d characters, want 8,105", len(all))
	}
	checkTyped(t, newEngine(t), all)
}

func checkTyped(t *testing.T, e *ime.Engine, all []rune) {
	t.Helper()
	offered := map[string]map[string]int{}
	worst, unreachable := 0, 0
	for _, r := range all {
		best := -1
		for _, keys := range ime.Readings(r) {
			if offered[keys] == nil {
				offered[keys] = map[string]int{}
				for i, c := range e.Candidates(ime.Query{Keys: keys, Max: 2000}) {
					offered[keys][c.Text] = i
				}
			}
			if at, ok := offered[keys][string(r)]; ok && (best < 0 || at < best) {
				best = at
			}
		}
		if best < 0 {
			unreachable++
			t.Errorf("%c (U+%04X) cannot be typed by %v", r, r, ime.Readings(r))
		}
		worst = max(worst, best)
	}
	t.Logf("%d characters, %d unreachable, the furthest is candidate %d of its syllable", len(all), unreachable, worst+1)
}

func TestReadings(t *testing.T) {
	tests := []struct {
		r    rune
		want string
	}{
		{'重', "zhong chong"}, {'庆', "qing"}, {'行', "xing hang"}, {'会', "hui kuai"}, {'女', "nv"},
		{'略', "lve"}, {'𠮷', "ji"}, {'𬭎', "hong"}, {'䶮', "yan"}, {'a', ""}, {'，', ""},
	}
	for _, tt := range tests {
		got := ime.Readings(tt.r)
		for want := range strings.FieldsSeq(tt.want) {
			if !contains(got, want) {
				t.Errorf("%c: %v lacks %s", tt.r, got, want)
			}
		}
		if tt.want == "" && len(got) > 0 {
			t.Errorf("%c: %v, want none", tt.r, got)
		}
	}
	if got := string(ime.Initials('行')); !strings.Contains(got, "x") || !strings.Contains(got, "h") {
		t.Errorf("initials of 行: %s", got)
	}
}

func contains(all []string, s string) bool {
	for _, a := range all {
		if a == s {
			return true
		}
	}
	return false
}
