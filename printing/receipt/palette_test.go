package receipt

import (
	"fmt"
	"os"
	"regexp"
	"testing"
)

// The receipt is printed in the colours of the pages (assets/src/tokens.css, LOOK.md).
func TestPaletteIsTheTokens(t *testing.T) {
	b, err := os.ReadFile("../../assets/src/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	for ink, token := range map[Ink]string{
		Black: "ink", Quiet: "quiet", Rule: "line", Ground: "paper", Indigo: "action", Jade: "done", Amber: "soon-line", Cinnabar: "alarm",
	} {
		m := regexp.MustCompile(`--` + token + `: (#[0-9a-f]{6});`).FindSubmatch(b) // the first is the theme of paper
		if m == nil {
			t.Errorf("no token %s", token)
			continue
		}
		r, g, b := palette(ink)
		if got := fmt.Sprintf("#%02x%02x%02x", r, g, b); got != string(m[1]) {
			t.Errorf("%s is printed %s and shown %s", token, got, m[1])
		}
	}
}
