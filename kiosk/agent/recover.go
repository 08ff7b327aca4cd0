package agent

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"doorstep/kiosk/boltstore"
	"doorstep/sync/civic"
	"doorstep/sync/rescue"
)

// Taken is what was read off a dead terminal's disk.
type Taken struct {
	Entries    int
	Kept       int // of them, those that the terminal had no word of central's custody for
	Papers     int
	Lost       []boltstore.Lost // known of, and not readable in either copy
	LostPapers []civic.Digest
}

// Recover reads the disk of a terminal that runs no more and writes what it holds to a new folder for central recover.
// disk is the agent's folder or the store in it; nothing there is changed and no key is needed. What central has
// already is written too: central knows, and takes nothing twice.
func Recover(disk, out string) (t Taken, err error) {
	if _, err := os.Stat(filepath.Join(disk, "store")); err == nil {
		disk = filepath.Join(disk, "store")
	}
	w, err := rescue.Create(out)
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	t.Lost, err = boltstore.Rescue(disk, func(r boltstore.Rescued) error {
		if err := w.Entry(r.Entry); err != nil {
			return err
		}
		t.Entries++
		if r.State == civic.Kept {
			t.Kept++
		}
		for _, p := range r.Names {
			if err := t.paper(w, disk, p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return t, fmt.Errorf("read the terminal's disk: %w", err)
	}
	return t, nil
}

func (t *Taken) paper(w *rescue.Writer, disk string, p boltstore.RescuedPaper) error {
	b, err := boltstore.RescuePaper(disk, p.Paper)
	if err != nil {
		if !p.Sent {
			t.LostPapers = append(t.LostPapers, p.Digest)
		}
		return nil //nolint:nilerr // told to whoever reads the disk
	}
	t.Papers++
	return w.Paper(p.Digest, b)
}
