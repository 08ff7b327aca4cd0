package receipt_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"doorstep/assets/locale"
	"doorstep/printing/receipt"
	"doorstep/sync/civic"
)

// sentences says what the locale files say and fails on a key that they lack.
func sentences(t testing.TB) func(lang, key string, args ...any) string {
	return func(lang, key string, args ...any) string {
		s := locale.T(lang, key, args...)
		if strings.HasPrefix(s, "‹") {
			t.Errorf("no sentence %s in %s", key, lang)
		}
		return s
	}
}

func newPress(t testing.TB) *receipt.Press {
	t.Helper()
	p, err := receipt.New(receipt.Options{Regular: receipt.BaseFont(t, "400Regular"), Bold: receipt.BaseFont(t, "700Bold"), T: sentences(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// link is a link as long as real ones: 103 bytes of payload in base32.
func link() string {
	return "HTTPS://DOORSTEP.EXAMPLE.GOV.CN/R/" + strings.Repeat("A2B3C4D5E6F7G2H3I4J5K6L7M2N3", 6)[:165]
}

func sample() *civic.Receipt {
	return &civic.Receipt{
		Code: civic.NewTrackingCode(17, 123456789), QR: link(), Host: "doorstep.example.gov.cn", Lang: "zh",
		Authority: "番禺区政务服务和数据管理局", Point: "沙湾街道党群服务中心（沙湾大道 88 号）",
		Terminal: 17, Service: "广东省居住证签注", ServiceID: "HJ-009",
		Applicant: "欧阳*", Document: "居民身份证 4401**********1234",
		Filed: time.Date(2026, 9, 21, 2, 32, 5, 0, time.UTC), Sure: civic.Sure, Custody: civic.AtTerminal,
		ReplyBy: civic.Date{Year: 2026, Month: 9, Day: 28}, ReplyDays: 5, Days: 20, DayKind: civic.WorkingDays,
		Received: []civic.ReceiptMaterial{
			{Name: "居民身份证", Original: 1, Copies: 1, Pages: 2},
			{Name: "广东省居住证", Original: 1, Pages: 2},
			{Name: "居住地住址证明", Note: "由政府部门核验，免提交"},
		},
		Owed:    []civic.ReceiptMaterial{{Name: "劳动合同或者用人单位出具的就业证明", Original: 1, Copies: 1, By: civic.Date{Year: 2026, Month: 9, Day: 30}}},
		Contact: "020-84812345（工作日 9:00–12:00，14:00–17:00）", Copy: 1,
	}
}

// samples are the receipts that the tests set, and that -samples writes out to be looked at.
func samples() map[string]*civic.Receipt {
	rare := sample()
	rare.Applicant, rare.Proxy, rare.TakenBy = "欧阳𠮷𬭎", "龑䶮", "王*（工号 0231）"
	rare.Owed = nil
	rare.Received = materials(20)
	english := sample()
	english.Lang, english.Service = "en", "Residence permit endorsement (广东省居住证签注)"
	second := sample()
	second.Copy, second.Custody, second.CustodyAt = 2, civic.AtCentral, second.Filed.Add(3*time.Hour)
	second.Proxy, second.Owed = "李*", nil
	training := sample()
	training.Training, training.Terminal, training.Code = true, 0, civic.NewTrackingCode(0, 42)
	unsure := sample()
	unsure.Sure, unsure.ReplyBy = civic.Unsure, civic.Date{}
	unsure.Days, unsure.Received, unsure.Contact, unsure.Host = 0, nil, "", ""
	for i := range unsure.Owed {
		unsure.Owed[i].By = civic.Date{}
	}
	many := sample()
	many.Received, many.Owed, many.Training, many.Copy = materials(28), materials(12), true, 3
	hostile := sample()
	hostile.Applicant = "\xff张\x00三\u202e反\u200b转\U000e0100\xf0\x9f"
	hostile.Service = strings.Repeat("محمد שלום བོད་ 🏠 ", 6)
	hostile.Authority = strings.Repeat("Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch", 4)
	hostile.Point = strings.Repeat("，。（", 60)
	hostile.Received[0].Name = strings.Repeat("很长的材料名称", 300)
	return map[string]*civic.Receipt{
		"plain": sample(), "rare": rare, "english": english, "second": second, "training": training,
		"unsure": unsure, "many": many, "hostile": hostile,
	}
}

func materials(n int) []civic.ReceiptMaterial {
	names := []string{"居民身份证", "居民户口簿（首页、本人页及户主页）", "近期一寸免冠白底彩色照片", "经社区居民委员会盖章的居住证明，或者与出租人签订的、在有效期内的房屋租赁合同及出租人身份证复印件", "Employment contract（劳动合同）"}
	list := make([]civic.ReceiptMaterial, n)
	for i := range list {
		list[i] = civic.ReceiptMaterial{Name: names[i%len(names)], Original: i % 2, Copies: i % 3, Pages: i % 5}
		if i%7 == 3 {
			list[i].By = civic.Date{Year: 2026, Month: 10, Day: 9}
		}
	}
	return list
}

var samplesDir = flag.String("samples", "", "write every sample as PDF into this directory")

func TestSamples(t *testing.T) {
	p := newPress(t)
	for name, r := range samples() {
		for _, paper := range []receipt.Paper{receipt.A4, receipt.Roll80, receipt.Roll58} {
			out, err := p.PDF(r, paper)
			if err != nil {
				t.Fatalf("%s on %v: %v", name, paper, err)
			}
			if missing := len(out.Missing) > 0; missing != (name == "hostile") {
				t.Errorf("%s on %v: missing %q", name, paper, out.Missing)
			}
			if paper != receipt.A4 && out.Pages != 1 {
				t.Errorf("%s on %v: %d pages, want one long one", name, paper, out.Pages)
			}
			if *samplesDir == "" {
				continue
			}
			if err := os.WriteFile(filepath.Join(*samplesDir, name+"-"+paper.String()+".pdf"), out.PDF, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}
