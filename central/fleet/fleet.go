// Package fleet keeps the terminals in order: codes with which a machine may join, what it is told of its place,
// when it was last heard, and the end of its use.
//
// [Fleet] is what sync/hub asks who may start a session. Each terminal that joins is published as an edition, so
// that others can verify the receipts it prints. The fleet holds no data of residents.
package fleet

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/identity"
	"doorstep/sync/wire"

	"doorstep/central/store"
)

// CodeLife is how long an enrolment code may be used.
const CodeLife = 24 * time.Hour

// Publisher publishes the terminal editions.
type Publisher interface {
	PublishJSON(ctx context.Context, kind civic.EditionKind, id string, scope civic.Scope, v any, by store.Actor) (store.Published, error)
}

// Store is what the fleet asks of central's store.
type Store interface {
	store.Terminals
	store.Life
}

// Options says what a fleet works with.
type Options struct {
	Store   Store
	Publish Publisher
	Root    ed25519.PublicKey // its fingerprint goes into every code
	Address string            // host:port at which terminals reach central
	Now     func() time.Time
	Revoked func(civic.KeyID) // called after a key's use ended, to end its session; may be nil
	Ordered func(civic.KeyID) // called after an order was given, to tell its session; may be nil
}

// Fleet keeps the terminals.
type Fleet struct{ o Options }

// New makes a fleet.
func New(o Options) (*Fleet, error) {
	if o.Store == nil || o.Publish == nil || o.Now == nil || len(o.Root) != ed25519.PublicKeySize {
		return nil, errors.New("fleet: store, publisher, root key and clock are needed")
	}
	if o.Revoked == nil {
		o.Revoked = func(civic.KeyID) {}
	}
	if o.Ordered == nil {
		o.Ordered = func(civic.KeyID) {}
	}
	return &Fleet{o}, nil
}

// Invite makes a code with which one machine may join at a place within CodeLife.
func (f *Fleet) Invite(ctx context.Context, at store.Place, by store.Actor) (identity.Code, error) {
	if at.Point == "" || at.Name == "" || at.Area == "" {
		return identity.Code{}, civic.Refuse(civic.Missing, "point", "enrol.place")
	}
	code, err := identity.NewCode(f.o.Address, f.o.Root)
	if err != nil {
		return code, err
	}
	var id [8]byte
	rand.Read(id[:])
	now := f.o.Now()
	err = f.o.Store.AddEnrolment(ctx, store.Enrolment{
		ID: hex.EncodeToString(id[:]), Secret: code.Secret[:], Place: at, Made: now, Expires: now.Add(CodeLife),
	}, by)
	return code, err
}

// Terminals returns the fleet by number.
func (f *Fleet) Terminals(ctx context.Context) ([]store.Terminal, error) {
	return f.o.Store.Terminals(ctx)
}

// Revoke ends the use of a key. Sessions of the key end, others learn of it by the terminal's edition.
func (f *Fleet) Revoke(ctx context.Context, key civic.KeyID, reason string, by store.Actor) error {
	now := f.o.Now()
	if err := f.o.Store.Revoke(ctx, key, reason, now, by); err != nil {
		return err
	}
	f.o.Revoked(key)
	return f.tell(ctx, key, by)
}

// Terminal returns the terminal that holds a key, as sessions need it.
func (f *Fleet) Terminal(ctx context.Context, key civic.KeyID) (hub.Terminal, error) {
	t, err := f.o.Store.Terminal(ctx, key)
	switch {
	case errors.Is(err, &civic.Error{Code: civic.NotFound}):
		return hub.Terminal{}, civic.Refuse(wire.CodeUnknownKey, "terminal", "terminal.unknown")
	case err != nil:
		return hub.Terminal{}, err
	case !t.Revoked.IsZero():
		return hub.Terminal{}, civic.Refuse(wire.CodeRevoked, "terminal", "terminal.revoked")
	}
	return session(t), nil
}

// Enrolments returns the enrolment secrets that may be used now.
func (f *Fleet) Enrolments(ctx context.Context, now time.Time) ([]hub.Enrolment, error) {
	list, err := f.o.Store.Enrolments(ctx, now)
	var out []hub.Enrolment
	for _, e := range list {
		out = append(out, hub.Enrolment{ID: e.ID, Secret: e.Secret})
	}
	return out, err
}

// Enrol uses up an enrolment, gives the key its place and publishes the terminal. The place is kept before the
// edition is made: a terminal that got no answer asks again, and that publishes it.
func (f *Fleet) Enrol(ctx context.Context, enrolment string, publicKey []byte, now time.Time) (hub.Terminal, error) {
	if len(publicKey) != ed25519.PublicKeySize {
		return hub.Terminal{}, civic.Refuse(civic.Invalid, "key", "keys.unreadable")
	}
	t, err := f.o.Store.Enrol(ctx, enrolment, publicKey, now)
	if err != nil {
		return hub.Terminal{}, err
	}
	return session(t), f.announce(ctx, t, store.System())
}

// Seen records that a terminal was heard: a session proved its key. A key that follows another takes over with that.
func (f *Fleet) Seen(ctx context.Context, key civic.KeyID, at time.Time, t *wire.Telemetry) error {
	if err := f.o.Store.Seen(ctx, key, at, t); err != nil || t != nil {
		return err
	}
	return f.takeOver(ctx, key, at)
}

// announce publishes a terminal to its district, the first six digits of its area.
func (f *Fleet) announce(ctx context.Context, t store.Terminal, by store.Actor) error {
	notice := civic.TerminalNotice{
		Number: t.Number, Generation: t.Generation, Key: t.PublicKey,
		Point: t.Place.Point, PointName: t.Place.Name, Address: t.Place.Address, Area: t.Place.Area,
		From: t.Since, Until: t.Revoked,
	}
	_, err := f.o.Publish.PublishJSON(ctx, civic.EditionTerminal, fmt.Sprintf("%05d", t.Number),
		civic.Scope{Area: district(t.Place.Area)}, notice, by)
	return err
}

func district(area string) string { return area[:min(len(area), 6)] }

func session(t store.Terminal) hub.Terminal {
	return hub.Terminal{
		Key: t.Key, PublicKey: t.PublicKey, Number: t.Number, Generation: t.Generation,
		Point: t.Place.Point, PointName: t.Place.Name, Area: t.Place.Area,
	}
}
