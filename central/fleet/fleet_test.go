package fleet_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/identity"
	"doorstep/sync/seal"
	"doorstep/sync/wire"

	"doorstep/central/fleet"
	"doorstep/central/intake/intaketest"
	"doorstep/central/store"
)

var op = store.Actor{Login: "op", Role: civic.RoleOperator}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func isCode(err error, code civic.Code) bool { return errors.Is(err, &civic.Error{Code: code}) }

func TestJoin(t *testing.T) {
	w := intaketest.Open(t, nil)
	code, err := w.Fleet.Invite(t.Context(), intaketest.Place, op)
	must(t, err)
	typed, err := identity.ParseCode(code.String())
	must(t, err)
	if typed.Root != identity.FingerprintOf(w.Keys.RootKey) || typed.Address != "central.example:443" {
		t.Fatalf("code is %+v", typed)
	}
	list, err := w.Fleet.Enrolments(t.Context(), w.Now)
	must(t, err)
	if len(list) != 1 || string(list[0].Secret) != string(typed.Secret[:]) {
		t.Fatalf("%d enrolments", len(list))
	}
	key, err := seal.GenerateSigner()
	must(t, err)
	if _, err := w.Fleet.Terminal(t.Context(), key.ID); !isCode(err, wire.CodeUnknownKey) {
		t.Fatalf("before it joins: %v", err)
	}
	if _, err := w.Fleet.Enrol(t.Context(), list[0].ID, key.Public()[:20], w.Now); !isCode(err, civic.Invalid) {
		t.Fatalf("half a key: %v", err)
	}
	term, err := w.Fleet.Enrol(t.Context(), list[0].ID, key.Public(), w.Now)
	must(t, err)
	if term.Number != 1 || term.Generation != 1 || term.Point != "hualong" || term.PointName != intaketest.Place.Name {
		t.Fatalf("terminal is %+v", term)
	}
	again, err := w.Fleet.Enrol(t.Context(), list[0].ID, key.Public(), w.Now)
	must(t, err)
	if again.Number != 1 {
		t.Fatalf("asked again: %+v", again)
	}
	e, err := w.Store.Current(t.Context(), civic.EditionTerminal, "00001")
	must(t, err)
	var n civic.TerminalNotice
	must(t, json.Unmarshal(e.Body, &n))
	if n.Number != 1 || string(n.Key) != string(key.Public()) || !n.Until.IsZero() || e.Scope.Area != "440113" {
		t.Fatalf("edition is %+v for %+v", n, e.Scope)
	}
	_, err = w.Fleet.Invite(t.Context(), intaketest.Place, op)
	must(t, err)
	list, err = w.Fleet.Enrolments(t.Context(), w.Now)
	must(t, err)
	for _, e := range list { // the first is its own, and gives the same answer
		_, err = w.Fleet.Enrol(t.Context(), e.ID, key.Public(), w.Now)
		must(t, err)
	}
	must(t, w.Fleet.Revoke(t.Context(), key.ID, "被盗", op))
	if _, err := w.Fleet.Terminal(t.Context(), key.ID); !isCode(err, wire.CodeRevoked) {
		t.Fatalf("revoked: %v", err)
	}
	for _, number := range []string{"00001", "00002"} {
		e, err = w.Store.Current(t.Context(), civic.EditionTerminal, number)
		must(t, err)
		must(t, json.Unmarshal(e.Body, &n))
		if !n.Until.Equal(w.Now) {
			t.Fatalf("others are told that %s ends %v", number, n.Until)
		}
	}
}

func TestInvite(t *testing.T) {
	w := intaketest.Open(t, nil)
	if _, err := w.Fleet.Invite(t.Context(), store.Place{Point: "p"}, op); !isCode(err, civic.Missing) {
		t.Fatalf("a place without a name: %v", err)
	}
	_, err := w.Fleet.Invite(t.Context(), intaketest.Place, op)
	must(t, err)
	for _, tt := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {fleet.CodeLife - time.Millisecond, 1}, {fleet.CodeLife, 0}} {
		if list, err := w.Fleet.Enrolments(t.Context(), w.Now.Add(tt.after)); err != nil || len(list) != tt.want {
			t.Errorf("after %v: %d codes, %v", tt.after, len(list), err)
		}
	}
	log, err := w.Store.Entries(t.Context(), 0, 100)
	must(t, err)
	if last := log[len(log)-1]; last.Actor != op || last.Action != store.ActEnrol {
		t.Fatalf("audit ends in %+v", last)
	}
}
