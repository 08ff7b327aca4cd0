package agent

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"time"

	"doorstep/kiosk/lobby"
	"doorstep/kiosk/proof"
	"doorstep/kiosk/web"
)

// The lobby's screen where nothing else is said: 55 inches, read from three metres.
const (
	defaultLobbyInch = 55
	defaultViewing   = 3000
	// panelDiagonal is that of 1920x1080, which every lobby panel is to the browser; a finer one counts two or three
	// of its own pixels as one.
	panelDiagonal = 2202.9
	inch          = 25.4 // millimetres
)

// panel returns the lobby's screen as it hangs on the wall.
func (o *Options) panel() web.Panel {
	p := web.Panel{PxPerMM: panelDiagonal / (inch * defaultLobbyInch), Far: defaultViewing}
	if o.LobbyInch > 0 {
		p.PxPerMM = panelDiagonal / (inch * o.LobbyInch)
	}
	if o.Viewing > 0 {
		p.Far = o.Viewing
	}
	return p
}

// openBoard opens the notices, and the record of what the screens showed of them.
func (a *Agent) openBoard(ctx context.Context) error {
	var err error
	a.proof, err = proof.Open(proof.Options{
		Dir: filepath.Join(a.opts.Dir, "displays"), TakeIn: a.desk.TakeInDisplay, Queue: a.store.Queue, Now: a.desk.Now,
		Every: time.Minute, Logger: a.opts.Logger,
	})
	if err != nil {
		return err
	}
	a.board, err = lobby.New(ctx, lobby.Options{
		Shelf: a.store, Now: a.desk.Now, Logger: a.opts.Logger,
		Record: func(s lobby.Showing) { a.proof.Record(proof.Line(s)) },
	})
	return err
}

// screenKey is a secret that lasts as long as the machine is up and is written nowhere: the terminal's signature over
// the kernel's boot id, which is the same whenever it is made.
func (a *Agent) screenKey() []byte {
	sum := sha256.Sum256(a.terminal.Key.SignRaw(fmt.Appendf(nil, "doorstep lobby screens\x00%x", a.clock.Read().Boot)))
	return sum[:]
}
