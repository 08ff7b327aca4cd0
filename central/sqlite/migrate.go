package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date, all steps in one transaction. The schema's version is the number of the last
// migration applied; one above what this program knows is refused before anything is written.
func migrate(ctx context.Context, conn *sql.Conn, v *store.Vault) (err error) {
	names, err := migrations.ReadDir("migrations")
	if err != nil {
		return err
	}
	version, err := schemaVersion(ctx, conn)
	if err != nil {
		return err
	}
	if version > len(names) {
		return civic.Refuse(civic.Unsupported, "schema", "store.newer", version, len(names))
	}
	if version == len(names) {
		return nil
	}
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_, undo := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
			err = errors.Join(err, undo)
		}
	}()
	for n := version + 1; n <= len(names); n++ {
		text, err := migrations.ReadFile("migrations/" + names[n-1].Name())
		if err != nil {
			return err
		}
		if _, err := conn.ExecContext(ctx, string(text)); err != nil {
			return fmt.Errorf("migration %s: %w", names[n-1].Name(), err)
		}
		if err := fill(ctx, conn, v, names[n-1].Name()); err != nil {
			return fmt.Errorf("fill after migration %s: %w", names[n-1].Name(), err)
		}
	}
	if version == 0 {
		if err := first(ctx, conn, v); err != nil {
			return err
		}
	}
	if _, err := conn.ExecContext(ctx, `UPDATE schema_version SET version = ?`, len(names)); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	return err
}

// fill completes a migration by what SQL cannot say. It knows migrations by the topic in their name.
func fill(ctx context.Context, conn *sql.Conn, v *store.Vault, name string) (err error) {
	s := newStmts(conn.PrepareContext)
	defer func() { err = errors.Join(err, s.close()) }()
	switch {
	case strings.HasSuffix(name, "_guides.sql"):
		return fillGuides(ctx, &tx{s})
	case strings.HasSuffix(name, "_alike.sql"):
		return fillAlike(ctx, &tx{s}, v)
	}
	return nil
}

// first fills a new database.
func first(ctx context.Context, conn *sql.Conn, v *store.Vault) error {
	if _, err := conn.ExecContext(ctx, `CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT;
		INSERT INTO schema_version VALUES (0)`); err != nil {
		return err
	}
	_, err := conn.ExecContext(ctx, `INSERT INTO site (one, id, proof_box, tag, audit_digest) VALUES (1, ?, ?, ?, ?)`, found(v)...)
	return err
}

// schemaVersion is 0 for an empty file. A file with tables but without a version is not ours.
func schemaVersion(ctx context.Context, conn *sql.Conn) (int, error) {
	rows, err := conn.QueryContext(ctx, `SELECT name FROM sqlite_schema WHERE type = 'table'`)
	if err != nil {
		return 0, err
	}
	tables, err := collect(rows, func(s scanner) (name string, err error) { return name, s.Scan(&name) })
	if err != nil || len(tables) == 0 {
		return 0, err
	}
	if !slices.Contains(tables, "schema_version") {
		return 0, civic.Refuse(civic.Unsupported, "schema", "store.foreign")
	}
	var version int
	err = conn.QueryRowContext(ctx, `SELECT version FROM schema_version`).Scan(&version)
	return version, err
}
