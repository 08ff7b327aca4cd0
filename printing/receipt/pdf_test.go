package receipt_test

import (
	"crypto/sha256"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"doorstep/printing/receipt"
	"doorstep/sync/civic"
)

var papers = []receipt.Paper{receipt.A4, receipt.Roll80, receipt.Roll58}

func render(t testing.TB, p *receipt.Press, r *civic.Receipt, paper receipt.Paper) receipt.Rendered {
	t.Helper()
	out, err := p.PDF(r, paper)
	if err != nil {
		t.Fatalf("%v: %v", paper, err)
	}
	return out
}

// write puts a rendered receipt into a file for the programs that look at it.
func write(t testing.TB, out receipt.Rendered) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "receipt.pdf")
	if err := os.WriteFile(path, out.PDF, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// text returns the text of a PDF as another program reads it, without white space.
func text(t testing.TB, path string) string {
	t.Helper()
	return strings.Join(strings.Fields(string(receipt.Poppler(t, "pdftotext", "-raw", path, "-"))), "")
}

// TestScan prints at the resolution of a thermal head and scans the picture.
func TestScan(t *testing.T) {
	p := newPress(t)
	for _, paper := range papers {
		for _, name := range []string{"plain", "second", "hostile"} {
			t.Run(fmt.Sprint(paper, " ", name), func(t *testing.T) {
				r := samples()[name]
				path := write(t, render(t, p, r, paper))
				receipt.Poppler(t, "pdftoppm", "-r", "203", "-png", "-f", "1", "-l", "1", "-singlefile", path, strings.TrimSuffix(path, ".pdf"))
				got := receipt.Poppler(t, "zbarimg", "--raw", "-q", strings.TrimSuffix(path, "pdf")+"png")
				if strings.TrimSpace(string(got)) != r.QR {
					t.Errorf("scanned %q", got)
				}
			})
		}
	}
}

// TestCodeIsOnTheGrid looks at each dot of the code: black or white, never grey, and in its quiet zone nothing.
func TestCodeIsOnTheGrid(t *testing.T) {
	p := newPress(t)
	for _, paper := range papers {
		t.Run(paper.String(), func(t *testing.T) {
			l, err := p.Layout(sample(), paper)
			if err != nil {
				t.Fatal(err)
			}
			picture := receipt.Pictures(t, render(t, p, sample(), paper).PDF)[0]
			code := l.Pages[0].Codes[0]
			if len(code.Rows) != 57 || code.Module != 4 {
				t.Errorf("%d modules of %d dots, want version 10 of 4", len(code.Rows), code.Module)
			}
			quiet := 4 * code.Module
			size := len(code.Rows)*code.Module + 2*quiet
			area := image.Rect(0, 0, size, size).Add(image.Pt(code.X-quiet, code.Y-quiet))
			for y := area.Min.Y; y < area.Max.Y; y++ {
				for x := area.Min.X; x < area.Max.X; x++ {
					want := uint8(255)
					if black(code, x, y) {
						want = 0
					}
					if got := picture.GrayAt(x, y).Y; got != want {
						t.Fatalf("dot %d, %d is %d, want %d", x, y, got, want)
					}
				}
			}
		})
	}
}

// black reports whether a code is black at a dot of the page.
func black(c receipt.Code, x, y int) bool {
	if x < c.X || y < c.Y {
		return false
	}
	i, j := (x-c.X)/c.Module, (y-c.Y)/c.Module
	return j < len(c.Rows) && i < len(c.Rows[j]) && c.Rows[j][i]
}

// TestSays reads each sample back as text.
func TestSays(t *testing.T) {
	p := newPress(t)
	for name, want := range map[string][]string{
		"plain": {
			"番禺区政务服务和数据管理局", "收件回执（非受理决定书）", "广东省居住证签注", "0001-7123-4567-8990",
			"欧阳*居民身份证4401**********1234", "2026年9月21日（星期一）10:32", "在00017号自助终端提交", "现存于本终端，尚未送达中心",
			"最迟2026年9月28日（星期一）前告知是否受理；受理后20个工作日内办结。", "已收材料（3项）", "由政府部门核验，免提交",
			"待补材料（1项）", "请于2026年9月30日（星期三）前补交", "020-84812345", "第1次打印",
		},
		"rare":     {"欧阳𠮷𬭎", "代办人龑䶮", "工作人员王*（工号0231）收件", "已收材料（20项）", "目前没有待补材料。"},
		"second":   {"第2次打印", "已送达中心2026年9月21日（星期一）13:32由中心签收"},
		"training": {"演练，不作凭证"},
		"unsure":   {"（时间以中心登记为准）", "自收件之日起5个工作日内告知是否受理；办理时限在受理时告知。", "本次没有收取材料。"},
		"many":     {"已收材料（28项）", "待补材料（12项）", "第3次打印", "演练，不作凭证"},
		"english": {
			"Receipt", "非受理决定书", "notadecisiontoaccept", "YouhearbyMonday,28September2026whetheritisaccepted.",
			"Onceaccepted,itisdecidedwithin20workingdays.", "Keptatthisterminal,notyetatthecentre", "Papersstilltobring(1)",
		},
		"hostile": {"\ufffd张三反转\ufffd\ufffd", "很长的材料名称", "محمد"},
	} {
		for _, paper := range papers {
			got := text(t, write(t, render(t, p, samples()[name], paper)))
			for _, w := range want {
				// A line that wraps beside its label is torn by the label: the order of reading is that of the lines.
				if !strings.Contains(got, w) && (paper == receipt.A4 || !inOrder(got, w)) && name != "hostile" {
					t.Errorf("%s on %v does not say %q:\n%s", name, paper, w, got)
				}
			}
			if name != "second" && name != "english" && strings.Contains(got, "已送达") {
				t.Errorf("%s on %v claims to have arrived", name, paper)
			}
		}
	}
}

// inOrder reports whether the characters of w stand in s in their order with at most 8 others between two.
func inOrder(s, w string) bool {
	rest := []rune(s)
	for start := 0; start < len(rest); start++ {
		at, ok := start, true
		for _, r := range w {
			n := 0
			for at < len(rest) && rest[at] != r && n < 8 {
				at, n = at+1, n+1
			}
			if at >= len(rest) || rest[at] != r {
				ok = false
				break
			}
			at++
		}
		if ok {
			return true
		}
	}
	return false
}

// TestEveryPaperIsListed counts 40 materials over several pages.
func TestEveryPaperIsListed(t *testing.T) {
	p := newPress(t)
	r := sample()
	r.Received, r.Owed = nil, nil
	for i := range 40 {
		m := civic.ReceiptMaterial{Name: fmt.Sprintf("材料甲乙丙丁第%03d号", i), Copies: 1}
		if i < 25 {
			r.Received = append(r.Received, m)
		} else {
			r.Owed = append(r.Owed, m)
		}
	}
	for _, paper := range papers {
		out := render(t, p, r, paper)
		if (out.Pages > 1) != (paper == receipt.A4) {
			t.Errorf("%v: %d pages", paper, out.Pages)
		}
		got := text(t, write(t, out))
		for i := range 40 {
			if n := strings.Count(got, fmt.Sprintf("材料甲乙丙丁第%03d号", i)); n != 1 {
				t.Errorf("%v: material %d is listed %d times", paper, i, n)
			}
		}
	}
}

// TestSameBytes sets the same receipt thrice, in three presses, from many goroutines: one sum.
func TestSameBytes(t *testing.T) {
	for _, paper := range papers {
		var mu sync.Mutex // guards sums
		sums := map[[sha256.Size]byte]int{}
		for range 3 {
			p := newPress(t)
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					out, err := p.PDF(samples()["rare"], paper)
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					defer mu.Unlock()
					sums[sha256.Sum256(out.PDF)]++
				})
			}
			wg.Wait()
		}
		if len(sums) != 1 {
			t.Errorf("%v: %d different files", paper, len(sums))
		}
	}
}

