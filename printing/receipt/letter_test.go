package receipt_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"doorstep/printing/receipt"
	"doorstep/sync/civic"
)

func sampleLetter(words string) *receipt.Letter {
	return &receipt.Letter{
		Lang: "zh-CN", Authority: "广州市公安局番禺区分局", Title: "不予行政许可决定书", Number: "公安不准字〔2026〕12号",
		To: "欧阳𬭎：", Parts: []receipt.Part{
			{Text: "您于2026年11月23日提交的“申领居住证”申请，本机关经审查，决定不予许可。"},
			{Text: words}, {Text: "身份证", Item: 1}, {Text: "租赁合同第二页，要能看清出租人的签名和合同的有效期限", Item: 2},
		},
		Day: "2026年11月30日", Seal: "（加盖印章）", Foot: []string{"联系电话 12345"},
		Made: time.Date(2026, 11, 30, 9, 0, 0, 0, civic.China),
		Page: func(n, of int) string { return fmt.Sprintf("第 %d 页，共 %d 页", n, of) },
	}
}

// A letter loses no character, however long it is, and every line stays within the paper.
func TestLetter(t *testing.T) {
	p := newPress(t)
	long := strings.Repeat("您提交的租赁合同已于去年到期，不能证明您现在住在这里。", 60)
	for name, words := range map[string]string{"short": "合同已经到期。", "long": long} {
		l := sampleLetter(words)
		set, err := p.LetterLayout(l)
		if err != nil {
			t.Fatal(err)
		}
		var said strings.Builder
		for _, page := range set.Pages {
			for _, x := range page.Texts {
				said.WriteString(x.Words)
				if x.X < 0 || x.Y > page.Height {
					t.Errorf("%s: %q stands outside the page", name, x.Words)
				}
			}
		}
		all := said.String()
		for i := range set.Pages {
			all = strings.ReplaceAll(all, l.Number+"　"+l.Page(i+1, len(set.Pages)), "")
		}
		for _, want := range []string{"欧阳𬭎：", "不予行政许可决定书", l.Number, "广州市公安局番禺区分局2026年11月30日", "2.租赁合同第二页", words} {
			if !strings.Contains(all, want) {
				t.Errorf("%s: the letter does not say %q", name, want)
			}
		}
		if name == "long" && len(set.Pages) < 2 {
			t.Errorf("%d pages", len(set.Pages))
		}
	}
}

// The same letter gives the same bytes, and a rare character is set and not replaced.
func TestLetterPDF(t *testing.T) {
	p := newPress(t)
	a, err := p.Letter(sampleLetter("理由"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := p.Letter(sampleLetter("理由"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.PDF, b.PDF) || !bytes.HasPrefix(a.PDF, []byte("%PDF-")) || a.Pages != 1 {
		t.Errorf("%d and %d bytes, %d pages", len(a.PDF), len(b.PDF), a.Pages)
	}
	if bytes.Contains(a.PDF, []byte("欧阳")) {
		t.Error("the name stands in the clear in the file's own fields")
	}
}
