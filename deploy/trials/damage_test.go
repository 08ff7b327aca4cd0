package trials_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"doorstep/deploy/fleet"
)

// damage is what befalls the files of a terminal while it is off.
type damage struct {
	name   string
	befall func(t *testing.T, store string)
	silent bool // it may hit nothing that matters
}

// TestDamage keeps applications on a terminal whose line is cut, kills it, damages its files and starts it again
// with the line up: it serves, says what it found, and every application becomes exactly one case.
func TestDamage(t *testing.T) {
	s := newSite(t)
	must(t, s.Up(t.Context()))
	guides(t, s)
	must(t, s.Central.Stop())
	codes := fileSome(t, s, 0, 4)
	s.Kiosk.Kill()
	if kept := askBooks(t, s); kept.Entries["kept"] != len(codes) {
		t.Fatalf("%d were filed and the terminal keeps %v", len(codes), kept.Entries)
	}
	before := t.TempDir()
	for _, dir := range []string{"kiosk/store", "central"} {
		replace(t, filepath.Join(before, dir), s.Path(dir))
	}
	var said, tried, lost, doubled int
	found := map[string]int{}
	for _, d := range damages() {
		t.Run(d.name, func(t *testing.T) {
			tried++
			findings, fewer, more := survive(t, s, before, d, codes)
			lost, doubled = lost+fewer, doubled+more
			if len(findings) > 0 {
				said++
			} else if !d.silent {
				t.Error("the terminal says nothing of it")
			}
			for _, f := range findings {
				found[f]++
			}
		})
	}
	t.Logf("what was said how often: %v", found)
	t.Logf("figures tried=%d said=%d filed=%d lost=%d doubled=%d", tried, said, tried*len(codes), lost, doubled)
}

// survive brings the site back to what it was, lets it suffer and looks what becomes of the applications. It returns
// what the terminal says it found, and how many applications were lost and doubled.
func survive(t *testing.T, s *fleet.Site, before string, d damage, codes []string) (said []string, lost, doubled int) {
	t.Helper()
	for _, dir := range []string{"kiosk/store", "central"} {
		replace(t, s.Path(dir), filepath.Join(before, dir))
	}
	must(t, os.RemoveAll(s.Path("log", "kiosk.log")))
	d.befall(t, s.Path("kiosk", "store"))
	defer func() {
		s.Kiosk.Kill()
		s.Central.Kill()
	}()
	must(t, s.StartCentral(t.Context(), s.Ports.Terminals))
	if d.silent { // what the first start finds is not asked for, so the power may fail while it mends
		must(t, s.LaunchKiosk())
		select {
		case <-time.After(rand.N(250 * time.Millisecond)):
		case <-s.Kiosk.Done():
			t.Fatal("the terminal does not start")
		}
		s.Kiosk.Kill()
	}
	must(t, s.StartKiosk(t.Context()))
	c := openCentral(t, s)
	c.arrives(t, fleet.Patience, len(codes))
	until(t, fleet.Patience, "the terminal knows every outcome", func() bool {
		return askBooks(t, s).Entries["settled"] == len(codes)
	})
	cases, lost, doubled := c.once(t, codes)
	if cases != len(codes) {
		t.Errorf("%d applications are %d cases", len(codes), cases)
	}
	guides(t, s)
	log, err := os.ReadFile(s.Path("log", "kiosk.log"))
	must(t, err)
	return findings(log), lost, doubled
}

var findingShape = regexp.MustCompile(`store\.found\.([a-z-]+)=`)

// findings are the keys that a log says of a store.
func findings(log []byte) []string {
	var list []string
	for _, m := range findingShape.FindAllSubmatch(log, -1) {
		list = append(list, string(m[1]))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// The files of a terminal's store, as FORMAT.md names them.
const (
	stateFile    = "state.db"
	journalFile  = "journal/*"
	editionsFile = "editions.rec"
	identityFile = "identity.rec"
)

func damages() []damage {
	list := []damage{
		{"journal deleted", remove(journalFile), false},
		{"journal's folder deleted", func(t *testing.T, store string) {
			must(t, os.RemoveAll(filepath.Join(store, "journal")))
		}, false},
		{"state deleted", remove(stateFile), false},
		{"state and editions deleted", remove(stateFile, editionsFile), false},
		{"state and identity deleted", remove(stateFile, identityFile), false},
		{"journal, identity and editions deleted", remove(journalFile, identityFile, editionsFile), false},
		{"editions deleted", remove(editionsFile), true},
		{"state's metas zeroed", change(stateFile, func(b []byte) []byte {
			clear(b[:2*4096])
			return b
		}), false},
		{"state is noise", change(stateFile, noise), false},
		{"journal is noise", change(journalFile, noise), false},
	}
	for _, at := range []float64{0, 0.02, 0.25, 0.5, 0.75, 0.999} {
		// bbolt makes its file longer than what it needs, up to twice.
		list = append(list,
			damage{fmt.Sprintf("state cut at %v", at), change(stateFile, cutAt(at)), at >= 0.5},
			damage{fmt.Sprintf("journal cut at %v", at), change(journalFile, cutAt(at)), false})
	}
	for n := range *flips {
		for _, file := range []string{stateFile, journalFile, editionsFile} {
			list = append(list, damage{fmt.Sprintf("%d bits flipped in %s, %d", 1<<(n%6), file, n), change(file, flip(1<<(n%6))), true})
		}
	}
	return list
}

// remove deletes files of the store.
func remove(patterns ...string) func(*testing.T, string) {
	return func(t *testing.T, store string) {
		for _, p := range patterns {
			for _, file := range filesOf(t, store, p) {
				must(t, os.Remove(file))
			}
		}
	}
}

// change replaces what is in files of the store, in place.
func change(pattern string, by func([]byte) []byte) func(*testing.T, string) {
	return func(t *testing.T, store string) {
		for _, file := range filesOf(t, store, pattern) {
			b, err := os.ReadFile(file)
			must(t, err)
			must(t, os.WriteFile(file, by(b), 0o600))
		}
	}
}

func filesOf(t *testing.T, store, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(store, pattern))
	if must(t, err); len(files) == 0 {
		t.Fatal(errors.Join(fs.ErrNotExist, errors.New(pattern)))
	}
	return files
}

func noise(b []byte) []byte {
	for i := range b {
		b[i] = byte(rand.IntN(256))
	}
	return b
}

func cutAt(share float64) func([]byte) []byte {
	return func(b []byte) []byte { return b[:int(float64(len(b))*share)] }
}

func flip(bits int) func([]byte) []byte {
	return func(b []byte) []byte {
		for range bits {
			b[rand.IntN(len(b))] ^= 1 << rand.IntN(8)
		}
		return b
	}
}
