package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"doorstep/central/papers"
	"doorstep/central/sqlite"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// The files of a backup, and of central's folder.
const (
	fileStore    = "central.db"
	fileManifest = "backup.json"
	dirPapers    = "papers"
	dirKeys      = "keys"
)

// manifestVersion is the version of a backup's layout. A later one is refused.
const manifestVersion = 1

// Manifest describes a backup: it is written last, so that a folder without one is no backup.
type Manifest struct {
	Version  int           `json:"version"`
	Store    civic.EntryID `json:"store"`
	Taken    time.Time     `json:"taken"`    // the instant it shows, by central's clock
	Database string        `json:"database"` // SHA-256 of central.db
	Papers   int           `json:"papers"`
	Bytes    int64         `json:"bytes"`    // of database and papers
	Journals int           `json:"journals"` // covered through their last whole entry
}

// Backup writes a copy of the database and the papers that belong to it into a folder that must not be there, while
// central runs or not. The database is one snapshot; the papers that it says have arrived are copied after it.
// Everything is read back and verified before the folder gets its name, and only then is it recorded as safe, so that
// terminals may purge what it covers. The keys are not in it: who has the backup alone can open nothing.
func Backup(ctx context.Context, opts Options, folder string) (m Manifest, err error) {
	if err := opts.validate(); err != nil {
		return m, err
	}
	if _, err := os.Stat(filepath.Join(opts.Dir, fileStore)); err != nil {
		return m, fmt.Errorf("back up central: %w", err)
	}
	if _, err := os.Lstat(folder); !errors.Is(err, os.ErrNotExist) {
		return m, civic.Refuse(civic.Conflict, "folder", "backup.exists", filepath.Base(folder))
	}
	s := &Server{opts: opts}
	if err := s.openStore(ctx); err != nil {
		return m, errors.Join(err, s.Close())
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	part := folder + ".part"
	if err := errors.Join(os.RemoveAll(part), os.MkdirAll(part, 0o700)); err != nil {
		return m, fmt.Errorf("back up central: %w", err)
	}
	m = Manifest{Version: manifestVersion, Taken: opts.Clock().UTC().Truncate(time.Millisecond)}
	if m.Store, err = s.store.ID(ctx); err != nil {
		return m, err
	}
	cover, err := s.store.Backup(ctx, filepath.Join(part, fileStore))
	if err != nil {
		return m, err
	}
	m.Journals = len(cover)
	if err := s.backUpPapers(ctx, part, &m); err != nil {
		return m, fmt.Errorf("back up papers: %w", err)
	}
	if err := writeManifest(part, &m); err != nil {
		return m, fmt.Errorf("back up central: %w", err)
	}
	if err := errors.Join(os.Rename(part, folder), syncPath(filepath.Dir(folder))); err != nil {
		return m, fmt.Errorf("back up central: %w", err)
	}
	if err := s.store.Covered(ctx, cover); err != nil {
		return m, err
	}
	return m, s.store.BackedUp(ctx, store.Backup{At: m.Taken, Papers: m.Papers, Bytes: m.Bytes})
}

// backUpPapers copies the papers that the copy of the database says have arrived. One that was erased since the snapshot
// is not there any more, and must not come back.
func (s *Server) backUpPapers(ctx context.Context, part string, m *Manifest) error {
	from, err := papers.Open(filepath.Join(s.opts.Dir, dirPapers))
	if err != nil {
		return err
	}
	to, err := papers.Open(filepath.Join(part, dirPapers))
	if err != nil {
		return err
	}
	err = sqlite.Papers(ctx, filepath.Join(part, fileStore), func(d civic.Digest) error {
		n, err := from.CopyTo(to, d)
		if errors.Is(err, &civic.Error{Code: civic.Unavailable}) {
			if p, failed := s.store.Paper(ctx, d); failed == nil && p.Erased {
				return nil
			}
		}
		if err != nil {
			return fmt.Errorf("paper %s: %w", d, err)
		}
		m.Papers++
		m.Bytes += n
		return ctx.Err()
	})
	return errors.Join(err, to.Sync())
}

func writeManifest(part string, m *Manifest) error {
	sum, size, err := digestOf(filepath.Join(part, fileStore))
	if err != nil {
		return err
	}
	m.Database, m.Bytes = sum, m.Bytes+size
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(part, fileManifest), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(b, '\n'))
	return errors.Join(err, f.Sync(), f.Close(), syncPath(part))
}

func digestOf(path string) (sum string, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	h := sha256.New()
	size, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), size, errors.Join(err, f.Close())
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
