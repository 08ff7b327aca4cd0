package hub

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"

	"doorstep/sync/bundle"
	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// Collected is what central took from one file that a terminal wrote.
type Collected struct {
	Terminal Terminal   // its generation is that of the file
	Up       bundle.Up  // what the terminal says of itself
	Entries  int        // new ones
	Held     uint64     // seq through which the journal is held now
	Papers   int        // that became whole
	Missing  bool       // a file before this one was not taken: something in it could not be added
	Refused  civic.Code // why entries were not taken; empty if all were
}

// Collect takes custody of what a file holds, as a session does of the same frames. The file may come again, late, or
// beside a line that is up. It is refused whole where it is no terminal's of this central, was changed, or is of a
// revoked one.
func (h *Hub) Collect(ctx context.Context, file []byte) (*Collected, error) {
	var t Terminal
	p, err := bundle.Open(file, func(o bundle.Opening, _ civic.KeyID) (ed25519.PublicKey, error) {
		if o.Up == nil {
			return nil, civic.Refuse(civic.NotFound, "bundle", "bundle.elsewhere")
		}
		var err error
		t, err = h.Registrar.Terminal(ctx, o.Up.Standing.Key)
		if errors.Is(err, &civic.Error{Code: wire.CodeUnknownKey}) {
			return nil, &civic.Error{Code: civic.Untrusted, Field: "bundle", Key: "bundle.stranger", Err: err}
		}
		return t.PublicKey, err
	})
	if err != nil {
		return nil, err
	}
	// A journal that was given up since may hold what came no other way.
	standing := &p.Up.Standing
	if standing.Generation == 0 || standing.Generation > t.Generation {
		return nil, civic.Refuse(wire.CodeForked, "generation", "link.forked")
	}
	t.Generation = standing.Generation
	c := &collector{session: &session{Hub: h, t: t}, out: &Collected{Terminal: t, Up: *p.Up}}
	if c.out.Held, err = c.through(ctx); err != nil {
		return nil, err
	}
	before := c.out.Held
	for _, f := range p.Frames {
		if err := c.frame(ctx, f); err != nil {
			return nil, err
		}
	}
	err = c.commit(ctx)
	c.out.Entries = int(c.out.Held - before)
	return c.out, err
}

// collector works one file off.
type collector struct {
	*session
	out   *Collected
	batch []wire.Entry
}

// through returns how far the journal is held.
func (c *collector) through(ctx context.Context) (uint64, error) {
	signed, err := c.Intake.Custody(ctx, c.t)
	if err != nil || signed == nil {
		return 0, err
	}
	return readThrough(signed)
}

func readThrough(signed *wire.Signed) (uint64, error) {
	var b wire.CustodyBody
	err := wire.Unmarshal(signed.Payload, &b)
	return b.Through.Seq, err
}

func (c *collector) frame(ctx context.Context, f wire.Frame) error {
	switch f := f.(type) {
	case *wire.Entry:
		if c.batch = append(c.batch, *f); len(c.batch) < maxBatch {
			return nil
		}
		return c.commit(ctx)
	case *wire.Chunk:
		if err := c.commit(ctx); err != nil {
			return err
		}
		return c.paper(ctx, f)
	case *wire.Lost:
		if err := c.commit(ctx); err != nil {
			return err
		}
		return c.gone(ctx, f)
	}
	return nil
}

// commit takes the entries gathered. Those behind a gap wait for the file that fills it.
func (c *collector) commit(ctx context.Context) error {
	batch := c.batch
	c.batch = nil
	if len(batch) == 0 || c.out.Refused != "" {
		return nil
	}
	first, err := wire.ReadPosition(batch[0].Position)
	if err != nil {
		return err
	}
	if first.Seq > c.out.Held+1 {
		c.out.Missing = true
		return nil
	}
	custody, err := c.Intake.Take(ctx, c.t, batch, c.Clock())
	if isBadEntry(err) {
		custody, err = c.takeSingly(ctx, batch)
	}
	if custody != nil {
		var failed error
		if c.out.Held, failed = readThrough(custody); failed != nil {
			return failed
		}
	}
	var e *civic.Error
	if isBadEntry(err) && errors.As(err, &e) {
		c.Logger.Error("entry not taken", "terminal", c.t.Number, "code", e.Code)
		c.out.Refused = e.Code
		return nil
	}
	if err != nil {
		return fmt.Errorf("take entries: %w", err)
	}
	return nil
}

// paper adds a piece of a paper. One that no entry in custody names holds up no other.
func (c *collector) paper(ctx context.Context, f *wire.Chunk) error {
	end := f.Offset + int64(len(f.Data))
	if len(f.Data) == 0 || len(f.Data) > wire.MaxChunk || f.Size > wire.MaxPaper || f.Offset < 0 || end > f.Size {
		return nil
	}
	have, err := c.Papers.Have(ctx, c.t, f.Digest)
	var need wire.Need
	if err == nil && !have.Done {
		need, err = c.Papers.Append(ctx, c.t, f)
	}
	var e *civic.Error
	switch {
	case errors.As(err, &e) && e.Code != civic.Full && e.Code != civic.Unavailable:
		c.out.Missing = true
		return nil
	case err != nil:
		return fmt.Errorf("store paper: %w", err)
	case have.Done:
		return nil
	}
	if need.Done {
		c.out.Papers++
	}
	c.out.Missing = c.out.Missing || !need.Done && need.Have < end
	return nil
}
