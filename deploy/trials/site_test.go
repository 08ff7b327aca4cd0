package trials_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"doorstep/deploy/fleet"
)

// startApart starts a site with a line of its own between terminal and central, up, and waits for the guides.
func startApart(t *testing.T) (*fleet.Site, *line) {
	t.Helper()
	return startLine(t, newSite(t))
}

func startLine(t *testing.T, s *fleet.Site) (*fleet.Site, *line) {
	t.Helper()
	elsewhere, err := fleet.FreePorts()
	must(t, err)
	l := newLine(t, s.Ports.Terminals, elsewhere.Terminals)
	l.set(true)
	must(t, s.StartCentral(t.Context(), elsewhere.Terminals))
	must(t, s.Enrol(t.Context()))
	must(t, s.StartKiosk(t.Context()))
	guides(t, s)
	return s, l
}

// guides waits until the terminal has what central publishes.
func guides(t *testing.T, s *fleet.Site) {
	t.Helper()
	b, err := open(t.Context(), s)
	must(t, err)
	until(t, 20*time.Second, "the guides are on the terminal", func() bool {
		p, err := b.get(t.Context(), "/guide/HJ-009")
		return err == nil && p.says(`/privacy/HJ-009`)
	})
}

// books is what the terminal itself says of what it keeps.
type books struct {
	Terminal uint32         `json:"terminal"`
	Entries  map[string]int `json:"entries"`
	Folder   string         `json:"folder"`
	Unshown  []struct {
		Code string `json:"code"`
	} `json:"unshown"`
}

// all is how many entries there are.
func (b books) all() (n int) {
	for _, count := range b.Entries {
		n += count
	}
	return n
}

// askBooks asks the terminal, running or not.
func askBooks(t *testing.T, s *fleet.Site) (b books) {
	t.Helper()
	out, err := s.Tool(t.Context(), "kiosk", "--dir", s.Path("kiosk"), "status", "--json")
	must(t, err)
	must(t, json.Unmarshal([]byte(out), &b))
	return b
}

// fileSome files for the residents from and up to, with the terminal as it is, and returns the codes they saw.
func fileSome(t *testing.T, s *fleet.Site, from, to int) []string {
	t.Helper()
	var codes []string
	b, err := open(t.Context(), s)
	must(t, err)
	for n := from; n < to; n++ {
		code, err := person(n).file(t.Context(), b)
		must(t, err)
		codes = append(codes, code)
	}
	return codes
}

// replace makes a folder a copy of another, for its owner alone: central does not take keys that others can read.
func replace(t *testing.T, folder, by string) {
	t.Helper()
	must(t, os.RemoveAll(folder))
	must(t, filepath.WalkDir(by, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(by, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(folder, rel), 0o700)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(folder, rel), b, 0o600)
	}))
}
