package uplink_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"doorstep/sync/hub"
	"doorstep/sync/linktest"
	"doorstep/sync/wire"
)

// spoiler is central's end of a line on which no pack arrives as what it was.
type spoiler struct{ wire.Conn }

func (s spoiler) Send(ctx context.Context, f wire.Frame) error {
	if p, ok := f.(*wire.Pack); ok {
		f = &wire.Pack{Zstd: p.Zstd[1:]}
	}
	return s.Conn.Send(ctx, f)
}

// TestSpoiltPack is a central whose packs cannot be unpacked: the terminal asks for editions as they are, and loses none.
func TestSpoiltPack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		w.Line.Serve = func(ctx context.Context, conn wire.Conn) { _ = w.Hub.Serve(ctx, spoiler{conn}) }
		packs, plains := 0, 0
		w.Line.Become(func(p linktest.Passing) linktest.Fate {
			switch wire.TypeOf(p.Frame) {
			case wire.TypePack:
				packs++
			case wire.TypeEdition:
				plains++
			}
			return linktest.Deliver
		})
		const n = 40
		for i := range n {
			w.Central.Publish(guide(fmt.Sprintf("g%d", i), 1))
		}
		term := w.Terminal("p1")
		stop := w.Run(w.Uplink(term))
		w.Until(time.Minute, func() string { return w.Report(term) }, func() bool { return w.InStep(term, 1) })
		stop()
		if len(term.Shelf()) != n+1 || packs == 0 || plains != n+1 { // the keys among them
			t.Errorf("%d items on the shelf, from %d packs and %d editions as they are", len(term.Shelf()), packs, plains)
		}
	})
}
