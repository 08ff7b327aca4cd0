package hub_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"testing"
	"testing/synctest"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/linktest"
	"doorstep/sync/wire"
)

// TestPacks is how editions travel: as they are to a terminal of the first version 1, packed to one that asked, and as
// they are to anyone where packing saves nothing.
func TestPacks(t *testing.T) {
	words, noise := bytes.Repeat([]byte(`{"name":"居住证"}`), 100), make([]byte, 20<<10)
	if _, err := rand.Read(noise); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name          string
		unpacks       bool
		body          []byte
		packs, plains int
	}{
		{"not asked for", false, words, 0, 20},
		{"asked for", true, words, 3, 0}, // the keys among them; not more than 16 KiB together
		{"does not shrink", true, noise, 0, 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := linktest.NewWorld(t, hub.Limits{})
				defer w.Close()
				for i := range 19 {
					w.Central.Publish(civic.Edition{Kind: civic.EditionGuide, ID: fmt.Sprintf("g%d", i), Rev: 1, Body: c.body})
				}
				r := dial(t, w, hello)
				body := firstBody()
				body.Unpacks = c.unpacks
				r.prove(w.Terminal("p1"), body)
				packs, plains, editions := 0, 0, 0
				for {
					f, _ := r.receive()
					switch f := f.(type) {
					case *wire.Pack:
						list, err := f.Unpack()
						if err != nil {
							t.Fatal(err)
						}
						packs, editions = packs+1, editions+len(list)
					case *wire.Edition:
						plains, editions = plains+1, editions+1
					}
					if _, ok := f.(*wire.Caught); ok {
						break
					}
				}
				if packs != c.packs || plains != c.plains || editions != 20 {
					t.Errorf("%d editions in %d packs and %d frames, want 20 in %d and %d", editions, packs, plains, c.packs, c.plains)
				}
				_ = r.conn.Close()
			})
		})
	}
}
