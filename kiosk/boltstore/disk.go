package boltstore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"doorstep/sync/civic"
)

// disk makes the calls that change files, each under a label at which a test can make it fail.
type disk struct{ fault func(label string) error }

func (d disk) at(label string) error {
	if d.fault == nil {
		return nil
	}
	return d.fault(label)
}

// writeAt writes all of b. A failing disk often takes a part: so does an injected failure.
func (d disk) writeAt(label string, f *os.File, b []byte, off int64) error {
	if err := d.at(label); err != nil {
		_, _ = f.WriteAt(b[:len(b)/2], off)
		return err
	}
	_, err := f.WriteAt(b, off)
	return err
}

func (d disk) sync(label string, f *os.File) error {
	if err := d.at(label); err != nil {
		return err
	}
	return unix.Fdatasync(int(f.Fd()))
}

// syncDir makes names in a directory durable.
func (d disk) syncDir(label, dir string) error {
	if err := d.at(label); err != nil {
		return err
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return f.Sync()
}

func (d disk) truncate(label string, f *os.File, size int64) error {
	if err := d.at(label); err != nil {
		return err
	}
	return f.Truncate(size)
}

func (d disk) rename(label, from, to string) error {
	if err := d.at(label); err != nil {
		return err
	}
	return os.Rename(from, to)
}

func (d disk) remove(label, path string) error {
	if err := d.at(label); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// tmpSuffix marks files that are being written and not yet anything.
const tmpSuffix = ".tmp"

// write makes path hold exactly b, synced, under a name that is new or replaced at once. The name itself is durable
// after syncDir of its directory.
func (d disk) write(label, path string, b []byte) error {
	tmp := path + tmpSuffix
	f, err := os.OpenFile(tmp, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = d.writeAt(label+":write", f, b, 0)
	if err == nil {
		err = d.sync(label+":sync", f)
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = d.rename(label+":rename", tmp, path)
	}
	if err != nil {
		_ = os.Remove(tmp)
	}
	return err
}

// replace is write with the name made durable too.
func (d disk) replace(label, path string, b []byte) error {
	if err := d.write(label, path, b); err != nil {
		return err
	}
	return d.syncDir(label+":dir", filepath.Dir(path))
}

// refuse turns a failed write into what a person is told.
func refuse(doing string, err error) error {
	var known *civic.Error
	if errors.As(err, &known) {
		return err
	}
	e := &civic.Error{Code: civic.Unavailable, Key: "store.write", Err: fmt.Errorf("%s: %w", doing, err)}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		e.Code, e.Key = civic.Full, "store.full"
	}
	return e
}
