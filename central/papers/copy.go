package papers

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"

	"doorstep/sync/civic"
)

// CopyTo copies a whole paper into another folder, synced, and reads the copy back. It returns the bytes;
// civic.Unavailable where the paper is not here, civic.Damaged where it or its copy has not its digest. A whole paper
// that the other folder has already is only verified.
func (f *Folder) CopyTo(to *Folder, d civic.Digest) (int64, error) {
	unlock, err := to.lock(d)
	if err != nil {
		return 0, err
	}
	defer unlock()
	_, whole, err := to.have(d)
	if err != nil {
		return 0, err
	}
	if !whole {
		if err := f.copyTo(to, d); err != nil {
			return 0, fmt.Errorf("copy paper: %w", err)
		}
	}
	return to.verify(to.path(d), d)
}

func (f *Folder) copyTo(to *Folder, d civic.Digest) (err error) {
	from, err := os.Open(f.path(d))
	if errors.Is(err, os.ErrNotExist) {
		return civic.Refuse(civic.Unavailable, "paper", "paper.awaited")
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	if err := to.mkdir(d); err != nil {
		return err
	}
	part, err := os.OpenFile(to.path(d)+partial, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(part, from)
	if err = errors.Join(err, part.Sync(), part.Close()); err != nil {
		return err
	}
	if _, err := to.verify(to.path(d)+partial, d); err != nil {
		return err
	}
	return os.Rename(to.path(d)+partial, to.path(d))
}

// Sync makes the names of all papers durable.
func (f *Folder) Sync() error {
	list, err := os.ReadDir(f.dir)
	if err != nil {
		return fmt.Errorf("sync papers: %w", err)
	}
	for _, e := range list {
		if err := syncDir(f.dir + string(os.PathSeparator) + e.Name()); err != nil {
			return fmt.Errorf("sync papers: %w", err)
		}
	}
	return syncDir(f.dir)
}

func (*Folder) verify(path string, d civic.Digest) (int64, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("verify paper: %w", err)
	}
	h := sha256.New()
	n, err := io.Copy(h, file)
	if err = errors.Join(err, file.Close()); err != nil {
		return 0, fmt.Errorf("verify paper: %w", err)
	}
	if civic.Digest(h.Sum(nil)) != d {
		return 0, civic.Refuse(civic.Damaged, "paper", "paper.damaged")
	}
	return n, nil
}
