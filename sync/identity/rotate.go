package identity

import (
	"errors"
	"os"
	"path/filepath"
	"slices"

	"doorstep/sync/civic"
)

// Current reports whether the folder still holds just the keys that were read: another process may have added one,
// or the root key may have come or gone.
func (c *Central) Current() (bool, error) {
	var have []string
	for _, k := range c.signs {
		have = append(have, keyName(kindSign, k.key.ID))
	}
	for _, k := range c.seals {
		have = append(have, keyName(kindSeal, k.key.ID))
	}
	var there []string
	for _, kind := range []string{kindSign, kindSeal} {
		names, err := filepath.Glob(filepath.Join(c.dir, kind+"-*.key"))
		if err != nil {
			return false, err
		}
		for _, name := range names {
			there = append(there, filepath.Base(name))
		}
	}
	slices.Sort(have)
	slices.Sort(there)
	_, err := os.Stat(filepath.Join(c.dir, "root.key"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return false, err
	}
	return slices.Equal(have, there) && (err == nil) == (c.Root != nil), nil
}

func keyName(kind string, id civic.KeyID) string { return kind + "-" + id.String() + ".key" }
