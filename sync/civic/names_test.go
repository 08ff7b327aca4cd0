package civic_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"doorstep/sync/civic"
)

func TestCleanName(t *testing.T) {
	for _, test := range []struct{ name, in, want, key string }{
		{"plain", "张三", "张三", ""},
		{"outer and inner space", " \u3000Anna  Maria\tSmith\n", "Anna Maria Smith", ""},
		{"beyond the basic plane", "王𠮷", "王𠮷", ""},
		{"rare", "欧阳𬭎", "欧阳𬭎", ""},
		{"newer than this Go", "王\U000323b1", "王\U000323b1", ""},
		{"variant selector stays", "葛\U000e0100明", "葛\U000e0100明", ""},
		{"interpuncts are one", "阿卜杜拉•买买提", "阿卜杜拉·买买提", ""},
		{"katakana dot", "阿卜杜拉・买买提", "阿卜杜拉·买买提", ""},
		{"spaces round the interpunct", "阿卜杜拉 · 买买提", "阿卜杜拉·买买提", ""},
		{"Tibetan", "བསྟན་འཛིན", "བསྟན་འཛིན", ""},
		{"Uyghur", "مەمەت", "مەمەت", ""},
		{"joiner that spells", "علی\u200cرضا", "علی\u200cرضا", ""},
		{"apostrophe and hyphen", "O’Neill-Jørgensen Jr.", "O’Neill-Jørgensen Jr.", ""},
		{"longest", strings.Repeat("𠮷", civic.MaxName), strings.Repeat("𠮷", civic.MaxName), ""},
		{"too long", strings.Repeat("𠮷", civic.MaxName+1), "", "name.long"},
		{"empty", "", "", "name.empty"},
		{"space only", " \u3000\t", "", "name.empty"},
		{"private use", "王\ue863", "", "name.private-use"},
		{"private use, plane 15", "王\U000f0001", "", "name.private-use"},
		{"private use, plane 16", "王\U0010fffd", "", "name.private-use"},
		{"NUL", "王\x00三", "", "name.control"},
		{"escape", "王\x1b[31m三", "", "name.control"},
		{"C1", "王\u0090三", "", "name.control"},
		{"turned direction", "\u202e三王", "", "name.control"},
		{"zero width space", "张\u200b三", "", "name.control"},
		{"byte order mark", "\ufeff张三", "", "name.control"},
		{"tag", "张\U000e0041三", "", "name.control"},
		{"no character", "张\uffff三", "", "name.control"},
		{"replaced", "张\ufffd三", "", "name.control"},
		{"lone surrogate", "张\xed\xa0\x80三", "", "name.control"},
		{"no text", "\xd5\xc5\xc8\xfd", "", "name.control"}, // 张三 in GBK
		{"markup", "<b>张三", "", "name.control"},
		{"a masked name", "欧阳*", "", "name.control"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := civic.CleanName(test.in)
			if refused(t, err, test.key); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
			refused(t, civic.CheckName(test.in), test.key)
		})
	}
}

func TestMaskName(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"张三", "张*"},
		{"张三丰", "张**"},
		{"王𠮷", "王*"},
		{"𠮷田", "𠮷*"},
		{"\U000323b1明", "\U000323b1*"}, // newer than this Go
		{"欧阳修", "欧阳*"},
		{"司马相如", "司马**"},
		{"上官婉儿", "上官**"},
		{"诸葛亮", "诸葛*"},
		{"欧阳", "欧*"}, // the surname 欧 and a name of one character
		{"张欧阳", "张**"},
		{"张", "*"},
		{" 张 ", "*"},
		{"葛\U000e0100", "*"}, // a variant is one character
		{"葛\U000e0100明", "葛*"},
		{"张·", "*"},
		{"阿卜杜拉·买买提", "阿**·买**"},
		{"阿卜杜拉•买买提", "阿**·买**"},
		{"王 明", "王** **"},
		{"John Smith", "J** S**"},
		{"John\tSmith", "J** S**"},
		{"Mary J Watson", "M** ** W**"},
		{"Madonna", "M**"},
		{"J", "*"},
		{"Jørgensen", "J**"},
		{"e\u0301mile", "e**"},
		{"مەمەت", "م**"},
		{"", ""},
		{"  ", ""},
		{"\u200b张\u200b", "*"},
	} {
		if got := civic.MaskName(test.in); got != test.want {
			t.Errorf("%q: %q, want %q", test.in, got, test.want)
		}
	}
}

func FuzzNames(f *testing.F) {
	for _, s := range []string{"张三", "欧阳𬭎", "阿卜杜拉 • 买买提", "Mary J Watson", "· · ·", "葛\U000e0100", "\xff", "\u202e", "王\ue863", "0*"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		masked := civic.MaskName(s) // also of what no form took
		clean, err := civic.CleanName(s)
		if err != nil {
			return
		}
		if again, err := civic.CleanName(clean); err != nil || again != clean {
			t.Fatalf("%q: %q, then %q, %v", s, clean, again, err)
		}
		if !utf8.ValidString(clean) || utf8.RuneCountInString(clean) > civic.MaxName {
			t.Fatalf("%q: %q", s, clean)
		}
		if masked != "" && !strings.Contains(masked, "*") || strings.Contains(masked, clean) && strings.Trim(clean, "*· ") != "" {
			t.Fatalf("%q is shown as %q", s, masked)
		}
	})
}
