package notices_test

import (
	"fmt"
	"strings"
	"testing"

	"doorstep/sync/civic"

	"doorstep/central/notices"
)

var today = civic.Date{Year: 2026, Month: 11, Day: 23}

func TestUnmasked(t *testing.T) {
	for _, tt := range []struct {
		name, text, want string
	}{
		{"nothing", "本次新增低保户 2 户，公示 7 天。\n监督电话：020-84880000", ""},
		{"id", "欧阳某某，11010519491231002X", "[{id 1 110*************2X}]"},
		{"id in small", "11010519491231002x。", "[{id 1 110*************2X}]"},
		{"id in groups", "号码 110105 19491231 002X", "[{id 1 110*************2X}]"},
		{"id in full width", "１１０１０５１９４９１２３１００２Ｘ", "[{id 1 110*************2X}]"},
		{"id masked", "440106********123X", ""},
		{"id with a slip of the pen", "440106199003071238", "[{id 1 440*************38}]"},
		{"no day of birth", "440106199013071238", ""},
		{"a day to come", "440106202707071238", ""},
		{"credit code", "91440101MA50122180", ""},
		{"phone", "联系人：李某，13800138000", "[{phone 1 138******00}]"},
		{"phone in groups", "138 0013 8000 或 138-0013-8000", "[{phone 1 138******00} {phone 1 138******00}]"},
		{"phone in a longer number", "编号113800138000", ""},
		{"phone after letters", "No13800138000", ""},
		{"phone after Han", "电话13800138000转", "[{phone 1 138******00}]"},
		{"phone masked", "138****8000", ""},
		{"landline", "020-84880000，(0757)81234567", ""},
		{"hotline", "12345、12348", ""},
		{"card", "卡号 6222021234567890128", "[{card 1 622**************28}]"},
		{"card in groups", "6222 0212 3456 7890 128", "[{card 1 622**************28}]"},
		{"card with a wrong check", "6222021234567890123", ""},
		{"another's prefix with a right check", "4401132026000016", "[{card 1 440***********16}]"},
		{"document number", "化府公〔2026〕13号，2026-11-23", ""},
		{"sum", "合计 13800138.00 元", ""},
		{"index number", "006939748/2026-00012", ""},
		{"project number of 15", "440113202600123", ""},
		{"lines", "一\n\n|李某|13800138000|\n末", "[{phone 3 138******00}]"},
		{"carriage returns", "一\r\n13800138000\r\n", "[{phone 2 138******00}]"},
	} {
		got := ""
		if f := notices.Unmasked(tt.text, today); len(f) > 0 {
			got = fmt.Sprint(f)
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// FuzzUnmasked: whatever is around it, a number that stands by itself is found, on its line, and is not told again.
func FuzzUnmasked(f *testing.F) {
	f.Add("一\n二", "末")
	f.Add("|", "|\r\n")
	f.Add("12", "x")
	f.Fuzz(func(t *testing.T, before, after string) {
		before, after = strings.ToValidUTF8(before, "?"), strings.ToValidUTF8(after, "?")
		const phone = "13912345678"
		text := before + "。" + phone + "。" + after
		line := 1 + strings.Count(before, "\n")
		for _, found := range notices.Unmasked(text, today) {
			if strings.Contains(found.Text, phone) {
				t.Fatalf("%q tells the number again: %s", text, found.Text)
			}
			if found.Kind == notices.Phone && found.Line == line && found.Text == "139******78" {
				return
			}
		}
		t.Fatalf("the number on line %d of %q is not found", line, text)
	})
}
