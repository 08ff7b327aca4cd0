package receipt

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// square is a face in which Han characters are 1000 wide and everything below the radicals 500.
func square(r rune) int {
	if r < 0x2E80 {
		return 500
	}
	return 1000
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		name, text string
		limit      int
		want       string
	}{
		{"nothing", "", 4000, ""},
		{"fits", "收件回执", 4000, "收件回执"},
		{"breaks anywhere between characters", "收件回执单", 4000, "收件回执|单"},
		{"no comma at the start", "收件回执，请", 4000, "收件回|执，请"},
		{"no bracket at the end", "收件回（执）", 4000, "收件回|（执）"},
		{"several signs stay together", "甲乙丙）》。丁", 4000, "甲乙|丙）》。|丁"},
		{"a word is kept", "请打开 doorstep 看", 5000, "请打开 |doorstep |看"},
		{"a word as long as the line breaks", "abcdefghijkl", 2500, "abcde|fghij|kl"},
		{"a number is kept", "共计1,234.50元整", 4500, "共计|1,234.50|元整"},
		{"a number keeps what it counts", "受理后 20 个工作日", 5000, "受理后 |20 个工作|日"},
		{"a masked number is kept", "证件号4401****1234止", 6500, "证件号|4401****1234|止"},
		{"a dash is not torn", "甲乙丙——丁", 3500, "甲乙|丙——丁"},
		{"spaces hang", "收件回执   单", 4000, "收件回执   |单"},
		{"a mark stays on its letter", "甲乙丙e\u0301", 4000, "甲乙丙e\u0301"},
		{"wider than the line", "龘", 500, "龘"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(wrap(c.text, square, c.limit), "|"); got != c.want {
				t.Errorf("wrap(%q, %d) = %q, want %q", c.text, c.limit, got, c.want)
			}
		})
	}
}

// TestWrapLosesNothing sets 20,000 random texts: joined again the lines are the text, none is wider than the
// measure, none is empty, and no line begins with a comma where the text gives another way.
func TestWrapLosesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	alphabet := []rune("天地玄黄宇宙洪荒𠮷𬭎龑䶮，。、；：？！）》】（《【“”‘’—…abcXYZ019.,:;-/*%  \u00a0\u3000e\u0301")
	for range 20_000 {
		text := make([]rune, rng.IntN(120))
		for i := range text {
			text[i] = alphabet[rng.IntN(len(alphabet))]
		}
		limit := 1000 + rng.IntN(20_000)
		lines := wrap(string(text), square, limit)
		if joined := strings.Join(lines, ""); joined != string(text) {
			t.Fatalf("wrap(%q, %d) lost text: %q", string(text), limit, lines)
		}
		for _, l := range lines {
			if l == "" {
				t.Fatalf("wrap(%q, %d) has an empty line", string(text), limit)
			}
			if w := widthOf(strings.TrimRight(l, " ")); w > limit {
				t.Fatalf("wrap(%q, %d): line %q is %d wide", string(text), limit, l, w)
			}
		}
	}
}

// TestWrapKeepsSigns sets texts whose signs always stand between characters: then no line may begin or end with
// the wrong one.
func TestWrapKeepsSigns(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	starts, ends := []rune("，。、；：？！）》】"), []rune("（《【")
	for range 5_000 {
		var b strings.Builder
		for range rng.IntN(60) {
			b.WriteString("天地"[:3*(1+rng.IntN(2))])
			switch rng.IntN(4) {
			case 0:
				b.WriteRune(starts[rng.IntN(len(starts))])
			case 1:
				b.WriteRune(ends[rng.IntN(len(ends))])
			}
		}
		for _, l := range wrap(b.String()+"止", square, 5000+rng.IntN(9000)) {
			rs := []rune(l)
			if strings.ContainsRune(string(starts), rs[0]) || strings.ContainsRune(string(ends), rs[len(rs)-1]) {
				t.Fatalf("line %q of %q", l, b.String())
			}
		}
	}
}

func widthOf(s string) int {
	w := 0
	for _, r := range s {
		w += square(r)
	}
	return w
}
