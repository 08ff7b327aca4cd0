package desk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mozillazg/go-pinyin"

	"doorstep/kiosk/desk"
	"doorstep/kiosk/desk/desktest"
	"doorstep/sync/civic"
)

// readings gives every reading of a character, without tones.
func readings(r rune) []string {
	args := pinyin.NewArgs()
	args.Heteronym = true
	return pinyin.SinglePinyin(r, args)
}

func spoken(o *desk.Options) { o.Readings = readings }

func TestSearch(t *testing.T) {
	f := desktest.Open(t, spoken)
	for _, test := range []struct{ query, want string }{
		{"居住证", "HJ-008"},
		{"签注", "HJ-009"},
		{"居住证续期", "HJ-009"},
		{"暂住证", "HJ-008"},
		{"高龄津贴", "SB-010"},
		{"老人", "SB-010"},
		{"jzz", "HJ-008"},
		{"sljzz", "HJ-008"},
		{"shenlingjuzhuzheng", "HJ-008"},
		{"qzjzz", "HJ-009"},
		{"gaoling", "SB-010"},
		{"glj", "SB-010"},
		{"changshou", "SB-010"}, // 长寿金: 长 also reads zhang
		{"zhangzhe", "SB-010"},  // 长者津贴
		{"gao ling", "SB-010"},
		{"annual endorse", "HJ-009"},
		{"Old-Age", "SB-010"},
		{"hj-009", "HJ-009"},
		{"HJ-009", "HJ-009"},
		{"津", "SB-010"},
		{"开店", "QY-003"},
		{"低保", "SB-001"},
		{"公租房", "ZF-001"},
		{"租房", "ZF-008"},
		{"退休", "SB-017"},
		{"医保", "WS-014"},
		{"结婚", "HY-001"},
		{"身份证丢了", "HJ-006"},
		{"摆摊", "QY-003"},
		{"无房证明", "ZF-007"},
		{"shebaoka", "SB-021"},
		{"gjj", "ZF-002"},
	} {
		found := f.Desk.Search(test.query, "zh")
		if len(found) == 0 || found[0].ID != test.want {
			t.Errorf("%q finds %v, want %s first", test.query, found, test.want)
		}
	}
	if found := f.Desk.Search("民政", "zh"); len(found) != 10 || !strings.Contains(found[0].Guide().Authority, "民政") {
		t.Errorf("the department finds %v", found)
	}
	for _, query := range []string{"", "  ", "xqqz", "!", "\xff", "披萨外卖"} {
		if found := f.Desk.Search(query, "zh"); len(found) != 0 {
			t.Errorf("%q finds %v", query, found)
		}
	}
}

// TestEveryServiceIsFoundByItsWords looks for each of the 198 services by its name, which finds it first, and by every
// other word for it, which finds it among the ten.
func TestEveryServiceIsFoundByItsWords(t *testing.T) {
	f := desktest.Open(t, spoken)
	n := 0
	for _, s := range f.Desk.Services("zh") {
		g := s.Guide()
		if found := f.Desk.Search(g.Name, "zh"); len(found) == 0 || found[0].ID != g.ID {
			t.Errorf("%s is not found first by its name", g.ID)
		}
		for _, w := range append([]string{g.NameEN, g.ID}, g.Words...) {
			n++
			if !slices.ContainsFunc(f.Desk.Search(w, "zh"), func(x desk.Service) bool { return x.ID == g.ID }) {
				t.Errorf("%s is not found by %q", g.ID, w)
			}
		}
	}
	t.Logf("%d words", n)
}

// many publishes n guides with names made of the catalogue's words.
func many(tb testing.TB, f *desktest.Fixture, n int) {
	verbs := []string{"申请", "变更", "补领", "注销", "登记", "审核", "备案", "查询", "延期", "认定"}
	things := []string{"居住证", "社会保障卡", "营业执照", "残疾人证", "住房补贴", "养老保险", "出生医学证明", "道路运输证", "食品经营许可", "老年人优待证"}
	for i := range n {
		f.Publish(tb, civic.EditionGuide, fmt.Sprintf("ZZ-%05d", i), civic.Guide{
			ID: fmt.Sprintf("ZZ-%05d", i), Name: fmt.Sprintf("%s%s%d号", things[i%10], verbs[i/10%10], i), NameEN: "Service",
			Field: "户籍登记", Authority: "镇街受理", Words: []string{"办证", things[i/100%10]},
			Conditions: []string{"本市户籍或者持有居住证并在本市参加社会保险满一年以上的人员"},
		})
	}
}

func TestSearchIsBoundedToTen(t *testing.T) {
	f := desktest.Open(t, spoken)
	many(t, f, 200)
	opts := desk.DefaultOptions()
	opts.Store, opts.Site, opts.Clock, opts.Readings = f.Store, f.Site, f.Clock, readings
	d, err := desk.New(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(d.Search("居住证", "zh")); n != 10 {
		t.Errorf("%d found", n)
	}
}

func BenchmarkSearch(b *testing.B) {
	f := desktest.Open(b, spoken)
	many(b, f, 10000)
	opts := desk.DefaultOptions()
	opts.Store, opts.Site, opts.Clock, opts.Readings = f.Store, f.Site, f.Clock, readings
	start := time.Now()
	d, err := desk.New(b.Context(), opts)
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("shelf of 10000 read in %v", time.Since(start))
	for _, query := range []string{"居住证", "老年人优待证补领", "jzz", "shehuibaozhangka", "本市户籍"} {
		b.Run(query, func(b *testing.B) {
			for b.Loop() {
				d.Search(query, "zh")
			}
		})
	}
}
