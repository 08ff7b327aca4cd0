package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// Backup writes a copy of the store to a path that must not exist, while the store goes on, and reads the copy back:
// its integrity, its id, and how far it holds every journal. The copy needs the vault's key and the folder of papers
// to be of use; only when those are safe too does the caller hand the result to Covered.
func (d *DB) Backup(ctx context.Context, path string) ([]store.Cover, error) {
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("back up store: %s exists", filepath.Base(path))
	}
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("back up store: %w", err)
	}
	if err := d.copyTo(ctx, part); err != nil {
		return nil, fmt.Errorf("back up store: %w", err)
	}
	cover, err := d.readBack(ctx, part)
	if err != nil {
		return nil, fmt.Errorf("verify backup: %w", err)
	}
	if err := errors.Join(os.Rename(part, path), syncFile(filepath.Dir(path))); err != nil {
		return nil, fmt.Errorf("back up store: %w", err)
	}
	return cover, nil
}

// copyTo copies from one snapshot, on a connection of its own: those of the readers may not write, not even elsewhere.
func (d *DB) copyTo(ctx context.Context, part string) error {
	f, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	from, err := sql.Open("sqlite", dsn(d.path, ""))
	if err != nil {
		return err
	}
	_, err = from.ExecContext(ctx, `VACUUM INTO ?`, part)
	return errors.Join(err, from.Close(), syncFile(part))
}

// readBack opens a copy as a stranger would and looks at all of it.
func (d *DB) readBack(ctx context.Context, part string) (cover []store.Cover, err error) {
	db, err := sql.Open("sqlite", dsn(part, "mode=ro"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var integrity string
	var id []byte
	err = db.QueryRowContext(ctx, `SELECT (SELECT integrity_check FROM pragma_integrity_check LIMIT 1), id FROM site`).Scan(&integrity, &id)
	if err != nil {
		return nil, err
	}
	if integrity != "ok" || string(id) != string(d.site[:]) {
		return nil, civic.Refuse(civic.Damaged, "backup", "store.damaged")
	}
	rows, err := db.QueryContext(ctx, selectCover)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(s scanner) (c store.Cover, err error) {
		var terminal []byte
		if err := s.Scan(&terminal, &c.Generation, &c.Seq); err != nil {
			return c, err
		}
		return c, fixed(c.Terminal[:], terminal, "journal")
	})
}

// selectCover says how far each journal is whole in a copy: up to the first entry of which a paper had not arrived. Where
// that is in an earlier generation, nothing of the later ones counts: terminals take a later one to cover all before.
const selectCover = `WITH half AS (
		SELECT p.terminal, p.generation, min(p.seq) AS seq FROM positions p JOIN papers a ON a.entry = p.entry
		WHERE a.arrived = 0 AND a.gone = 0 GROUP BY p.terminal, p.generation)
	SELECT j.terminal, j.generation, CASE
		WHEN EXISTS (SELECT 1 FROM half h WHERE h.terminal = j.terminal AND h.generation < j.generation) THEN 0
		ELSE min(j.seq, coalesce((SELECT h.seq - 1 FROM half h WHERE h.terminal = j.terminal AND h.generation = j.generation), j.seq)) END
	FROM journals j`

// Papers calls do with every ciphertext that the copy of a store at a path says has arrived and is not erased.
func Papers(ctx context.Context, path string, do func(civic.Digest) error) (err error) {
	db, err := sql.Open("sqlite", dsn(path, "mode=ro"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := db.QueryContext(ctx, `SELECT digest FROM papers WHERE arrived <> 0 AND gone = 0 ORDER BY digest`)
	if err != nil {
		return fmt.Errorf("list papers: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var b []byte
		var d civic.Digest
		if err := rows.Scan(&b); err != nil {
			return err
		}
		if err := fixed(d[:], b, "paper"); err != nil {
			return err
		}
		if err := do(d); err != nil {
			return err
		}
	}
	return rows.Err()
}

func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Covered records that a verified backup holds journals through a seq.
func (d *DB) Covered(ctx context.Context, list []store.Cover) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		for _, c := range list {
			if _, err := t.exec(ctx, `UPDATE journals SET safe = max(safe, min(seq, ?)) WHERE terminal = ? AND generation = ?`,
				c.Seq, c.Terminal[:], c.Generation); err != nil {
				return fmt.Errorf("cover journal: %w", err)
			}
		}
		return nil
	})
}