// TestBytesFollowTheReceipt changes what may change between two prints.
func TestBytesFollowTheReceipt(t *testing.T) {
	p := newPress(t)
	sums := map[[sha256.Size]byte]string{}
	for name, change := range map[string]func(*civic.Receipt){
		"nothing": func(*civic.Receipt) {},
		"copy":    func(r *civic.Receipt) { r.Copy = 2 },
		"custody": func(r *civic.Receipt) { r.Custody, r.CustodyAt = civic.AtCentral, r.Filed },
	} {
		r := sample()
		change(r)
		sum := sha256.Sum256(render(t, p, r, receipt.A4).PDF)
		if other, ok := sums[sum]; ok {
			t.Errorf("%s gives the same file as %s", name, other)
		}
		sums[sum] = name
	}
}

// TestMetadata looks for the resident in what a print server logs.
func TestMetadata(t *testing.T) {
	p := newPress(t)
	path := write(t, render(t, p, sample(), receipt.A4))
	info := string(receipt.Poppler(t, "pdfinfo", path)) + string(receipt.Poppler(t, "pdfinfo", "-meta", path))
	for _, secret := range []string{"欧阳", "4401", "8990", "DOORSTEP.EXAMPLE"} {
		if strings.Contains(info, secret) {
			t.Errorf("metadata has %q:\n%s", secret, info)
		}
	}
	for _, want := range []string{"收件回执", "2026"} {
		if !strings.Contains(info, want) {
			t.Errorf("metadata lacks %q:\n%s", want, info)
		}
	}
	if fonts := string(receipt.Poppler(t, "pdffonts", path)); strings.Count(fonts, "yes no  yes") != 2 {
		t.Errorf("want two fonts, embedded, with text:\n%s", fonts)
	}
}

