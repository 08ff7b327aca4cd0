package trials_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestReadOnlyDisk makes the terminal's ext4 find an error, upon which the kernel takes no more writes, as it does when a
// disk begins to die. The terminal goes on with what needs no disk and says why it takes nothing in; it also starts there,
// and brings central what it kept; and once the disk is mended it goes on as if nothing had been.
func TestReadOnlyDisk(t *testing.T) {
	s := newSite(t)
	if _, err := exec.LookPath("mkfs.ext4"); err != nil {
		t.Skip("SKIPPED: the trial of the disk that becomes read-only needs mkfs.ext4: apt-get install e2fsprogs")
	}
	image, folder := s.Path("disk.ext4"), s.Path("kiosk")
	must(t, sparse(image, reserve+256<<20))
	must(t, command("mkfs.ext4", "-q", image))
	if err := loop(t, image, folder, "errors=remount-ro"); err != nil {
		t.Skipf("SKIPPED: the trial of the disk that becomes read-only needs the right to mount (root): %v", err)
	}
	must(t, os.Chmod(folder, 0o700))
	must(t, s.Up(t.Context()))
	guides(t, s)
	must(t, s.Central.Stop())
	codes := fileSome(t, s, 0, 3)
	b, err := open(t.Context(), s)
	must(t, err)
	review, err := person(3).fill(t.Context(), b)
	must(t, err)

	breakDisk(t, folder)
	var no *refused
	if _, err := confirm(t.Context(), b, review); !errors.As(err, &no) || !no.says("还没有保存成功") {
		t.Fatalf("on a disk that takes no writes the button is met by %v", err)
	}
	if p, err := b.get(t.Context(), "/guide/HJ-009"); err != nil || !p.says("/privacy/HJ-009") {
		t.Errorf("the guide is not shown any more: %v", err)
	}
	tool := func(command string) string {
		out, _ := s.Tool(t.Context(), "kiosk", "--dir", folder, command) // doctor ends with 1
		return out
	}
	tells(t, "kiosk status", tool("status"), "起写不进磁盘，不能收件，已收的都还在", "只读", "有 3 件申请等着送到中心")
	s.Kiosk.Kill()

	must(t, s.StartKiosk(t.Context()))
	kept := askBooks(t, s)
	if kept.Entries["kept"] != len(codes) || kept.Folder == folder {
		t.Errorf("the terminal that started on it keeps %v, in %s", kept.Entries, kept.Folder)
	}
	link, err := os.ReadFile(filepath.Join(kept.Folder, "open-url"))
	must(t, err)
	b, err = openAt(t.Context(), s, strings.TrimSpace(string(link)))
	must(t, err)
	no = nil
	if _, err := person(4).fill(t.Context(), b); !errors.As(err, &no) || !no.says("暂时不能开始新的申请") {
		t.Errorf("a new application is met by %v", err)
	}
	tells(t, "kiosk status", tool("status"), "终端的磁盘现在只能读，不能收件", "重新挂载")
	must(t, s.StartCentral(t.Context(), s.Ports.Terminals))
	c := openCentral(t, s)
	c.arrives(t, time.Minute, len(codes))
	s.Kiosk.Kill()

	must(t, unix.Unmount(folder, 0))
	var exit *exec.ExitError
	if err := command("e2fsck", "-p", "-f", image); err != nil && (!errors.As(err, &exit) || exit.ExitCode() > 1) { // 1: mended
		t.Fatal(err)
	}
	must(t, loop(t, image, folder))
	must(t, s.StartKiosk(t.Context()))
	if _, err := os.Stat(kept.Folder); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what was in memory is still there: %v", err)
	}
	codes = append(codes, fileSome(t, s, 5, 6)...)
	c.arrives(t, time.Minute, len(codes))
	until(t, time.Minute, "the terminal knows every outcome", func() bool { return askBooks(t, s).Entries["settled"] == len(codes) })
	cases, lost, doubled := c.once(t, codes)
	t.Logf("figures filed=%d cases=%d lost=%d doubled=%d", len(codes), cases, lost, doubled)
	if cases != len(codes) {
		t.Errorf("%d applications are %d cases", len(codes), cases)
	}
}

// breakDisk lets the kernel find an error in the ext4 that is mounted at a folder.
func breakDisk(t *testing.T, folder string) {
	t.Helper()
	out, err := exec.Command("findmnt", "-n", "-o", "SOURCE", folder).Output()
	must(t, err)
	device := filepath.Base(strings.TrimSpace(string(out)))
	file := fmt.Sprintf("/sys/fs/ext4/%s/trigger_fs_error", device)
	if err := os.WriteFile(file, []byte("doorstep trial"), 0o200); err != nil {
		t.Skipf("SKIPPED: the kernel does not let an error be found in ext4: %v", err)
	}
	if err := os.WriteFile(filepath.Join(folder, "probe"), nil, 0o600); !errors.Is(err, unix.EROFS) {
		t.Fatalf("the disk still takes writes: %v", err)
	}
}
