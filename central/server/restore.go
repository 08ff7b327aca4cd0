package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"doorstep/central/papers"
	"doorstep/central/sqlite"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// dirRestoring holds what a restore has copied so far. One that was interrupted is begun again.
const dirRestoring = "restoring"

// Restore makes a central of a backup in a folder in which there is nothing but, perhaps, its keys; they are copied from
// another folder where one is named. Everything is verified against the manifest and the digests, the database must open
// with the keys, and it becomes another store, so that terminals send again what they keep. A central that starts
// before Restore has returned nil finds no database.
func Restore(ctx context.Context, opts Options, backup, keys string) (m Manifest, err error) {
	if err := opts.validate(); err != nil {
		return m, err
	}
	if m, err = readManifest(backup); err != nil {
		return m, err
	}
	if err := emptyPlace(opts.Dir, keys); err != nil {
		return m, err
	}
	work := filepath.Join(opts.Dir, dirRestoring)
	if err := errors.Join(os.RemoveAll(work), os.MkdirAll(work, 0o700)); err != nil {
		return m, fmt.Errorf("restore central: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(work))
		}
	}()
	if keys != "" {
		if err := copyKeys(keys, filepath.Join(opts.Dir, dirKeys)); err != nil {
			return m, fmt.Errorf("restore keys: %w", err)
		}
	}
	database := filepath.Join(work, fileStore)
	if err := copyFile(filepath.Join(backup, fileStore), database); err != nil {
		return m, fmt.Errorf("restore database: %w", err)
	}
	if sum, _, err := digestOf(database); err != nil || sum != m.Database {
		return m, errors.Join(err, civic.Refuse(civic.Damaged, "backup", "backup.damaged"))
	}
	if err := restorePapers(ctx, backup, work, m.Papers); err != nil {
		return m, fmt.Errorf("restore papers: %w", err)
	}
	if err := markRestored(ctx, opts, database, m); err != nil {
		return m, err
	}
	// The papers first: without the database there is no central yet.
	for _, name := range []string{dirPapers, fileStore} {
		if err := errors.Join(os.Rename(filepath.Join(work, name), filepath.Join(opts.Dir, name)), syncPath(opts.Dir)); err != nil {
			return m, fmt.Errorf("restore central: %w", err)
		}
	}
	return m, os.Remove(work)
}

func readManifest(backup string) (m Manifest, err error) {
	b, err := os.ReadFile(filepath.Join(backup, fileManifest))
	if errors.Is(err, fs.ErrNotExist) {
		return m, civic.Refuse(civic.NotFound, "backup", "backup.none")
	}
	if err != nil {
		return m, fmt.Errorf("read backup: %w", err)
	}
	if err := json.Unmarshal(b, &m); err != nil || m.Version < 1 {
		return m, civic.Refuse(civic.Damaged, "backup", "backup.damaged")
	}
	if m.Version > manifestVersion {
		return m, civic.Refuse(civic.Unsupported, "backup", "backup.newer")
	}
	return m, nil
}

// emptyPlace refuses a folder in which a central is, or anything else that is not its keys.
func emptyPlace(dir, keys string) error {
	list, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("restore central: %w", err)
	}
	have := false
	for _, e := range list {
		switch {
		case e.Name() == dirKeys && keys == "":
			have = true
		case e.Name() == dirRestoring:
		case e.Name() == dirPapers && !exists(filepath.Join(dir, fileStore)) && exists(filepath.Join(dir, dirRestoring)):
			// A restore was interrupted between its last two steps: the papers are ours and go back.
			if err := os.RemoveAll(filepath.Join(dir, dirPapers)); err != nil {
				return fmt.Errorf("restore central: %w", err)
			}
		default:
			return civic.Refuse(civic.Conflict, "folder", "backup.occupied", filepath.Base(dir))
		}
	}
	if keys == "" && !have {
		return civic.Refuse(civic.Missing, "keys", "backup.keys")
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// restorePapers copies the papers that the database says have arrived, each verified. One that was erased between the
// snapshot and its copy is not there; all that the manifest counts must be.
func restorePapers(ctx context.Context, backup, work string, want int) error {
	from, err := papers.Open(filepath.Join(backup, dirPapers))
	if err != nil {
		return err
	}
	to, err := papers.Open(filepath.Join(work, dirPapers))
	if err != nil {
		return err
	}
	n := 0
	err = sqlite.Papers(ctx, filepath.Join(work, fileStore), func(d civic.Digest) error {
		_, err := from.CopyTo(to, d)
		if errors.Is(err, &civic.Error{Code: civic.Unavailable}) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("paper %s: %w", d, err)
		}
		n++
		return ctx.Err()
	})
	if err == nil && n != want {
		err = civic.Refuse(civic.Damaged, "backup", "backup.damaged")
	}
	return errors.Join(err, to.Sync())
}

func markRestored(ctx context.Context, opts Options, database string, m Manifest) (err error) {
	vault, err := store.OpenVault(filepath.Join(opts.Dir, dirKeys, "vault.key"))
	if err != nil {
		return fmt.Errorf("open the key of the database: %w", err)
	}
	db, err := sqlite.Open(ctx, sqlite.Options{Path: database, Vault: vault})
	if err != nil {
		return err
	}
	_, err = db.MarkRestored(ctx, m.Taken, opts.Clock(), store.System())
	return errors.Join(err, db.Close())
}

// copyKeys copies a flat folder of keys for its owner alone.
func copyKeys(from, to string) error {
	list, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	for _, e := range list {
		if !e.Type().IsRegular() {
			continue
		}
		if err := copyFile(filepath.Join(from, e.Name()), filepath.Join(to, e.Name())); err != nil {
			return err
		}
	}
	return syncPath(to)
}

// copyFile copies a file for its owner alone, synced.
func copyFile(from, to string) (err error) {
	r, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	w, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = w.ReadFrom(r)
	return errors.Join(err, w.Sync(), w.Close())
}