func TestRefuses(t *testing.T) {
	p := newPress(t)
	long := sample()
	long.QR += strings.Repeat("A", 5000)
	none := sample()
	none.QR = ""
	for name, r := range map[string]*civic.Receipt{"a link that fits no code": long, "no link": none} {
		if _, err := p.PDF(r, receipt.A4); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := p.PDF(sample(), receipt.Paper(9)); err == nil {
		t.Error("an unknown paper: no error")
	}
	for _, paper := range papers {
		if got, err := receipt.ParsePaper(paper.String()); err != nil || got != paper {
			t.Errorf("ParsePaper(%q) = %v, %v", paper, got, err)
		}
	}
	if _, err := receipt.ParsePaper("b5"); err == nil {
		t.Error("paper b5: no error")
	}
}

// FuzzPDF puts anything where people write: it prints, and says what it could not draw.
func FuzzPDF(f *testing.F) {
	p := newPress(f)
	f.Add("欧阳𠮷𬭎", "材料", uint8(1))
	f.Add("\xff\u202e\U000e0100 مد", strings.Repeat("（", 300), uint8(40))
	f.Add("\uffff\ufffe\x00\r\n\\()", "a b\u00a0c", uint8(3))
	f.Fuzz(func(t *testing.T, name, material string, n uint8) {
		if len(name)+len(material)*int(n) > 20_000 {
			return
		}
		r := sample()
		r.Applicant, r.Service, r.Authority = name, material, name
		r.Owed = nil
		for range n {
			r.Owed = append(r.Owed, civic.ReceiptMaterial{Name: material, Note: name})
		}
		for _, paper := range papers {
			if _, err := p.PDF(r, paper); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func BenchmarkA4(b *testing.B)     { bench(b, receipt.A4) }
func BenchmarkRoll80(b *testing.B) { bench(b, receipt.Roll80) }

func bench(b *testing.B, paper receipt.Paper) {
	p := newPress(b)
	size := 0
	b.ReportAllocs()
	for b.Loop() {
		size = len(render(b, p, sample(), paper).PDF)
	}
	b.ReportMetric(float64(size), "bytes")
}
