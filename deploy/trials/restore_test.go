package trials_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"doorstep/deploy/fleet"
)

// waitSettled waits until central has made a case of each of n applications and the terminal knows.
func waitSettled(t *testing.T, s *fleet.Site, n int) {
	t.Helper()
	until(t, time.Minute, "the terminal knows every outcome", func() bool { return askBooks(t, s).Entries["settled"] == n })
}

// papersHere waits until central has every paper.
func papersHere(t *testing.T, s *fleet.Site, n int) {
	t.Helper()
	openCentral(t, s).arrives(t, time.Minute, n)
}

// backUp makes a backup while central runs, and returns its folder.
func backUp(t *testing.T, s *fleet.Site, name string) string {
	t.Helper()
	folder := s.Path(name)
	out, err := s.Tool(t.Context(), "central", "--dir", s.Path("central"), "backup", folder)
	must(t, err)
	t.Logf("backup: %s", strings.ReplaceAll(out, "\n", ", "))
	return folder
}

// restore puts central back to a backup, in an empty place, with the keys it had. The rest is lost.
func restore(t *testing.T, s *fleet.Site, backup string) {
	t.Helper()
	must(t, os.Rename(s.Path("central"), s.Path("lost")))
	_, err := s.Tool(t.Context(), "central", "--dir", s.Path("central"), "restore", backup, "--keys", s.Path("lost", "keys"))
	must(t, err)
}

// enrolAgain stops a terminal, enrols it at the central of a site with a new code and starts it.
func enrolAgain(t *testing.T, s, m *fleet.Site, more ...string) {
	t.Helper()
	must(t, m.Kiosk.Stop())
	code, err := s.Tool(t.Context(), "central", "--dir", s.Path("central"), "--public", s.Ports.Terminals, "invite",
		"--point", "hualong", "--name", "番禺区化龙镇党群服务中心", "--area", "440113")
	must(t, err)
	_, err = s.Tool(t.Context(), "kiosk", append([]string{"--dir", m.Path("kiosk"), "enrol", code}, more...)...)
	must(t, err)
	must(t, m.StartKiosk(t.Context()))
}

// TestRestoredCentral backs central up while residents file, loses it, and restores the backup: what was filed after it is
// filed again, each once, with its papers, and the operator reads what happened.
func TestRestoredCentral(t *testing.T) {
	s, l := startApart(t)
	codes := fileSome(t, s, 0, 4)
	papersHere(t, s, len(codes))
	backup := backUp(t, s, "backup")
	safe := openCentral(t, s).count(t, `SELECT max(safe) FROM journals`)
	codes = append(codes, fileSome(t, s, 4, 8)...)
	papersHere(t, s, len(codes))
	waitSettled(t, s, len(codes))

	s.Central.Kill()
	restore(t, s, backup)
	held := openCentral(t, s).count(t, `SELECT count(*) FROM entries`)
	must(t, s.StartCentral(t.Context(), l.to))
	codes = append(codes, fileSome(t, s, 8, 9)...)
	papersHere(t, s, len(codes))
	waitSettled(t, s, len(codes))
	c := openCentral(t, s)
	cases, lost, doubled := c.once(t, codes)
	if held != 4 || safe != 4 || cases != len(codes) {
		t.Errorf("backup held %d, safe %d; %d cases of %d applications", held, safe, cases, len(codes))
	}
	if n := c.count(t, `SELECT count(*) FROM lost_steps`); n != 4 {
		t.Errorf("%d cases are listed as having gone on after the backup, want the 4 that it does not hold", n)
	}
	// The same again by an image of the whole folder, which says nothing of itself.
	must(t, s.Central.Stop())
	replace(t, s.Path("image"), s.Path("central"))
	must(t, s.StartCentral(t.Context(), l.to))
	codes = append(codes, fileSome(t, s, 9, 11)...)
	papersHere(t, s, len(codes))
	waitSettled(t, s, len(codes))
	s.Central.Kill()
	replace(t, s.Path("central"), s.Path("image"))
	must(t, s.StartCentral(t.Context(), l.to))
	papersHere(t, s, len(codes))
	waitSettled(t, s, len(codes))
	cases, imageLost, imageDoubled := openCentral(t, s).once(t, codes)
	t.Logf("figures filed=%d cases=%d lost=%d doubled=%d restored-with=%d", len(codes), cases, lost+imageLost, doubled+imageDoubled, held)
}

// TestReplacedCentral loses central with all it had but its keys, and puts an empty one in its place: its operator is told
// of a machine that it does not know, and once that is enrolled everything it keeps is filed.
func TestReplacedCentral(t *testing.T) {
	s, l := startApart(t)
	codes := fileSome(t, s, 0, 5)
	papersHere(t, s, len(codes))
	waitSettled(t, s, len(codes))
	s.Central.Kill()
	must(t, os.Rename(s.Path("central"), s.Path("lost")))
	replace(t, s.Path("central", "keys"), s.Path("lost", "keys"))
	must(t, s.StartCentral(t.Context(), l.to))
	c := openCentral(t, s)
	until(t, time.Minute, "central notes a machine that it does not know", func() bool {
		return c.count(t, `SELECT count(*) FROM signs WHERE sign = 'stranger'`) == 1
	})
	enrolAgain(t, s, s)
	guides(t, s)
	codes = append(codes, fileSome(t, s, 5, 6)...)
	c.arrives(t, time.Minute, len(codes))
	waitSettled(t, s, len(codes))
	cases, lost, doubled := c.once(t, codes)
	t.Logf("figures filed=%d cases=%d lost=%d doubled=%d", len(codes), cases, lost, doubled)
}

