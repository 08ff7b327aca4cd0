package main

import "testing"

func TestChoose(t *testing.T) {
	got := choose("身份证 300 n\n王小明 900 nr\n公寓 19 n\nAA制 400 n\n卖淫 500 v\n广州 800 ns\n的 318825 uj\n破行 x n\n")
	want := []counted{{"广州", 800}, {"身份证", 300}}
	if len(got) != len(want) || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestPlausible(t *testing.T) {
	for _, tt := range []struct {
		text, reading string
		want          bool
	}{
		{"银行", "yin'hang", true}, {"银行", "yin'xing", true}, {"旅行", "lv'xing", true},
		{"银行", "yin'xiang", false}, {"银行", "yin", false}, {"一1", "yi'1", false},
	} {
		if got := plausible(tt.text, tt.reading); got != tt.want {
			t.Errorf("%s read %s: %v", tt.text, tt.reading, got)
		}
	}
}

func TestClass(t *testing.T) {
	for name, want := range map[string]byte{
		"横": '1', "提": '1', "竖": '2', "竖钩": '2', "撇": '3', "点": '4', "捺": '4', "横折钩": '5', "斜钩|卧钩": '5', "": 0,
	} {
		if got := class(name); got != want {
			t.Errorf("%s: %c, want %c", name, got, want)
		}
	}
}
