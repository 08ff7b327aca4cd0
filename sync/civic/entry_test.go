package civic_test

import (
	"strings"
	"testing"

	"doorstep/sync/civic"
)

func TestEntryIDAndDigestText(t *testing.T) {
	id := civic.EntryID{0: 1, 15: 0xff}
	if back, err := civic.ParseEntryID(id.String()); err != nil || back != id {
		t.Errorf("%s: %s, %v", id, back, err)
	}
	// The standard's own example, SHA-256 of "abc".
	d := civic.DigestOf([]byte("abc"))
	if want := "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; d.String() != want {
		t.Errorf("%s, want %s", d, want)
	}
	if back, err := civic.ParseDigest(d.String()); err != nil || back != d {
		t.Errorf("%s: %s, %v", d, back, err)
	}
	if k := civic.KeyIDOf([]byte("abc")); k.String() != "ba7816bf8f01cfea" {
		t.Errorf("key %s", k)
	}
	for _, s := range []string{"", "00", strings.Repeat("0", 31), strings.Repeat("0", 33), strings.Repeat("g", 32), strings.Repeat("0", 63), strings.Repeat("0", 66), strings.Repeat("x", 64)} {
		if _, err := civic.ParseEntryID(s); err == nil {
			t.Errorf("%q is no entry id", s)
		}
		if _, err := civic.ParseDigest(s); err == nil {
			t.Errorf("%q is no digest", s)
		}
	}
}

func TestOutcomeAside(t *testing.T) {
	for outcome, want := range map[civic.Outcome]bool{
		civic.OutcomeCase: false, "": false, "aside:": false, civic.OutcomeConflict: true, civic.OutcomeVoid: true, "aside:later": true,
	} {
		if outcome.Aside() != want {
			t.Errorf("%q aside: %v", outcome, !want)
		}
	}
}