// TestRestoredTerminal puts the terminal's disk back to an older image, files on it, and enrols it again as the operator is
// told to.
func TestRestoredTerminal(t *testing.T) {
	s, _ := startApart(t)
	codes := fileSome(t, s, 0, 3)
	papersHere(t, s, len(codes))
	must(t, s.Kiosk.Stop())
	replace(t, s.Path("image"), s.Path("kiosk"))
	must(t, s.StartKiosk(t.Context()))
	codes = append(codes, fileSome(t, s, 3, 5)...)
	papersHere(t, s, len(codes))
	s.Kiosk.Kill()
	replace(t, s.Path("kiosk"), s.Path("image"))
	must(t, s.StartKiosk(t.Context()))
	codes = append(codes, fileSome(t, s, 5, 7)...)
	c := openCentral(t, s)
	until(t, time.Minute, "central notes an older image", func() bool {
		return c.count(t, `SELECT count(*) FROM signs WHERE sign = 'image'`) == 1
	})
	enrolAgain(t, s, s)
	papersHere(t, s, len(codes))
	cases, lost, doubled := c.once(t, codes)
	t.Logf("figures filed=%d cases=%d lost=%d doubled=%d", len(codes), cases, lost, doubled)
}

// TestClonedTerminal copies the terminal's disk to a second machine with a boot of its own. Both file, one after the other;
// central notes one key on two machines; the copy is enrolled with a key of its own, and all that both took in are cases.
func TestClonedTerminal(t *testing.T) {
	s, _ := startApart(t)
	codes := fileSome(t, s, 0, 2)
	papersHere(t, s, len(codes))
	must(t, s.Kiosk.Stop())
	ports, err := fleet.FreePorts()
	must(t, err)
	copied := &fleet.Site{Dir: t.TempDir(), Bin: elsewhere(t, s.Bin), Ports: s.Ports}
	copied.Ports.Pages = ports.Pages
	must(t, os.MkdirAll(copied.Path("log"), 0o700))
	replace(t, copied.Path("kiosk"), s.Path("kiosk"))
	t.Cleanup(func() {
		copied.Kiosk.Kill()
		if t.Failed() {
			t.Logf("the copy's log:\n%s", tail(copied.Path("log", "kiosk.log")))
		}
	})
	c := openCentral(t, s)
	for range 2 { // each has the only key while the other is off
		for _, m := range []*fleet.Site{s, copied} {
			before := sessions(m)
			must(t, m.StartKiosk(t.Context()))
			codes = append(codes, fileSome(t, m, len(codes), len(codes)+1)...)
			until(t, fleet.Patience, "the machine has the session", func() bool { return sessions(m) > before })
			must(t, m.Kiosk.Stop())
		}
	}
	until(t, time.Minute, "central notes one key on two machines", func() bool {
		return c.count(t, `SELECT count(*) FROM signs WHERE sign = 'clone'`) == 1
	})
	must(t, s.StartKiosk(t.Context()))
	must(t, copied.StartKiosk(t.Context()))
	enrolAgain(t, s, copied, "--new-key")
	enrolAgain(t, s, s)
	papersHere(t, s, len(codes))
	cases, lost, doubled := c.once(t, codes)
	t.Logf("figures filed=%d cases=%d lost=%d doubled=%d terminals=%d", len(codes), cases, lost, doubled, c.count(t, `SELECT count(*) FROM terminals`))
}

// sessions is how often a machine's log says that it got one. Each program says so once a while at most.
func sessions(m *fleet.Site) int {
	b, err := os.ReadFile(m.Path("log", "kiosk.log"))
	if err != nil {
		return 0
	}
	return strings.Count(string(b), `msg="session open"`)
}

// elsewhere returns a folder with the terminal's program as another machine would run it: with a boot id of its own. The
// test is skipped where that is not permitted.
func elsewhere(t *testing.T, bin string) string {
	t.Helper()
	const id = "/proc/sys/kernel/random/boot_id"
	dir := t.TempDir()
	boot := filepath.Join(dir, "boot_id")
	must(t, os.WriteFile(boot, []byte("0f0e0d0c-0b0a-4908-8706-050403020100\n"), 0o600))
	if out, err := exec.CommandContext(t.Context(), "unshare", "--mount", "mount", "--bind", boot, id).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: a copy needs a boot id of its own, and so the right to mount (root): %v: %s", err, out)
	}
	real, err := filepath.Abs(filepath.Join(bin, "kiosk"))
	must(t, err)
	script := "#!/bin/sh\nexec unshare --mount sh -c 'mount --bind " + boot + " " + id + " && exec " + real + " \"$@\"' kiosk \"$@\"\n"
	must(t, os.WriteFile(filepath.Join(dir, "kiosk"), []byte(script), 0o700))
	return dir
}
