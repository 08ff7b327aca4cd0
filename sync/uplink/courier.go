package uplink

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"doorstep/sync/bundle"
	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// CourierOptions say what a Courier works with; all are needed. Of Options, Dial is not.
type CourierOptions struct {
	Options
	// Held returns the seq through which central holds the present generation, as its last custody says.
	Held func(ctx context.Context) (uint64, error)
	// Latest returns central's time as it was last heard, by the line or by a bundle; Note makes it later.
	Latest func(ctx context.Context) (time.Time, error)
	Note   func(ctx context.Context, central time.Time) error
}

// Courier is the terminal's half of synchronisation where files are carried instead of a line held; see package
// bundle. It may work beside an Uplink on the same stores: what the one has brought, the other passes over. It is
// safe for concurrent use; one file is worked on at a time.
type Courier struct {
	o  CourierOptions
	up *Uplink // its state is nobody's: a file says nothing of the line

	mu      sync.Mutex // guards all below, and the stores from two files at once
	pending *refill    // a complete set whose end was not there yet
}

// NewCourier returns a Courier.
func NewCourier(o CourierOptions) (*Courier, error) {
	if o.Held == nil || o.Latest == nil || o.Note == nil {
		return nil, errors.New("uplink: a courier's option is missing")
	}
	o.Dial = func(context.Context) (wire.Conn, error) {
		return nil, civic.Refuse(civic.Unavailable, "", "link.down")
	}
	u, err := New(o.Options)
	if err != nil {
		return nil, err
	}
	return &Courier{o: o, up: u}, nil
}

// Place is how far files that were written have come.
type Place struct {
	Generation uint32           `json:"generation"`
	Number     uint32           `json:"number"` // of the last file
	Since      uint64           `json:"since"`  // papers of entries after it are written
	Seq        uint64           `json:"seq"`    // entries through it were written
	Papers     map[string]int64 `json:"papers"` // bytes that were written, by digest
}

// clone shares nothing with p.
func (p Place) clone() Place {
	if p.Papers = maps.Clone(p.Papers); p.Papers == nil {
		p.Papers = map[string]int64{}
	}
	return p
}

// Start returns the place from which everything follows that central is not known to have, or with all everything
// that is still kept here: for a central that lost what it had.
func (c *Courier) Start(ctx context.Context, all bool) (Place, error) {
	head, err := c.o.Journal.Head(ctx)
	if err != nil {
		return Place{}, fmt.Errorf("read journal head: %w", err)
	}
	p := Place{Generation: head.Generation}
	if all {
		return p, nil
	}
	held, err := c.held(ctx)
	p.Since, p.Seq = held, held
	return p, err
}

func (c *Courier) held(ctx context.Context) (uint64, error) {
	held, err := c.o.Held(ctx)
	if err != nil {
		return 0, fmt.Errorf("read custody: %w", err)
	}
	return held, nil
}

// Outgoing is one file and what it holds.
type Outgoing struct {
	File    []byte `json:"file"`
	Place   Place  `json:"place"` // behind it
	Entries int    `json:"entries"`
	Bytes   int64  `json:"bytes"` // of papers
	Lost    int    `json:"lost"`  // papers that could not be read
	More    bool   `json:"more"`  // something follows
}

// Write makes the file that follows a place: entries first, the small ones that people wait for, then papers. There
// is always one, since it also tells central how far the terminal is; More says whether another follows. limit bounds
// the bytes of its frames, for a stick that has little room left; 0 is as many as a file may have.
func (c *Courier) Write(ctx context.Context, from Place, limit int) (*Outgoing, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	standing, err := c.up.standing(ctx)
	if err != nil {
		return nil, err
	}
	w := writer{c: c, b: bundle.Builder{Limit: limit}, out: &Outgoing{Place: from.clone()}}
	w.out.Place.Number++
	if err := w.entries(ctx); err != nil {
		return nil, err
	}
	if err := w.lost(ctx); err != nil {
		return nil, err
	}
	papers, err := c.papers(ctx, from.Since)
	if err != nil {
		return nil, err
	}
	w.out.Place.forget(papers)
	if err := w.chunks(ctx, papers); err != nil {
		return nil, err
	}
	up := &bundle.Up{Standing: standing}
	for _, p := range papers[:min(len(papers), bundle.MaxPapers)] {
		up.Papers = append(up.Papers, p.Digest)
	}
	w.out.File, err = w.b.Seal(bundle.Opening{Number: w.out.Place.Number, Up: up}, c.o.Key)
	return w.out, err
}

// forget drops what is written no more, so that a place stays small.
func (p *Place) forget(papers []civic.Paper) {
	still := map[string]bool{}
	for _, paper := range papers {
		still[paper.Digest.String()] = true
	}
	maps.DeleteFunc(p.Papers, func(digest string, _ int64) bool { return !still[digest] })
}

