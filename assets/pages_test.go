package assets_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"doorstep/assets"
	"doorstep/assets/locale"
	"doorstep/sync/civic"
)

func open(t testing.TB) *assets.Files {
	t.Helper()
	files, err := assets.Open()
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func marker(t testing.TB) assets.Marker {
	t.Helper()
	c, err := civic.ParseCalendar(bytes.NewReader(assets.Calendar()))
	if err != nil {
		t.Fatal(err)
	}
	return assets.MarkedBy(c)
}

func render(t testing.TB, files *assets.Files, mark assets.Marker, lang string) map[string]string {
	t.Helper()
	faces := map[assets.Face]*assets.Pages{}
	for _, face := range []assets.Face{assets.KioskFace, assets.LobbyFace, assets.ConsoleFace, assets.TrackFace, assets.PostedFace} {
		p, err := files.Pages(face, mark)
		if err != nil {
			t.Fatal(err)
		}
		faces[face] = p
	}
	out := map[string]string{}
	shown := map[string]bool{}
	for _, s := range samples(t, lang) {
		var b bytes.Buffer
		if err := faces[s.face].Render(&b, s.page, lang, s.data); err != nil {
			t.Errorf("%s: %v", s.name, err)
			continue
		}
		if _, twice := out[s.name]; twice {
			t.Errorf("two samples are named %s", s.name)
		}
		out[s.name] = b.String()
		shown[string(s.face)+"/"+s.page] = true
	}
	for face, p := range faces {
		for _, name := range p.Names() {
			if !shown[string(face)+"/"+name] {
				t.Errorf("no sample shows %s/%s", face, name)
			}
		}
	}
	return out
}

var (
	markup  = regexp.MustCompile(`(?s)<style>.*?</style>|<[^>]*>`)
	blank   = regexp.MustCompile(`\{[0-9]\}`)
	missing = regexp.MustCompile(`‹[^›]*›`)
)

// Every page, filled with everything it can show, says only what the locale files or the published texts say.
func TestEveryPageInEveryLanguage(t *testing.T) {
	files, mark := open(t), marker(t)
	for _, lang := range locale.Langs() {
		for name, page := range render(t, files, mark, lang) {
			text := markup.ReplaceAllString(page, " ")
			for _, key := range missing.FindAllString(page, -1) {
				t.Errorf("%s %s: no sentence for %s", lang, name, key)
			}
			if b := blank.FindString(text); b != "" {
				t.Errorf("%s %s: blank %s is not filled", lang, name, b)
			}
			for _, sign := range []string{"<no value>", "%!", "ZgotmplZ", "0001年", "January 0001"} {
				if strings.Contains(page, sign) {
					t.Errorf("%s %s: shows %q", lang, name, sign)
				}
			}
			if n := strings.Count(page, "<h1"); n != 1 {
				t.Errorf("%s %s: %d main headings", lang, name, n)
			}
			// A phone is nobody until it asks, and its question changes nothing.
			if !strings.HasPrefix(name, "track-") && strings.Contains(page, `method="post"`) && !strings.Contains(page, `name="token"`) {
				t.Errorf("%s %s: posts without a token", lang, name)
			}
		}
	}
}

// The page behind the QR loads nothing else and stays far below what a slow phone bears.
func TestTrackingPageStandsAlone(t *testing.T) {
	files, mark := open(t), marker(t)
	for name, page := range render(t, files, mark, locale.Chinese) {
		if !strings.HasPrefix(name, "track-") {
			continue
		}
		for _, sign := range []string{"<script", "<link", "<img", "url(", "@import", "@font-face", "onclick"} {
			if strings.Contains(page, sign) {
				t.Errorf("%s: has %s", name, sign)
			}
		}
		if len(page) > 20<<10 {
			t.Errorf("%s: %d bytes", name, len(page))
		}
	}
}

// Set DOORSTEP_PAGES to a folder to look at every sample in a browser.
func TestWriteSamples(t *testing.T) {
	dir := os.Getenv("DOORSTEP_PAGES")
	if dir == "" {
		t.Skip("DOORSTEP_PAGES is not set")
	}
	files, mark := open(t), marker(t)
	if err := os.RemoveAll(filepath.Join(dir, assets.Prefix)); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(dir, assets.Prefix), files.FS()); err != nil {
		t.Fatal(err)
	}
	for _, lang := range locale.Langs() {
		for name, page := range render(t, files, mark, lang) {
			page = strings.ReplaceAll(page, `"`+assets.Prefix, `"static/`)
			if err := os.WriteFile(filepath.Join(dir, name+"."+lang+".html"), []byte(page), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}
