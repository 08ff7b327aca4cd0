package ime_test

import (
	"testing"

	"doorstep/assets"
	"doorstep/kiosk/ime"
)

// openBuilt returns the engine as a terminal has it, with the dictionaries of the asset build.
func openBuilt(t testing.TB) *ime.Engine {
	t.Helper()
	files, err := assets.Open()
	if err != nil {
		t.Skip("the dictionaries are not built: ", err)
	}
	e, err := ime.Open(files.Plain())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestWithBuiltDictionaries(t *testing.T) {
	e := openBuilt(t)
	if !e.Supports(ime.Stroke) {
		t.Fatal("no strokes")
	}
	tests := []struct {
		q      ime.Query
		want   string
		within int
	}{
		{ime.Query{Keys: "woxiangbanlijuzhuzheng"}, "我想办理居住证", 0},
		{ime.Query{Keys: "wodeshenfenzhengdiushile"}, "我的身份证丢失了", 0},
		{ime.Query{Keys: "muqinshengbingzhuyuan"}, "母亲生病住院", 0},
		{ime.Query{Keys: "yigeyueyiqian"}, "一个月以前", 0},
		{ime.Query{Keys: "fangan"}, "方案", 0},
		{ime.Query{Keys: "fangan"}, "反感", 1},
		{ime.Query{Keys: "xian"}, "西安", 3},
		{ime.Query{Keys: "xian"}, "先", 6},
		{ime.Query{Keys: "haishi"}, "还是", 0},
		{ime.Query{Keys: "gzs"}, "广州市", 1},
		{ime.Query{Keys: "panyuqushiqiaojiedao", Hint: ime.Address}, "番禺区市桥街道", 0},
		{ime.Query{Keys: "wangkun", Hint: ime.Name}, "王", 0},
		{ime.Query{Mode: ime.Nine, Keys: "94664486"}, "中国", 0},
		{ime.Query{Mode: ime.Stroke, Keys: "1121"}, "王", 0},
		{ime.Query{Mode: ime.Stroke, Keys: "45534"}, "永", 0},
		{ime.Query{Mode: ime.Stroke, Keys: "1234521"}, "李", 0},
	}
	for _, tt := range tests {
		if at, _ := place(e, tt.q, tt.want); at < 0 || at > tt.within {
			t.Errorf("%s: %s at %d of %v", tt.q.Keys, tt.want, at, head(e.Candidates(tt.q)))
		}
	}
	checkTyped(t, e, standard(t))
}

func BenchmarkOpenBuilt(b *testing.B) {
	openBuilt(b)
	files, err := assets.Open()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := ime.Open(files.Plain()); err != nil {
			b.Fatal(err)
		}
	}
}
