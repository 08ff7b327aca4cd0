package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"doorstep/sync/civic"
)

// Vault encrypts what a database must not show: AES-256-GCM under a key that is kept in a file outside it. What it
// makes begins with a version byte and the id of its key, so that a new key can be added while old boxes stay
// readable. A Vault is immutable and safe for concurrent use.
type Vault struct {
	current byte
	keys    map[byte]vaultKey
}

type vaultKey struct {
	aead  cipher.AEAD
	find  []byte // for Lookup
	alike []byte // for Alike
}

const (
	vaultVersion = 1
	vaultKeyLen  = 32
)

// CreateVault makes a key file that only its owner reads, with one new key, and opens it. It never replaces a file.
func CreateVault(path string) (*Vault, error) {
	key := make([]byte, vaultKeyLen)
	rand.Read(key)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create vault key: %w", err)
	}
	_, err = fmt.Fprintf(f, "1 %x\n", key)
	if err = errors.Join(err, f.Sync(), f.Close(), syncDir(filepath.Dir(path))); err != nil {
		return nil, fmt.Errorf("create vault key: %w", err)
	}
	return NewVault(map[byte][]byte{1: key}, 1)
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// OpenVault reads a key file: a line for each key, its id from 1 to 255 and 64 hexadecimal digits. The last line's
// key encrypts. A file that others may read is refused.
func OpenVault(path string) (*Vault, error) {
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("open vault key: %w", fs.ErrPermission)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("open vault key: %w", err)
	}
	keys, last := map[byte][]byte{}, byte(0)
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		id, digits, _ := strings.Cut(line, " ")
		n, err := strconv.ParseUint(id, 10, 8)
		key, err2 := hex.DecodeString(digits)
		if err != nil || err2 != nil || n == 0 || keys[byte(n)] != nil {
			return nil, errors.New("open vault key: the file is malformed")
		}
		last = byte(n)
		keys[last] = key
	}
	return NewVault(keys, last)
}

// NewVault makes a vault of keys by id; the one named current encrypts.
func NewVault(keys map[byte][]byte, current byte) (*Vault, error) {
	v := &Vault{current: current, keys: map[byte]vaultKey{}}
	for id, key := range keys {
		if len(key) != vaultKeyLen {
			return nil, errors.New("vault key: wrong length")
		}
		k, err := derive(key)
		if err != nil {
			return nil, fmt.Errorf("vault key: %w", err)
		}
		v.keys[id] = k
	}
	if _, ok := v.keys[current]; !ok {
		return nil, errors.New("vault key: none to encrypt with")
	}
	return v, nil
}

// derive separates the key that encrypts from those that find.
func derive(key []byte) (k vaultKey, err error) {
	enc, err := hkdf.Key(sha256.New, key, nil, "doorstep vault v1", vaultKeyLen)
	if err != nil {
		return k, err
	}
	if k.find, err = hkdf.Key(sha256.New, key, nil, "doorstep lookup v1", vaultKeyLen); err != nil {
		return k, err
	}
	if k.alike, err = hkdf.Key(sha256.New, key, nil, "doorstep alike v1", vaultKeyLen); err != nil {
		return k, err
	}
	block, err := aes.NewCipher(enc)
	if err != nil {
		return k, err
	}
	k.aead, err = cipher.NewGCMWithRandomNonce(block)
	return k, err
}

// Seal encrypts plain into a box that opens only for the same place, such as "cases/secret/" and the row's key: a
// box moved to another row or column does not open.
func (v *Vault) Seal(place string, plain []byte) []byte {
	box := append(make([]byte, 0, 2+12+len(plain)+16), vaultVersion, v.current)
	return v.keys[v.current].aead.Seal(box, nil, plain, []byte(place))
}

// Open decrypts what Seal made for the same place.
func (v *Vault) Open(place string, box []byte) ([]byte, error) {
	if len(box) < 2 || box[0] != vaultVersion {
		return nil, civic.Refuse(civic.Unsupported, "vault", "vault.version")
	}
	key, ok := v.keys[box[1]]
	if !ok {
		return nil, civic.Refuse(civic.Untrusted, "vault", "vault.key")
	}
	plain, err := key.aead.Open(nil, nil, box[2:], []byte(place))
	if err != nil {
		return nil, &civic.Error{Code: civic.Damaged, Field: "vault", Key: "vault.broken", Err: err}
	}
	return plain, nil
}

// Lookup returns what is kept instead of the last characters of a document: a keyed digest that without the key
// tells nothing, not even whether two cases have the same. Empty lastFour gives nil, which Matches nothing.
func (v *Vault) Lookup(code civic.TrackingCode, lastFour string) []byte {
	if lastFour == "" {
		return nil
	}
	return append([]byte{v.current}, v.digest(v.current, code, lastFour)...)
}

// Matches reports whether kept is the Lookup of the same pair, under any key of the vault.
func (v *Vault) Matches(kept []byte, code civic.TrackingCode, lastFour string) bool {
	if len(kept) < 2 || lastFour == "" {
		return false
	}
	if _, ok := v.keys[kept[0]]; !ok {
		return false
	}
	return hmac.Equal(kept[1:], v.digest(kept[0], code, lastFour))
}

func (v *Vault) digest(id byte, code civic.TrackingCode, lastFour string) []byte {
	m := hmac.New(sha256.New, v.keys[id].find)
	b := code.Bytes()
	m.Write(b[:])
	m.Write([]byte(strings.ToUpper(lastFour)))
	return m.Sum(nil)
}

// Alike returns what is kept of who applies for what: keyed digests by which the cases of one document for one service
// are found, and which without the key tell no more than which those are. There is one for each key of the vault, and
// the current key's is the first: that one is kept, the others were kept while those keys were current. A number that
// on the day of now is none of its kind gives nothing.
func (v *Vault) Alike(d civic.Document, service string, now time.Time) [][]byte {
	d, err := civic.ParseDocument(d.Kind, d.Number, now)
	if err != nil {
		return nil
	}
	tag := func(id byte) []byte {
		m := hmac.New(sha256.New, v.keys[id].alike)
		m.Write([]byte(string(d.Kind) + "\x00" + d.Number + "\x00" + service))
		return m.Sum([]byte{id})
	}
	tags := [][]byte{tag(v.current)}
	for id := range v.keys {
		if id != v.current {
			tags = append(tags, tag(id))
		}
	}
	return tags
}
