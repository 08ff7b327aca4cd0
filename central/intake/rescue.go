package intake

import (
	"context"
	"errors"
	"io"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/seal"
	"doorstep/sync/wire"

	"doorstep/central/store"
)

// Rescued counts what became of entries from a dead terminal's disk.
type Rescued struct {
	Fresh   int // taken now
	Held    int // central had them already
	Strange int // signed by no terminal of this central, or not what was signed: not taken
	Papers  int // whole now that were not before
	Absent  int // papers that central still lacks: the disk has not kept them
}

// Rescue takes custody of entries from the disk of a terminal that can send no more. Their own signatures are enough: a
// disk that has lost its chain has lost nothing else. Each is kept once, whichever way it came or comes. paper opens a
// ciphertext of the disk; fs.ErrNotExist, or any error, counts as absent.
func (n *Intake) Rescue(ctx context.Context, entries []wire.Entry, paper func(civic.Digest) (io.ReadCloser, error), by store.Actor, now time.Time) (Rescued, error) {
	var r Rescued
	var items []store.Item
	for _, e := range entries {
		it, err := n.identify(ctx, e)
		var e *civic.Error
		switch {
		case errors.As(err, &e) && e.Code != civic.Unavailable:
			r.Strange++
		case err != nil:
			return r, err
		default:
			items = append(items, it)
		}
	}
	if len(items) == 0 {
		return r, nil
	}
	var err error
	if r.Fresh, err = n.o.Store.Rescue(ctx, items, now, by); err != nil {
		return r, err
	}
	r.Held = len(items) - r.Fresh
	for _, it := range items {
		for _, p := range it.Entry.Papers {
			if err := n.rescuePaper(ctx, p, paper, &r); err != nil {
				return r, err
			}
		}
	}
	n.Wake()
	return r, nil
}

// identify verifies an entry by the key that it names, whatever has become of that key since.
func (n *Intake) identify(ctx context.Context, e wire.Entry) (store.Item, error) {
	maker, err := seal.SignedBy(e.Body.Signature)
	if err != nil {
		return store.Item{}, err
	}
	t, err := n.o.Store.Terminal(ctx, maker)
	if err != nil {
		return store.Item{}, err
	}
	entry, err := wire.OpenEntry(t.PublicKey, e.Body)
	if err != nil {
		return store.Item{}, err
	}
	return store.Item{Signed: e, Entry: *entry, Maker: maker}, nil
}

// rescuePaper brings one paper over, if central lacks it.
func (n *Intake) rescuePaper(ctx context.Context, p civic.Paper, open func(civic.Digest) (io.ReadCloser, error), r *Rescued) error {
	need, err := n.Have(ctx, hub.Terminal{}, p.Digest)
	if errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		return nil // of an entry in conflict with another: nobody waits for it
	}
	if err != nil || need.Done {
		return err
	}
	f, err := open(p.Digest)
	if err != nil {
		r.Absent++
		return nil //nolint:nilerr // counted, and told to the operator
	}
	defer func() { _ = f.Close() }() // read only
	b, err := io.ReadAll(io.LimitReader(f, wire.MaxPaper+1))
	if err != nil || int64(len(b)) != p.Size || civic.DigestOf(b) != p.Digest {
		r.Absent++
		return nil //nolint:nilerr // as above
	}
	for again := 0; !need.Done; {
		from := min(need.Have, p.Size)
		piece := b[from:min(from+wire.MaxChunk, p.Size)]
		before := need.Have
		need, err = n.Append(ctx, hub.Terminal{}, &wire.Chunk{Digest: p.Digest, Offset: from, Size: p.Size, Data: piece})
		if err != nil {
			return err
		}
		// What was there before may have been broken: then it begins again from nothing, once.
		if !need.Done && need.Have <= before {
			if again++; again > 1 {
				return civic.Refuse(civic.Damaged, "paper", "paper.damaged")
			}
		}
	}
	r.Papers++
	return nil
}
