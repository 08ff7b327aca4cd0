package escrow

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"filippo.io/age"

	"doorstep/sync/civic"
	"doorstep/sync/identity"
	"doorstep/sync/seal"

	"doorstep/central/store"
)

// Proof is what a drill has shown.
type Proof struct {
	About
	Opened  []civic.KeyID // seal keys: a packet sealed just now to what terminals hold was opened with the copy
	Signed  []civic.KeyID // sign keys of the copy whose public halves terminals hold
	Missing []civic.KeyID // keys that terminals hold and the copy does not: it was made before them
	Vault   bool          // the copy's vault key opened the database
}

// Whole reports whether central could go on with the copy alone.
func (p *Proof) Whole() bool {
	return p.Vault && len(p.Opened) > 0 && len(p.Signed) > 0 && len(p.Missing) == 0
}

// Now is what a copy is tried against.
type Now struct {
	Root identity.Fingerprint
	Keys identity.CentralKeys     // the list that terminals hold
	Data func(*store.Vault) error // opens the database with a vault
	Temp string                   // folder for the drill's own; empty is memory where there is any, see Memory
}

// Memory is a folder whose files are never on a disk, or the system's folder for temporary files where there is none.
func Memory() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return os.TempDir()
}

// probe binds the drill's packets to a purpose of their own, so that none is ever taken for an entry.
var probe = seal.Context{Kind: "drill"}

// Drill opens a copy with a holder's identities in a folder that is removed before it returns, and tries its keys. An
// error says that the copy is of no use; what it lacks is in the proof.
func Drill(r io.Reader, holder []age.Identity, now Now) (p Proof, err error) {
	if now.Temp == "" {
		now.Temp = Memory()
	}
	room, err := os.MkdirTemp(now.Temp, "doorstep-drill-")
	if err != nil {
		return p, fmt.Errorf("make room for the drill: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(room)) }()
	dir := filepath.Join(room, "keys")
	if p.About, err = Open(r, holder, dir); err != nil {
		return p, err
	}
	keys, err := identity.OpenCentral(dir)
	if err != nil {
		return p, err
	}
	if identity.FingerprintOf(keys.RootKey) != now.Root {
		return p, civic.Refuse(civic.Untrusted, "backup", "keys.foreign")
	}
	if err := p.openProbes(keys, now.Keys.Seal); err != nil {
		return p, err
	}
	p.compareSigns(keys, now.Keys.Sign)
	vault, err := store.OpenVault(filepath.Join(dir, "vault.key"))
	if err != nil {
		return p, err
	}
	if err := now.Data(vault); err != nil {
		return p, fmt.Errorf("open the database with the copy's key: %w", err)
	}
	p.Vault = true
	return p, nil
}

// openProbes seals random bytes to each key that terminals may seal to, and opens them with the copy.
func (p *Proof) openProbes(keys *identity.Central, list []identity.Key) error {
	ring := keys.Keyring()
	for _, k := range list {
		pub, err := seal.ParsePublicKey(k.Public)
		if err != nil {
			return err
		}
		plain := make([]byte, 64)
		rand.Read(plain)
		packet, err := seal.Seal(pub, probe, plain)
		if err != nil {
			return err
		}
		switch opened, err := ring.Open(probe, packet); {
		case errors.Is(err, &civic.Error{Code: civic.NotFound}):
			p.Missing = append(p.Missing, pub.ID)
		case err != nil:
			return err
		case !bytes.Equal(opened, plain):
			return civic.Refuse(civic.Damaged, "backup", "keys.copy")
		default:
			p.Opened = append(p.Opened, pub.ID)
		}
	}
	return nil
}

// compareSigns looks for each key that terminals verify by: the copy's public halves are computed from its secret ones.
func (p *Proof) compareSigns(keys *identity.Central, list []identity.Key) {
	have := keys.SignKeys()
	for _, k := range list {
		found := false
		for _, pub := range have {
			found = found || bytes.Equal(pub, k.Public)
		}
		if id := civic.KeyIDOf(k.Public); found {
			p.Signed = append(p.Signed, id)
		} else {
			p.Missing = append(p.Missing, id)
		}
	}
}
