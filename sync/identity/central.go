package identity

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

// Central is central's key folder. root.key signs the list of keys and may be carried away once it has done so;
// root.pub stays. Of the sign and seal keys, named by their ids, the newest is used and the older ones are kept to
// verify and to open what was made with them.
type Central struct {
	Root    *seal.Signer // nil where root.key is kept elsewhere
	RootKey ed25519.PublicKey
	Sign    *seal.Signer     // signs editions and custody now
	Seal    *seal.PrivateKey // terminals seal to it now

	dir   string
	signs []dated[*seal.Signer]
	seals []dated[*seal.PrivateKey]
}

type dated[K any] struct {
	key  K
	made time.Time
}

// The kinds of central's key files.
const (
	kindRoot       = "root"
	kindRootPublic = "root public"
	kindSign       = "sign"
	kindSeal       = "seal"
)

// CreateCentral makes central's keys in dir, which must not hold any yet.
func CreateCentral(dir string, now time.Time) (*Central, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create key folder: %w", err)
	}
	root, err := seal.GenerateSigner()
	if err != nil {
		return nil, err
	}
	now = now.UTC()
	// The root's public half goes first: with it the folder counts as begun and is never begun again.
	if err := createKey(filepath.Join(dir, "root.pub"), keyFile{Kind: kindRootPublic, Made: now, Key: root.Public()}); err != nil {
		return nil, err
	}
	if err := createKey(filepath.Join(dir, "root.key"), keyFile{Kind: kindRoot, Made: now, Key: root.Seed()}); err != nil {
		return nil, err
	}
	c := &Central{dir: dir, Root: root, RootKey: root.Public()}
	return c, errors.Join(c.AddSign(now), c.AddSeal(now))
}

// OpenCentral reads what CreateCentral wrote. A folder without keys is os.ErrNotExist.
func OpenCentral(dir string) (*Central, error) {
	if info, err := os.Stat(dir); err == nil && info.Mode().Perm()&0o077 != 0 {
		return nil, civic.Refuse(civic.Untrusted, "key", "keys.exposed", filepath.Base(dir))
	}
	pub, err := readKey(filepath.Join(dir, "root.pub"), kindRootPublic)
	if err != nil {
		return nil, err
	}
	c := &Central{dir: dir, RootKey: pub.Key}
	if err := c.readRoot(); err != nil {
		return nil, err
	}
	if c.signs, err = readKeys(dir, kindSign, seal.ParseSigner); err != nil {
		return nil, err
	}
	if c.seals, err = readKeys(dir, kindSeal, seal.ParsePrivateKey); err != nil {
		return nil, err
	}
	if len(c.signs) == 0 || len(c.seals) == 0 {
		return nil, civic.Refuse(civic.Damaged, "key", "keys.incomplete")
	}
	c.Sign, c.Seal = c.signs[0].key, c.seals[0].key
	return c, nil
}

func (c *Central) readRoot() error {
	f, err := readKey(filepath.Join(c.dir, "root.key"), kindRoot)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if c.Root, err = seal.ParseSigner(f.Key); err != nil {
		return err
	}
	if !c.Root.Public().Equal(c.RootKey) {
		return civic.Refuse(civic.Damaged, "key", "keys.root")
	}
	return nil
}

// readKeys reads the keys of a kind, newest first.
func readKeys[K any](dir, kind string, parse func([]byte) (K, error)) ([]dated[K], error) {
	names, err := filepath.Glob(filepath.Join(dir, kind+"-*.key"))
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	var list []dated[K]
	for _, name := range names {
		f, err := readKey(name, kind)
		if err != nil {
			return nil, err
		}
		key, err := parse(f.Key)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
		list = append(list, dated[K]{key, f.Made})
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].made.After(list[j].made) })
	return list, nil
}

// AddSign makes a new sign key and uses it from now on. Terminals accept it once they have the keys edition that
// names it.
func (c *Central) AddSign(now time.Time) error {
	key, err := seal.GenerateSigner()
	if err != nil {
		return err
	}
	if err := c.add(kindSign, key.ID, key.Seed(), now); err != nil {
		return err
	}
	c.signs = append([]dated[*seal.Signer]{{key, now.UTC()}}, c.signs...)
	c.Sign = key
	return nil
}

// AddSeal makes a new seal key; terminals use it once they have the keys edition that names it.
func (c *Central) AddSeal(now time.Time) error {
	key, err := seal.GenerateKey()
	if err != nil {
		return err
	}
	b, err := key.Bytes()
	if err != nil {
		return fmt.Errorf("write seal key: %w", err)
	}
	if err := c.add(kindSeal, key.ID, b, now); err != nil {
		return err
	}
	c.seals = append([]dated[*seal.PrivateKey]{{key, now.UTC()}}, c.seals...)
	c.Seal = key
	return nil
}

func (c *Central) add(kind string, id civic.KeyID, secret []byte, now time.Time) error {
	name := strings.Join([]string{kind, "-", id.String(), ".key"}, "")
	return createKey(filepath.Join(c.dir, name), keyFile{Kind: kind, Made: now.UTC(), Key: secret})
}

// Keyring returns every seal key, to open what terminals sealed.
func (c *Central) Keyring() seal.Keyring {
	ring := seal.Keyring{}
	for _, k := range c.seals {
		ring[k.key.ID] = k.key
	}
	return ring
}

// Keys returns the list that terminals are to get: the keys in use first, those before them after.
func (c *Central) Keys() CentralKeys {
	list := CentralKeys{Root: c.RootKey}
	var until time.Time
	for _, k := range c.signs {
		list.Sign = append(list.Sign, Key{ID: k.key.ID.String(), Public: k.key.Public(), From: k.made, Until: until})
		until = k.made
	}
	until = time.Time{}
	for _, k := range c.seals {
		list.Seal = append(list.Seal, Key{ID: k.key.ID.String(), Public: k.key.Public().Bytes(), From: k.made, Until: until})
		until = k.made
	}
	return list
}

// KeysEdition signs the list as edition n, revision rev. It needs the root key.
func (c *Central) KeysEdition(n uint64, rev uint32) (wire.Signed, error) {
	if c.Root == nil {
		return wire.Signed{}, civic.Refuse(civic.Unavailable, "key", "keys.rootless")
	}
	return c.Keys().SignEdition(c.Root, n, rev)
}
