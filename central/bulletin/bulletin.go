// Package bulletin publishes: it makes numbered, signed editions of what terminals show and check by (central's
// keys, site policy, the calendar, guides, forms, the terminals themselves) and answers sessions from the feed.
//
// [Bulletin] is what sync/hub asks for editions and statuses, and what intake asks for the very revision that an
// application was filed with. Publishing the same thing again adds nothing, so a start may seed everything. The
// bulletin keeps nothing itself and does not decide who may publish: the console does.
package bulletin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/identity"
	"doorstep/sync/seal"
	"doorstep/sync/wire"

	"doorstep/central/store"
)

// Store is what the bulletin asks of central's store.
type Store interface {
	store.Editions
	store.Statuses
}

// Options says what a bulletin works with.
type Options struct {
	Store     Store
	Sign      *seal.Signer     // signs editions
	Now       func() time.Time // central's clock
	Published func()           // called after each publication, also of nothing new; may be nil
}

// Bulletin publishes editions and serves them.
type Bulletin struct {
	o Options
}

// New makes a bulletin.
func New(o Options) (*Bulletin, error) {
	if o.Store == nil || o.Sign == nil || o.Now == nil {
		return nil, errors.New("bulletin: store, sign key and clock are needed")
	}
	if o.Published == nil {
		o.Published = func() {}
	}
	return &Bulletin{o}, nil
}

// Publish publishes a revision of an item. An unchanged body and scope adds nothing and returns the present
// revision.
func (b *Bulletin) Publish(ctx context.Context, kind civic.EditionKind, id string, scope civic.Scope, body []byte, by store.Actor) (store.Published, error) {
	if kind == civic.EditionKeys {
		return store.Published{}, civic.Refuse(civic.Forbidden, "kind", "bulletin.keys")
	}
	return b.publish(ctx, civic.Edition{Kind: kind, ID: id, Scope: scope, Body: body}, by, b.sign)
}

// Withdraw publishes that an item is no more; civic.NotFound where there is none.
func (b *Bulletin) Withdraw(ctx context.Context, kind civic.EditionKind, id string, by store.Actor) error {
	now, err := b.o.Store.Current(ctx, kind, id)
	if err != nil {
		return err
	}
	_, err = b.publish(ctx, civic.Edition{Kind: kind, ID: id, Scope: now.Scope, Tombstone: true}, by, b.sign)
	return err
}

// PublishKeys publishes the list of central's keys, signed by the root key. Without the root key an unchanged list
// stays as it was published, and a changed one is civic.Unavailable.
func (b *Bulletin) PublishKeys(ctx context.Context, keys *identity.Central) error {
	body, err := json.Marshal(keys.Keys())
	if err != nil {
		return fmt.Errorf("encode keys: %w", err)
	}
	e := civic.Edition{Kind: civic.EditionKeys, ID: identity.KeysID, Body: body}
	_, err = b.publish(ctx, e, store.System(), func(e *civic.Edition) (wire.Signed, error) {
		return keys.KeysEdition(e.N, e.Rev)
	})
	return err
}

// PublishJSON publishes v as the JSON of the noun that the kind names.
func (b *Bulletin) PublishJSON(ctx context.Context, kind civic.EditionKind, id string, scope civic.Scope, v any, by store.Actor) (store.Published, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return store.Published{}, fmt.Errorf("encode %s: %w", kind, err)
	}
	return b.Publish(ctx, kind, id, scope, body, by)
}

func (b *Bulletin) sign(e *civic.Edition) (wire.Signed, error) {
	return wire.SignEdition(b.o.Sign, seal.DomainEdition, e)
}

func (b *Bulletin) publish(ctx context.Context, e civic.Edition, by store.Actor, sign func(*civic.Edition) (wire.Signed, error)) (store.Published, error) {
	at := b.o.Now()
	p, err := b.o.Store.Publish(ctx, store.Draft{Edition: e, Sign: sign, By: by, At: at})
	if err != nil {
		return p, fmt.Errorf("publish %s %s: %w", e.Kind, e.ID, err)
	}
	b.o.Published()
	return p, nil
}

// Keys returns the signed keys edition.
func (b *Bulletin) Keys(ctx context.Context) (wire.Signed, error) {
	p, err := b.o.Store.Current(ctx, civic.EditionKeys, identity.KeysID)
	return p.Signed, err
}

// Editions returns what a terminal has to apply after its cursor.
func (b *Bulletin) Editions(ctx context.Context, t hub.Terminal, cursor civic.Cursor, max int) (hub.Editions, error) {
	f, err := b.o.Store.Feed(ctx, store.Reader{Area: t.Area, Point: t.Point, Terminal: t.Key}, cursor, max)
	return hub.Editions(f), err
}

// Statuses returns the statuses of a terminal's point after number n.
func (b *Bulletin) Statuses(ctx context.Context, t hub.Terminal, n uint64, max int) ([]wire.Status, error) {
	return b.o.Store.Statuses(ctx, t.Point, n, max)
}
