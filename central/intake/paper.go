package intake

import (
	"context"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/wire"

	"doorstep/central/store"
)

// Have returns how much of a paper is synced; civic.NotFound for one that no held entry names.
func (n *Intake) Have(ctx context.Context, _ hub.Terminal, d civic.Digest) (wire.Need, error) {
	p, err := n.o.Store.Paper(ctx, d)
	if err != nil {
		return wire.Need{}, err
	}
	if p.Erased {
		return unwanted(p), nil
	}
	have, whole, err := n.o.Folder.Have(d)
	if err != nil {
		return wire.Need{}, err
	}
	return n.need(ctx, d, have, whole)
}

// Append adds a chunk, syncs, and returns what Have would; see hub.Papers.
func (n *Intake) Append(ctx context.Context, _ hub.Terminal, c *wire.Chunk) (wire.Need, error) {
	p, err := n.o.Store.Paper(ctx, c.Digest)
	if err != nil {
		return wire.Need{}, err
	}
	if p.Erased {
		return unwanted(p), nil
	}
	if c.Size != p.Size || c.Offset < 0 {
		return wire.Need{}, civic.Refuse(civic.Invalid, "paper", "paper.size")
	}
	have, whole, err := n.o.Folder.Append(c.Digest, c.Size, c.Offset, c.Data)
	if err != nil {
		return wire.Need{}, err
	}
	return n.need(ctx, c.Digest, have, whole)
}

// Lacking returns papers of a terminal's entries that are not here; see hub.Papers.
func (n *Intake) Lacking(ctx context.Context, t hub.Terminal, max int) ([]civic.Digest, error) {
	return n.o.Store.Lacking(ctx, t.Key, max)
}

// Gone records papers that a terminal has no bytes of any more; see hub.Papers.
func (n *Intake) Gone(ctx context.Context, t hub.Terminal, list []civic.Digest, now time.Time) error {
	return n.o.Store.Lost(ctx, t.Key, list, now)
}

// unwanted says that nothing of a paper is to be sent any more: its case was erased. A terminal that still keeps it,
// restored from an old image, must not bring it back.
func unwanted(p store.Paper) wire.Need { return wire.Need{Digest: p.Digest, Have: p.Size, Done: true} }

// need records a whole paper before it says so. The record may be missing after a crash though the file is whole:
// then this makes up for it.
func (n *Intake) need(ctx context.Context, d civic.Digest, have int64, whole bool) (wire.Need, error) {
	if whole {
		if err := n.o.Store.Arrived(ctx, d, n.o.Now()); err != nil {
			return wire.Need{}, err
		}
		n.o.Arrived()
	}
	return wire.Need{Digest: d, Have: have, Done: whole}, nil
}
