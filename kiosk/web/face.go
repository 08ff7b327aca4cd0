package web

import (
	"fmt"
	"slices"

	"github.com/gofiber/fiber/v2"
)

// Face is what a machine shows. It is switched on per machine; one agent may serve several.
type Face string

// The faces.
const (
	Resident Face = "resident" // the touch screen at which residents find, file and look up
	Lobby    Face = "lobby"    // the screen that shows notices to a hall
)

// first is the page a face opens with.
func (f Face) first() string {
	if f == Lobby {
		return lobbyPath
	}
	return "/"
}

// ParseFaces reads the names of faces; the first is the machine's own. None is the resident's.
func ParseFaces(names []string) ([]Face, error) {
	var out []Face
	for _, n := range names {
		f := Face(n)
		if f != Resident && f != Lobby {
			return nil, fmt.Errorf("web: no face %q: there are %s and %s", n, Resident, Lobby)
		}
		if !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	if len(out) == 0 {
		out = []Face{Resident}
	}
	return out, nil
}

// shows lets requests for a face's pages pass only where that face is on.
func (w *Web) shows(f Face) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if !slices.Contains(w.opts.Faces, f) {
			return fiber.ErrNotFound
		}
		return c.Next()
	}
}
