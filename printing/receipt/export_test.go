package receipt

import (
	"os"
	"path/filepath"
	"testing"
)

// BaseFont returns a weight of the base font, or skips the test where it has not been fetched.
func BaseFont(t testing.TB, weight string) []byte {
	t.Helper()
	dir := os.Getenv("DOORSTEP_FONTS")
	if dir == "" {
		dir = "../../assets/node_modules/@expo-google-fonts/noto-sans-sc"
	}
	b, err := os.ReadFile(filepath.Join(dir, weight, "NotoSansSC_"+weight+".ttf"))
	if err != nil {
		t.Skipf("SKIP: no base font: %v (go generate ./assets fetches it)", err)
	}
	return b
}

// Measure returns the width of words in dots.
func (p *Press) Measure(words string, size int, bold bool) int {
	return p.typeset().measure(words, size, bold)
}
