package trials_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"doorstep/deploy/fleet"
)

// powered is a terminal's disk that can lose its power: ext4 in a file on an XFS, which makes a copy of the file as it
// is at one instant. What ext4 had not handed to its device by then, it still had in memory, and that is lost.
type powered struct {
	pool   string // the XFS
	folder string // where the terminal's ext4 is mounted
	cuts   int
}

// newPowered puts such a disk at a folder, or skips the test where that is not possible.
func newPowered(t *testing.T, folder string) *powered {
	t.Helper()
	for _, tool := range []string{"mkfs.xfs", "mkfs.ext4", "mount"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("SKIPPED: the trial of the power needs %s: apt-get install xfsprogs e2fsprogs", tool)
		}
	}
	d := &powered{pool: filepath.Join(t.TempDir(), "pool"), folder: folder}
	image := d.pool + ".xfs"
	must(t, sparse(image, 3<<30))
	must(t, command("mkfs.xfs", "-q", image))
	if err := loop(t, image, d.pool); err != nil {
		t.Skipf("SKIPPED: the trial of the power needs the right to mount (root), and XFS: %v", err)
	}
	must(t, sparse(d.image(), reserve+512<<20))
	must(t, command("mkfs.ext4", "-q", d.image()))
	must(t, loop(t, d.image(), folder))
	must(t, os.Chmod(folder, 0o700))
	return d
}

// image is the file that now holds the terminal's disk.
func (d *powered) image() string { return filepath.Join(d.pool, fmt.Sprintf("disk-%d", d.cuts)) }

// cut ends a terminal at one instant, and brings back the disk as it was then.
func (d *powered) cut(t *testing.T, p *fleet.Process) {
	t.Helper()
	halt(t, p)
	before := d.image()
	d.cuts++
	must(t, clone(d.image(), before))
	p.Kill()
	d.swap(t)
	must(t, os.Remove(before))
}

// swap mounts the image that is now the disk in place of the one before. A resident may just be looking for the address
// of the pages there.
func (d *powered) swap(t *testing.T) {
	t.Helper()
	until(t, 10*time.Second, "the disk is let go", func() bool { return unix.Unmount(d.folder, 0) == nil })
	must(t, loop(t, d.image(), d.folder))
}

// halt stops every thread of a program where it is. One that waits for the disk stops when the disk has answered, before
// it can tell anybody.
func halt(t *testing.T, p *fleet.Process) {
	t.Helper()
	must(t, unix.Kill(p.ID(), unix.SIGSTOP))
	until(t, 10*time.Second, "the terminal stands still", func() bool {
		threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", p.ID()))
		must(t, err)
		for _, file := range threads {
			b, err := os.ReadFile(file)
			if errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ESRCH) {
				continue
			}
			must(t, err)
			// pid (name) state ...
			if state := b[bytes.LastIndexByte(b, ')')+2]; state != 'T' && state != 'D' {
				return false
			}
		}
		return len(threads) > 0
	})
}

// clone makes a file that shares every block of another, as it is at one instant (FICLONE, what cp --reflink does).
func clone(to, from string) error {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }()
	dst, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(unix.IoctlFileClone(int(dst.Fd()), int(src.Fd())), dst.Close())
}

// sparse makes a file of a size that takes no room yet.
func sparse(path string, size int64) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Truncate(size), f.Close())
}

// loop mounts the file system in a file at a folder, until the test ends.
func loop(t *testing.T, image, folder string, options ...string) error {
	t.Helper()
	must(t, os.MkdirAll(folder, 0o700))
	args := []string{"-o", "loop,noatime"}
	for _, o := range options {
		args[1] += "," + o
	}
	if err := command("mount", append(args, image, folder)...); err != nil {
		return err
	}
	t.Cleanup(func() {
		if err := unix.Unmount(folder, unix.MNT_DETACH); err != nil && !errors.Is(err, unix.EINVAL) {
			t.Errorf("unmount %s: %v", folder, err)
		}
	})
	return nil
}

func command(name string, args ...string) error {
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, bytes.TrimSpace(out))
	}
	return nil
}

// TestPower cuts the power of the terminal at random instants, most often while it takes in, with the line up and
// down, and goes on with what its disk held at that instant. What residents saw is the truth.
func TestPower(t *testing.T) {
	s := newSite(t)
	disk := newPowered(t, s.Path("kiosk"))
	_, l := startLine(t, s)
	home := &lobby{site: s, confirming: make(chan struct{}, 1), ends: *powers}
	calm := home.calm(t)
	ctx, cancel := context.WithCancel(t.Context())
	var residents sync.WaitGroup
	for range 3 {
		residents.Go(func() { home.stay(ctx) })
	}
	for range *powers {
		awaitInstant(t, home, calm)
		disk.cut(t, s.Kiosk)
		l.set(rand.IntN(3) > 0)
		must(t, s.LaunchKiosk())
	}
	cancel()
	residents.Wait()
	l.set(true)
	must(t, s.Kiosk.Answers(t.Context(), s.Ports.Pages))
	log, err := os.ReadFile(s.Path("log", "kiosk.log"))
	must(t, err)
	t.Logf("%d power cuts: %d starts mended something: %v", *powers, bytes.Count(log, []byte("store mended")), findings(log))
	home.judge(t)
}

// TestPowerUnsynced shows that TestPower would find syncs that are missing: a tracer answers the terminal's fdatasync
// without carrying it out, and receipts are lost with the power. With the same tracer and real ones none is.
func TestPowerUnsynced(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("SKIPPED: strace is needed to leave syncs out: apt-get install strace")
	}
	const applications = 4
	s := newSite(t)
	disk := newPowered(t, s.Path("kiosk"))
	must(t, s.Up(t.Context()))
	guides(t, s)
	must(t, s.Central.Stop())
	must(t, s.Kiosk.Stop())
	before := 0
	for _, synced := range []bool{true, false} {
		trace := "trace=fdatasync"
		if !synced {
			trace = "inject=fdatasync:retval=0"
		}
		tracer, err := fleet.Start(s.Path("log", "kiosk.log"), nil, strace, "-f", "-qq", "-o", "/dev/null", "-e", trace,
			filepath.Join(s.Bin, "kiosk"), "--dir", s.Path("kiosk"), "run", "--listen", s.Ports.Pages)
		must(t, err)
		t.Cleanup(func() { _ = unix.Kill(-tracer.ID(), unix.SIGKILL) })
		must(t, tracer.Answers(t.Context(), s.Ports.Pages))
		fileSome(t, s, before, before+applications)
		image := disk.image()
		disk.cuts++
		must(t, clone(disk.image(), image))
		must(t, unix.Kill(-tracer.ID(), unix.SIGKILL)) // both, or the terminal would go on without its tracer
		<-tracer.Done()
		disk.swap(t)
		must(t, s.StartKiosk(t.Context())) // also after this it must start
		kept := askBooks(t, s)
		must(t, s.Kiosk.Stop())
		readable := kept.all() - kept.Entries["damaged"] - before
		if synced {
			t.Logf("figures tried=1 receipts=%d lost=%d", applications, applications-readable)
		} else {
			t.Logf("figures tried=1 receipts-lost-without-syncs=%d", applications-readable)
		}
		if synced && readable != applications {
			t.Errorf("with syncs %d of %d are kept", readable, applications)
		}
		if !synced && readable >= applications {
			t.Errorf("without syncs %d of %d are kept: the trial finds nothing", readable, applications)
		}
		before += applications
	}
}
