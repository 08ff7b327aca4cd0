// Package rescue carries what the disk of a dead terminal still holds to central: the terminal's tool writes a folder,
// central's tool reads it. What is in it is what would have gone over the line, signed and sealed, so that the folder
// is no more secret than the line, and no more trusted.
//
// The folder has a file entries.frames, which is a line "doorstep rescue v1" and Entry frames (PROTOCOL.md 7), each
// behind its length in four bytes, and a folder papers with ciphertexts named by their digests. Positions may be empty:
// a disk that has lost its chain has lost nothing else.
package rescue

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

const (
	magic     = "doorstep rescue v1\n"
	entryFile = "entries.frames"
	paperDir  = "papers"
)

// Writer fills a folder. Not safe for concurrent use.
type Writer struct {
	dir string
	f   *os.File
	w   *bufio.Writer
}

// Create makes a folder, which must not exist: nothing is ever added to what may have been carried away.
func Create(dir string) (*Writer, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		if errors.Is(err, os.ErrExist) {
			return nil, &civic.Error{Code: civic.Conflict, Field: "rescue", Key: "rescue.exists", Err: err}
		}
		return nil, fmt.Errorf("make folder: %w", err)
	}
	if err := os.Mkdir(filepath.Join(dir, paperDir), 0o700); err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, entryFile), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("write entries: %w", err)
	}
	w := &Writer{dir: dir, f: f, w: bufio.NewWriter(f)}
	_, err = w.w.WriteString(magic)
	return w, err
}

// Entry adds an entry.
func (w *Writer) Entry(e wire.Entry) error {
	b, err := wire.Encode(&e)
	if err != nil {
		return err
	}
	_, err = w.w.Write(binary.BigEndian.AppendUint32(nil, uint32(len(b))))
	if err == nil {
		_, err = w.w.Write(b)
	}
	if err != nil {
		return fmt.Errorf("write entry: %w", err)
	}
	return nil
}

// Paper adds a ciphertext. One that is there already is left as it is.
func (w *Writer) Paper(d civic.Digest, content []byte) error {
	f, err := os.OpenFile(filepath.Join(w.dir, paperDir, d.String()), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("write paper: %w", err)
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write paper: %w", err)
	}
	return nil
}

// Close makes everything durable: the folder may be carried away after that.
func (w *Writer) Close() error {
	err := errors.Join(w.w.Flush(), w.f.Sync(), w.f.Close())
	for _, dir := range []string{filepath.Join(w.dir, paperDir), w.dir, filepath.Dir(w.dir)} {
		d, e := os.Open(dir)
		if e == nil {
			e = errors.Join(d.Sync(), d.Close())
		}
		err = errors.Join(err, e)
	}
	return err
}

// Read gives every entry of a folder to do, in the order written. Nothing of it is verified. A file that is cut off or
// is none is civic.Damaged, after the entries before the damage.
func Read(dir string, do func(wire.Entry) error) error {
	f, err := os.Open(filepath.Join(dir, entryFile))
	if err != nil {
		return fmt.Errorf("read entries: %w", err)
	}
	defer func() { _ = f.Close() }() // read only
	in := bufio.NewReader(f)
	head := make([]byte, len(magic))
	if _, err := io.ReadFull(in, head); err != nil || string(head) != magic {
		return damaged(err)
	}
	for {
		var size [4]byte
		if _, err := io.ReadFull(in, size[:]); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return damaged(err)
		}
		n := binary.BigEndian.Uint32(size[:])
		if n > wire.MaxFrame {
			return damaged(nil)
		}
		b := make([]byte, n)
		if _, err := io.ReadFull(in, b); err != nil {
			return damaged(err)
		}
		frame, err := wire.Decode(b)
		e, ok := frame.(*wire.Entry)
		if err != nil || !ok {
			return damaged(err)
		}
		if err := do(*e); err != nil {
			return err
		}
	}
}

// Paper opens a ciphertext of a folder; fs.ErrNotExist if it is not there. It is the caller's to verify.
func Paper(dir string, d civic.Digest) (io.ReadCloser, error) {
	return os.Open(filepath.Join(dir, paperDir, d.String()))
}

func damaged(err error) error {
	return &civic.Error{Code: civic.Damaged, Field: "rescue", Key: "rescue.damaged", Err: err}
}
