package agent

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// memory is where a Linux machine keeps files that never reach a disk.
const memory = "/dev/shm"

// freeze lets a terminal start whose disk has become read-only: its folder is copied into memory, with the papers left
// where they are, and the agent works there. It shows guides and screens, looks cases up and brings central what was
// kept, and takes nothing in, since a receipt would not survive the power (promise P1). What it learns meanwhile it is
// told again once the disk is mended. On a disk that can be written to nothing is done.
func (a *Agent) freeze() error {
	if !readOnly(a.opts.Dir) {
		return os.RemoveAll(frozenDir(a.opts.Dir)) // of an agent that was killed
	}
	a.opts.Logger.Error("disk is read-only: the terminal works from memory and takes nothing in, mend the disk and start again")
	from, err := filepath.Abs(a.opts.Dir)
	if err != nil {
		return fmt.Errorf("find the terminal's folder: %w", err)
	}
	to := frozenDir(from)
	if err := inMemory(memory); err != nil {
		return fmt.Errorf("disk is read-only: %w", err)
	}
	if err := os.RemoveAll(to); err != nil {
		return fmt.Errorf("clear what an agent before left in memory: %w", err)
	}
	if err := os.Mkdir(to, 0o700); err != nil {
		return fmt.Errorf("make a folder in memory: %w", err)
	}
	a.frozen = to
	if err := copyTree(to, from); err != nil {
		return fmt.Errorf("copy the terminal into memory: %w", err)
	}
	a.opts.Dir = to
	return nil
}

// readOnly reports whether the file system of a folder takes no writes, whoever asks.
func readOnly(dir string) bool {
	f, err := os.OpenFile(filepath.Join(dir, "doctor-probe"), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return errors.Is(err, syscall.EROFS)
	}
	_ = f.Close()
	_ = os.Remove(f.Name())
	return false
}

// frozenDir is the folder in memory of a terminal's folder.
func frozenDir(dir string) string {
	if whole, err := filepath.Abs(dir); err == nil {
		dir = whole
	}
	sum := sha256.Sum256([]byte(dir))
	return filepath.Join(memory, fmt.Sprintf("doorstep-%x", sum[:8]))
}

// inMemory makes sure that a folder is what it is taken for: the terminal's key is put there.
func inMemory(dir string) error {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return fmt.Errorf("look at %s: %w", dir, err)
	}
	if st.Type != unix.TMPFS_MAGIC {
		return fmt.Errorf("%s is not in memory", dir)
	}
	return nil
}

// papersOf is where a terminal's folder holds the ciphertexts, which are only read while it is frozen.
var papersOf = filepath.Join("store", "papers")

// copyTree copies the files of a folder; the papers get a link. What cannot be read is passed over: the store says what
// it misses.
func copyTree(to, from string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		rel, bad := filepath.Rel(from, path)
		switch {
		case bad != nil:
			return bad
		case err != nil || rel == ".":
			return nil
		case rel == papersOf:
			if err := os.Symlink(path, filepath.Join(to, rel)); err != nil {
				return err
			}
			return fs.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		case !d.Type().IsRegular():
			return nil // a socket
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return nil //nolint:nilerr // a damaged sector; the rest may do
		}
		return os.WriteFile(filepath.Join(to, rel), b, 0o600)
	})
}

// thaw removes the copy in memory.
func (a *Agent) thaw() error {
	if a.frozen == "" {
		return nil
	}
	err := os.RemoveAll(a.frozen)
	a.frozen = ""
	return err
}
