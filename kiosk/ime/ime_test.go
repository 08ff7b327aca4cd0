package ime_test

import (
	"slices"
	"testing"

	"doorstep/kiosk/ime"
)

func newEngine(t testing.TB) *ime.Engine {
	t.Helper()
	e, err := ime.New()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// place returns where text stands among the candidates of q, from 0, or -1.
func place(e *ime.Engine, q ime.Query, text string) (int, string) {
	for i, c := range e.Candidates(q) {
		if c.Text == text {
			return i, c.Rest
		}
	}
	return -1, ""
}

func TestCandidates(t *testing.T) {
	e := newEngine(t)
	tests := []struct {
		name   string
		q      ime.Query
		want   string
		rest   string
		within int // how many candidates may stand before it
	}{
		{"one character", ime.Query{Keys: "shi"}, "是", "", 0},
		{"capital letters", ime.Query{Keys: "SHI"}, "是", "", 0},
		{"first letter", ime.Query{Keys: "w"}, "我", "", 3},
		{"begun syllable", ime.Query{Keys: "zho"}, "中", "", 2},
		{"two ways, one syllable", ime.Query{Keys: "xian"}, "先", "", 2},
		{"two ways, two syllables", ime.Query{Keys: "xian"}, "西安", "", 14},
		{"separator", ime.Query{Keys: "xi'an"}, "西安", "", 0},
		{"separator kept in the rest", ime.Query{Keys: "ni'hao"}, "你", "hao", 4},
		{"v for ü", ime.Query{Keys: "nv"}, "女", "", 0},
		{"yu of passports for ü", ime.Query{Keys: "lyu"}, "率", "", 3},
		{"ue for üe", ime.Query{Keys: "lue"}, "略", "", 0},
		{"v for u after j", ime.Query{Keys: "jv"}, "局", "", 6},
		{"word", ime.Query{Keys: "juzhuzheng"}, "居住证", "", 0},
		{"first letters of a word", ime.Query{Keys: "jzz"}, "居住证", "", 3},
		{"mixed letters and syllables", ime.Query{Keys: "guangzs"}, "广州市", "", 3},
		{"word begun", ime.Query{Keys: "juzhuzh"}, "居住证", "", 0},
		{"word foreseen", ime.Query{Keys: "gongan"}, "公安局", "", 3},
		{"word, keys left over", ime.Query{Keys: "fuqinshengbing"}, "父亲", "shengbing", 2},
		{"words put together", ime.Query{Keys: "woxiangshenqingjuzhuzheng"}, "我想申请居住证", "", 0},
		{"second reading in a word", ime.Query{Keys: "yinhang"}, "银行", "", 0},
		{"second reading in a city", ime.Query{Keys: "chongqing"}, "重庆", "", 0},
		{"occupation", ime.Query{Keys: "kuaiji"}, "会计", "", 0},
		{"district", ime.Query{Keys: "panyuqu"}, "番禺区", "", 0},
		{"long name of a service", ime.Query{Keys: "gaolinglaorenjintieshenling"}, "高龄老人津贴申领", "", 0},
		{"kind of place", ime.Query{Keys: "lu", Hint: ime.Address}, "路", "", 0},
		{"street number", ime.Query{Keys: "hao", Hint: ime.Address}, "号", "", 0},
		{"address put together", ime.Query{Keys: "tianhequtianhelu", Hint: ime.Address}, "天河区天河路", "", 0},
		{"surname before the common word", ime.Query{Keys: "he", Hint: ime.Name}, "何", "", 0},
		{"surname by its own reading", ime.Query{Keys: "shan", Hint: ime.Name}, "单", "", 0},
		{"surname of two characters", ime.Query{Keys: "ouyangnana", Hint: ime.Name}, "欧阳", "nana", 0},
		{"surname read unlike its characters", ime.Query{Keys: "moqi", Hint: ime.Name}, "万俟", "", 0},
		{"number in an address", ime.Query{Keys: "385hao", Hint: ime.Address}, "385", "hao", 0},
		{"keys that would leave no syllable", ime.Query{Keys: "xianzai"}, "现", "zai", 3},
		{"keys of another script", ime.Query{Keys: "ni你"}, "你", "你", 0},
		{"nine keys", ime.Query{Mode: ime.Nine, Keys: "94264"}, "向", "", 8},
		{"nine keys, word", ime.Query{Mode: ime.Nine, Keys: "482649468"}, "广州", "", 0},
		{"unicode", ime.Query{Mode: ime.Code, Keys: "20BB7"}, "𠮷", "", 0},
		{"unicode with its sign", ime.Query{Mode: ime.Code, Keys: "u+20bb7"}, "𠮷", "", 0},
		{"GB 18030, two bytes", ime.Query{Mode: ime.Code, Keys: "BCAA"}, "吉", "", 1},
		{"GB 18030, a name", ime.Query{Mode: ime.Code, Keys: "fe9f"}, "䶮", "", 1},
		{"GB 18030, four bytes", ime.Query{Mode: ime.Code, Keys: "9534b235"}, "𠮷", "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			at, rest := place(e, tt.q, tt.want)
			if at < 0 || at > tt.within || rest != tt.rest {
				t.Errorf("%q: %s at %d with rest %q, want at most %d and %q; got %v",
					tt.q.Keys, tt.want, at, rest, tt.within, tt.rest, head(e.Candidates(tt.q)))
			}
		})
	}
}