// papers returns what central is not known to have whole: papers of entries in custody, then those of entries that
// are not, or that are to be written again.
func (c *Courier) papers(ctx context.Context, after uint64) ([]civic.Paper, error) {
	const all = 1 << 20
	list, err := c.o.Papers.Unsent(ctx, all)
	if err != nil {
		return nil, fmt.Errorf("list papers: %w", err)
	}
	seen := map[civic.Digest]bool{}
	for _, p := range list {
		seen[p.Digest] = true
	}
	held, err := c.held(ctx)
	if err != nil {
		return nil, err
	}
	err = c.each(ctx, min(held, after), func(_ uint64, e *wire.Entry) (bool, error) {
		entry, err := wire.ReadEntry(e.Body)
		if err != nil {
			return false, fmt.Errorf("read journal: %w", err)
		}
		for _, p := range entry.Papers {
			if !seen[p.Digest] {
				seen[p.Digest] = true
				list = append(list, p)
			}
		}
		return true, nil
	})
	return list, err
}

// each calls do with the entries of the journal after a seq, until it returns false.
func (c *Courier) each(ctx context.Context, after uint64, do func(seq uint64, e *wire.Entry) (bool, error)) error {
	for {
		list, err := c.o.Journal.After(ctx, after, readAhead)
		if err != nil {
			return fmt.Errorf("read journal: %w", err)
		}
		for i := range list {
			p, err := wire.ReadPosition(list[i].Position)
			if err != nil {
				return fmt.Errorf("read journal: %w", err)
			}
			if more, err := do(p.Seq, &list[i]); err != nil || !more {
				return err
			}
			after = p.Seq
		}
		if len(list) == 0 {
			return nil
		}
	}
}

// writer fills one file.
type writer struct {
	c   *Courier
	b   bundle.Builder
	out *Outgoing
}

func (w *writer) entries(ctx context.Context) error {
	return w.c.each(ctx, w.out.Place.Seq, func(seq uint64, e *wire.Entry) (bool, error) {
		fits, err := w.b.Add(e)
		if err != nil {
			return false, err
		}
		if !fits {
			w.out.More = true
			return false, nil
		}
		w.out.Place.Seq = seq
		w.out.Entries++
		return true, nil
	})
}

// lost tells central which papers will not come. Each file does: nobody knows which of them arrives.
func (w *writer) lost(ctx context.Context) error {
	list, err := w.c.o.Papers.Lost(ctx, wire.MaxLost)
	if err != nil {
		return fmt.Errorf("list lost papers: %w", err)
	}
	if len(list) > 0 {
		_, err = w.b.Add(&wire.Lost{Papers: list})
	}
	return err
}

// frameOver is more than a Chunk takes beside its data.
const frameOver = 128

func (w *writer) chunks(ctx context.Context, papers []civic.Paper) error {
	for _, p := range papers {
		for w.out.Place.Papers[p.Digest.String()] < p.Size {
			if w.out.More = w.out.More || w.b.Room() < minChunk+frameOver; w.out.More {
				return nil
			}
			if err := w.chunk(ctx, p); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// chunk adds the next piece of a paper. One that cannot be read is passed over, and holds up no other.
func (w *writer) chunk(ctx context.Context, p civic.Paper) error {
	have := w.out.Place.Papers[p.Digest.String()]
	n := min(p.Size-have, wire.MaxChunk, int64(w.b.Room()-frameOver))
	data, err := w.c.readPaper(ctx, p.Digest, have, n)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		w.c.o.Logger.Error("paper cannot be read", "paper", p.Digest, "error", err)
		w.out.Place.Papers[p.Digest.String()] = p.Size
		w.out.Lost++
		return nil
	}
	fits, err := w.b.Add(&wire.Chunk{Digest: p.Digest, Offset: have, Size: p.Size, Data: data})
	if err != nil || !fits {
		w.out.More = true
		return err
	}
	w.out.Place.Papers[p.Digest.String()] = have + n
	w.out.Bytes += n
	return nil
}

func (c *Courier) readPaper(ctx context.Context, d civic.Digest, offset, n int64) ([]byte, error) {
	return (&session{Uplink: c.up}).readPaper(ctx, d, offset, n)
}

// Review looks at a file that lies where others are to be written, and returns the place behind it: what is there
// already needs no second copy. Files are to be reviewed by their number. spent says that central is known to have all
// that the file holds. A file that is not this terminal's is an error and none of its business.
func (c *Courier) Review(ctx context.Context, at Place, file []byte) (next Place, spent bool, err error) {
	p, err := bundle.Open(file, bundle.From(c.o.Key.ID, c.o.Key.Public()))
	if err != nil {
		return at, false, err
	}
	next = at.clone()
	next.Number = max(at.Number, p.Number)
	if p.Up.Standing.Generation != at.Generation {
		return next, false, nil // of a journal that was given up; central may still miss what is in it
	}
	held, err := c.held(ctx)
	if err != nil {
		return at, false, err
	}
	papers, err := c.papers(ctx, held)
	if err != nil {
		return at, false, err
	}
	owed := map[civic.Digest]bool{}
	for _, d := range papers {
		owed[d.Digest] = true
	}
	spent = true
	for _, f := range p.Frames {
		switch f := f.(type) {
		case *wire.Entry:
			pos, err := wire.ReadPosition(f.Position)
			if err != nil {
				return at, false, err
			}
			spent = spent && pos.Seq <= held
			if pos.Seq == next.Seq+1 {
				next.Seq = pos.Seq
			}
		case *wire.Chunk:
			spent = spent && !owed[f.Digest]
			digest := f.Digest.String()
			if f.Offset <= next.Papers[digest] {
				next.Papers[digest] = max(next.Papers[digest], f.Offset+int64(len(f.Data)))
			}
		}
	}
	return next, spent, nil
}
