package identity

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"doorstep/sync/civic"
)

// fileVersion is the version of every key file. A newer one is refused and left alone.
const fileVersion = 1

// keyFile is a key file's JSON.
type keyFile struct {
	Version int       `json:"version"`
	Kind    string    `json:"kind"`
	Made    time.Time `json:"made"`
	Key     []byte    `json:"key"`
	Address string    `json:"address,omitempty"` // of a terminal's central
	Root    []byte    `json:"root,omitempty"`    // fingerprint of a terminal's central
}

// createKey writes a key file that must not exist yet. It appears whole or not at all: a power cut while it is
// written leaves nothing that a later start could take for a key.
func createKey(path string, f keyFile) (err error) {
	f.Version = fileVersion
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return fmt.Errorf("create key file: %w", err)
	}
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, ".key-*") // 0600
	if err != nil {
		return fmt.Errorf("create key file: %w", err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	if _, err = tmp.Write(append(b, '\n')); err == nil {
		err = tmp.Sync()
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("create key file: %w", err)
	}
	// A link fails where the name is taken; a rename would write over the only copy of a key.
	if err := os.Link(tmp.Name(), path); err != nil {
		if os.IsExist(err) {
			return &civic.Error{Code: civic.Conflict, Field: "key", Key: "keys.exists", Err: err}
		}
		return fmt.Errorf("create key file: %w", err)
	}
	return syncDir(dir)
}

// readKey reads a key file of a kind. It refuses one that others may read.
func readKey(path, kind string) (keyFile, error) {
	var f keyFile
	info, err := os.Stat(path)
	if err != nil {
		return f, fmt.Errorf("read key file: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return f, civic.Refuse(civic.Untrusted, "key", "keys.exposed", filepath.Base(path))
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return f, fmt.Errorf("read key file: %w", err)
	}
	if err := json.Unmarshal(b, &f); err != nil {
		return f, civic.Refuse(civic.Damaged, "key", "keys.unreadable") // the cause could quote the key
	}
	if f.Version > fileVersion {
		return f, civic.Refuse(civic.Unsupported, "key", "keys.newer")
	}
	if f.Version < 1 || f.Kind != kind {
		return f, civic.Refuse(civic.Damaged, "key", "keys.unreadable")
	}
	return f, nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync directory: %w", err)
	}
	defer func() { _ = d.Close() }()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync directory: %w", err)
	}
	return nil
}
