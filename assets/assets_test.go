package assets_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"doorstep/assets"
	"doorstep/sync/civic"
)

func TestFilesAreNamedByContent(t *testing.T) {
	files := open(t)
	for _, name := range []string{"kiosk.css", "console.css", "kiosk.js", "icons.svg", "LICENCES.txt"} {
		url := files.URL(name)
		built, ok := strings.CutPrefix(url, assets.Prefix)
		if !ok || !regexp.MustCompile(`-[A-Z0-9]{8}\.`).MatchString(built) {
			t.Errorf("%s is served as %q", name, url)
		}
		if _, err := fs.Stat(files.FS(), built); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := files.URL("no-such.css"); got != "" {
		t.Errorf("a file that is not there has the address %q", got)
	}
}

func TestFonts(t *testing.T) {
	files := open(t)
	for _, weight := range []int{400, 700} {
		font, err := files.Font(weight)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(font, []byte{0, 1, 0, 0}) {
			t.Errorf("weight %d is no TrueType font", weight)
		}
		font[0] = 0xff // what a caller does to its copy does not reach the next
		again, err := files.Font(weight)
		if err != nil || again[0] != 0 {
			t.Errorf("weight %d: callers share one copy", weight)
		}
	}
	if _, err := files.Font(900); err == nil {
		t.Error("a weight that is not embedded was found")
	}
}

func TestLicencesOfWhatIsEmbedded(t *testing.T) {
	text, err := open(t).Licences()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"lucide-static", "ISC License", "noto-sans-sc", "SIL OPEN FONT LICENSE"} {
		if !strings.Contains(text, want) {
			t.Errorf("the licences do not name %s", want)
		}
	}
}

// Every icon that a template or a life event names is in the sprite, and every icon of the sprite is named.
func TestIcons(t *testing.T) {
	files := open(t)
	used := map[string]bool{}
	for _, name := range []string{"birth", "school", "work", "marriage", "health", "old-age", "housing", "business"} {
		used[name] = true
	}
	err := fs.WalkDir(assets.Templates(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".html" {
			return err
		}
		b, err := fs.ReadFile(assets.Templates(), path)
		for _, m := range regexp.MustCompile(`icon "([a-z-]+)"`).FindAllSubmatch(b, -1) {
			used[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, place := range []string{"cases", "board", "notices", "guides", "aside", "terminals", "people", "retention", "audit"} {
		used["rail-"+place] = true // put together from the rail's entry
	}
	for name := range used {
		if icon := string(files.Icon(name)); !strings.Contains(icon, "<path") && !strings.Contains(icon, "<circle") && !strings.Contains(icon, "<rect") && !strings.Contains(icon, "<line") {
			t.Errorf("icon %s draws nothing: %q", name, icon)
		}
	}
	sprite, err := files.Text("icons.svg")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`<symbol id="([a-z-]+)"`).FindAllStringSubmatch(sprite, -1) {
		if !used[m[1]] {
			t.Errorf("icon %s is never shown", m[1])
		}
	}
}

func TestCalendarMarksDays(t *testing.T) {
	mark := marker(t)
	for day, want := range map[string]string{"2026-10-01": "holiday", "2026-10-10": "makeup", "2026-10-12": ""} {
		d, err := civic.ParseDate(day)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(mark(d)); got != want {
			t.Errorf("%s is marked %q, want %q", day, got, want)
		}
	}
}

// Nothing that a page loads comes from anywhere but its own server, and no script stands in a page.
func TestPagesLoadOnlyTheirOwn(t *testing.T) {
	err := filepath.WalkDir("templates", func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".html" {
			return err
		}
		b, err := os.ReadFile(path)
		for _, m := range regexp.MustCompile(`(?:src|href|action)="(https?:[^"]*|//[^"]*)"|<script>|\son[a-z]+="`).FindAll(b, -1) {
			t.Errorf("%s: %s", path, m)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
