package intake

import (
	"context"
	"errors"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/seal"
	"doorstep/sync/wire"

	"doorstep/central/store"
)

// Custody returns the last signed custody of a terminal's generation, nil if nothing is held.
func (n *Intake) Custody(ctx context.Context, t hub.Terminal) (*wire.Signed, error) {
	j, err := n.o.Store.Journal(ctx, t.Key, t.Generation)
	if err != nil || j.Seq == 0 {
		return nil, err
	}
	return n.sign(t, j)
}

// Take commits entries that continue the journal and returns the custody after them; see hub.Intake. It does not
// look into the entries: what is wrong with one is for a person to see, not for the terminal to be told.
func (n *Intake) Take(ctx context.Context, t hub.Terminal, batch []wire.Entry, now time.Time) (*wire.Signed, error) {
	items := make([]store.Item, len(batch))
	for i, b := range batch {
		it, err := n.verify(ctx, t, b)
		if err != nil {
			return nil, err
		}
		items[i] = it
	}
	j, err := n.o.Store.Hold(ctx, t.Key, t.Generation, items, now)
	if err != nil {
		return nil, err
	}
	n.Wake()
	if j.Seq == 0 {
		return nil, nil
	}
	return n.sign(t, j)
}

// verify reads one entry and its position. The position is signed by the terminal of the session. The entry may
// bear the signature of a key before the terminal's own, or of one that stood at the same point: a terminal that
// changed its key or was enrolled anew chains again what it had kept.
func (n *Intake) verify(ctx context.Context, t hub.Terminal, b wire.Entry) (store.Item, error) {
	p, err := wire.OpenPosition(t.PublicKey, b.Position)
	if err != nil {
		return store.Item{}, err
	}
	maker, err := seal.SignedBy(b.Body.Signature)
	if err != nil {
		return store.Item{}, err
	}
	pub := t.PublicKey
	if maker != t.Key {
		if pub, err = n.formerKey(ctx, t, maker); err != nil {
			return store.Item{}, err
		}
	}
	e, err := wire.OpenEntry(pub, b.Body)
	if err != nil {
		return store.Item{}, err
	}
	return store.Item{Signed: b, Entry: *e, Position: p, Maker: maker}, nil
}

func (n *Intake) formerKey(ctx context.Context, t hub.Terminal, maker civic.KeyID) ([]byte, error) {
	former, err := n.o.Store.Terminal(ctx, maker)
	if errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		return nil, civic.Refuse(civic.Untrusted, "signature", "seal.signature")
	}
	if err != nil || former.Place.Point == t.Point {
		return former.PublicKey, err
	}
	switch before, err := n.precedes(ctx, maker, t.Key); {
	case err != nil:
		return nil, err
	case !before:
		return nil, civic.Refuse(civic.Untrusted, "signature", "seal.signature")
	}
	return former.PublicKey, nil
}

// maxFormer bounds how many keys of one terminal are looked through: entries are settled long before so many.
const maxFormer = 16

// precedes reports whether a terminal had a key before the one it has now.
func (n *Intake) precedes(ctx context.Context, former, key civic.KeyID) (bool, error) {
	for range maxFormer {
		t, err := n.o.Store.Terminal(ctx, key)
		if err != nil || t.Follows == (civic.KeyID{}) {
			return false, err
		}
		if key = t.Follows; key == former {
			return true, nil
		}
	}
	return false, nil
}

func (n *Intake) sign(t hub.Terminal, j store.Journal) (*wire.Signed, error) {
	s, err := wire.SignCustody(n.o.Sign, wire.CustodyBody{
		Store: n.id, Terminal: t.Key, Safe: j.Safe, Time: j.At.UnixMilli(),
		Through: wire.Head{Generation: t.Generation, Seq: j.Seq, Digest: j.Digest},
	})
	return &s, err
}
