package assets_test

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"testing"
)

// tokens reads the colours of both themes from the one file that names them.
func tokens(t *testing.T) map[string]map[string]string {
	t.Helper()
	b, err := os.ReadFile("src/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]string{}
	for _, block := range regexp.MustCompile(`(?s)(:root|\.contrast) \{(.*?)\}`).FindAllStringSubmatch(string(b), -1) {
		colours := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{3,6});`).FindAllStringSubmatch(block[2], -1) {
			colours[m[1]] = m[2]
		}
		out[block[1]] = colours
	}
	return out
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	hex := colour[1:]
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		c := float64(n>>(16-8*i)&0xff) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// Text is at least 7:1 on its ground and what can be touched 4.5:1, in both themes.
func TestContrast(t *testing.T) {
	pairs := []struct {
		text, ground string
		least        float64
	}{
		{"ink", "paper", 7}, {"ink", "card", 7}, {"quiet", "paper", 7}, {"quiet", "card", 7}, {"action", "paper", 7},
		{"action", "card", 7}, {"action", "tint", 7}, {"on-action", "action", 7}, {"on-action", "pressed", 7}, {"ink", "tint", 7},
		{"soon", "soon-tint", 7}, {"soon", "card", 7}, {"soon", "paper", 7}, {"alarm-ink", "alarm-tint", 7}, {"alarm-ink", "card", 7},
		{"alarm-ink", "paper", 7}, {"done-ink", "card", 7}, {"done-ink", "paper", 7}, {"done-ink", "done-tint", 7}, {"edge", "card", 4.5}, {"edge", "paper", 4.5}, {"soon-line", "soon-tint", 4.5},
	}
	for theme, colours := range tokens(t) {
		for _, p := range pairs {
			ground, text := colours[p.ground], colours[p.text]
			if ground == "" || text == "" {
				t.Errorf("%s: no colour %s or %s", theme, p.text, p.ground)
				continue
			}
			if got := contrast(t, text, ground); math.Round(got*100)/100 < p.least {
				t.Errorf("%s: %s on %s is %.2f:1, under %.1f:1", theme, p.text, p.ground, got, p.least)
			}
		}
	}
}
