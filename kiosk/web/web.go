// Package web serves the pages of a terminal's faces with Fiber, to the browser of the same machine only.
//
// Every page is rendered here and works without scripts; a form is a real POST followed by a redirect. What a
// resident has typed lives in the desk's session and in a [visit] in memory: nothing in the browser's storage,
// nothing in a URL, no upload in a temporary file. The listener is on loopback, Host and Origin are checked, and a
// browser gets in only with the token that the agent made at its start.
//
// A page action is a file named after it; routes.go lists them all.
package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets"
	"doorstep/kiosk/desk"
	"doorstep/kiosk/lobby"
	"doorstep/sync/civic"
	"doorstep/sync/form"
)

// Typist gives candidates for the on-screen keyboard.
type Typist interface {
	// Candidates returns the texts that keys may mean, and for each the keys left over, at most max.
	Candidates(k Keys, max int) []Candidate
}

// Keys is what was pressed on the on-screen keyboard, and where.
type Keys struct {
	Mode   string `json:"mode"`   // pinyin, stroke or code
	Hint   string `json:"hint"`   // name, address or text: what the field asks
	Before string `json:"before"` // what stands before the cursor; it tells a surname from a given name
	Keys   string `json:"keys"`
}

// Candidate is one text that typed keys may mean.
type Candidate struct {
	Text string `json:"text"`
	Rest string `json:"rest"`
}

// Line says how the line to central stands.
type Line interface {
	// State returns whether a session is open.
	State() (up bool)
	// Step returns how far the terminal is in step with what central has published.
	Step(ctx context.Context) Step
}

// Step says how fresh what central published is here. Times are central's.
type Step struct {
	Now   bool      // everything published is here, and central is heard
	At    time.Time // when that was so last; zero if never
	Since time.Time // the line is down since; zero where it is up
}

// Panel is a screen as it hangs on the wall.
type Panel struct {
	PxPerMM float64
	Far     float64 // how far away it is read, in millimetres
}

// Options are what a Web is made of.
type Options struct {
	Desk  *desk.Desk
	Site  desk.Site
	Queue func(ctx context.Context) (int, error) // entries not held by central yet
	Line  Line
	Files *assets.Files
	// Board has the notices, and decides what the lobby's screens show.
	Board *lobby.Board
	// Faces are those that are on, the machine's own first; none is the resident's.
	Faces []Face
	Panel Panel // of the lobby's screens
	// ScreenKey tells lobby screens that were let in since the machine was started; another boot has another.
	ScreenKey []byte
	// Press sets a receipt as a PDF, on a paper named as receipt.ParsePaper names it.
	Press func(r *civic.Receipt, paper string) ([]byte, error)
	// Print hands a PDF to the printer, which has Paper; nil where there is none.
	Print func(ctx context.Context, pdf []byte) error
	Paper string
	// Blank sets the empty form of a service as a PDF on A4, for a resident who takes it away.
	Blank   func(g civic.Guide, f *form.Form, lang string) ([]byte, error)
	Typist  Typist
	Listen  net.Listener // on loopback
	Token   string       // that opens the pages in this boot
	PxPerMM float64      // of the panel
	Clock   func() time.Time
	Logger  *slog.Logger
}

// Web is the pages of one terminal.
type Web struct {
	opts   Options
	app    *fiber.App
	pages  *assets.Pages
	visits *visits

	lobbyPages *assets.Pages
	ending     chan struct{} // closed when Run ends
}

// New wires the pages. It starts nothing: Run does.
func New(opts Options) (*Web, error) {
	if opts.Desk == nil || opts.Board == nil || opts.Files == nil || opts.Listen == nil || opts.Token == "" {
		return nil, errors.New("web: desk, board, files, listener and token are needed")
	}
	if len(opts.Faces) == 0 {
		opts.Faces = []Face{Resident}
	}
	if slices.Contains(opts.Faces, Lobby) && len(opts.ScreenKey) == 0 {
		return nil, errors.New("web: the lobby face needs a key for its screens")
	}
	if at, ok := opts.Listen.Addr().(*net.TCPAddr); !ok || !at.IP.IsLoopback() {
		return nil, errors.New("web: the pages are served on loopback only")
	}
	calendar, err := civic.ParseCalendar(bytes.NewReader(assets.Calendar()))
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	pages, err := opts.Files.Pages(assets.KioskFace, assets.MarkedBy(calendar))
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	screens, err := opts.Files.Pages(assets.LobbyFace, assets.MarkedBy(calendar))
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	w := &Web{
		opts: opts, pages: pages, visits: newVisits(opts.Desk), lobbyPages: screens, ending: make(chan struct{}),
	}
	w.app = fiber.New(fiber.Config{
		DisableStartupMessage: true,
		// Fiber lends its strings for the time of a handler; these live on in sessions.
		Immutable: true,
		// A body is read by the gate, when it is known whose it is, and never by fasthttp's own parsing, which
		// writes large uploads to temporary files (promise P4).
		BodyLimit:                    maxForm,
		StreamRequestBody:            true,
		DisablePreParseMultipartForm: true,
		ReadTimeout:                  time.Minute,
		ErrorHandler:                 w.failed,
	})
	w.routes()
	return w, nil
}

// Run serves until ctx is done, and returns when what was being served is, or has had its time.
func (w *Web) Run(ctx context.Context) error {
	down := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(down)
		close(w.ending) // what is held for something new is let go, or it would hold us
		_ = w.app.ShutdownWithTimeout(3 * time.Second)
		_ = w.opts.Listen.Close() // where the server had not begun yet, Shutdown did nothing
	})
	err := w.app.Listener(w.opts.Listen)
	if !stop() {
		<-down
	}
	w.visits.wipe()
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("serve pages: %w", err)
	}
	return nil
}

// OpenURL is the address that opens the machine's own face in a browser of this machine.
func (w *Web) OpenURL() string { return w.FaceURL(w.opts.Faces[0]) }

// FaceURL is the address that opens a face.
func (w *Web) FaceURL(f Face) string {
	link := "http://" + w.opts.Listen.Addr().String() + "/open?token=" + w.opts.Token
	if f != w.opts.Faces[0] {
		link += "&face=" + string(f)
	}
	return link
}
