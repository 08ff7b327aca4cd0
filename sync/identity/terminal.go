package identity

import (
	"errors"
	"fmt"
	"os"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
)

// Terminal is what one machine is: its own key, and the central it belongs to.
type Terminal struct {
	Key     *seal.Signer
	Address string      // of central, host:port
	Root    Fingerprint // of central's root key
}

const kindTerminal = "terminal"

// CreateTerminal makes a key for the central that a code names and writes it to a file that must not exist.
func CreateTerminal(path string, code Code, now time.Time) (*Terminal, error) {
	key, err := seal.GenerateSigner()
	if err != nil {
		return nil, err
	}
	f := keyFile{Kind: kindTerminal, Made: now.UTC(), Key: key.Seed(), Address: code.Address, Root: code.Root[:]}
	if err := createKey(path, f); err != nil {
		return nil, err
	}
	return &Terminal{Key: key, Address: code.Address, Root: code.Root}, nil
}

// OpenTerminal reads what CreateTerminal wrote. A file that is not there is os.ErrNotExist: the machine has not
// been enrolled.
func OpenTerminal(path string) (*Terminal, error) {
	f, err := readKey(path, kindTerminal)
	if err != nil {
		return nil, err
	}
	key, err := seal.ParseSigner(f.Key)
	if err != nil {
		return nil, err
	}
	t := &Terminal{Key: key, Address: f.Address}
	if len(f.Root) != len(t.Root) {
		return nil, civic.Refuse(civic.Damaged, "key", "keys.unreadable")
	}
	copy(t.Root[:], f.Root)
	return t, nil
}

// RenewTerminal makes a new key for a machine that has another's: a copy of it. The old file stays beside it under a
// name that nothing reads, for a person to remove.
func RenewTerminal(path string, code Code, now time.Time) (*Terminal, error) {
	if err := os.Link(path, path+".former-"+now.UTC().Format("20060102-150405")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("keep the former key: %w", err)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("replace the key: %w", err)
	}
	return CreateTerminal(path, code, now)
}

// EnrolTerminal returns the key to enrol with under a code: the one that is there already, where it belongs to the
// same central, so that an enrolment whose answer was lost is asked for again by the same key, or a new one.
func EnrolTerminal(path string, code Code, now time.Time) (*Terminal, error) {
	t, err := OpenTerminal(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return CreateTerminal(path, code, now)
	case err != nil:
		return nil, err
	case t.Root != code.Root:
		return nil, civic.Refuse(civic.Conflict, "code", "enrol.other")
	}
	return t, nil
}
