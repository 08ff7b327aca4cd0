package assets

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"doorstep/assets/locale"
	"doorstep/sync/civic"
)

// Face is a folder of templates.
type Face string

// The faces that have pages.
const (
	KioskFace   Face = "kiosk"
	LobbyFace   Face = "lobby"
	ConsoleFace Face = "console"
	TrackFace   Face = "track"
	PostedFace  Face = "posted" // public notices
)

// Marker says what is special about a day, from the published calendar; nil marks none.
type Marker func(civic.Date) locale.Mark

// MarkedBy returns the Marker of a calendar: make-up days and holidays that fall on a weekday.
func MarkedBy(c *civic.Calendar) Marker {
	return func(d civic.Date) locale.Mark {
		switch n, named := c.Named(d); {
		case !named:
			return locale.Plain
		case n.Off:
			return locale.Holiday
		}
		return locale.MakeUp
	}
}

// Pages are the templates of one face, in every language. They are safe for concurrent use.
type Pages struct {
	parsed map[locale.Lang]map[string]func() (*template.Template, error)
}

// Pages reads the templates of a face. A page is a file of the face's folder that fills the blocks of the face's
// frame in shared. It is parsed when it is first shown: a face has dozens, each with a frame of its own, and a
// terminal should be on its feet at once.
func (f *Files) Pages(face Face, mark Marker) (*Pages, error) {
	p := &Pages{parsed: map[locale.Lang]map[string]func() (*template.Template, error){}}
	names, err := fs.Glob(Templates(), string(face)+"/*.html")
	if err != nil {
		return nil, fmt.Errorf("assets: list templates: %w", err)
	}
	for _, lang := range locale.Langs() {
		p.parsed[lang] = map[string]func() (*template.Template, error){}
		base, err := template.New(string(face)).Option("missingkey=error").Funcs(f.funcs(lang, mark)).
			ParseFS(Templates(), "shared/*.html")
		if err != nil {
			return nil, fmt.Errorf("assets: parse shared templates: %w", err)
		}
		for _, name := range names {
			p.parsed[lang][strings.TrimSuffix(path.Base(name), ".html")] = sync.OnceValues(func() (*template.Template, error) {
				page, err := template.Must(base.Clone()).ParseFS(Templates(), name)
				if err != nil {
					return nil, fmt.Errorf("assets: parse %s: %w", name, err)
				}
				return page.Lookup(string(face)), nil
			})
		}
	}
	return p, nil
}

// Names returns the names of the pages.
func (p *Pages) Names() []string {
	return slices.Collect(maps.Keys(p.parsed[locale.Chinese]))
}

// Render writes a page by name, as "home", in a language. Nothing is written unless the whole page could be made.
func (p *Pages) Render(w io.Writer, name string, lang locale.Lang, data any) error {
	if !locale.Valid(lang) {
		lang = locale.Chinese
	}
	parse := p.parsed[lang][name]
	if parse == nil {
		return fmt.Errorf("assets: no page %s", name)
	}
	page, err := parse()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := page.Execute(&b, data); err != nil {
		return fmt.Errorf("assets: render %s: %w", name, err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("assets: write %s: %w", name, err)
	}
	return nil
}
