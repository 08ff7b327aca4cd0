// Package escrow keeps a copy of central's keys with people outside it. Without the seal key nothing that terminals
// sent can be opened, without the vault's key nothing in the database: a fire that takes the key folder must not take
// those too.
//
// [Seal] encrypts the key folder to several offline holders with age (filippo.io/age), any one of whom can open it.
// [Open] puts it back. [Drill] proves that a holder can: it opens the copy in a place that is gone afterwards and tries
// every key of it against what terminals and the database use now. The root key is never in a copy: whoever holds it
// can make new keys in central's name, and it has its own place offline.
package escrow

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"filippo.io/age"

	"doorstep/sync/civic"
)

// version is that of the copy's layout. A newer one is refused.
const version = 1

// About says what a copy is of.
type About struct {
	Version int       `json:"version"`
	Made    time.Time `json:"made"`
	Store   string    `json:"store"` // id of the database whose vault key it has
	Files   []string  `json:"files"`
}

const aboutFile = "about.json"

// kept are the files of a key folder that a copy holds. The root's secret half is not among them.
var kept = regexp.MustCompile(`^(root\.pub|vault\.key|(sign|seal)-[0-9a-f]{16}\.key)$`)

// maxFile bounds one file of a copy, in bytes. Keys are far smaller.
const maxFile = 1 << 20

// Seal writes a copy of the key folder dir to w, which any of the holders alone can open. It fails without a holder.
func Seal(w io.Writer, dir string, holders []age.Recipient, store civic.EntryID, now time.Time) (About, error) {
	if len(holders) == 0 {
		return About{}, civic.Refuse(civic.Missing, "holder", "keys.holders")
	}
	about := About{Version: version, Made: now.UTC(), Store: store.String()}
	names, err := os.ReadDir(dir)
	if err != nil {
		return about, fmt.Errorf("list keys: %w", err)
	}
	for _, e := range names {
		if kept.MatchString(e.Name()) {
			about.Files = append(about.Files, e.Name())
		}
	}
	box, err := age.Encrypt(w, holders...)
	if err != nil {
		return about, fmt.Errorf("encrypt to holders: %w", err)
	}
	out := tar.NewWriter(box)
	head, err := json.Marshal(about)
	if err == nil {
		err = add(out, aboutFile, head)
	}
	for _, name := range about.Files {
		if err != nil {
			break
		}
		var b []byte
		if b, err = os.ReadFile(filepath.Join(dir, name)); err == nil {
			err = add(out, name, b)
		}
	}
	if err = errors.Join(err, out.Close(), box.Close()); err != nil {
		return about, fmt.Errorf("copy keys: %w", err)
	}
	return about, nil
}

func add(out *tar.Writer, name string, b []byte) error {
	if err := out.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(b))}); err != nil {
		return err
	}
	_, err := out.Write(b)
	return err
}

// Open puts the keys of a copy into dir, which it makes and which must not exist: keys are never written over others.
// A copy that the identities do not open is civic.Forbidden.
func Open(r io.Reader, holder []age.Identity, dir string) (About, error) {
	var about About
	plain, err := age.Decrypt(r, holder...)
	if err != nil {
		if none := new(age.NoIdentityMatchError); errors.As(err, &none) {
			return about, &civic.Error{Code: civic.Forbidden, Field: "holder", Key: "keys.holder", Err: err}
		}
		return about, damaged(err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return about, &civic.Error{Code: civic.Conflict, Field: "key", Key: "keys.exists", Err: err}
		}
		return about, fmt.Errorf("restore keys: %w", err)
	}
	in := tar.NewReader(plain)
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return about, damaged(err)
		}
		b, err := io.ReadAll(io.LimitReader(in, maxFile))
		if err != nil {
			return about, damaged(err)
		}
		switch {
		case h.Name == aboutFile:
			if err := json.Unmarshal(b, &about); err != nil {
				return about, damaged(err)
			}
			if about.Version != version {
				return about, civic.Refuse(civic.Unsupported, "backup", "keys.newer")
			}
		case kept.MatchString(h.Name):
			if err := put(filepath.Join(dir, h.Name), b); err != nil {
				return about, fmt.Errorf("restore keys: %w", err)
			}
		}
	}
	return about, complete(about, dir)
}

// complete refuses a copy that has not everything it lists.
func complete(about About, dir string) error {
	for _, name := range about.Files {
		if !kept.MatchString(name) {
			return damaged(errors.New("a file that is no key"))
		}
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return damaged(err)
		}
	}
	if !slices.Contains(about.Files, "vault.key") {
		return damaged(errors.New("no vault key"))
	}
	return nil
}

func put(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

func damaged(err error) error {
	return &civic.Error{Code: civic.Damaged, Field: "backup", Key: "keys.copy", Err: err}
}
