// Package sqlite is central's store in one SQLite file, for a site with one central. It implements store.Store and
// passes package storetest.
//
// The file is in WAL mode and every commit is synced. Writers go one after the other; those that come together share
// one commit and so one sync ([DB] decides this in write.go). Readers have connections of their own and never wait
// for a writer. Personal columns are boxes of the vault: the file, its log and its copies show none of them.
package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver named "sqlite"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

var _ store.Store = (*DB)(nil)

// Options says which file, and with what key.
type Options struct {
	Path    string
	Vault   *store.Vault
	Readers int // connections that read; 0 is 4
}

// DB is an open store.
type DB struct {
	path  string
	vault *store.Vault
	site  civic.EntryID
	read  reader
	write writer
	pools []*sql.DB
}

const defaultReaders = 4

// Open opens the store at a path and makes it if the file is not there. An older schema is brought up to date; a
// newer one is refused as civic.Unsupported and left untouched. A vault that is not this store's is civic.Untrusted.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Path == "" || o.Vault == nil {
		return nil, errors.New("open store: path and vault are needed")
	}
	if o.Readers == 0 {
		o.Readers = defaultReaders
	}
	d := &DB{path: o.Path, vault: o.Vault}
	if err := d.open(ctx, o); err != nil {
		return nil, errors.Join(fmt.Errorf("open store: %w", err), d.Close())
	}
	return d, nil
}

func (d *DB) open(ctx context.Context, o Options) error {
	if err := private(o.Path); err != nil {
		return err
	}
	// The journals of savepoints stay in memory, and a group of units in the cache until its commit. What is deleted is
	// overwritten: an erased case must not be found in a free page.
	pool, err := d.pool(dsn(o.Path, "_txlock=immediate", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"secure_delete(1)", "temp_store(MEMORY)", "cache_size(-32768)"), 1)
	if err != nil {
		return err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	if err := migrate(ctx, conn, o.Vault); err != nil {
		return errors.Join(err, conn.Close())
	}
	d.write = newWriter(conn)
	readers, err := d.pool(dsn(o.Path, "", "query_only(1)"), o.Readers)
	if err != nil {
		return err
	}
	d.read = reader{db: readers, stmts: newStmts(readers.PrepareContext)}
	return d.identify(ctx)
}

func (d *DB) pool(dsn string, conns int) (*sql.DB, error) {
	pool, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	d.pools = append(d.pools, pool)
	return pool, nil
}

// private makes the file before SQLite does, for its owner alone, and syncs its directory.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func dsn(path, more string, pragmas ...string) string {
	q := []string{"_pragma=busy_timeout(10000)"}
	for _, p := range pragmas {
		q = append(q, "_pragma="+p)
	}
	if more != "" {
		q = append(q, more)
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + strings.Join(q, "&")
}

// proofPlace and proof show that a vault is the one this store was made with.
const (
	proofPlace = "site/proof"
	proof      = "doorstep"
)

// identify reads the store's id and holds the vault against it.
func (d *DB) identify(ctx context.Context) error {
	var id, box []byte
	if err := d.read.row(ctx, `SELECT id, proof_box FROM site`).Scan(&id, &box); err != nil {
		return err
	}
	if b, err := d.vault.Open(proofPlace, box); err != nil || string(b) != proof {
		return civic.Refuse(civic.Untrusted, "vault", "vault.other")
	}
	if len(id) != len(d.site) {
		return civic.Refuse(civic.Damaged, "site", "store.damaged")
	}
	d.site = civic.EntryID(id)
	return nil
}

// found makes the site row of a new store.
func found(v *store.Vault) []any {
	var id civic.EntryID
	rand.Read(id[:])
	zero := civic.Digest{}
	return []any{id[:], v.Seal(proofPlace, []byte(proof)), zero[:], zero[:]}
}

// ID returns the id that this store was given when it was made.
func (d *DB) ID(context.Context) (civic.EntryID, error) { return d.site, nil }

// Close ends all use. Writes under way finish first.
func (d *DB) Close() error {
	errs := []error{d.write.close()}
	for i := len(d.pools) - 1; i >= 0; i-- {
		errs = append(errs, d.pools[i].Close())
	}
	return errors.Join(errs...)
}
