package agent_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"doorstep/kiosk/agent"
	"doorstep/sync/bundle"
	"doorstep/sync/civic"
	"doorstep/sync/identity"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

// TestBundleDoor exports and imports by the agent that runs and by the files of one that does not: the same comes of it,
// and what is wrong with a file is told by the same code.
func TestBundleDoor(t *testing.T) {
	o := options(t)
	enrol(t, o)
	key, err := identity.OpenTerminal(filepath.Join(o.Dir, "terminal.key"))
	if err != nil {
		t.Fatal(err)
	}
	stick := t.TempDir()
	both := func(file []byte) {
		t.Helper()
		if _, err := bundle.Write(stick, file); err != nil {
			t.Fatal(err)
		}
	}
	both(strangersFile(t, key.Key.ID))
	both(strangersFile(t, civic.KeyID{1}))
	if err := os.WriteFile(filepath.Join(stick, "junk.bundle"), []byte("doorstep bundle 1\njunk"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(o.Dir, "terminal.key"), filepath.Join(stick, "link.bundle")); err != nil {
		t.Fatal(err)
	}
	carry := func(where string) {
		t.Helper()
		told := 0
		out, err := agent.Export(t.Context(), o, stick, agent.ExportOwed, func(agent.Exported) { told++ })
		if err != nil || out.Files != 1 || told != 1 {
			t.Errorf("%s: export %+v, told %d times, %v", where, out, told, err)
		}
		in, err := agent.Import(t.Context(), o, stick, func(agent.Imported) {})
		if err != nil || in.Files != 0 || in.Elsewhere != 2 || len(in.Refused) != 3 {
			t.Fatalf("%s: import %+v, %v", where, in, err)
		}
		codes := map[string]int{}
		for _, r := range in.Refused {
			var e *civic.Error
			if !errors.As(r.Err, &e) {
				t.Fatalf("%s: %s: %v", where, r.Name, r.Err)
			}
			codes[e.Key]++
		}
		if codes["bundle.stranger"] != 1 || codes["bundle.foreign"] != 1 || codes["bundle.file"] != 1 {
			t.Errorf("%s: refused for %v", where, codes)
		}
	}
	carry("stopped")
	_, stop := run(t, o)
	awaitDoor(t, filepath.Join(o.Dir, "stick.sock"))
	carry("running")
	stop()
	carry("stopped again")
	// Each export leaves the word of the terminal, and takes away the one before, which says nothing any more.
	if list, _, err := bundle.List(stick); err != nil || len(list) != 5 {
		t.Errorf("on the stick: %v, %v", list, err)
	}
}

// strangersFile is a file for a terminal by a central that it does not belong to.
func strangersFile(t *testing.T, terminal civic.KeyID) []byte {
	t.Helper()
	root, err := seal.GenerateSigner()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := identity.CentralKeys{Root: root.Public(), Sign: []identity.Key{{Public: root.Public()}}}.SignEdition(root, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	var b bundle.Builder
	if _, err := b.Add(&wire.Outcome{Outcome: civic.OutcomeCase}); err != nil {
		t.Fatal(err)
	}
	file, err := b.Seal(bundle.Opening{Number: 1, Down: &bundle.Down{Terminal: terminal, Keys: keys, Time: time.Now().UnixMilli()}}, root)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// awaitDoor waits until the agent has made its door.
func awaitDoor(t *testing.T, path string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := os.Stat(path); err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatal("no door")
		case <-tick.C:
		}
	}
}
