package trials_test

import (
	"errors"
	"math"
	"os"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// reserve is the room below which a terminal starts no application: what a new central's policy says.
const reserve = 512 << 20

// TestFullDisk puts a terminal on a small disk of its own and fills it: first to below the reserve, when nobody can
// begin and who has begun is finished, then to the last byte, when nothing can be taken in, and nothing is lost.
func TestFullDisk(t *testing.T) {
	s := newSite(t)
	disk := s.Path("kiosk")
	mount(t, disk, reserve+32<<20)
	must(t, s.Up(t.Context()))
	guides(t, s)
	must(t, s.Central.Stop())
	codes := fileSome(t, s, 0, 2)

	b, err := open(t.Context(), s)
	must(t, err)
	begun, err := person(2).fill(t.Context(), b)
	must(t, err)
	late, err := open(t.Context(), s)
	must(t, err)
	waiting, err := person(3).fill(t.Context(), late)
	must(t, err)

	fill(t, disk, reserve-1<<20)
	var no *refused
	next, err := open(t.Context(), s)
	must(t, err)
	if _, err := person(4).fill(t.Context(), next); !errors.As(err, &no) || !no.says("存储空间不够") {
		t.Errorf("with less than the reserve left a new application is met by %v", err)
	}
	done, err := confirm(t.Context(), b, begun)
	if must(t, err); done.code() != "" {
		codes = append(codes, done.code())
	}

	fill(t, disk, 0)
	no = nil
	for range 3 {
		if _, err := confirm(t.Context(), late, waiting); !errors.As(err, &no) || !no.says("还没有保存成功") {
			t.Fatalf("on a full disk the button is met by %v", err)
		}
	}
	if kept := askBooks(t, s); kept.all() != len(codes) || kept.Entries["kept"] != len(codes) {
		t.Errorf("the full terminal keeps %v of %d", kept.Entries, len(codes))
	}
	fill(t, disk, 4<<20)
	if done, err = confirm(t.Context(), late, waiting); err != nil {
		t.Fatalf("with room again the button is met by %v", err)
	}
	codes = append(codes, done.code())

	fill(t, disk, 0)
	s.Kiosk.Kill()
	must(t, s.StartKiosk(t.Context())) // must also start where it cannot write
	must(t, s.StartCentral(t.Context(), s.Ports.Terminals))
	c := openCentral(t, s)
	fill(t, disk, reserve)
	c.arrives(t, 2*time.Minute, len(codes))
	until(t, time.Minute, "the terminal knows every outcome", func() bool {
		return askBooks(t, s).Entries["settled"] == len(codes)
	})
	cases, lost, doubled := c.once(t, codes)
	if cases != len(codes) {
		t.Errorf("%d applications are %d cases", len(codes), cases)
	}
	t.Logf("figures filed=%d cases=%d lost=%d doubled=%d", len(codes), cases, lost, doubled)
}

// mount puts a file system of a size at a folder, or skips the test where that is not permitted.
func mount(t *testing.T, folder string, size int64) {
	t.Helper()
	must(t, os.MkdirAll(folder, 0o700))
	options := "mode=0700,size=" + strconv.FormatInt(size, 10)
	if err := unix.Mount("doorstep-trial", folder, "tmpfs", 0, options); err != nil {
		t.Skipf("SKIPPED: the trial of the full disk needs the right to mount (root): %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(folder, unix.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", folder, err)
		}
	})
}

// fill leaves so many bytes free on a disk, by a file that is made longer or shorter.
func fill(t *testing.T, disk string, free int64) {
	t.Helper()
	f, err := os.OpenFile(disk+"/ballast", os.O_CREATE|os.O_RDWR, 0o600)
	must(t, err)
	defer func() { must(t, f.Close()) }()
	for {
		info, err := f.Stat()
		must(t, err)
		var st unix.Statfs_t
		must(t, unix.Statfs(disk, &st))
		size := info.Size() + int64(st.Bavail)*st.Bsize - free
		if size < 0 || size > math.MaxInt32 {
			t.Fatalf("a ballast of %d bytes", size)
		}
		if size <= info.Size() {
			must(t, f.Truncate(size))
			return
		}
		// The terminal writes too, and may have taken what was free a moment ago.
		if err = unix.Fallocate(int(f.Fd()), 0, 0, size); !errors.Is(err, unix.ENOSPC) {
			must(t, err)
			return
		}
	}
}