func head(all []ime.Candidate) []ime.Candidate { return all[:min(len(all), 10)] }

// TestNames types names as the keyboard does: choose a candidate, go on with the keys it leaves.
func TestNames(t *testing.T) {
	e := newEngine(t)
	tests := []struct {
		keys    string
		choices []string
		within  int // no choice may stand behind more than this many
	}{
		{"ouyangnana", []string{"欧阳", "娜娜"}, 0},
		{"wangkun", []string{"王", "堃"}, 3},
		{"lijunyue", []string{"李", "珺", "玥"}, 8},
		{"zhangyan", []string{"张", "龑"}, 10},
		{"chenyan", []string{"陈", "䶮"}, 10},
		{"shangguanwaner", []string{"上官", "婉", "儿"}, 4},
		{"zhaiyi", []string{"翟", "祎"}, 17},
		{"chenzhezhe", []string{"陈", "喆", "哲"}, 2},
		{"liusheng", []string{"刘", "昇"}, 3},
		{"huangxuan", []string{"黄", "瑄"}, 3},
		{"linchong", []string{"林", "翀"}, 2},
		{"yanghong", []string{"杨", "𬭎"}, 6},
		{"zengji", []string{"曾", "𠮷"}, 10},
		{"lyuhongmei", []string{"吕", "红", "梅"}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.keys, func(t *testing.T) {
			q := ime.Query{Keys: tt.keys, Hint: ime.Name}
			for _, choice := range tt.choices {
				at, rest := place(e, q, choice)
				if at < 0 || at > tt.within {
					t.Fatalf("%s at %d of %v", choice, at, head(e.Candidates(q)))
				}
				q.Before, q.Keys = q.Before+choice, rest
			}
			if q.Keys != "" {
				t.Errorf("keys %q left over", q.Keys)
			}
		})
	}
}

// A name must never be turned into an ordinary word that sounds like it.
func TestNamesAreNotCorrected(t *testing.T) {
	e := newEngine(t)
	for _, c := range e.Candidates(ime.Query{Keys: "jiaoshi", Hint: ime.Name, Max: 500}) {
		if c.Text == "教师" {
			t.Fatal("教师 offered for a name")
		}
	}
	if at, _ := place(e, ime.Query{Keys: "jiaoshi"}, "教师"); at != 0 {
		t.Errorf("教师 at %d for ordinary text, want 0", at)
	}
}

func TestCodesOfOtherCharactersAreRefused(t *testing.T) {
	e := newEngine(t)
	for _, keys := range []string{"", "41", "0041", "E000", "F0000", "D800", "110000", "U+", "zz", "0007", "1F600", "-4E00", "+4E00"} {
		if got := e.Candidates(ime.Query{Mode: ime.Code, Keys: keys}); len(got) > 0 {
			t.Errorf("%q gives %v", keys, got)
		}
	}
}

func TestUnknownModeHasNoCandidates(t *testing.T) {
	if got := newEngine(t).Candidates(ime.Query{Mode: "wubi", Keys: "aaa"}); got != nil {
		t.Errorf("got %v", got)
	}
}

func TestDeterminism(t *testing.T) {
	a, b := newEngine(t), newEngine(t)
	for _, keys := range []string{"s", "xian", "yi", "guangzhoushitianhequ", "zhzhzh", "n"} {
		for _, hint := range []ime.Hint{ime.Text, ime.Name, ime.Address} {
			q := ime.Query{Keys: keys, Hint: hint, Max: 2000}
			if !slices.Equal(a.Candidates(q), b.Candidates(q)) {
				t.Errorf("%q under %s differs between two engines", keys, hint)
			}
		}
	}
}

func TestNoCandidateTwice(t *testing.T) {
	e := newEngine(t)
	for _, keys := range []string{"xian", "he", "guangzhou", "s", "lve"} {
		seen := map[string]bool{}
		for _, c := range e.Candidates(ime.Query{Keys: keys, Max: 2000}) {
			if seen[c.Text] {
				t.Errorf("%q offers %s twice", keys, c.Text)
			}
			seen[c.Text] = true
		}
	}
}
