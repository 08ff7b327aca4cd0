// Package papers keeps the ciphertexts of attachments in a folder, one file each, named by their digest.
//
// [Folder] has four methods: Append, which resumes where the last call ended and syncs before it returns, Have, Read,
// and Remove. What is kept is what terminals sealed: a paper is opened in memory only, when a clerk views it. The folder
// does not know which papers are wanted; intake asks the store before it appends.
package papers

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"doorstep/sync/civic"
)

// Folder keeps papers under one directory. It is safe for concurrent use, also by several processes: the command line
// takes papers from a stick beside a central that takes them from the line.
type Folder struct{ dir string }

// partial ends the name of a paper that is not whole.
const partial = ".part"

// Open opens a folder and makes it if it is not there.
func Open(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open papers: %w", err)
	}
	if err := syncDir(filepath.Dir(dir)); err != nil {
		return nil, fmt.Errorf("open papers: %w", err)
	}
	return &Folder{dir: dir}, nil
}

// Have returns how many bytes of a paper are synced, and whether it is whole and was verified.
func (f *Folder) Have(d civic.Digest) (have int64, whole bool, err error) {
	unlock, err := f.lock(d)
	if err != nil {
		return 0, false, err
	}
	defer unlock()
	return f.have(d)
}

// Append adds data at offset of a paper of size bytes and returns what Have would, synced. Data beyond what is
// there, or before it, is not taken: the answer tells the caller where to go on. A whole paper whose digest is
// another starts again from nothing.
func (f *Folder) Append(d civic.Digest, size, offset int64, data []byte) (have int64, whole bool, err error) {
	unlock, err := f.lock(d)
	if err != nil {
		return 0, false, err
	}
	defer unlock()
	have, whole, err = f.have(d)
	if err != nil || whole {
		return have, whole, err
	}
	if have > size {
		return 0, false, f.restart(d)
	}
	if offset <= have && offset+int64(len(data)) > have {
		if data = data[have-offset:]; have+int64(len(data)) > size {
			return have, false, civic.Refuse(civic.Invalid, "paper", "paper.size")
		}
		if err := f.write(d, have, data); err != nil {
			return have, false, fmt.Errorf("append to paper: %w", err)
		}
		have += int64(len(data))
	}
	if have < size {
		return have, false, nil
	}
	return f.finish(d, size)
}

// Read returns a whole paper; civic.Unavailable while it is not, civic.Damaged if it no longer has its digest.
func (f *Folder) Read(d civic.Digest) ([]byte, error) {
	b, err := os.ReadFile(f.path(d))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, civic.Refuse(civic.Unavailable, "paper", "paper.awaited")
	case err != nil:
		return nil, fmt.Errorf("read paper: %w", err)
	case civic.DigestOf(b) != d:
		return nil, civic.Refuse(civic.Damaged, "paper", "paper.damaged")
	}
	return b, nil
}

// Remove removes a paper, whole or partial, and syncs its directory; one that is not there is no error. The directory
// is synced in that case too: who removed it before may have died before the sync.
func (f *Folder) Remove(d civic.Digest) error {
	unlock, err := f.lock(d)
	if err != nil {
		return err
	}
	defer unlock()
	for _, name := range []string{f.path(d), f.path(d) + partial} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove paper: %w", err)
		}
	}
	if err := syncDir(filepath.Dir(f.path(d))); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove paper: %w", err)
	}
	return nil
}

func (f *Folder) have(d civic.Digest) (int64, bool, error) {
	for _, name := range []string{f.path(d), f.path(d) + partial} {
		info, err := os.Stat(name)
		if err == nil {
			return info.Size(), name == f.path(d), nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return 0, false, fmt.Errorf("look for paper: %w", err)
		}
	}
	return 0, false, nil
}

// write puts data at the end of the partial file and syncs it; a new file's directory is synced too.
func (f *Folder) write(d civic.Digest, at int64, data []byte) error {
	name := f.path(d) + partial
	if at == 0 {
		if err := f.mkdir(d); err != nil {
			return err
		}
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteAt(data, at)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		// What part of it reached the disk is not known: the bytes after at are given up, so that Have tells no lie.
		return errors.Join(err, os.Truncate(name, at))
	}
	if at == 0 {
		return syncDir(filepath.Dir(name))
	}
	return nil
}

// finish verifies a paper that has all its bytes and gives it its name.
func (f *Folder) finish(d civic.Digest, size int64) (int64, bool, error) {
	name := f.path(d)
	file, err := os.Open(name + partial)
	if err != nil {
		return 0, false, fmt.Errorf("verify paper: %w", err)
	}
	h := sha256.New()
	_, err = io.Copy(h, file)
	if err = errors.Join(err, file.Close()); err != nil {
		return 0, false, fmt.Errorf("verify paper: %w", err)
	}
	if civic.Digest(h.Sum(nil)) != d {
		return 0, false, f.restart(d)
	}
	if err := errors.Join(os.Rename(name+partial, name), syncDir(filepath.Dir(name))); err != nil {
		return 0, false, fmt.Errorf("finish paper: %w", err)
	}
	return size, true, nil
}

func (f *Folder) restart(d civic.Digest) error {
	if err := os.Remove(f.path(d) + partial); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("give up paper: %w", err)
	}
	return syncDir(filepath.Dir(f.path(d)))
}

// path spreads the papers over 256 directories.
func (f *Folder) path(d civic.Digest) string {
	name := d.String()
	return filepath.Join(f.dir, name[:2], name)
}

func (f *Folder) mkdir(d civic.Digest) error {
	dir := filepath.Dir(f.path(d))
	if err := os.Mkdir(dir, 0o700); errors.Is(err, fs.ErrExist) {
		return nil
	} else if err != nil {
		return err
	}
	return syncDir(f.dir)
}

// lock locks the papers whose digest begins with the same six bits, for this process and all others. The kernel gives
// the lock up with whoever dies.
func (f *Folder) lock(d civic.Digest) (unlock func(), err error) {
	file, err := os.OpenFile(filepath.Join(f.dir, fmt.Sprintf(".lock-%02d", d[0]>>2)), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock paper: %w", err)
	}
	for {
		if err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX); !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock paper: %w", err), file.Close())
	}
	return func() { _ = file.Close() }, nil
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
