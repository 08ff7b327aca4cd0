package web

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"slices"
	"sync"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/view"
	"doorstep/kiosk/desk"
	"doorstep/sync/civic"
)

// visit is one browser and the resident in front of it. It outlives a resident only as an empty shell.
type visit struct {
	id    string
	token string // repeated by every form, so that no other page can post in its place

	mu         sync.Mutex // guards what follows
	turn       int        // how often it was wiped
	at         string     // the page that was shown last, to come back to
	list       string     // the list that was shown last, to come back to from a guide; empty for the first page
	lang       string
	elder      bool
	contrast   bool
	reach      bool
	session    string              // id of the desk's session; empty if none
	issued     *desk.Issued        // shown on the done page
	scanned    string              // the receipt's QR that a look-up read
	notice     *civic.StatusNotice // of a look-up over the line
	supplement bool                // what was issued answers a request for papers
	guardian   bool                // the guardian agreed to the notice
	print      view.PrintState     // of what was issued or looked up
	blanks     int                 // forms printed to take away
}

// wipe forgets the resident (promise P11). Language and sizes go back to how the terminal greets everyone.
func (v *visit) wipe(d *desk.Desk) {
	v.mu.Lock()
	defer v.mu.Unlock()
	d.End(v.session)
	v.turn++
	v.at, v.list, v.lang, v.elder, v.contrast, v.reach = "", "", "zh", false, false, false
	v.session, v.issued, v.scanned, v.notice = "", nil, "", nil
	v.supplement, v.guardian, v.print, v.blanks = false, false, view.NotPrinted, 0
}

// now returns whose turn it is.
func (v *visit) now() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.turn
}

// keep changes the visit for the resident whose request this is. One who has left since, while the store or central
// was at work, leaves nothing for the next.
func keep(c *fiber.Ctx, change func(v *visit)) error {
	v, turn := visitOf(c), c.Locals(turnKey{})
	v.mu.Lock()
	defer v.mu.Unlock()
	if turn != v.turn {
		return civic.Refuse(civic.NotFound, "", "session.ended")
	}
	change(v)
	return nil
}

// open reports whether there is something to wipe.
func (v *visit) open() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.session != "" || v.issued != nil || v.scanned != "" || v.notice != nil
}

// visits are the browsers let in since the agent started: one at a screen, a few tabs at a counter.
type visits struct {
	desk *desk.Desk

	mu  sync.Mutex
	all map[string]*visit // by id, the value of the cookie
}

// maxVisits bounds them; the oldest browsers of a machine that restarts its browser daily must not pile up.
const maxVisits = 64

func newVisits(d *desk.Desk) *visits { return &visits{desk: d, all: map[string]*visit{}} }

func (vs *visits) get(id string) *visit {
	vs.mu.Lock()
	defer vs.mu.Unlock()
	return vs.all[id]
}

// begin lets a browser in.
func (vs *visits) begin() *visit {
	v := &visit{id: rand.Text(), token: rand.Text(), lang: "zh"}
	vs.mu.Lock()
	defer vs.mu.Unlock()
	if len(vs.all) >= maxVisits {
		for id, old := range vs.all {
			if !old.open() {
				delete(vs.all, id)
			}
		}
	}
	vs.all[v.id] = v
	return v
}

// wipe forgets everyone, when the agent stops.
func (vs *visits) wipe() {
	vs.mu.Lock()
	defer vs.mu.Unlock()
	for _, v := range vs.all {
		v.wipe(vs.desk)
	}
	clear(vs.all)
}

const cookie = "doorstep"

// open lets in the browser that brings this boot's token, and gives it a cookie that dies with it. It leads to the
// machine's own face, or to another that is on.
func (w *Web) open(c *fiber.Ctx) error {
	if !w.named(c) || subtle.ConstantTimeCompare([]byte(c.Query("token")), []byte(w.opts.Token)) != 1 {
		return fiber.ErrForbidden
	}
	face := Face(c.Query("face", string(w.opts.Faces[0])))
	if !slices.Contains(w.opts.Faces, face) {
		return fiber.ErrNotFound
	}
	if face == Lobby {
		w.admit(c)
		return c.Redirect(face.first(), fiber.StatusSeeOther)
	}
	v := w.visits.begin()
	c.Cookie(&fiber.Cookie{Name: cookie, Value: v.id, Path: "/", HTTPOnly: true, SameSite: "Strict", SessionOnly: true})
	return c.Redirect(face.first(), fiber.StatusSeeOther)
}

// visitKey and turnKey are the locals under which the gate leaves the visit, and whose turn it was.
type (
	visitKey struct{}
	turnKey  struct{}
)

func visitOf(c *fiber.Ctx) *visit {
	v, ok := c.Locals(visitKey{}).(*visit)
	if !ok {
		panic("bug: web: a page outside the gate")
	}
	return v
}

// context returns the request's context. Fiber's own is reused after the handler and must not be kept.
func ctxOf(c *fiber.Ctx) context.Context { return c.UserContext() }
