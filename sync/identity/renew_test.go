package identity_test

import (
	"path/filepath"
	"testing"
	"time"

	"doorstep/sync/identity"
	"doorstep/sync/seal"
)

// TestRenewTerminal gives a copied machine a key of its own; asked again with the same code it keeps that one.
func TestRenewTerminal(t *testing.T) {
	root, err := seal.GenerateSigner()
	if err != nil {
		t.Fatal(err)
	}
	code, err := identity.NewCode("central.example:7443", root.Public())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "terminal.key")
	first, err := identity.CreateTerminal(path, code, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	renewed, err := identity.RenewTerminal(path, code, time.Now())
	if err != nil || renewed.Key.ID == first.Key.ID {
		t.Fatalf("the copy has the key of the other: %v", err)
	}
	again, err := identity.EnrolTerminal(path, code, time.Now())
	if err != nil || again.Key.ID != renewed.Key.ID {
		t.Errorf("asked again, the key is another: %v", err)
	}
	if list, err := filepath.Glob(path + ".former-*"); err != nil || len(list) != 1 {
		t.Errorf("former keys: %v, %v", list, err)
	}
}
