package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// entries are our styles and scripts; each becomes one file.
var entries = []string{"src/kiosk.css", "src/console.css", "src/track.css", "src/posted.css", "src/kiosk.js", "src/lobby.css", "src/lobby.js"}

// bundle builds the entries and copies the fonts they name. It returns the built name of each file.
func bundle() (map[string]string, error) {
	result := api.Build(api.BuildOptions{
		EntryPoints:       entries,
		Outdir:            distDir,
		EntryNames:        "[name]-[hash]",
		AssetNames:        "[name]-[hash]",
		Bundle:            true,
		MinifyWhitespace:  true,
		MinifySyntax:      true,
		MinifyIdentifiers: true,
		Format:            api.FormatIIFE,
		Engines:           []api.Engine{{Name: api.EngineChrome, Version: "111"}},
		Loader:            map[string]api.Loader{".ttf": api.LoaderFile},
		Charset:           api.CharsetUTF8,
		LogLevel:          api.LogLevelWarning,
		Write:             true,
	})
	if len(result.Errors) > 0 {
		return nil, fmt.Errorf("bundle: %s", result.Errors[0].Text)
	}
	names := map[string]string{}
	for _, f := range result.OutputFiles {
		built := filepath.Base(f.Path)
		names[plain(built)] = built
	}
	return names, nil
}

var drawing = regexp.MustCompile(`(?s)<svg[^>]*>(.*)</svg>`)

// sprite draws the icons of src/icons.json, our name for each, into one file of symbols.
func sprite(names map[string]string) error {
	b, err := os.ReadFile("src/icons.json")
	if err != nil {
		return fmt.Errorf("read icons: %w", err)
	}
	var icons map[string]string
	if err := json.Unmarshal(b, &icons); err != nil {
		return fmt.Errorf("read icons: %w", err)
	}
	ours := make([]string, 0, len(icons))
	for name := range icons {
		ours = append(ours, name)
	}
	slices.Sort(ours)
	var out strings.Builder
	out.WriteString(`<svg xmlns="http://www.w3.org/2000/svg">` + "\n")
	for _, name := range ours {
		svg, err := os.ReadFile("node_modules/lucide-static/icons/" + icons[name] + ".svg")
		if err != nil {
			return fmt.Errorf("icon %s: %w", name, err)
		}
		m := drawing.FindSubmatch(svg)
		if m == nil {
			return fmt.Errorf("icon %s: no drawing in it", name)
		}
		inner := strings.Join(strings.Fields(string(m[1])), " ")
		fmt.Fprintf(&out, `<symbol id="%s" viewBox="0 0 24 24">%s</symbol>`+"\n", name, inner)
	}
	out.WriteString("</svg>\n")
	return put(names, "icons.svg", []byte(out.String()))
}

// licences gathers the licences of every package, which their terms ask to be kept with the copies.
func licences(names map[string]string) error {
	b, err := os.ReadFile(lockFile)
	if err != nil {
		return fmt.Errorf("read lock: %w", err)
	}
	var lock struct {
		Packages map[string]struct{ Version, License string }
	}
	if err := json.Unmarshal(b, &lock); err != nil {
		return fmt.Errorf("read lock: %w", err)
	}
	var paths []string
	for path := range lock.Packages {
		if path != "" {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	var out strings.Builder
	out.WriteString(wordLicence)
	for _, path := range paths {
		texts, err := filepath.Glob(path + "/LICEN[SC]E*")
		if err != nil || len(texts) == 0 {
			return errors.Join(fmt.Errorf("%s has no licence file", path), err)
		}
		p := lock.Packages[path]
		fmt.Fprintf(&out, "%s %s (%s)\n\n", strings.TrimPrefix(path, "node_modules/"), p.Version, p.License)
		for _, text := range texts {
			body, err := os.ReadFile(text)
			if err != nil {
				return fmt.Errorf("read licence: %w", err)
			}
			fmt.Fprintf(&out, "%s\n\n", strings.TrimSpace(string(body)))
		}
	}
	return put(names, "LICENCES.txt", []byte(out.String()))
}
