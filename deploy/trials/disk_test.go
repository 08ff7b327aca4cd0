package trials_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"doorstep/deploy/fleet"
)

// textsOf is what a resident typed that says who it is, and what the papers hold.
func textsOf(r resident) []string {
	texts := []string{r.marker}
	for _, field := range []string{"name", "number", "phone", "address", "employer", "work_address"} {
		texts = append(texts, r.answers[field])
	}
	return texts
}

// TestDisk files ten applications and searches everything that terminal and central have on the disk for what
// residents typed and handed over: first with all of it on the terminal, then with all of it at central.
func TestDisk(t *testing.T) {
	const residents = 10
	s := newSite(t)
	temp := t.TempDir()
	s.Env = []string{"TMPDIR=" + temp}
	touched := watch(t, temp)
	must(t, s.Up(t.Context()))
	guides(t, s)
	must(t, s.Central.Stop())
	codes := fileSome(t, s, 0, residents)
	leaveHalf(t, s, person(residents))
	var texts []string
	for n := range residents + 1 {
		texts = append(texts, textsOf(person(n))...)
	}
	search := newSearcher(t, texts)
	var files, size, hits int
	nothing := func(where string, folders ...string) {
		found, n, bytes := search.files(t, folders...)
		files, size, hits = files+n, size+bytes, hits+len(found)
		for _, what := range slices.Sorted(maps.Keys(found)) {
			t.Errorf("%s: %s", where, what)
		}
	}
	strays(t, s)
	nothing("terminal, line cut", s.Path("kiosk"), s.Path("log"), temp)
	must(t, s.StartCentral(t.Context(), s.Ports.Terminals))
	c := openCentral(t, s)
	c.arrives(t, time.Minute, residents)
	c.once(t, codes)
	nothing("terminal, settled", s.Path("kiosk"), s.Path("log"), temp)
	nothing("central", s.Path("central"))
	strays(t, s)
	must(t, s.Stop())
	nothing("both, stopped", s.Path("kiosk"), s.Path("central"), s.Path("log"), temp)
	names := touched()
	if len(names) > 0 {
		t.Errorf("files were made in TMPDIR: %q", names)
	}
	t.Logf("figures applications=%d texts=%d forms=%d files=%d bytes=%d found=%d temporary=%d",
		residents, len(texts), search.size(), files, size, hits, len(names))
}

// leaveHalf fills in and hands over a paper larger than what servers of pages put into temporary files, and goes.
func leaveHalf(t *testing.T, s *fleet.Site, r resident) {
	t.Helper()
	b, err := open(t.Context(), s)
	must(t, err)
	_, err = r.fill(t.Context(), b)
	must(t, err)
	p, err := b.get(t.Context(), "/materials")
	must(t, err)
	large := []byte("%PDF-1.7\n" + strings.Repeat(r.marker+"\n", 9<<20/len(r.marker)) + "%%EOF\n")
	_, err = b.upload(t.Context(), p, papers()[0], large)
	must(t, err)
}

// strays fails on any file that the terminal can write to outside its folder and its log, or under no name.
func strays(t *testing.T, s *fleet.Site) {
	t.Helper()
	dir := fmt.Sprintf("/proc/%d/fd", s.Kiosk.ID())
	entries, err := os.ReadDir(dir)
	must(t, err)
	seen := 0
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		name, err := os.Readlink(path)
		must(t, err)
		if strings.HasPrefix(name, "anon_inode:") || !writable(t, s.Kiosk.ID(), e.Name()) {
			continue
		}
		seen++
		if !strings.HasPrefix(name, s.Dir+"/") || strings.HasSuffix(name, " (deleted)") {
			t.Errorf("the terminal has %s open", name)
		}
	}
	if seen == 0 {
		t.Error("the terminal's open files cannot be seen")
	}
}

// writable reports whether a process opened one of its files for writing.
func writable(t *testing.T, process int, fd string) bool {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/%s", process, fd))
	must(t, err)
	var pos, flags int
	_, err = fmt.Sscanf(string(b), "pos:\t%d\nflags:\t%o", &pos, &flags)
	must(t, err)
	return flags&unix.O_ACCMODE != unix.O_RDONLY
}

// watch returns what was made in a folder since, also if it is gone again.
func watch(t *testing.T, folder string) func() []string {
	t.Helper()
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	must(t, err)
	t.Cleanup(func() { _ = unix.Close(fd) })
	_, err = unix.InotifyAddWatch(fd, folder, unix.IN_CREATE|unix.IN_MOVED_TO)
	must(t, err)
	return func() []string {
		b := make([]byte, 64<<10)
		n, err := unix.Read(fd, b)
		if err != nil {
			return nil // nothing to read
		}
		var names []string
		for b = b[:n]; len(b) >= unix.SizeofInotifyEvent; {
			size := unix.SizeofInotifyEvent + int(b[12]) + int(b[13])<<8
			names = append(names, strings.TrimRight(string(b[unix.SizeofInotifyEvent:size]), "\x00"))
			b = b[size:]
		}
		return names
	}
}
