package bundle

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

const (
	// Suffix ends the name of a file.
	Suffix = ".bundle"
	prefix = "doorstep-"

	// MaxFiles is how many files of one folder are looked at; the names of what is beyond are not even sorted.
	MaxFiles = 10_000
)

// Name is what a file is called: by its own digest, so that the name tells nobody anything and the same file written
// twice is one.
func Name(part []byte) string {
	sum := sha256.Sum256(part)
	return prefix + hex.EncodeToString(sum[:8]) + Suffix
}

// Write puts a file into a folder and returns its name. It has the name only once its bytes are on the disk: a stick
// pulled out meanwhile holds the whole file or none. civic.Full where there is no room.
func Write(dir string, part []byte) (name string, err error) {
	name = Name(part)
	temporary := filepath.Join(dir, prefix+rand.Text()+".tmp")
	// Exclusive, so that nothing that waits there under the name is written through.
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return "", writing(err)
	}
	_, err = f.Write(part)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(temporary, filepath.Join(dir, name))
	}
	if err != nil {
		return "", writing(errors.Join(err, os.Remove(temporary)))
	}
	return name, syncDir(dir)
}

func writing(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) {
		return &civic.Error{Code: civic.Full, Field: "bundle", Key: "bundle.full", Err: err}
	}
	return &civic.Error{Code: civic.Unavailable, Field: "bundle", Key: "bundle.unwritable", Err: err}
}

// syncDir syncs a folder. Some file systems of sticks cannot, and need not.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return writing(err)
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil
	}
	if err = errors.Join(err, d.Close()); err != nil {
		return writing(err)
	}
	return nil
}

// List returns the names of what may be files of a bundle in a folder, sorted, and how many more than MaxFiles it left
// out. It does not look into folders within.
func List(dir string) (names []string, more int, err error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, 0, &civic.Error{Code: civic.NotFound, Field: "bundle", Key: "bundle.folder", Err: err}
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	const step = 256
	for {
		list, err := d.ReadDir(step)
		for _, e := range list {
			switch name := e.Name(); {
			case !strings.HasSuffix(strings.ToLower(name), Suffix):
			case len(names) == MaxFiles:
				more++
			default:
				names = append(names, name)
			}
		}
		if errors.Is(err, io.EOF) {
			slices.Sort(names)
			return names, more, nil
		}
		if err != nil {
			return nil, 0, &civic.Error{Code: civic.Unavailable, Field: "bundle", Key: "bundle.unreadable", Err: err}
		}
	}
}

// File is one file of a folder, of which only the opening was looked at: a stranger's word, good for an order.
type File struct {
	Name    string
	Opening Opening
	Err     error // why it cannot be one; the opening is then empty
}

// Survey looks at every file of a folder and returns them in the order to take them in, those that are none last, and
// how many more than MaxFiles it left out.
func Survey(ctx context.Context, dir string) (list []File, more int, err error) {
	names, more, err := List(dir)
	if err != nil {
		return nil, 0, err
	}
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		f := File{Name: name}
		b, err := Read(dir, name)
		if err == nil {
			f.Opening, _, err = open(b)
		}
		if f.Err = err; err != nil {
			f.Opening = Opening{}
		}
		list = append(list, f)
	}
	slices.SortStableFunc(list, func(a, b File) int {
		return cmp.Or(
			cmp.Compare(truth(a.Err != nil), truth(b.Err != nil)),
			slices.Compare(a.Opening.writer(), b.Opening.writer()),
			cmp.Compare(a.Opening.Number, b.Opening.Number),
		)
	})
	return list, more, nil
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Read reads one file that List named. What is no plain file, as a symbolic link, a pipe or a device, and what is over
// MaxPart is refused without being read.
func Read(dir, name string) (b []byte, err error) {
	if name != filepath.Base(name) {
		return nil, civic.Refuse(civic.Invalid, "bundle", "bundle.file")
	}
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ELOOP) {
		return nil, civic.Refuse(civic.Invalid, "bundle", "bundle.file")
	}
	if err != nil {
		return nil, unreadable(err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, unreadable(err)
	}
	if !info.Mode().IsRegular() {
		return nil, civic.Refuse(civic.Invalid, "bundle", "bundle.file")
	}
	if info.Size() > MaxPart {
		return nil, civic.Refuse(wire.CodeTooLarge, "bundle", "bundle.large")
	}
	// The size is a stranger's word too.
	b, err = io.ReadAll(io.LimitReader(f, MaxPart+1))
	if err != nil {
		return nil, unreadable(err)
	}
	return b, nil
}

func unreadable(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return &civic.Error{Code: civic.NotFound, Field: "bundle", Key: "bundle.unreadable", Err: err}
	}
	return &civic.Error{Code: civic.Unavailable, Field: "bundle", Key: "bundle.unreadable", Err: err}
}
