// Package assets holds what the pages are made of and what a central begins with: templates, styles, scripts,
// fonts and icons, the catalogue of services, the calendar of working days.
//
// Templates, the catalogue and the calendar are files of this repository and always embedded. Styles, scripts,
// fonts and icons are built into dist by `go generate ./assets` from our sources in src and the npm packages of
// package-lock.json, and embedded from there. A program run from a fresh clone finds dist empty; [Open] then builds
// it once and reads it from disk.
//
// [Files] serves the built files under names that hold a digest of their content. [Pages] renders the pages of one
// face in every language. The package keeps no state and does no input or output after Open.
package assets

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
)

//go:generate go run ./internal/build

//go:embed all:dist
var dist embed.FS

//go:embed templates
var templates embed.FS

//go:embed catalogue
var catalogue embed.FS

//go:embed notices/*.yaml
var notices embed.FS

//go:embed calendar/holidays.csv
var calendar []byte

// Prefix is the path under which a server offers [Files.FS]. The names below it change with their content, so that
// they may be kept by a browser for ever.
const Prefix = "/static/"

// Templates returns the page templates: kiosk, console, track and shared.
func Templates() fs.FS { return sub(templates, "templates") }

// Catalogue returns the services that a central is first published with, as package catalogue reads them.
func Catalogue() fs.FS { return sub(catalogue, "catalogue") }

// Notices returns the sample notices, as package notices of central reads them.
func Notices() fs.FS { return sub(notices, "notices") }

// Calendar returns the days that State Council notices name, as civic.ParseCalendar reads them.
func Calendar() []byte { return append([]byte(nil), calendar...) }

func sub(fsys fs.FS, dir string) fs.FS {
	s, err := fs.Sub(fsys, dir)
	if err != nil {
		panic("bug: assets: " + err.Error()) // only for a name that is no path
	}
	return s
}

// Files are the built styles, scripts, fonts and icons. They are immutable and safe for concurrent use.
type Files struct {
	fsys  fs.FS
	names map[string]string // built name by plain name
	icons map[string]template.HTML
}

// metaFile is written last by internal/build, so a dist that has it is whole.
const metaFile = "meta.json"

// Open returns the built files: those embedded, or in a fresh clone those that it builds now, which takes Node, npm
// and a few seconds. A program without either says what to run.
func Open() (*Files, error) {
	embedded := sub(dist, "dist")
	if _, err := fs.Stat(embedded, metaFile); err == nil {
		return read(embedded)
	}
	_, self, _, ok := runtime.Caller(0)
	folder := filepath.Dir(self)
	if _, err := os.Stat(filepath.Join(folder, "package-lock.json")); !ok || err != nil {
		return nil, errors.New("assets: this program was built without its pages: run go generate ./assets before go build")
	}
	if _, err := os.Stat(filepath.Join(folder, "dist", metaFile)); err != nil {
		generate := exec.Command("go", "generate", ".")
		generate.Dir = folder
		generate.Stdout, generate.Stderr = os.Stderr, os.Stderr
		if err := generate.Run(); err != nil {
			return nil, fmt.Errorf("assets: build the pages with go generate ./assets: %w", err)
		}
	}
	return read(os.DirFS(filepath.Join(folder, "dist")))
}

func read(fsys fs.FS) (*Files, error) {
	b, err := fs.ReadFile(fsys, metaFile)
	if err != nil {
		return nil, fmt.Errorf("assets: read what was built: %w", err)
	}
	var meta struct {
		Names map[string]string `json:"names"`
	}
	if err := json.Unmarshal(b, &meta); err != nil {
		return nil, fmt.Errorf("assets: read what was built: %w", err)
	}
	f := &Files{fsys: fsys, names: meta.Names}
	f.icons, err = f.readIcons()
	return f, err
}

// FS returns the files to serve under Prefix.
func (f *Files) FS() fs.FS { return f.fsys }

// URL returns the address of a file by its plain name, as kiosk.css; empty if there is none.
func (f *Files) URL(name string) string {
	built, ok := f.names[name]
	if !ok {
		return ""
	}
	return Prefix + built
}

// Text returns the content of a built file by its plain name.
func (f *Files) Text(name string) (string, error) {
	b, err := fs.ReadFile(f.fsys, f.names[name])
	if err != nil {
		return "", fmt.Errorf("assets: read %s: %w", name, err)
	}
	return string(b), nil
}

// Font returns Noto Sans SC as TrueType in weight 400 or 700, a copy of its own for each caller.
func (f *Files) Font(weight int) ([]byte, error) {
	name := map[int]string{400: "NotoSansSC_400Regular.ttf", 700: "NotoSansSC_700Bold.ttf"}[weight]
	b, err := fs.ReadFile(f.fsys, f.names[name])
	if err != nil {
		return nil, fmt.Errorf("assets: read font of weight %d: %w", weight, err)
	}
	return b, nil
}

// Licences returns the licences of what is embedded and not ours.
func (f *Files) Licences() (string, error) { return f.Text("LICENCES.txt") }

var symbol = regexp.MustCompile(`(?s)<symbol id="([a-z0-9-]+)"[^>]*>(.*?)</symbol>`)

// readIcons cuts the sprite into icons to be set into a page, so that a page shows them without another request.
func (f *Files) readIcons() (map[string]template.HTML, error) {
	sprite, err := f.Text("icons.svg")
	if err != nil {
		return nil, err
	}
	icons := map[string]template.HTML{}
	for _, m := range symbol.FindAllStringSubmatch(sprite, -1) {
		icons[m[1]] = template.HTML(`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">` + m[2] + `</svg>`)
	}
	return icons, nil
}

// Icon returns an icon by our name for it, to stand beside its word; empty if there is none.
func (f *Files) Icon(name string) template.HTML { return f.icons[name] }
