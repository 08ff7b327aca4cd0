package assets_test

import (
	"context"
	"encoding/json"
	"html/template"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"doorstep/assets"
	"doorstep/assets/locale"
)

// sight is how a face is looked at, and what its pages owe whoever looks (LOOK.md). Lengths are millimetres on the glass.
type sight struct {
	Width, Height int64   // of the screen, in pixels
	MM            float64 `json:"mm"`     // pixels to the millimetre
	Text          float64 `json:"text"`   // least size of text
	Target        float64 `json:"target"` // least height of what can be touched or clicked
	Small         string  `json:"small"`  // what may be smaller, as a selector
	Main          string  `json:"main"`   // what is a main action, as a selector
	Still         bool    `json:"still"`  // the frame may not scroll
}

// sights are the screens of the product. On paper-sized screens a CSS pixel is the 96th part of an inch.
func sights() map[assets.Face]sight {
	const css = 96 / 25.4
	return map[assets.Face]sight{
		// The top band repeats what the page says larger; elder mode makes everything a third larger.
		assets.KioskFace: {1080, 1920, 4.032, 5.2, 16, ".checklist summary, dl a", "footer .key.main, main .choices .main", true},
		// What must be read from 3 m is 50.5 mm; what may be walked up to is less.
		assets.LobbyFace:   {1920, 1080, 1.577, 15, 0, "", "main button", true},
		assets.ConsoleFace: {1440, 900, css, 3.4, 6.3, "td a, dd a, .crumb a, input[type=checkbox], input[type=radio], summary", "main button.main, main a.main", false},
		assets.TrackFace:   {390, 844, css, 3.4, 6.3, "", "main button", false},
		assets.PostedFace:  {390, 844, css, 3.4, 6.3, "", "main button", false},
	}
}

// TestSheet opens every page of every face at its real size in both languages and reads from the DOM whether it is what
// LOOK.md asks for, on staff's and residents' own screens also at 200% zoom. With DOORSTEP_SHEET naming a folder it
// leaves the pictures and a contact sheet there: deploy/sheet.
func TestSheet(t *testing.T) {
	dir := os.Getenv("DOORSTEP_SHEET")
	look, err := os.ReadFile("testdata/look.js")
	if err != nil {
		t.Fatal(err)
	}
	var shots []shot
	for _, lang := range locale.Langs() {
		h := newHall(t, render(t, open(t), marker(t), lang))
		ctx := browserFor(t, h, "home", 10*time.Minute)
		for _, s := range samples(t, lang) {
			want := sights()[s.face]
			for _, zoom := range []int64{1, 2} {
				if zoom > 1 && want.Still {
					continue // nobody zooms a terminal: it has elder mode
				}
				do(ctx, t, chromedp.EmulateViewport(want.Width/zoom, want.Height/zoom), chromedp.Navigate(h.URL+"/page/"+s.name))
				for _, fault := range faults(ctx, t, string(look), want) {
					t.Errorf("%s %s at %d00%%: %s", lang, s.name, zoom, fault)
				}
				if dir != "" && zoom == 1 {
					shots = append(shots, take(ctx, t, dir, s, lang, want))
				}
			}
		}
	}
	if dir != "" {
		contact(t, dir, shots)
		h := newHall(t, nil)
		h.Config.Handler = http.FileServer(http.Dir(dir))
		ctx := browserFor(t, h, "../index.html", 5*time.Minute)
		do(ctx, t, chromedp.EmulateViewport(2400, 1200), chromedp.Navigate(h.URL+"/index.html"))
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "sheet.png"), png, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func faults(ctx context.Context, t *testing.T, look string, want sight) []string {
	t.Helper()
	asked, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	return eval[[]string](ctx, t, "("+look+")("+string(asked)+")")
}

// shot is one picture of the contact sheet.
type shot struct {
	File, Name, Lang string
	Face             assets.Face
}

// take leaves a picture of the page that is open; of a page longer than the screen, the whole of it.
func take(ctx context.Context, t *testing.T, dir string, s sample, lang string, want sight) shot {
	t.Helper()
	picture := chromedp.FullScreenshot(100)
	if want.Still {
		picture = chromedp.CaptureScreenshot()
	}
	png, err := chromedp.Run(ctx, picture)
	if err != nil {
		t.Fatal(err)
	}
	made := shot{s.name + "." + lang + ".png", s.name, lang, s.face}
	if err := os.WriteFile(filepath.Join(dir, made.File), png, 0o600); err != nil {
		t.Fatal(err)
	}
	return made
}

var sheetPage = template.Must(template.New("sheet").Parse(`<!doctype html><html lang="zh"><meta charset="utf-8"><title>Doorstep: every page</title>
<style>body{font:16px/1.4 sans-serif;margin:24px;background:#ddd8cf}h2{margin:28px 0 10px}div{display:flex;flex-wrap:wrap;gap:18px;align-items:flex-start}
figure{margin:0;background:#fff;padding:8px;border-radius:8px}img{display:block;height:520px;max-width:900px;object-fit:contain;object-position:top}figcaption{margin-top:6px;font-size:14px}</style>
{{range .}}<h2>{{.Face}} · {{.Lang}}</h2><div>{{range .Shots}}<figure><a href="{{.File}}"><img src="{{.File}}" alt="{{.Name}}"></a><figcaption>{{.Name}}</figcaption></figure>{{end}}</div>{{end}}</html>`))

// group is the pictures of one face in one language.
type group struct {
	Face  assets.Face
	Lang  string
	Shots []shot
}

// contact writes the page that shows all pictures together.
func contact(t *testing.T, dir string, shots []shot) {
	t.Helper()
	var groups []group
	for _, s := range shots {
		at := -1
		for i, g := range groups {
			if g.Face == s.Face && g.Lang == s.Lang {
				at = i
			}
		}
		if at < 0 {
			groups, at = append(groups, group{Face: s.Face, Lang: s.Lang}), len(groups)
		}
		groups[at].Shots = append(groups[at].Shots, s)
	}
	f, err := os.Create(filepath.Join(dir, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	if err := sheetPage.Execute(f, groups); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("figures pages=%d sheet=%s", len(shots), f.Name())
}
