package receipt

import (
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "欧阳𠮷𬭎 A1", "欧阳𠮷𬭎 A1"},
		{"invalid", "张\xff三\xe4\xb8", "张\ufffd三\ufffd\ufffd"},
		{"controls", "a\x00b\x1b[0mc\x7f\u0085d", "ab[0mc d"},
		{"white space", "a\tb\r\nc\u2028d\u2003e\u00a0f　g", "a b  c d e\u00a0f　g"},
		{"direction", "\u202eabc\u2066\u200f", "abc"},
		{"joiners and marks of order", "\ufeffa\u200b\u200d\u00adb", "ab"},
		{"variation selectors", "葛\U000e0100葛\ufe00", "葛葛"},
		{"tags", "x\U000e0041", "x"},
		{"no characters", "a\ufdd0\uffffb", "a\ufffd\ufffdb"},
		{"private use stays to be reported", "\ue000", "\ue000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := clean(c.in); got != c.want {
				t.Errorf("clean(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func FuzzClean(f *testing.F) {
	f.Add("欧阳𠮷\xff")
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s)
		if !utf8.ValidString(got) {
			t.Fatalf("clean(%q) is not UTF-8", s)
		}
		if again := clean(got); again != got {
			t.Fatalf("clean(%q) = %q, cleaned again %q", s, got, again)
		}
	})
}
